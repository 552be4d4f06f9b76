"""Writes the workload's deck, plans and accounts as a catalog folder of ratemill, as a user would write it.

The file formats are those of Sources/Catalog/README.md. Flat plans charge every outbound call with the
deck's price. Tiered ones include seconds of some classes, shared by the accounts of a pool, and price what goes beyond
in three tiers over the month. Credit plans are flat with a credit that the dearest calls use up first.
"""

import csv
import shutil
from pathlib import Path

CATALOG_YAML = """\
zone: UTC
currency: EUR
country: DE
"""

SOURCES_CSV = """\
source,format,pattern,zone
calls,benchmark-calls,cdr_*,UTC
"""

FORMAT_YAML = """\
format: benchmark-calls
summary: The benchmark's call detail records
kind: voice
type: csv
quotes: none
header: names
fields:
  id: call_id
  start: {column: start, time: iso}
  account: account
  from: src
  to: dst
  direction: {column: direction, words: {inbound: inbound, outbound: outbound}}
  billable: {column: billsec, unit: s}
  disposition: disposition
answered:
  - {column: disposition, is: ANSWERED}
key: [id]
guide: [account]
"""

# Inbound comes first, as in the peers: an inbound call that nobody answered counts as inbound.
PLAN_YAML = """\
plan: {plan}
currency: EUR
rounding: {{scale: 6, mode: half-up}}
look_up: {{voice: retail}}
not_billed:
  - {{reason: inbound, direction: inbound}}
  - {{reason: unanswered, answered: no}}
charges:
  - charge: calls
    kinds: [voice]
    directions: [outbound]
    price: deck
"""

# Of an account without a pool the counter is its own.
TIERED_PLAN_YAML = """\
plan: {plan}
currency: EUR
rounding: {{scale: 6, mode: half-up}}
look_up: {{voice: retail}}
not_billed:
  - {{reason: inbound, direction: inbound}}
  - {{reason: unanswered, answered: no}}
allowances:
  - {{allowance: included, quantity: {included} s, kinds: [voice], directions: [outbound],
     rating_groups: [{classes}], shared: pool, scale: per-member}}
charges:
  - charge: overage
    kinds: [voice]
    directions: [outbound]
    rating_groups: [{classes}]
    counter: pool
    tiers:
      kind: graduated
      steps:
        - {{up_to: {tier1} s, price: {rate1}, per: 1 min}}
        - {{up_to: {tier2} s, price: {rate2}, per: 1 min}}
        - {{price: {rate3}, per: 1 min}}
  - charge: calls
    kinds: [voice]
    directions: [outbound]
    price: deck
"""

CREDIT_YAML = """\
order: dearest-first
allowances:
  - {allowance: credit, amount: 5.00}
"""

DECK_COLUMNS = ["prefix", "destination", "rating_group", "price", "increment_first", "increment_next", "from"]


def make_catalog(data: Path, out: Path, rates: Path | None = None, plans: str = "flat") -> Path:
    """Writes the catalog folder `out` anew from `data`, with the deck of `rates` (default data/rates.csv) and
    `plans`: flat, tiered or credit. Returns `out`."""
    shutil.rmtree(out, ignore_errors=True)
    for folder in ("decks", "plans", "formats"):
        (out / folder).mkdir(parents=True, exist_ok=True)
    write_deck(rates or data / "rates.csv", out / "decks" / "retail.csv")
    with open(data / f"plans-{'tiered' if plans == 'tiered' else 'flat'}.csv", newline="") as file:
        for row in csv.DictReader(file):
            text = plan_text(row) + (CREDIT_YAML if plans == "credit" else "")
            (out / "plans" / f"{row['plan'].lower()}.yaml").write_text(text)
    (out / "formats" / "benchmark-calls.yaml").write_text(FORMAT_YAML)
    (out / "accounts.csv").write_bytes((data / "accounts.csv").read_bytes())
    (out / "sources.csv").write_text(SOURCES_CSV)
    (out / "catalog.yaml").write_text(CATALOG_YAML)
    return out


def plan_text(row: dict[str, str]) -> str:
    """One plan of a table of plans, as YAML."""
    if not row["covered_classes"]:
        return PLAN_YAML.format(plan=row["plan"])
    return TIERED_PLAN_YAML.format(
        plan=row["plan"],
        included=row["included_sec"],
        classes=", ".join(row["covered_classes"].split("|")),
        tier1=row["tier1_sec"],
        tier2=row["tier2_sec"],
        rate1=row["rate1"],
        rate2=row["rate2"],
        rate3=row["rate3"],
    )


def write_deck(rates: Path, out: Path) -> None:
    """The minimum is the first increment: both charge that much as soon as there is any usage."""
    with open(rates, newline="") as source, open(out, "w", newline="") as target:
        writer = csv.writer(target, lineterminator="\n")
        writer.writerow(DECK_COLUMNS)
        for row in csv.DictReader(source):
            terms = (row["class"], row["rate_per_min"], row["min_sec"], row["inc_sec"])
            writer.writerow((row["prefix"], row["destination"], *terms, row["effective_from"]))
