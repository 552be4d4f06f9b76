#!/bin/sh
# Installs what ratemill is compared with: builds the C peer, and puts the SQL engines from PyPI into a Python
# environment of their own. Everything lands in Benchmarks/work/ (or the folder given as $1). A peer that cannot be
# had is named and left out; run.py then leaves it out too.
set -u

here=$(cd "$(dirname "$0")" && pwd)
work=${1:-$here/../work}
compiler=${CC:-cc}
python=${PYTHON:-python3}
mkdir -p "$work"

# Needs the headers of libzstd and zlib (Debian: libzstd-dev, zlib1g-dev) and a CPU with AVX2.
if "$compiler" -std=gnu17 -O3 -march=native -Wall -Wextra -o "$work/rate-c" "$here"/c/*.c -lzstd -lz -lpthread; then
  echo "C: built $work/rate-c"
else
  echo "C: left out, it does not compile here"
fi

if [ ! -x "$work/venv/bin/python" ] && ! "$python" -m venv "$work/venv"; then
  echo "DuckDB, ClickHouse, Polars: left out, '$python -m venv' failed (Debian: python3-venv)"
  exit 0
fi
for package in duckdb chdb polars; do
  if "$work/venv/bin/pip" install --quiet --disable-pip-version-check "$package"; then
    echo "$package: $("$work/venv/bin/pip" show "$package" 2>/dev/null | sed -n 's/^Version: //p')"
  else
    echo "$package: left out, pip could not install it"
  fi
done
