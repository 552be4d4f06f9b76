"""What the Python peers share: their command line, and how they tell their totals."""

import argparse
import json
import os
import sys
import time
from pathlib import Path

TOTALS = (
    "records malformed duplicates inbound unanswered unknown rated billsec billed deck_charge covered_sec "
    "plan_charge groups"
).split()

# The outcome of a record as a number, in the order in which the job looks at them (see Benchmarks/README.md).
RATED, MALFORMED, INBOUND, UNANSWERED, UNKNOWN = 0, 1, 3, 4, 5

# How many threads an engine may use.
THREADS = int(os.environ.get("PEER_THREADS", "2"))

CDR_COLUMNS = "call_id start account src dst direction duration billsec disposition trunk".split()


def parse_options(about: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=about)
    parser.add_argument("data", type=Path, help="folder with rates.csv, plans-NAME.csv and accounts.csv")
    parser.add_argument("cdrs", type=Path, help="the call detail records")
    parser.add_argument("out", type=Path, help="folder for summary.csv and plan_charges.csv")
    parser.add_argument("--dedupe", action="store_true", help="count only the first record of each call_id")
    parser.add_argument("--plans", default="flat", metavar="NAME")
    options = parser.parse_args()
    options.plans_csv = options.data / f"plans-{options.plans}.csv"
    return options


def print_totals(counts: dict[int, int], **totals: int) -> None:
    """One line of JSON: `counts` by outcome, without duplicates, and the other totals by name."""
    totals.update(
        records=sum(counts.values()) + totals["duplicates"],
        malformed=counts.get(MALFORMED, 0),
        inbound=counts.get(INBOUND, 0),
        unanswered=counts.get(UNANSWERED, 0),
        unknown=counts.get(UNKNOWN, 0),
        rated=counts.get(RATED, 0),
    )
    print(json.dumps({name: int(totals[name] or 0) for name in TOTALS}))


class Stopwatch:
    """Tells on stderr how long each stage took."""

    def __init__(self):
        self.last = time.monotonic()
        self.stages: list[str] = []

    def lap(self, stage: str) -> None:
        now = time.monotonic()
        self.stages.append(f"{stage} {now - self.last:.2f} s")
        self.last = now

    def report(self) -> None:
        print(", ".join(self.stages), file=sys.stderr)
