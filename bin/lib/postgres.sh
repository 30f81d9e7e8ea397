# shellcheck shell=bash
# A throwaway PostgreSQL for development and for regenerating files: no durability, one socket, no network. Sourced, never run.
# The server's own private PostgreSQL is src/platform/embedded; this one exists so that the crate can be compiled before it exists.

: "${root:?source bin/lib/common.sh first}"
pg_least=15

# Prints the folder of the newest PostgreSQL programs that are new enough; fails when there is none.
pg_bin() {
  local folder version best='' best_version=0
  for folder in /usr/lib/postgresql/*/bin /opt/homebrew/opt/postgresql@*/bin /usr/local/opt/postgresql@*/bin \
    "$(dirname "$(command -v initdb 2>/dev/null || echo /nowhere/initdb)")"; do
    if [ ! -x "$folder/initdb" ] || [ ! -x "$folder/pg_ctl" ] || [ ! -x "$folder/psql" ]; then continue; fi
    version=$("$folder/initdb" --version | sed 's/[^0-9]*\([0-9]*\).*/\1/')
    if [ "$version" -ge "$pg_least" ] && [ "$version" -gt "$best_version" ]; then
      best=$folder best_version=$version
    fi
  done
  [ -n "$best" ] && printf '%s\n' "$best"
}

# PostgreSQL refuses to run as root, so root hands it to this user.
pg_user() {
  if id postgres >/dev/null 2>&1; then echo postgres; else echo nobody; fi
}
as_pg_user() {
  if is_root; then
    setpriv --reuid="$(pg_user)" --regid="$(id -g "$(pg_user)")" --init-groups "$@"
  else
    "$@"
  fi
}

# Whether the database user gets through to a folder; only asked when we are root.
pg_user_reaches() { ! is_root || as_pg_user test -x "$1"; }

# Starts (or finds running) the throwaway cluster in folder $1 and sets pg_sock. Left running on purpose; see throwaway_stop.
throwaway_start() {
  local dir=$1 bin
  bin=$(pg_bin) || die "PostgreSQL $pg_least or newer is missing: bin/run and bin/test install it (Debian: apt-get install postgresql)"
  mkdir -p "$dir"
  if is_root; then chown "$(pg_user)" "$dir"; fi
  pg_user_reaches "$dir" || die "user $(pg_user) cannot reach $dir: a folder above it is closed to others"
  throwaway_socket "$dir"
  if [ ! -f "$dir/data/PG_VERSION" ]; then
    rm -rf "$dir/data"
    (cd "$dir" && as_pg_user "$bin/initdb" -N -D "$dir/data" -A trust -U postgres -E UTF8 --locale=C.UTF-8) >"$dir/initdb.log" 2>&1 ||
      { cat "$dir/initdb.log" >&2; die "initdb failed"; }
    cat >>"$dir/data/postgresql.conf" <<CONF
listen_addresses = ''
unix_socket_directories = '$pg_sock'
fsync = off
synchronous_commit = off
full_page_writes = off
wal_level = minimal
max_wal_senders = 0
autovacuum = off
jit = off
CONF
  fi
  if ! as_pg_user "$bin/pg_ctl" -D "$dir/data" status >/dev/null 2>&1; then
    (cd "$dir" && as_pg_user "$bin/pg_ctl" -D "$dir/data" -w -t 60 -l "$dir/data/server.log" start) >/dev/null </dev/null ||
      { tail -n 20 "$dir/data/server.log" >&2; die "PostgreSQL did not start in $dir"; }
  fi
}

