"""A billing store: rating into it, and rating again after a new deck and after a new price of one destination.

The yardstick is rating the same file into a new store: both end with a committed run. The deck's new prices
are 10 % above the old ones.
"""

import csv
import shutil
from collections import Counter
from pathlib import Path

from .catalog import make_catalog
from .correctness import BadOutput
from .extras import MIB, Result, word
from .jobs import RERATE_ALL_FASTER, RERATE_ONE_FASTER, RERATE_ONE_SHARE, record_file
from .measure import Contender, RunFailed, median_of_ratios, run, run_in_turns, say, warm
from .session import Session

ROUNDS_MAX = 3


def rating_again(session: Session) -> Result:
    """Rates into a store, and again with two other decks, in turns."""
    cdrs = record_file(session.data, session.size, "zst")
    warm(cdrs)
    logs = session.folder("logs")
    first, again, fresh = (session.folder("store") / name for name in ("first", "again", "fresh"))
    try:
        prefixes, share = one_destination(session, cdrs)
        say("store: rating once")
        shutil.rmtree(first, ignore_errors=True)
        run(session.ratemill.rate_to_store(cdrs, first), logs / "store-first.txt")
    except (RunFailed, BadOutput) as failure:
        return [f"store: failed: {failure}"], None
    dearer = dearer_catalog(session, "dearer", None)
    one = dearer_catalog(session, "one-dearer", prefixes)
    contenders = [
        Contender(
            "rate --store",
            session.ratemill.rate_to_store(cdrs, fresh),
            logs / "store.txt",
            prepare=lambda: shutil.rmtree(fresh, ignore_errors=True),
        )
    ]
    for name, catalog in (("whole deck", dearer), (f"one destination, {share:.1%} of the calls", one)):
        command = session.ratemill.rerate(again, catalog)
        contenders.append(
            Contender(name, command, logs / "rerate.txt", prepare=lambda: copy_store(first, again))
        )
    run_in_turns(contenders, min(session.rounds, ROUNDS_MAX), "store")
    if failures := [contender.failure for contender in contenders if contender.failure]:
        return [f"store: failed: {failures[0]}"], None
    rated, *rerated = contenders
    size = sum(path.stat().st_size for path in first.rglob("*") if path.is_file())
    lines = [
        f"store: rated into a new one in {rated.median('wall'):.2f} s, {rated.peak_bytes() / MIB:.0f} MiB of"
        f" memory, {size / MIB:.0f} MiB of disk"
    ]
    is_kept = True
    for contender, least in zip(rerated, (RERATE_ALL_FASTER, RERATE_ONE_FASTER)):
        times = median_of_ratios(rated, contender)
        is_kept &= times >= least
        lines.append(
            f"rerate, {contender.name}: {contender.median('wall'):.2f} s, {times:.1f} times as fast;"
            f" at least {least}: {word(times >= least)}; {contender.peak_bytes() / MIB:.0f} MiB"
        )
    for path in (first, again, fresh):
        shutil.rmtree(path, ignore_errors=True)
    return lines, is_kept


def one_destination(session: Session, cdrs: Path) -> tuple[set[str], float]:
    """The prefixes of the destination whose share of the calls is nearest to 1 %, and that share."""
    out = session.folder("store") / "destinations.csv"
    run(session.ratemill.rate(cdrs, out, by="destination"), session.folder("logs") / "destinations.json")
    counts: Counter[str] = Counter()
    with open(out, newline="") as file:
        for row in csv.DictReader(file):
            counts[row["destination"]] += int(row["event_count"])
    total = sum(counts.values())
    if not total:
        raise BadOutput("no call was rated")
    name = min(counts, key=lambda name: abs(counts[name] / total - RERATE_ONE_SHARE))
    with open(session.data / "rates.csv", newline="") as file:
        prefixes = {row["prefix"] for row in csv.DictReader(file) if row["destination"] == name}
    return prefixes, counts[name] / total


def dearer_catalog(session: Session, name: str, prefixes: set[str] | None) -> Path:
    """The catalog with prices 10 % above, of some prefixes or of all."""
    rates = session.work / f"rates-{name}.csv"
    with open(session.data / "rates.csv", newline="") as source, open(rates, "w", newline="") as target:
        reader = csv.DictReader(source)
        writer = csv.DictWriter(target, reader.fieldnames, lineterminator="\n")
        writer.writeheader()
        for row in reader:
            if prefixes is None or row["prefix"] in prefixes:
                micro = round(float(row["rate_per_min"]) * 1_000_000)
                micro += micro // 10
                row["rate_per_min"] = f"{micro // 1_000_000}.{micro % 1_000_000:06d}"
            writer.writerow(row)
    return make_catalog(session.data, session.work / f"catalog-{name}", rates)


def copy_store(source: Path, target: Path) -> None:
    """Copies a store. Documents of runs never change: they are linked, the book is copied."""
    shutil.rmtree(target, ignore_errors=True)
    for path in sorted(source.rglob("*")):
        place = target / path.relative_to(source)
        if path.is_dir():
            place.mkdir(parents=True, mode=0o700)
        elif path.name.startswith("book."):
            place.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(path, place)
        else:
            place.parent.mkdir(parents=True, exist_ok=True)
            place.hardlink_to(path)
