#!/usr/bin/env bash
# Registers an account, logs in, sends a message and prints the newest ones. It needs curl and sed.
#
#   examples/curl/chat.sh 'Hello from curl'

set -euo pipefail

api=${CHAT_URL:-http://localhost:8787}
email=${CHAT_EMAIL:-ada@example.com}
password=${CHAT_PASSWORD:-a long password}
content=${1:-Hello from curl}

# post PATH BODY [TOKEN]: prints the answer, also that of a refusal.
post() {
  curl --silent --show-error "$api$1" --data "$2" --header 'content-type: application/json' \
    ${3:+--header "authorization: Bearer $3"}
}

# quoted TEXT: the text as a value of JSON.
quoted() {
  printf '"%s"' "$(printf '%s' "$1" | sed 's/[\\"]/\\&/g')"
}

credentials="\"email\":$(quoted "$email"),\"password\":$(quoted "$password")"
# The account may exist already: the login shows whether it is the right one.
post /auth/register "{\"username\":$(quoted "${email%%@*}"),$credentials}" >/dev/null
answer=$(post /auth/login "{$credentials}")
token=$(sed -n 's/.*"access_token":"\([^"]*\)".*/\1/p' <<<"$answer")
if [[ -z $token ]]; then
  printf '%s\n' "$answer" >&2
  exit 1
fi

post /messages "{\"content\":$(quoted "$content")}" "$token"
echo
curl --silent --show-error --header "authorization: Bearer $token" "$api/messages?limit=3"
echo
