#!/bin/bash
# Start memcached the way the official image does: options alone mean memcached.
set -euo pipefail

case ${1:--} in -*) set -- memcached "$@" ;; esac
exec "$@"
