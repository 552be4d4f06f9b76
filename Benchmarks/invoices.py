#!/usr/bin/env python3
"""How many invoices a second `ratemill invoice draft` makes, and in how much memory.

Makes 10,000 accounts with 20 usage lines, a counted and a fixed contract line, a discount and a tax each,
rates their usage once, and times drafts of all of it (JSON and HTML): from a usage folder to a folder, and
from a billing store into it. Prints the median of the rounds, and what the fastest one has used.
Everything made lies in Benchmarks/work/invoices.
"""

import argparse
import os
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
    """Writes accounts, billing tables and a plan with one charge for each group."""
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
                quantity = number % 97 + 1
                out.write(f"m{number},client-{index:05},Group {group:02},{quantity},,2026-06-02T06:00:00\n")


class Measured:
    """Wall times, processor times and peak memory of one command, round by round."""

    def __init__(self) -> None:
        self.seconds: list[float] = []
        self.cpu_seconds: list[float] = []
        self.memory_mib = 0.0

    def run(self, command: list[str]) -> None:
        """Runs it once; its output goes nowhere. The memory is that of this one process."""
        started = time.perf_counter()
        with subprocess.Popen(command, stdout=subprocess.DEVNULL) as process:
            _, status, used = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
        self.seconds.append(time.perf_counter() - started)
        self.cpu_seconds.append(used.ru_utime + used.ru_stime)
        self.memory_mib = max(self.memory_mib, used.ru_maxrss / 1024)
        if process.returncode != 0:
            raise SystemExit(f"{' '.join(command)} ended with {process.returncode}")

    def report(self, name: str, made: int) -> bool:
        """Prints one line; says whether what the program promises holds."""
        a_second = made / statistics.median(self.seconds)
        is_met = a_second >= INVOICES_A_SECOND_MIN and self.memory_mib <= MEMORY_MIB_MAX
        print(
            f"{name:8}{made} invoices with {GROUPS} usage lines: {a_second:.0f}/s "
            f"(at least {INVOICES_A_SECOND_MIN}), {min(self.cpu_seconds):.1f} s of CPU, "
            f"{self.memory_mib:.0f} MiB (at most {MEMORY_MIB_MAX}): {'met' if is_met else 'MISSED'}"
        )
        return is_met


def main() -> None:
    """Makes what is missing, drafts, and prints two lines."""
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
    store = str(work / "store")
    for out in (["--out", usage], ["--store", store]):
        rate = [program, "rate", "-q", "--catalog", catalog, *out, str(work / "usage.csv")]
        subprocess.run(rate, check=True, stdout=subprocess.DEVNULL)

    (folder_way, store_way) = (Measured(), Measured())
    draft = [program, "invoice", "draft", "-q", "--catalog", catalog]
    for number in range(options.rounds):
        shutil.rmtree(drafts, ignore_errors=True)
        folder_way.run([*draft, "--usage", usage, "--out", drafts])
        # Equal drafts would be found to be there; another comment in a table makes them others.
        with (work / "catalog" / "discounts.csv").open("a") as table:
            table.write(f"# round {number}\n")
        store_way.run([*draft, "--store", store, "--period", "2026-06"])
    made = len(list(Path(drafts).glob("client-*.json")))
    stored = len(list(Path(store).glob("drafts/*/documents/client-*.json")))
    if made != options.accounts or stored % options.accounts != 0 or stored == 0:
        raise SystemExit(f"{made} and {stored} drafts; expected {options.accounts}")
    results = [folder_way.report("folder", made), store_way.report("store", made)]
    if not all(results):
        raise SystemExit(1)


if __name__ == "__main__":
    main()
