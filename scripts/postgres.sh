# A PostgreSQL server for tests and benchmarks: its own, on loopback, gone afterwards. Sourced by
# ./test, after machine.sh.
# shellcheck shell=bash

postgres_place=
postgres_pid=

# Where the server's programs are: Debian keeps them off the path.
postgres_programs() {
    local newest
    newest=$(find /usr/lib/postgresql -mindepth 2 -maxdepth 2 -name bin 2>/dev/null | sort -V | tail -n 1)
    [ -z "$newest" ] || PATH="$newest:$PATH"
}

need_postgres() {
    postgres_programs
    if command -v initdb >/dev/null 2>&1 && command -v psql >/dev/null 2>&1; then
        return 0
    fi
    # Debian would start a server of its own at once; none is needed.
    if [ "$(id -u)" -eq 0 ] && [ ! -e /etc/postgresql-common/createcluster.conf ]; then
        mkdir -p /etc/postgresql-common
        printf 'create_main_cluster = false\n' >/etc/postgresql-common/createcluster.conf
    fi
    need_debian "tests on PostgreSQL" initdb=postgresql psql=postgresql-client || return 1
    postgres_programs
    command -v initdb >/dev/null 2>&1
}

# The server refuses to run as root.
as_postgres() {
    if [ "$(id -u)" -eq 0 ]; then
        setpriv --reuid=postgres --regid=postgres --clear-groups "$@"
    else
        "$@"
    fi
}

# start_postgres [SETTING...]: start a server with an empty cluster and name it in
# PENGAYOM_TEST_POSTGRES. Settings are such as fsync=on; for tests it is off, which a killed process
# does not notice.
start_postgres() {
    need_postgres || return 1
    local port setting settings=()
    postgres_place=$(mktemp -d "${TMPDIR:-/tmp}/pengayom-postgres.XXXXXX")
    [ "$(id -u)" -ne 0 ] || chown postgres:postgres "$postgres_place"
    (cd / && as_postgres initdb -A trust -U postgres -E UTF8 --locale=C --no-sync \
        -D "$postgres_place/data" >"$postgres_place/initdb.log" 2>&1) || {
        cat "$postgres_place/initdb.log" >&2
        stop_postgres
        return 1
    }
    for setting in fsync=off max_connections=300 "$@"; do
        settings+=(-c "$setting")
    done
    # A port that was free a moment ago may be taken: try another.
    for _ in 1 2 3 4 5; do
        port=$((20000 + RANDOM % 20000))
        (cd / && exec setpriv --pdeathsig QUIT $([ "$(id -u)" -ne 0 ] ||
            echo --reuid=postgres --regid=postgres --clear-groups) \
            "$(command -v postgres)" -D "$postgres_place/data" -h 127.0.0.1 -p "$port" \
            -k "$postgres_place" "${settings[@]}" >"$postgres_place/log" 2>&1) &
        postgres_pid=$!
        for _ in $(seq 100); do
            if PGCONNECT_TIMEOUT=2 psql -X -q -d "postgres://postgres@127.0.0.1:$port/postgres" \
                -c 'SELECT 1' >/dev/null 2>&1; then
                export PENGAYOM_TEST_POSTGRES="postgres://postgres@127.0.0.1:$port/postgres"
                return 0
            fi
            kill -0 "$postgres_pid" 2>/dev/null || break
            sleep 0.1
        done
    done
    say "PostgreSQL does not start:"
    cat "$postgres_place/log" >&2
    stop_postgres
    return 1
}

# Stop it at once: nobody will want what is in it.
stop_postgres() {
    if [ -n "$postgres_pid" ]; then
        kill -QUIT "$postgres_pid" 2>/dev/null || true
        wait "$postgres_pid" 2>/dev/null || true
    fi
    [ -z "$postgres_place" ] || rm -rf "$postgres_place"
    postgres_pid=
    postgres_place=
}
