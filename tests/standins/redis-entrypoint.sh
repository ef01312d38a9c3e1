#!/bin/bash
# Start Redis the way the official image does: options alone mean redis-server, and it runs as the user redis.
set -euo pipefail

case ${1:--} in -* | *.conf) set -- redis-server "$@" ;; esac
if [ "$1" != redis-server ]; then exec "$@"; fi

# Debian's build refuses clients from other machines until a password is set; the official build does not.
case ${2:-} in
    '' | -*) set -- redis-server --protected-mode no "${@:2}" ;;
    *) set -- redis-server "$2" --protected-mode no "${@:3}" ;;
esac
if [ "$(id -u)" = 0 ]; then
    find . \! -user redis -exec chown redis:redis {} +
    set -- setpriv --reuid=redis --regid=redis --init-groups -- "$@"
fi
exec "$@"
