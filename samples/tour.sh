#!/usr/bin/env bash
# From nothing to invoices: installs what is missing, builds ratemill, rates the samples, drafts their invoices and reviews them.
# Works from any folder and as often as you like. Needs bash, the Swift toolchain, and apt-get with root or sudo where a
# library is missing. Writes to samples/out.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

say() { echo "$*" >&2; }

if ! command -v swift > /dev/null; then
  say "tour: no 'swift' in PATH; install the toolchain from https://www.swift.org/install, then run this again"
  exit 1
fi
bash Tests/system-packages.sh

program=.build/release/ratemill
[ -x "$program" ] || say "building ratemill (release); the first time takes some minutes"
log=$(mktemp)
trap 'rm -f "$log"' EXIT
swift build -c release --product ratemill > "$log" 2>&1 || { cat "$log" >&2; exit 1; }

# Shows a command as one would type it, and runs it.
ratemill() {
  say
  say "\$ ratemill $*"
  "$program" "$@"
}

mkdir -p samples/out
# The exports have some dirt, as exports do: one record in a hundred may wait in suspense.
ratemill rate --catalog samples/catalog --out samples/out/usage --force --max-suspense 1% samples/usage
ratemill invoice draft --catalog samples/catalog --usage samples/out/usage --out samples/out/invoices --force
# Status 1 says that there is something to look at, and there is.
ratemill invoice review --catalog samples/catalog --usage samples/out/usage --drafts samples/out/invoices || [ $? -eq 1 ]
ratemill invoice export --catalog samples/catalog --usage samples/out/usage --drafts samples/out/invoices \
  --out samples/out/tables --force
say
say "What could not be rated, record by record: ${PWD}/samples/out/usage/suspense.csv.zst"
say "Every line, and a journal:                 ${PWD}/samples/out/tables/"
say "An invoice to open in a browser:           ${PWD}/samples/out/invoices/ostkai.html"
