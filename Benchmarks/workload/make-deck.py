#!/usr/bin/env python3
"""Writes a rate deck of a given size, in the columns of rates.csv.

    make-deck.py --rows N --out FILE [--seed N]

It has the shape of the workload's deck, with deeper countries; rows beyond N are left out at random.
"""

import argparse
import random
import sys
from pathlib import Path

import numbering_deck


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter, usage=argparse.SUPPRESS
    )
    parser.add_argument("--rows", type=int, required=True, metavar="N")
    parser.add_argument("--out", type=Path, required=True, metavar="FILE")
    parser.add_argument("--seed", type=int, default=20250301, metavar="N")
    options = parser.parse_args()
    rng = random.Random(options.seed)
    # North America is full at about 40,000 prefixes, so the other countries get more than their share.
    deck = numbering_deck.build_deck(rng, prefix_count=options.rows * 3 // 2)
    rows = numbering_deck.rate_rows(deck, rng)
    if len(rows) < options.rows:
        sys.exit(f"make-deck.py: only {len(rows)} rows; ask for fewer")
    kept = sorted(rng.sample(range(len(rows)), options.rows))
    numbering_deck.write_rates(options.out, [rows[index] for index in kept])


if __name__ == "__main__":
    main()
