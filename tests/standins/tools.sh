#!/usr/bin/env bash
# What the suite uses beside Docker: a browser for the pages, a terminal for the transcripts, git and namespaces.
# Installs what is missing on Debian and Ubuntu, as root; elsewhere it says which tests will be skipped.
set -euo pipefail

# program  package  what is skipped without it
tools='chromium  chromium  the pages in a real browser
tmux      tmux      the transcript of a terminal session
git       git       repositories as submissions
unshare   util-linux  an engine that is stopped in the middle
ip        iproute2  an engine that is stopped in the middle'

# shellcheck source=tests/standins/debian.sh
. "$(dirname "${BASH_SOURCE[0]}")/debian.sh"

missing() { while read -r program package what; do command -v "$program" > /dev/null || echo "$package: $what"; done <<< "$tools"; }

main() {
    local absent
    absent=$(missing)
    if [ -z "$absent" ]; then return; fi
    if can_install; then
        say "installing what the tests look with: $(cut -d : -f 1 <<< "$absent" | xargs)"
        update_packages
        # shellcheck disable=SC2046
        install_packages $(cut -d : -f 1 <<< "$absent")
    else
        say "not installed, so these tests are skipped (package: what it is for):"
        echo "$absent"
    fi
}

main
