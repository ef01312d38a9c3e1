#!/bin/bash
# Start PostgreSQL the way the official image does: initialise an empty PGDATA, then become the server.
set -euo pipefail

main() {
    if [ $# -eq 0 ] || [ "${1#-}" != "$1" ]; then set -- postgres "$@"; fi
    if [ "$1" != postgres ]; then exec "$@"; fi
    if [ "$(id -u)" = 0 ]; then become_postgres "$@"; fi
    if [ ! -s "$PGDATA/PG_VERSION" ]; then initialise; fi
    exec "$@"
}

become_postgres() {
    mkdir -p "$PGDATA" /var/run/postgresql
    # A volume or a tmpfs arrives owned by root, possibly holding files of an earlier run.
    find "$PGDATA" /var/run/postgresql \! -user postgres -exec chown postgres:postgres {} +
    chmod 700 "$PGDATA"
    HOME=/var/lib/postgresql exec setpriv --reuid=postgres --regid=postgres --init-groups -- "$0" "$@"
}

initialise() {
    user=${POSTGRES_USER:-postgres}
    database=${POSTGRES_DB:-$user}
    method=${POSTGRES_HOST_AUTH_METHOD:-scram-sha-256}
    if [ -z "${POSTGRES_PASSWORD:-}" ] && [ "$method" != trust ]; then
        echo "postgres: set POSTGRES_PASSWORD, or POSTGRES_HOST_AUTH_METHOD=trust to let everyone in" >&2
        exit 1
    fi
    create_cluster
    start_private_server
    if [ "$database" != postgres ]; then run_sql --dbname=postgres -c "CREATE DATABASE $(quoted "$database")"; fi
    run_init_scripts
    pg_ctl --pgdata="$PGDATA" --mode=fast --silent stop
}

create_cluster() {
    local extra=()
    read -r -a extra <<< "${POSTGRES_INITDB_ARGS:-}"
    initdb --pgdata="$PGDATA" --username="$user" --pwfile=<(printf '%s\n' "${POSTGRES_PASSWORD:-unused}") \
        --auth-local=trust --auth-host=scram-sha-256 "${extra[@]}"
    echo "host all all all $method" >> "$PGDATA/pg_hba.conf"
    echo "listen_addresses = '*'" >> "$PGDATA/postgresql.conf"
}

# No TCP port is open until the cluster is complete, so nobody outside takes the half-made server for the ready one.
start_private_server() {
    pg_ctl --pgdata="$PGDATA" --silent --wait --options="-c listen_addresses=''" start
}

# shellcheck source=/dev/null
run_init_scripts() {
    local file
    for file in /docker-entrypoint-initdb.d/*; do
        case $file in
            *.sql) echo "postgres: running $file"; run_sql --dbname="$database" --file="$file" ;;
            *.sql.gz) echo "postgres: running $file"; gunzip -c "$file" | run_sql --dbname="$database" ;;
            *.sh) echo "postgres: running $file"; if [ -x "$file" ]; then "$file"; else . "$file"; fi ;;
        esac
    done
}

run_sql() { psql --no-psqlrc --quiet --set=ON_ERROR_STOP=1 --username="$user" "$@"; }

quoted() { printf '"%s"' "${1//\"/\"\"}"; }

main "$@"
