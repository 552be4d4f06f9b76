#!/usr/bin/env bash
# From nothing to invoices: installs what is missing, builds ratemill, rates the samples, drafts their invoices, reviews, approves
# and finalises them.
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
for product in ratemill ratemill-pdf; do
  swift build -c release --product "$product" > "$log" 2>&1 || { cat "$log" >&2; exit 1; }
done

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

# The same month in a billing store, to invoices that are sent. A store keeps what was sent for good; the tour begins anew.
rm -rf samples/out/store samples/out/pdf
store=samples/out/store
ratemill rate --catalog samples/catalog --store "$store" --max-suspense 1% --quiet samples/usage
ratemill invoice draft --catalog samples/catalog --store "$store" --period 2026-06
# Nobody had decided about that ticket; from the next drafts on somebody has.
ratemill invoice approve --store "$store" --charge T-2058 --who Ines --reason "the client has signed"
ratemill invoice draft --catalog samples/catalog --store "$store" --period 2026-06 --itemise --quiet
ratemill invoice approve --store "$store" --all --who Ines
ratemill invoice finalise --store "$store" --date 2026-07-01
ratemill invoice list --store "$store" --report-in EUR --fx samples/catalog/fx.csv
ratemill explain --store "$store" --invoice INV-0002 --line 1
# Needs cairo and Pango, and says so where they are not installed.
pages=samples/out/pdf
ratemill invoice pdf --store "$store" --out "$pages" || pages=
ratemill verify --store "$store"

say
say "What could not be rated, record by record: ${PWD}/samples/out/usage/suspense.csv.zst"
say "Every line, and a journal:                 ${PWD}/samples/out/tables/"
say "An invoice to open in a browser:           ${PWD}/$store/invoices/INV-0006/invoice.html"
[ -z "$pages" ] || say "The same on paper:                         ${PWD}/$pages/INV-0006.pdf"
