#!/usr/bin/env bash
# Make sure that kata has a Docker engine with images: the official ones, or stand-ins where no registry answers.
set -euo pipefail

usage='usage: engine.sh [--list] [--only "ROLE ..."]

Start Docker (installing it on Debian and Ubuntu, as root). Where no registry answers, build the stand-in images, all
of them or those of the roles named by --only, and write the image table. --list shows the roles and what is there.

exit codes: 0 ready, 2 usage, 3 this machine cannot be made ready (what to do is printed)'

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=tests/standins/debian.sh
. "$here/debian.sh"
suite=trixie
base=kata-local/debian:$suite
label=kata-local.recipe
config=${KATA_CONFIG_DIR:-${XDG_CONFIG_HOME:-${HOME:-/root}/.config}/kata}
cache=${KATA_CACHE_DIR:-${XDG_CACHE_HOME:-${HOME:-/root}/.cache}/kata}
table=$config/images.toml
# shellcheck disable=SC2016
table_mark='# written by `make engine`: stand-in images, because no registry answered'

main() {
    local wanted mode=ready
    wanted=$(all_roles)
    while [ $# -gt 0 ]; do
        case $1 in
            --list) mode=list ;;
            --only) wanted=${2:-}; [ $# -lt 2 ] || shift ;;
            -h | --help) echo "$usage"; return ;;
            *) refuse "unknown argument: $1" ;;
        esac
        shift
    done
    check_roles "$wanted"
    if [ $mode = list ]; then list_roles; else make_ready "$wanted"; fi
}

make_ready() {
    local wanted=$1 missing
    docker_answers || start_docker
    missing=$(missing_of "$wanted")
    if [ -z "$missing" ]; then
        write_table
        say "Docker $(docker_version) answers and the stand-in images are here: nothing to do"
    elif official_images_are_here "$wanted"; then
        forget_table
        say "Docker $(docker_version) answers and the official images are here: nothing to do"
    elif registry_answers; then
        forget_table
        say "Docker $(docker_version) and its registry answer: nothing to do"
    else
        say "no registry answers ($registry_error); building stand-ins: $missing"
        make_stand_ins "$missing"
    fi
}

# --- the roles: one line each in the file beside this script -------------------------------------------------------

all_roles() { awk '!/^#/ && NF { print $1 }' "$here/roles" | xargs; }

image_of() { awk -v role="$1" '$1 == role { print "kata-local/" role ":" $2 }' "$here/roles"; }

official_of() { awk -v role="$1" '$1 == role { print $3 }' "$here/roles"; }

check_roles() {
    local role
    [ -n "$1" ] || refuse "--only needs at least one role"
    for role in $1; do
        [ -n "$(image_of "$role")" ] || refuse "unknown role: $role (there are: $(all_roles))"
    done
}

list_roles() {
    local role missing state
    missing=" $(missing_of "$(all_roles)") "
    for role in $(all_roles); do
        case $missing in *" $role "*) state=missing ;; *) state=here ;; esac
        printf '%-10s  %-26s  %-8s  stands in for %s\n' "$role" "$(image_of "$role")" $state "$(official_of "$role")"
    done
}

# The roles among $1 whose image is absent, or was built from another recipe than today's.
missing_of() {
    local role images='' present missing=''
    for role in $1; do images="$images $(image_of "$role")"; done
    # shellcheck disable=SC2086
    present=$(docker image inspect --format "{{json .RepoTags}} {{json .Config.Labels}}" $images 2> /dev/null || true)
    for role in $1; do
        grep -F "\"$(image_of "$role")\"" <<< "$present" | grep -qF "\"$label\":\"$(recipe_of "$role")\"" ||
            missing="$missing $role"
    done
    echo "${missing# }"
}

# A checksum of everything an image is made from.
recipe_of() { checksum base "$1.Dockerfile" "$1-entrypoint.sh"; }

checksum() { (cd "$here" && find "$@" -type f 2> /dev/null | LC_ALL=C sort | xargs cat | cksum | tr ' ' -); }

# --- Docker --------------------------------------------------------------------------------------------------------

docker_answers() { docker version > /dev/null 2>&1; }

