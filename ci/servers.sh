# Sourced by run.sh: the programs that its steps need, and a Postgres and a Redis of their own.

postgres_bin=''
redis_pid=''
no_services=''
download_pid=''
apt=(-o Acquire::Retries=3 -o Acquire::http::Timeout=60 -o DPkg::Lock::Timeout=300)

as_root() {
  if ((EUID == 0)); then
    "$@"
  else
    sudo --non-interactive --preserve-env=DEBIAN_FRONTEND "$@"
  fi
}

# Postgres refuses to run as root.
as_postgres() (
  cd "$work/postgres"
  if ((EUID == 0)); then
    runuser --user postgres -- "$@"
  else
    "$@"
  fi
)

newest_postgres() {
  local bin
  bin=$(printf '%s\n' /usr/lib/postgresql/*/bin | sort --version-sort | tail -n 1)
  if [[ -x $bin/initdb ]]; then printf '%s\n' "$bin"; fi
}

has_any() {
  local program
  for program in "$@"; do
    if command -v "$program" >/dev/null; then return 0; fi
  done
  return 1
}

# The packages that the steps need and this machine lacks, one a line.
missing_packages() {
  local wanted=" ${steps[*]} "
  if [[ $wanted =~ ' '(servers|faults|recovery|hostile)' ' ]]; then
    if [[ -z $(newest_postgres) ]]; then echo postgresql; fi
    if ! has_any redis-server || ! has_any redis-cli; then echo redis-server; fi
  fi
  # For a clock that can be set while programs run.
  if [[ $wanted == *' clock '* ]] && ! has_any cc; then printf '%s\n' gcc libc6-dev; fi
  # The names that test/e2e/chromium.ts looks for.
  if [[ $wanted == *' page '* && -z ${CHROMIUM_PATH-} ]] &&
    ! has_any chromium chromium-browser google-chrome-stable google-chrome; then
    printf '%s\n' chromium fonts-noto-color-emoji
  fi
  # For the example in Python.
  if [[ $wanted == *' page '* ]] && ! /usr/bin/python3 -c 'import websockets' 2>/dev/null; then
    echo python3-websockets
  fi
}

# Downloads the packages in the background. If that fails, install_programs does it.
download_programs() {
  local missing
  mapfile -t missing < <(missing_packages)
  if ((${#missing[@]} == 0)) || ! has_any apt-get; then return; fi
  {
    as_root apt-get "${apt[@]}" update -qq
    as_root apt-get "${apt[@]}" install -qq -y --no-install-recommends --download-only "${missing[@]}"
  } >"$work/download.log" 2>&1 &
  download_pid=$!
}

install_programs() {
  local missing
  if [[ -n $download_pid ]]; then
    wait "$download_pid" || cat "$work/download.log" >&2
    download_pid=''
  fi
  mapfile -t missing < <(missing_packages)
  if ((${#missing[@]} == 0)); then return; fi
  heading "Programs: ${missing[*]}"
  has_any apt-get || fail "Install ${missing[*]}: there is no apt-get here."
  # The packages would start servers of their own, which nothing here would use or end.
  if [[ ! -e /usr/sbin/policy-rc.d ]]; then
    no_services=/usr/sbin/policy-rc.d
    printf '#!/bin/sh\nexit 101\n' | as_root tee "$no_services" >/dev/null
    as_root chmod 755 "$no_services"
  fi
  as_root apt-get "${apt[@]}" update -qq || echo 'apt-get update failed; trying what is known.' >&2
  as_root apt-get "${apt[@]}" install -qq -y --no-install-recommends "${missing[@]}"
}

free_port() {
  node --eval "const s = require('net').createServer()
    s.listen(0, '127.0.0.1', () => { console.log(s.address().port); s.close() })"
}

start_postgres() {
  local data=$work/postgres/data port
  port=$(free_port)
  postgres_bin=$(newest_postgres)
  [[ -n $postgres_bin ]] || fail 'There is no /usr/lib/postgresql/*/bin/initdb.'
  mkdir "$work/postgres"
  (umask 077 && printf '%s\n' "$password" >"$work/postgres/password")
  if ((EUID == 0)); then chown -R postgres: "$work/postgres"; fi
  as_postgres "$postgres_bin/initdb" --pgdata "$data" --username postgres --pwfile password \
    --auth scram-sha-256 --encoding UTF8 --locale C.UTF-8 --no-sync >"$work/initdb.log" ||
    fail "$(cat "$work/initdb.log")"
  # -k: its socket beside its data, where it meets no other server's.
  as_postgres "$postgres_bin/pg_ctl" start --silent --wait --timeout 60 --pgdata "$data" \
    --log log --options "-h 127.0.0.1 -p $port -k '$work/postgres' -F" ||
    fail "$(cat "$work/postgres/log")"
  postgres_url=postgres://postgres:$password@127.0.0.1:$port/postgres
  "$postgres_bin/postgres" --version
}

start_redis() {
  local port
  port=$(free_port)
  mkdir "$work/redis"
  printf 'requirepass %s\n' "$password" |
    redis-server - --bind 127.0.0.1 --port "$port" --dir "$work/redis" --save '' \
      --appendonly no >"$work/redis/log" 2>&1 &
  redis_pid=$!
  for _ in {1..100}; do
    if [[ $(REDISCLI_AUTH=$password redis-cli -p "$port" ping 2>/dev/null) == PONG ]]; then
      redis_url=redis://default:$password@127.0.0.1:$port
      redis-server --version
      return
    fi
    sleep 0.1
  done
  fail "$(cat "$work/redis/log")"
}

start_servers() {
  password=$(node --print "require('crypto').randomBytes(16).toString('hex')")
  start_postgres
  start_redis
}

stop_servers() {
  if [[ -n $download_pid ]]; then kill "$download_pid" 2>/dev/null; fi
  if [[ -n $redis_pid ]]; then
    kill "$redis_pid" 2>/dev/null
    wait "$redis_pid" 2>/dev/null
  fi
  if [[ -f $work/postgres/data/postmaster.pid ]]; then
    as_postgres "$postgres_bin/pg_ctl" stop --silent --mode immediate --pgdata "$work/postgres/data"
  fi
  if [[ -n $no_services ]]; then as_root rm -f "$no_services"; fi
}
