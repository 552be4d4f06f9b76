#!/usr/bin/env python3
"""Writes the benchmark's data: a rate deck, plans, accounts, and a month of call detail records.

    make-workload.py [--out DIR] [--seed N] [--forms FORM,...] [SIZE ...]

SIZE is a number of records such as 1M or 10M (default 10M); FORM is one of
    plain   cdr_SIZE.csv
    zst     cdr_SIZE.csv.zst      zstd -3, one frame
    frames  cdr_SIZE.frames.zst   zstd -3, a frame for every 32 MiB of text
    gz      cdr_SIZE.csv.gz       gzip -6
and all four by default. Files that are there already are kept. The same options give the same text. 10M takes
3 GB of disk in all forms. Without "plain" the text is never on disk: 100M needs 5 GB as zst, 15 GB more as
plain. Needs a C compiler, zstd and gzip.
"""

import argparse
import os
import random
import shutil
import subprocess
import sys
from pathlib import Path

import numbering_deck
import population

HERE = Path(__file__).resolve().parent
DEFAULT_OUT = HERE.parent / "work" / "data"
FORMS = ("plain", "zst", "frames", "gz")
FRAME_TEXT_BYTES = 32 << 20

PLAN_COLUMNS = "plan,included_sec,covered_classes,tier1_sec,rate1,tier2_sec,rate2,rate3"
COVERS_NOTHING = "0,,0,0.000000,0,0.000000,0.000000"
# Two price lists over the same accounts and calls. Flat: every charge is its deck charge. Tiered: seconds to
# some classes are covered, shared in a pool, and those beyond the included ones are charged in three tiers.
PLANS = {
    "flat": {plan: COVERS_NOTHING for plan in population.PLANS},
    "tiered": {
        "PAYG": COVERS_NOTHING,
        "FLAT-DOM": "60000,DOM-FIX|DOM-MOB,60000,0.019000,600000,0.014500,0.009900",
        "EURO": "180000,DOM-FIX|DOM-MOB|EU-FIX|EU-MOB,120000,0.022500,1200000,0.017250,0.012125",
        "WORLD": "600000,DOM-FIX|DOM-MOB|EU-FIX|EU-MOB|EUR-FIX|NAM,600000,0.018000,6000000,0.013333,0.008777",
    },
}


def main() -> None:
    options = parse_options()
    out = options.out
    out.mkdir(parents=True, exist_ok=True)
    if not catalog_is_there(out, options.seed):
        write_catalog(out, options.seed)
    emitter = build_emitter(out)
    for size in options.sizes:
        write_records(out, emitter, size, options.forms)


def parse_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter, usage=argparse.SUPPRESS
    )
    parser.add_argument("sizes", nargs="*", metavar="SIZE", default=["10M"])
    parser.add_argument("--out", type=Path, default=DEFAULT_OUT, metavar="DIR")
    parser.add_argument("--seed", type=int, default=20250301, metavar="N", help="another deck and population")
    parser.add_argument("--forms", default=",".join(FORMS), metavar="FORM,...")
    options = parser.parse_args()
    options.forms = options.forms.split(",")
    unknown = [form for form in options.forms if form not in FORMS]
    if unknown:
        parser.error(f"unknown form '{unknown[0]}'; known are {', '.join(FORMS)}")
    for size in options.sizes:
        record_count(size)
    return options


def record_count(size: str) -> int:
    """10M as 10,000,000; also k, or a plain number."""
    factor = {"k": 1_000, "M": 1_000_000}.get(size[-1:], 1)
    digits = size[:-1] if factor > 1 else size
    if not digits.isdigit():
        sys.exit(f"make-workload.py: bad size '{size}'; write 1M, 10M, 500k or a plain number")
    return int(digits) * factor


# The catalog: rates.csv, plans-*.csv, accounts.csv, and the emitter's tables.


def catalog_is_there(out: Path, seed: int) -> bool:
    """True where `out` has the files of this seed; a folder of another seed is refused, not mixed."""
    mark = out / "seed"
    if not mark.exists():
        return False
    if mark.read_text() != f"{seed}\n":
        sys.exit(f"make-workload.py: {out} holds data of seed {mark.read_text().strip()}; use another --out")
    return True