docker_version() { docker version --format '{{.Server.Version}}'; }

start_docker() {
    if [ -n "${DOCKER_HOST:-}" ]; then give_up "no Docker answers at DOCKER_HOST=$DOCKER_HOST: start it, or unset DOCKER_HOST"; fi
    if ! can_install; then explain_docker; fi
    if ! command -v dockerd > /dev/null || ! command -v docker > /dev/null; then install_docker; fi
    if ! docker_answers; then start_daemon; fi
    say "Docker $(docker_version) is running"
}

explain_docker() {
    local page=https://docs.docker.com/engine/install/ what='Docker Engine'
    case $(uname -s) in
        Darwin) what='Docker Desktop' page=https://docs.docker.com/desktop/setup/install/mac-install/ ;;
        MINGW* | MSYS* | CYGWIN*) what='Docker Desktop' page=https://docs.docker.com/desktop/setup/install/windows-install/ ;;
    esac
    give_up "Docker is not reachable: $(docker version 2>&1 | tail -n 1)
Install $what, or start it if it is installed: $page
Then run this again. (On Debian and Ubuntu, root can run this to install and start it.)"
}

install_docker() {
    say "installing Docker"
    update_packages
    # shellcheck disable=SC2046  # newer releases pack the command line apart from the daemon, older ones have no such package
    install_packages docker.io iptables ca-certificates $(apt-cache --names-only search '^docker-cli$' | cut -d ' ' -f 1)
}

start_daemon() {
    local log=/var/log/kata-dockerd.log daemon=
    say "starting the Docker daemon (log: $log)"
    if [ -d /run/systemd/system ]; then
        systemctl start docker
    elif ! holds /var/run/docker.pid dockerd; then
        sweep_dead_daemon
        setsid dockerd < /dev/null >> "$log" 2>&1 &
        daemon=$!
        disown
    fi
    wait_for_docker "$daemon" "$log"
}

# A killed daemon leaves files that name process ids; when other processes have these ids by now, dockerd refuses to start.
sweep_dead_daemon() {
    holds /var/run/docker/containerd/containerd.pid containerd || rm -f /var/run/docker/containerd/containerd.pid
    rm -f /var/run/docker.pid
}

# Does the pid file $1 name a living process of the program $2? (One that ended but was not reaped has no exe.)
holds() {
    local pid
    pid=$(cat "$1" 2> /dev/null) || return 1
    case $(readlink "/proc/$pid/exe") in */"$2"*) ;; *) return 1 ;; esac
}

wait_for_docker() {
    local daemon=$1 log=$2 deadline=$((SECONDS + 60))
    until docker_answers; do
        if [ $SECONDS -ge $deadline ] || { [ -n "$daemon" ] && ! kill -0 "$daemon" 2> /dev/null; }; then
            tail -n 5 "$log" >&2 || true
            give_up "the Docker daemon did not start; its last lines are above"
        fi
        sleep 0.1
    done
}

official_images_are_here() {
    local role images=''
    for role in $1; do images="$images $(official_of "$role")"; done
    # shellcheck disable=SC2086
    docker image inspect $images > /dev/null 2>&1
}