# A unix socket's path holds at most 107 letters: under a long folder the socket goes to a private one in the temp folder.
throwaway_socket() {
  local dir=$1
  if [ -f "$dir/socket" ]; then
    pg_sock=$(cat "$dir/socket")
    [ ! -d "$pg_sock" ] || return 0
  fi
  if [ ${#dir} -le 80 ]; then
    pg_sock=$dir/sock
    mkdir -p "$pg_sock"
  else
    pg_sock=$(mktemp -d "${TMPDIR:-/tmp}/shophouse-pg.XXXXXX")
  fi
  chmod 700 "$pg_sock"
  if is_root; then chown "$(pg_user)" "$pg_sock"; fi
  echo "$pg_sock" >"$dir/socket"
  [ ! -f "$dir/data/postgresql.conf" ] || echo "unix_socket_directories = '$pg_sock'" >>"$dir/data/postgresql.conf"
}

throwaway_stop() {
  local dir=$1 bin
  bin=$(pg_bin) || return 0
  [ ! -f "$dir/data/postmaster.pid" ] || (cd / && as_pg_user "$bin/pg_ctl" -D "$dir/data" -w -m immediate stop) >/dev/null 2>&1 || true
}

# psql without anybody's own settings: `sql <role> <database> …`.
sql() {
  local role=$1 database=$2
  shift 2
  "$(pg_bin)/psql" -X -q -A -t -v ON_ERROR_STOP=1 -h "$pg_sock" -p 5432 -U "$role" -d "$database" "$@"
}

# The same roles that src/platform/embedded makes: an owner that is no superuser, and an app role that owns nothing.
make_roles() {
  local role
  for role in shophouse_owner shophouse_app; do
    [ -n "$(sql postgres postgres -c "SELECT 1 FROM pg_roles WHERE rolname = '$role'")" ] ||
      sql postgres postgres -c "CREATE ROLE $role LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE"
  done
}

# Prints "version checksum" of each migration, in order, as sqlx's own _sqlx_migrations table holds them.
migrations_wanted() {
  local file
  for file in "$root"/migrations/*.sql; do
    [ -f "$file" ] || continue
    printf '%s %s\n' "$(migration_version "$file")" "$(sha384 "$file")"
  done
}
migrations_applied() {
  sql postgres "$1" -F ' ' -c "SELECT version, encode(checksum, 'hex') FROM _sqlx_migrations ORDER BY version" 2>/dev/null || true
}
migration_version() { basename "$1" | sed 's/_.*//'; }
sha384() {
  if have sha384sum; then sha384sum <"$1"; else shasum -a 384 <"$1"; fi | cut -d ' ' -f 1
}

database_exists() { [ -n "$(sql postgres postgres -c "SELECT 1 FROM pg_database WHERE datname = '$1'")" ]; }

# Makes an empty database $1 that is ready for migrations.
make_database() {
  sql postgres postgres -c "DROP DATABASE IF EXISTS $1 WITH (FORCE)" 2>/dev/null
  sql postgres postgres -c "CREATE DATABASE $1 OWNER shophouse_owner"
  # The compile-time checks EXPLAIN each statement, and the planner evaluates current_setting('app.shop_id'): here it has a value from the start.
  sql postgres postgres -c "ALTER DATABASE $1 SET app.shop_id = '00000000-0000-0000-0000-000000000000'"
  sql shophouse_owner "$1" -c "CREATE TABLE _sqlx_migrations (
    version bigint PRIMARY KEY, description text NOT NULL, installed_on timestamptz NOT NULL DEFAULT now(),
    success boolean NOT NULL, checksum bytea NOT NULL, execution_time bigint NOT NULL)"
}

# Applies to database $1, as the owner role, those migrations that it has not seen; each file is one transaction, as sqlx does it.
migrate() {
  local database=$1 file version done_before
  done_before=$(migrations_applied "$database" | cut -d ' ' -f 1)
  for file in "$root"/migrations/*.sql; do
    [ -f "$file" ] || continue
    version=$(migration_version "$file")
    ! grep -qx "$version" <<<"$done_before" || continue
    note "migration $(basename "$file" .sql)"
    local -a how=(-1)
    if head -n 1 "$file" | grep -q '^-- no-transaction'; then how=(); fi
    sql shophouse_owner "$database" ${how[@]+"${how[@]}"} -f "$file" >/dev/null || return 1
    sql shophouse_owner "$database" -c "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time)
      VALUES ($version, '$(basename "$file" .sql | sed "s/^[0-9]*_//; s/_/ /g; s/'//g")', true, '\\x$(sha384 "$file")', 0)"
  done
}

# The URL in the form sqlx takes: the socket's folder, percent-encoded, stands where a host would.
pg_url() { printf 'postgres://%s@%s/%s\n' "$1" "$(sed 's,%,%25,g; s,/,%2F,g; s, ,%20,g' <<<"$pg_sock")" "$2"; }