def write_catalog(out: Path, seed: int) -> None:
    """Everything that is drawn from the seed, in one fixed order of draws; the mark comes last."""
    rng = random.Random(seed)
    deck = numbering_deck.build_deck(rng)
    rates = numbering_deck.rate_rows(deck, rng)
    ids = population.account_ids()
    accounts = population.accounts(ids, rng)
    with open(out / "emitter-tables.txt", "w") as file:
        population.write_emitter_tables(file, ids, deck, rng)
    numbering_deck.write_rates(out / "rates.csv", rates)
    for name, plans in PLANS.items():
        lines = [PLAN_COLUMNS, *(f"{plan},{terms}" for plan, terms in plans.items())]
        (out / f"plans-{name}.csv").write_text("\n".join(lines) + "\n")
    lines = ["account,plan,pool", *(",".join(row) for row in accounts)]
    (out / "accounts.csv").write_text("\n".join(lines) + "\n")
    (out / "seed").write_text(f"{seed}\n")
    print(
        f"{out}: {len(rates)} rates for {len(deck.order)} prefixes, {len(accounts)} accounts", file=sys.stderr
    )


# The call detail records, in each form from one run of the emitter or from the plain file.


def build_emitter(out: Path) -> Path:
    source, program = HERE / "emit_cdrs.c", out / "emit_cdrs"
    if not program.exists() or program.stat().st_mtime < source.stat().st_mtime:
        subprocess.run([os.environ.get("CC", "cc"), "-O3", "-o", program, source], check=True)
    return program


def write_records(out: Path, emitter: Path, size: str, forms: list[str]) -> None:
    plain = out / f"cdr_{size}.csv"
    targets = {
        "plain": plain,
        "zst": out / f"cdr_{size}.csv.zst",
        "frames": out / f"cdr_{size}.frames.zst",
        "gz": out / f"cdr_{size}.csv.gz",
    }
    for form in FORMS:
        target = targets[form]
        if form not in forms or target.exists():
            continue
        unfinished = target.with_name(target.name + ".unfinished")
        with open(unfinished, "wb") as file, RecordText(plain, emitter, out, record_count(size)) as text:
            write_form(form, text, file)
        unfinished.rename(target)
        print(f"{target}: {target.stat().st_size} bytes", file=sys.stderr)


def write_form(form: str, text, file) -> None:
    """Writes the records read from the stream `text` to `file` in one form."""
    if form == "plain":
        shutil.copyfileobj(text, file, 1 << 20)
    elif form == "frames":
        while piece := read_fully(text, FRAME_TEXT_BYTES):
            subprocess.run(["zstd", "-3", "-q", "-c"], input=piece, stdout=file, check=True)
    else:
        command = ["zstd", "-3", "-q", "-c"] if form == "zst" else ["gzip", "-6", "-n", "-c"]
        subprocess.run(command, stdin=text, stdout=file, check=True)


def read_fully(stream, count: int) -> bytes:
    """Up to `count` bytes; fewer only at the end (a pipe hands out less than asked for at a time)."""
    pieces, missing = [], count
    while missing and (piece := stream.read(missing)):
        pieces.append(piece)
        missing -= len(piece)
    return b"".join(pieces)


class RecordText:
    """The text of the records as a stream: the plain file where it is there, else the emitter's pipe."""

    def __init__(self, plain: Path, emitter: Path, out: Path, count: int):
        self.plain = plain
        self.command = [emitter, out / "emitter-tables.txt", str(count)]
        self.process = None

    def __enter__(self):
        if self.plain.exists():
            self.stream = open(self.plain, "rb", buffering=0)
        else:
            self.process = subprocess.Popen(self.command, stdout=subprocess.PIPE, bufsize=0)
            self.stream = self.process.stdout
        return self.stream

    def __exit__(self, failure, *_):
        self.stream.close()
        if self.process and self.process.wait() != 0 and failure is None:
            sys.exit("make-workload.py: the emitter failed")


if __name__ == "__main__":
    main()
