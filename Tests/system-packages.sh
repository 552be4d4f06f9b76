#!/usr/bin/env bash
# Installs with apt-get what building ratemill needs and this machine lacks; silent where nothing is missing.
#   bash Tests/system-packages.sh [COMMAND=PACKAGE...]   also packages for commands that are not in PATH
set -euo pipefail

missing=()
command -v pkg-config > /dev/null || missing+=(pkg-config)
for pair in libzstd=libzstd-dev zlib=zlib1g-dev yaml-0.1=libyaml-dev nettle=nettle-dev libxxhash=libxxhash-dev \
  sqlite3=libsqlite3-dev; do
  pkg-config --exists "${pair%%=*}" 2> /dev/null || missing+=("${pair#*=}")
done
[ -e /usr/share/zoneinfo/Europe/Berlin ] || missing+=(tzdata)
for pair in "$@"; do
  command -v "${pair%%=*}" > /dev/null || missing+=("${pair#*=}")
done
[ ${#missing[@]} -gt 0 ] || exit 0

say() { echo "$*" >&2; }
if ! command -v apt-get > /dev/null; then
  say "missing here: ${missing[*]} (names of Debian's packages); install them, then run this again"
  exit 1
fi
root=()
if [ "$(id -u)" -ne 0 ]; then
  command -v sudo > /dev/null || { say "needs root to run: apt-get install ${missing[*]}"; exit 1; }
  root=(sudo)
fi
say "installing ${missing[*]}"
log=$(mktemp)
trap 'rm -f "$log"' EXIT
install=("${root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -y -qq install --no-install-recommends)
# The lists of packages may be missing or old: they are fetched where the first try fails.
"${install[@]}" "${missing[@]}" > "$log" 2>&1 \
  || { "${root[@]}" apt-get -qq update > "$log" 2>&1 && "${install[@]}" "${missing[@]}" > "$log" 2>&1; } \
  || { cat "$log" >&2; exit 1; }
