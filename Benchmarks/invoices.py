#!/usr/bin/env python3
"""How many invoices a second `ratemill invoice draft` makes, and in how much memory.

Makes 10,000 accounts with 20 usage lines, a counted and a fixed contract line, a discount and a tax each, rates their usage once,
and times drafts of all of it (JSON and HTML). Prints the median of the rounds. Everything made lies in Benchmarks/work/invoices.
"""

import argparse
import resource
import shutil
import statistics
import subprocess
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
GROUPS = 20
# What the program promises: at least so many invoices a second on two cores, in at most so much memory.
INVOICES_A_SECOND_MIN = 500
MEMORY_MIB_MAX = 300


def make_catalog(folder: Path, account_count: int) -> None:
    """Writes accounts, contracts, counts, price book, discounts, taxes and a plan with one charge for each group."""
    accounts = [f"client-{index:05}" for index in range(account_count)]
    tables = {
        "catalog.yaml": "zone: UTC\ncurrency: EUR\nseller: {name: Example Provider}\n",
        "accounts.csv": "account,plan,tax_place,terms\n" + "".join(f"{a},p,DE,14 days\n" for a in accounts),
        "sources.csv": "source,pattern,format\nmeters,usage*.csv,usage-csv\n",
        "price-book.csv": "item,description,price,from\nseat,Seat,8.90,2026-01-01\n",
        "counts.csv": "account,item,date,quantity\n"
        + "".join(f"{a},seat,2026-05-31,12\n{a},seat,2026-06-12,15\n" for a in accounts),
        "contracts.csv": "account,description,item,price,quantity,count,from\n"
        + "".join(f"{a},,seat,,,prorate,2026-01-01\n{a},Care,,29.00,10,,2026-01-01\n" for a in accounts),
        "discounts.csv": "account,description,percent\n" + "".join(f"{a},Loyal,3\n" for a in accounts),
        "taxes.csv": "tax,place,rate\nVAT,DE,19\n",
    }
    charges = "".join(
        f"  - {{charge: c{g}, kind: event, rating_group: Group {g:02}, price: 0.0{g + 11}, per: 1}}\n"
        for g in range(GROUPS)
    )
    tables["plans/p.yaml"] = f"plan: p\ncharges:\n{charges}"
    for name, text in tables.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


def make_usage(path: Path, account_count: int) -> None:
    """Writes one record for each account and group."""
    with path.open("w") as out:
        out.write("id,account,meter,quantity,unit,time\n")
        number = 0
        for index in range(account_count):
            for group in range(GROUPS):
                number += 1
                out.write(f"m{number},client-{index:05},Group {group:02},{number % 97 + 1},,2026-06-02T06:00:00\n")


def main() -> None:
    """Makes what is missing, drafts, and prints one line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--accounts", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--program", type=Path, default=HERE.parent / ".build/release/ratemill")
    options = parser.parse_args()

    work = HERE / "work" / "invoices"
    shutil.rmtree(work, ignore_errors=True)
    make_catalog(work / "catalog", options.accounts)
    make_usage(work / "usage.csv", options.accounts)
    program = str(options.program)
    catalog, usage, drafts = str(work / "catalog"), str(work / "rated"), str(work / "drafts")
    rate = [program, "rate", "-q", "--catalog", catalog, "--out", usage, str(work / "usage.csv")]
    subprocess.run(rate, check=True)

    seconds = []
    for _ in range(options.rounds):
        shutil.rmtree(drafts, ignore_errors=True)
        started = time.perf_counter()
        draft = [program, "invoice", "draft", "-q", "--catalog", catalog, "--usage", usage, "--out", drafts]
        subprocess.run(draft, check=True)
        seconds.append(time.perf_counter() - started)
    made = len(list(Path(drafts).glob("client-*.json")))
    if made != options.accounts:
        raise SystemExit(f"{made} drafts; expected {options.accounts}")
    # The largest child so far: rating the same usage is smaller than drafting it.
    memory_mib = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    rate = made / statistics.median(seconds)
    verdict = "met" if rate >= INVOICES_A_SECOND_MIN and memory_mib <= MEMORY_MIB_MAX else "MISSED"
    print(
        f"{made} invoices with {GROUPS} usage lines: {rate:.0f}/s (at least {INVOICES_A_SECOND_MIN}), "
        f"{memory_mib:.0f} MiB (at most {MEMORY_MIB_MAX}): {verdict}"
    )


if __name__ == "__main__":
    main()
