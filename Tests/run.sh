#!/usr/bin/env bash
# Every test: the format of the sources, the build without a warning, the tests of the package and of the benchmarks.
# Installs what is missing with apt-get. Works from any folder; arguments go to 'swift test' (--filter RateCases …).
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

step() { echo "== $*"; }

bash Tests/system-packages.sh

step "format of the sources"
swift format lint --strict --parallel --recursive Sources Tests Package.swift

step "build"
log=$(mktemp)
trap 'rm -f "$log"' EXIT
swift build --build-tests > "$log" 2>&1 || { cat "$log"; exit 1; }

step "tests of the benchmarks"
if command -v python3 > /dev/null; then
  python3 -m unittest discover --quiet --start-directory Benchmarks
else
  echo "skipped: no python3 here"
fi

# Last, so that its closing line is the last one.
step "tests"
swift test --skip-build "$@"
