#!/usr/bin/env bash
# Grades one wrong and one right submission of 06-auth and shows both reports.
# usage: tests/demo.sh KATA
set -euo pipefail
kata=$(realpath "$1")
cd "$(dirname "$0")/.."
samples=tests/submissions/06-auth
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

cp -r "$samples/right/fastapi" "$scratch/my-api"
mistake=$(realpath "$samples/wrong/unknown-email-is-told/change.patch")
(cd "$scratch/my-api" && git apply "$mistake")

echo '$ kata check 06-auth ./my-api        # an API with a mistake in it'
cd "$scratch"
"$kata" check 06-auth ./my-api && { echo 'the wrong sample passed: that is a bug'; exit 1; } || test $? -eq 1
echo
echo '$ kata check 06-auth ./fastapi       # the same API without it'
cd "$OLDPWD/$samples/right"
"$kata" check 06-auth ./fastapi