# Asked by pulling the smallest image, which every run needs anyway.
registry_answers() {
    local limit=''
    if command -v timeout > /dev/null; then limit='timeout 30'; fi
    registry_error=$($limit docker pull -q "$(official_of forwarder)" 2>&1 > /dev/null < /dev/null) && return
    registry_error=${registry_error##*: }
    registry_error=${registry_error:-no reply in 30 s}
    return 1
}

# --- the stand-in images -------------------------------------------------------------------------------------------

make_stand_ins() {
    local missing
    make_base
    build_two_at_a_time "$1"
    write_table
    missing=$(missing_of "$1")
    if [ -n "$missing" ]; then give_up "not built: $missing"; fi
    say "the image table is $table"
}

make_base() {
    local tarball recipe
    recipe=$(checksum base)
    tarball=$cache/debian-$suite-$(uname -m)-$recipe.tar.gz
    if [ "$(docker image inspect --format "{{index .Config.Labels \"$label\"}}" $base 2> /dev/null)" = "$recipe" ]; then return; fi
    if ! import_base "$tarball" "$recipe"; then
        bootstrap_debian "$tarball"
        import_base "$tarball" "$recipe" || give_up "docker import refused $tarball"
    fi
}

# gzip ends with a checksum: a cut or damaged file in the cache is noticed, and made again.
import_base() {
    gzip --test "$1" 2> /dev/null || return 1
    docker import --change 'CMD ["bash"]' --change "LABEL $label=$2" "$1" $base > /dev/null
}

bootstrap_debian() {
    local began=$SECONDS
    can_install || give_up "stand-in images are made with debootstrap: run this as root on Debian or Ubuntu, or reach a registry"
    command -v debootstrap > /dev/null || install_packages debootstrap debian-archive-keyring
    work=$(mktemp -d "${TMPDIR:-/var/tmp}/kata-debian.XXXXXX")
    trap 'rm -rf --one-file-system "$work"' EXIT
    say "unpacking Debian $suite (about half a minute)"
    # shellcheck disable=SC2046
    if ! debootstrap --variant=minbase --include=ca-certificates $suite "$work/root" $(debian_mirror) > "$work/log" 2>&1; then
        tail -n 10 "$work/log" "$work/root/debootstrap/debootstrap.log" >&2 || true
        give_up "debootstrap could not unpack Debian $suite"
    fi
    slim_down "$work/root"
    mkdir -p "$cache"
    tar --create --directory="$work/root" . | gzip --fast > "$1.new.$$"
    mv "$1.new.$$" "$1"
    say "made $base in $((SECONDS - began)) s"
}

# The mirror that this machine's own apt uses; nothing (debootstrap's default) where it has none for Debian.
debian_mirror() {
    # shellcheck disable=SC2016
    apt-get indextargets --format '$(REPO_URI)' 'Identifier: Packages' 'Origin: Debian' 'Label: Debian' 2> /dev/null | head -n 1
}

slim_down() {
    cp -R "$here/base/." "$1"
    rm -rf "$1"/usr/share/{doc,info,locale}/* "$1"/var/lib/apt/lists/* "$1"/var/cache/apt/*.bin "$1"/var/cache/apt/archives/*.deb
    find "$1/usr/share/man" -type f -delete
}

build_two_at_a_time() {
    local role
    for role in $1; do
        while [ "$(jobs -rp | wc -l)" -ge 2 ]; do wait -n || true; done
        build "$role" &
    done
    wait
}

build() {
    local began=$SECONDS image log
    image=$(image_of "$1")
    log=$(mktemp)
    # The classic builder: newer clients come without the other one on Debian.
    if DOCKER_BUILDKIT=0 docker build --label "$label=$(recipe_of "$1")" --tag "$image" --file "$here/$1.Dockerfile" "$here" \
        < /dev/null > "$log" 2>&1; then
        say "built $image in $((SECONDS - began)) s"
    else
        say "could not build $image:"
        tail -n 20 "$log" >&2
    fi
    rm -f "$log"
}

# --- the image table -----------------------------------------------------------------------------------------------

write_table() {
    local role missing text
    if [ -e "$table" ] && ! table_is_ours; then say "$table is not ours, so it stays as it is"; return; fi
    missing=" $(missing_of "$(all_roles)") "
    text=$(
        echo "$table_mark"
        echo "[images]"
        for role in $(all_roles); do
            case $missing in *" $role "*) ;; *) echo "$role = \"$(image_of "$role")\"" ;; esac
        done
    )
    if [ "$(cat "$table" 2> /dev/null)" = "$text" ]; then return; fi
    mkdir -p "$config"
    echo "$text" > "$table.new.$$"
    mv "$table.new.$$" "$table"
}

forget_table() { if table_is_ours; then rm -f "$table"; fi; }

table_is_ours() { [ "$(head -n 1 "$table" 2> /dev/null)" = "$table_mark" ]; }

# --- speaking ------------------------------------------------------------------------------------------------------

refuse() { echo "engine: $*" >&2; echo "$usage" >&2; exit 2; }

main "$@"
