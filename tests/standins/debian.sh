# Packages of Debian and Ubuntu, for the scripts beside this file; they source it.

say() { echo "engine: $*"; }

give_up() { echo "engine: $*" >&2; exit 3; }

can_install() {
    [ "$(uname -s)" = Linux ] && [ "$(id -u)" = 0 ] && command -v apt-get > /dev/null &&
        grep -qE '^ID(_LIKE)?=.*(debian|ubuntu)' /etc/os-release
}

update_packages() {
    apt-get update -q > /dev/null || say "apt-get update failed; trying with the package lists that are here"
}

install_packages() {
    local log
    log=$(mktemp)
    if ! DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends -o DPkg::Lock::Timeout=120 "$@" \
        < /dev/null > "$log" 2>&1; then
        tail -n 20 "$log" >&2
        give_up "apt-get could not install: $*"
    fi
    rm -f "$log"
}
