#!/bin/bash
# Start MariaDB the way the official images do: initialise an empty data folder, then become the server.
# Every MYSQL_* setting may also be spelled MARIADB_*.
set -euo pipefail

main() {
    case ${1:--} in -*) set -- mysqld "$@" ;; esac
    case $1 in mysqld | mariadbd) ;; *) exec "$@" ;; esac
    datadir=$(datadir_of "$@")
    if [ "$(id -u)" = 0 ]; then become_mysql "$@"; fi
    if [ ! -d "$datadir/mysql" ]; then initialise "$@"; fi
    exec mariadbd "${@:2}"
}

datadir_of() {
    local argument found=/var/lib/mysql
    for argument in "$@"; do
        case $argument in --datadir=*) found=${argument#*=} ;; esac
    done
    echo "$found"
}

become_mysql() {
    mkdir -p "$datadir" /run/mysqld
    # A volume or a tmpfs arrives owned by root, possibly holding files of an earlier run.
    find "$datadir" /run/mysqld \! -user mysql -exec chown mysql:mysql {} +
    exec setpriv --reuid=mysql --regid=mysql --init-groups -- "$0" "$@"
}

initialise() {
    root_password=$(setting ROOT_PASSWORD)
    if [ -z "$root_password" ] && [ -z "$(setting ALLOW_EMPTY_PASSWORD)$(setting ALLOW_EMPTY_ROOT_PASSWORD)" ]; then
        echo "mysql: set MYSQL_ROOT_PASSWORD, or MYSQL_ALLOW_EMPTY_PASSWORD=1 to let everyone in as root" >&2
        exit 1
    fi
    mariadb-install-db --datadir="$datadir" --auth-root-authentication-method=normal --skip-test-db --skip-name-resolve
    start_private_server "${@:2}"
    accounts | client_as_first_root
    run_init_scripts
    kill "$server"
    wait "$server"
}

setting() {
    local mysql=MYSQL_$1 mariadb=MARIADB_$1
    echo "${!mariadb:-${!mysql:-}}"
}

# No TCP port is open until everything is set up, so nobody outside takes the half-made server for the ready one.
start_private_server() {
    mariadbd "$@" --skip-networking &
    server=$!
    until mariadb-admin --user=root --silent ping > /dev/null 2>&1; do
        kill -0 "$server" || { echo "mysql: the server ended while the data folder was being prepared" >&2; exit 1; }
        sleep 0.1
    done
}

accounts() {
    local database user
    database=$(setting DATABASE)
    user=$(setting USER)
    # The installer lets anybody on this machine in, under several names of it.
    echo "DELETE FROM mysql.global_priv WHERE User = '' OR (User = 'root' AND Host <> 'localhost'); FLUSH PRIVILEGES;"
    if [ -n "$database" ]; then echo "CREATE DATABASE IF NOT EXISTS $(name "$database");"; fi
    if [ -n "$user" ]; then echo "CREATE USER $(text "$user")@'%' IDENTIFIED BY $(text "$(setting PASSWORD)");"; fi
    if [ -n "$database" ] && [ -n "$user" ]; then echo "GRANT ALL ON $(name "$database").* TO $(text "$user")@'%';"; fi
    echo "CREATE USER 'root'@'%' IDENTIFIED BY $(text "$root_password");"
    echo "GRANT ALL ON *.* TO 'root'@'%' WITH GRANT OPTION;"
    echo "SET PASSWORD FOR 'root'@'localhost' = PASSWORD($(text "$root_password"));"
}

client_as_first_root() { mariadb --user=root --protocol=socket; }

# shellcheck source=/dev/null
run_init_scripts() {
    local file
    for file in /docker-entrypoint-initdb.d/*; do
        case $file in
            *.sql) echo "mysql: running $file"; client < "$file" ;;
            *.sql.gz) echo "mysql: running $file"; gunzip -c "$file" | client ;;
            *.sh) echo "mysql: running $file"; if [ -x "$file" ]; then "$file"; else . "$file"; fi ;;
        esac
    done
}

client() { MYSQL_PWD=$root_password mariadb --user=root --protocol=socket --database="$(setting DATABASE)"; }

# A name and a text, quoted for SQL.
# shellcheck disable=SC2016
name() { printf '`%s`' "${1//\`/\`\`}"; }
text() {
    local escaped=${1//\\/\\\\}
    printf "'%s'" "${escaped//\'/\'\'}"
}

main "$@"
