# shellcheck shell=bash
# Sourced by script/test and script/bench after _setup.sh: a PostgreSQL of their own, and a pooler before it, stopped and removed
# when the script ends, however it ends.

POSTGRES_FOLDER=
POOLER_PID=
trap stop_postgres EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM

# start_postgres fast|durable: a new, empty cluster on a free loopback port. Sets and exports DATABASE_URL, and POSTGRES_PID.
# fast gives up what protects data from a power cut, which a test database can spare; durable keeps the defaults.
start_postgres() {
    local speed=$1 programs password port settings
    programs=$(postgres_programs)
    POSTGRES_FOLDER=$(mktemp -d /tmp/portal-postgres.XXXXXX)
    password=$("$VENV_PYTHON" -c 'import secrets; print(secrets.token_hex(16))')
    port=$(free_port)
    printf '%s\n' "$password" >"$POSTGRES_FOLDER/password"
    settings="-c listen_addresses=127.0.0.1 -c port=$port -c unix_socket_directories="
    if [ "$speed" = fast ]; then
        settings+=" -c fsync=off -c synchronous_commit=off -c full_page_writes=off"
    fi
    if [ "$(id -u)" = 0 ]; then chown -R postgres "$POSTGRES_FOLDER"; fi

    as_postgres "$programs/initdb" --pgdata="$POSTGRES_FOLDER/data" --username=portal --pwfile="$POSTGRES_FOLDER/password" \
        --auth=scram-sha-256 --encoding=UTF8 --locale=C.UTF-8 --no-sync >"$POSTGRES_FOLDER/initdb.log" 2>&1 ||
        fail "PostgreSQL's initdb failed:" "$(cat "$POSTGRES_FOLDER/initdb.log")"
    as_postgres "$programs/pg_ctl" start --wait --silent --pgdata="$POSTGRES_FOLDER/data" --log="$POSTGRES_FOLDER/log" \
        --options="$settings" >/dev/null || fail "PostgreSQL did not start:" "$(tail -n 20 "$POSTGRES_FOLDER/log")"
    PGPASSWORD=$password "$programs/createdb" --host=127.0.0.1 --port="$port" --username=portal portal
    POSTGRES_PID=$(head -n 1 "$POSTGRES_FOLDER/data/postmaster.pid")
    export POSTGRES_PID DATABASE_URL="postgres://portal:$password@127.0.0.1:$port/portal"
}

# start_pooler: a pgbouncer before the cluster of start_postgres, which hands connections on after each transaction. DATABASE_URL
# names it from then on.
start_pooler() {
    local port user password server_port
    read -r user password server_port < <(sed -E 's|^postgres://([^:]+):([^@]+)@[^:]+:([0-9]+)/.*|\1 \2 \3|' <<<"$DATABASE_URL")
    port=$(free_port)
    cat >"$POSTGRES_FOLDER/pgbouncer.ini" <<INI
[databases]
* = host=127.0.0.1 port=$server_port user=$user password=$password
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = $port
unix_socket_dir =
auth_type = any
pool_mode = transaction
default_pool_size = 4
max_client_conn = 200
logfile = $POSTGRES_FOLDER/pgbouncer.log
pidfile = $POSTGRES_FOLDER/pgbouncer.pid
INI
    if [ "$(id -u)" = 0 ]; then chown postgres "$POSTGRES_FOLDER/pgbouncer.ini"; fi
    as_postgres "$(pooler_program)" --quiet --daemon "$POSTGRES_FOLDER/pgbouncer.ini" ||
        fail "pgbouncer did not start:" "$(cat "$POSTGRES_FOLDER/pgbouncer.log")"
    until [ -s "$POSTGRES_FOLDER/pgbouncer.pid" ]; do sleep 0.1; done
    POOLER_PID=$(cat "$POSTGRES_FOLDER/pgbouncer.pid")
    export DATABASE_URL="postgres://$user:$password@127.0.0.1:$port/portal" DATABASE_POOLER=transaction
}

stop_postgres() {
    local folder=$POSTGRES_FOLDER
    if [ -n "$POOLER_PID" ]; then kill "$POOLER_PID" 2>/dev/null || true; fi
    POSTGRES_FOLDER=
    POOLER_PID=
    [ -n "$folder" ] || return 0
    as_postgres "$(postgres_programs)/pg_ctl" stop --mode=immediate --silent --pgdata="$folder/data" >/dev/null 2>&1 || true
    rm -rf "$folder"
}

# PostgreSQL refuses to run as root, and its user may not enter the folder that the script stands in.
as_postgres() (
    cd /
    if [ "$(id -u)" = 0 ]; then exec runuser -u postgres -- "$@"; else exec "$@"; fi
)

free_port() {
    "$VENV_PYTHON" -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'
}
