#!/bin/bash
# Start RabbitMQ the way the official image does: as the user rabbitmq, in the foreground.
set -euo pipefail

if [ "${1#rabbitmq}" != "$1" ] && [ "$(id -u)" = 0 ]; then
    find /var/lib/rabbitmq \! -user rabbitmq -exec chown rabbitmq:rabbitmq {} +
    export HOME=/var/lib/rabbitmq PATH=/usr/lib/rabbitmq/bin:$PATH
    set -- setpriv --reuid=rabbitmq --regid=rabbitmq --init-groups -- "$@"
fi
exec "$@"
