#!/usr/bin/env bash
# The whole suite: what needs no containers first, then the engine is made sure of and the rest runs.
# usage: tests/run.sh VENV/bin JOBS
set -euo pipefail
cd "$(dirname "$0")/.."
bin=$1 jobs=$2

bash tests/standins/tools.sh
"$bin/python" -m pytest -q -n "$jobs" -m 'not engine' tests

if bash tests/standins/engine.sh; then
  # One more than processors: a good part of each run is waiting for boots, for time to live, for a server to end.
  "$bin/python" -m pytest -q -n "$((jobs + 1))" -m engine tests
else
  count=$("$bin/python" -m pytest -q -m engine --collect-only tests | grep -c '::' || true)
  cat <<TEXT

  ############################################################################
  #  NO CONTAINER ENGINE: $count tests that start real containers DID NOT RUN.
  #  The line above says what to install; then run \`make test\` again.
  ############################################################################

TEXT
fi
