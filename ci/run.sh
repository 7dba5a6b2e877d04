#!/usr/bin/env bash
# The steps that every change must pass. `.ci/run` and `.github/workflows/ci.yml` both call this file.
#
#   bash ci/run.sh                        all steps
#   bash ci/run.sh check servers+faults   these steps; those with a + between them at the same time
#
#   check     style, types, direction of imports, documents, bundles
#   embedded  all tests, with the embedded Postgres and Redis
#   servers   the tests of the service and its stores, with a PostgreSQL and a Redis of their own
#   faults    kills, outages and cut connections, four rounds
#   recovery  the losses of storage, each with a kill in the middle of the recovery
#   clock     the clock is set forward and back while clients talk
#   hostile   everything that a stranger could send, in short
#   page      the page and the component in Chromium, and the examples
#
# Needs Node 20. On Debian and Ubuntu it installs what is missing, as root.

set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
exec </dev/null
source ci/servers.sh

export CI=true
export WRANGLER_SEND_METRICS=false WRANGLER_SEND_ERROR_REPORTS=false WRANGLER_HIDE_BANNER=true
export CLOUDFLARE_CF_FETCH_ENABLED=false
export REDOCLY_TELEMETRY=off REDOCLY_SUPPRESS_UPDATE_NOTICE=true
export DEBIAN_FRONTEND=noninteractive
unset DATABASE_URL TEST_DATABASE_URL TEST_REDIS_URL

known=(check embedded servers faults recovery clock hostile page)
# hostile measures times, and page needs all of two cores: both run alone.
groups=(check embedded servers+faults recovery clock hostile page)
if (($# > 0)); then groups=("$@"); fi
IFS=+ read -ra steps <<<"$(IFS=+ && printf '%s' "${groups[*]}")"

# Seconds after which a step that hangs is ended. Without CI a person uses Ctrl-C, which `timeout` would not
# pass on.
limit=(timeout --kill-after=15 1800)
if [[ -t 1 ]]; then limit=(); fi

heading() {
  printf '\n== %s (%d s)\n\n' "$1" "$SECONDS"
}

fail() {
  printf '%s\n' "$1" >&2
  exit 1
}

tear_down() {
  local status=$?
  trap - EXIT INT TERM
  set +e
  if ((${#running[@]} > 0)); then kill "${running[@]}" 2>/dev/null && wait "${running[@]}"; fi
  stop_servers
  rm -rf "$work"
  if ((status != 0)); then printf '\n== Failed (%d s)\n' "$SECONDS" >&2; fi
  exit "$status"
}

# Each step runs in a shell of its own, which becomes the command that does the work.
check() {
  heading 'Check'
  exec "${limit[@]}" npm run check
}

embedded() {
  heading 'Test, with the embedded Postgres and Redis'
  exec "${limit[@]}" npm test
}

servers() {
  heading 'Test, with PostgreSQL and Redis'
  # Tests that use neither store run only in the step `embedded`.
  TEST_DATABASE_URL=$postgres_url TEST_REDIS_URL=$redis_url exec "${limit[@]}" npm test -- \
    test/room test/api test/contract test/client/room \
    test/local/{migrations,neon-http,redis-difference,session-settings,skeletons,upstash-http}
}

faults() {
  heading 'Faults: kills, outages and cut connections, four rounds'
  exec "${limit[@]}" npm run test:faults -- --short --seed 7
}

recovery() {
  heading 'Recovery: the losses of storage, each with a kill in the middle'
  exec "${limit[@]}" npm run test:recovery -- --short --seed 7
}

clock() {
  heading 'The clock: set forward and back while clients talk'
  exec "${limit[@]}" npm run test:clock -- --short
}

hostile() {
  heading 'Hostile: everything that a stranger could send, in short'
  exec "${limit[@]}" npm run test:hostile -- --short --seed 7 --out "$work/hostile.json"
}

page() {
  heading 'The page in Chromium, and the examples'
  # Debian's own Python, which has the library of the example in Python. Without it, that example is skipped.
  if [[ -x /usr/bin/python3 ]]; then export PYTHON=/usr/bin/python3; fi
  exec "${limit[@]}" npm run test:e2e
}

# run_group STEP...: at the same time if there are several; the output of each is shown in one piece.
run_group() {
  local at status=0
  # Not for the first two: with no redis-server on the PATH, `npm start` uses the embedded engine.
  if [[ " $* " != *' check '* && " $* " != *' embedded '* ]]; then install_programs; fi
  if [[ " $* " == *' servers '* ]]; then start_servers; fi
  if (($# == 1)); then
    ("$1")
    return
  fi
  running=()
  for at in "$@"; do
    ("$at") >"$work/$at.log" 2>&1 &
    running+=($!)
  done
  for at in "${!running[@]}"; do
    wait "${running[at]}" || status=1
    cat "$work/${*:at+1:1}.log"
  done
  running=()
  return "$status"
}

for step in "${steps[@]}"; do
  [[ " ${known[*]} " == *" $step "* ]] || fail "There is no step $step. Steps: ${known[*]}"
done

running=()
work=$(mktemp -d)
# The user postgres passes through to its own folder.
chmod 711 "$work"
trap tear_down EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

heading 'Install'
npm ci --no-audit --no-fund
download_programs
for group in "${groups[@]}"; do
  IFS=+ read -ra group_steps <<<"$group"
  run_group "${group_steps[@]}"
done
heading 'Passed'
