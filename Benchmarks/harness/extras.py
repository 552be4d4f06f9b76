"""The other promises about speed and memory: the output folder, the start, the deck, and 100 million events.

Each check returns lines for people and whether its limit is kept; None where it could not be measured.
"""

import shutil
import statistics
import subprocess
import sys
from pathlib import Path

from .catalog import make_catalog
from .jobs import (
    DECK_ROWS,
    DECK_SECONDS_MAX,
    MEMORY_ALLOWANCE_BYTES,
    MEMORY_OPTION_BYTES,
    OUT_FOLDER_LIMIT,
    SECONDS_PER_EVENT_GROWTH_MAX,
    VERSION_SECONDS_MAX,
    record_file,
)
from .measure import Command, Contender, RunFailed, median_of_ratios, run, run_in_turns, say, warm
from .programs import BENCHMARKS
from .session import Session

Result = tuple[list[str], bool | None]
MIB = 1 << 20
HEADER = "call_id,start,account,src,dst,direction,duration,billsec,disposition,trunk\n"


def word(is_kept: bool) -> str:
    return "pass" if is_kept else "FAIL"


def out_folder(session: Session) -> Result:
    """The whole output folder against the one summary."""
    cdrs = record_file(session.data, session.size, "zst")
    warm(cdrs)
    logs = session.folder("logs")
    folder = session.folder("folder")
    summary = session.folder("ratemill") / "summary.csv"
    by = Contender("--by", session.ratemill.rate(cdrs, summary), logs / "by.json")
    out = Contender(
        "--out",
        session.ratemill.rate_to_folder(cdrs, folder / "usage"),
        logs / "out.json",
        prepare=lambda: shutil.rmtree(folder / "usage", ignore_errors=True),
    )
    run_in_turns([by, out], session.rounds, "output folder")
    if failures := [contender.failure for contender in (by, out) if contender.failure]:
        return [f"output folder: failed: {failures[0]}"], None
    ratio = median_of_ratios(out, by)
    line = f"output folder: {out.median('wall'):.2f} s against {by.median('wall'):.2f} s, ratio {ratio:.2f}"
    return [
        f"{line}, at most {OUT_FOLDER_LIMIT}: {word(ratio <= OUT_FOLDER_LIMIT)}"
    ], ratio <= OUT_FOLDER_LIMIT


def version_start(session: Session) -> Result:
    """`ratemill version`, beside a program that does nothing."""
    logs = session.folder("logs")
    nothing = Contender("true", Command(["true"]), logs / "true.txt")
    version = Contender("version", session.ratemill.version(), logs / "version.txt")
    for contender in (nothing, version):
        try:
            contender.samples = [run(contender.command, contender.log) for _ in range(21)]
        except RunFailed as failure:
            return [f"version: failed: {failure}"], None
    seconds, least = version.median("wall"), nothing.median("wall")
    is_kept = seconds <= VERSION_SECONDS_MAX
    line = f"version: {seconds * 1000:.1f} ms, of which {least * 1000:.1f} ms are any program's"
    return [f"{line}; at most {VERSION_SECONDS_MAX * 1000:.0f} ms: {word(is_kept)}"], is_kept


def deck_load(session: Session) -> Result:
    """A deck of 500,000 rows against one of a single row, rating no record, on one core."""
    large, single = session.work / "deck-large.csv", session.work / "deck-single.csv"
    if not large.exists():
        script = BENCHMARKS / "workload" / "make-deck.py"
        subprocess.run([sys.executable, script, "--rows", str(DECK_ROWS), "--out", large], check=True)
    with open(large) as file:
        single.write_text(file.readline() + file.readline())
    no_records = session.work / "cdr_none.csv"
    no_records.write_text(HEADER)
    logs = session.folder("logs")
    contenders = []
    for name, rates in (("one row", single), (f"{DECK_ROWS} rows", large)):
        catalog = make_catalog(session.data, session.work / f"catalog-{rates.stem}", rates)
        command = session.ratemill.rate(no_records, session.work / "out" / "none.csv", catalog=catalog)
        pinned = Command(["taskset", "-c", "0", *command.argv])
        contenders.append(Contender(name, pinned, logs / f"{rates.stem}.json"))
    run_in_turns(contenders, session.rounds, "deck")
    if failures := [contender.failure for contender in contenders if contender.failure]:
        return [f"deck of {DECK_ROWS} rows: failed: {failures[0]}"], None
    without, with_deck = contenders
    seconds = with_deck.median("wall") - without.median("wall")
    is_kept = seconds <= DECK_SECONDS_MAX
    line = f"deck of {DECK_ROWS} rows: {seconds:.2f} s on one core, {with_deck.peak_bytes() / MIB:.0f} MiB"
    return [f"{line}; at most {DECK_SECONDS_MAX} s: {word(is_kept)}"], is_kept


def memory(session: Session, sizes: tuple[str, str] = ("10M", "100M")) -> Result:
    """Ten times as many records: the same memory, and nearly the same time for each."""
    logs = session.folder("logs")
    contenders = []
    for size in sizes:
        cdrs = record_file(session.data, size, "zst")
        warm(cdrs)
        summary = session.folder(f"ratemill-{size}") / "summary.csv"
        contenders.append(Contender(size, session.ratemill.rate(cdrs, summary), logs / f"{size}.json"))
    run_in_turns(contenders, min(session.rounds, 3), "memory")
    if failures := [contender.failure for contender in contenders if contender.failure]:
        return [f"memory: failed: {failures[0]}"], None
    small, large = contenders
    catalog = catalog_bytes(session)
    bound = MEMORY_OPTION_BYTES + catalog + MEMORY_ALLOWANCE_BYTES
    growth = statistics.median(
        (b.wall / records(sizes[1])) / (a.wall / records(sizes[0]))
        for a, b in zip(small.samples, large.samples)
    )
    is_small, is_steady = large.peak_bytes() <= bound, growth <= SECONDS_PER_EVENT_GROWTH_MAX
    parts = " + ".join(f"{part / MIB:.0f}" for part in (MEMORY_OPTION_BYTES, catalog, MEMORY_ALLOWANCE_BYTES))
    peak = f"{large.peak_bytes() / MIB:.0f} MiB, at most --memory + catalog + allowance = {parts} MiB"
    pace = f"{growth:.2f} times that at {sizes[0]}, at most {SECONDS_PER_EVENT_GROWTH_MAX}"
    lines = [
        f"memory at {sizes[1]}: {peak}: {word(is_small)}",
        f"time for each record at {sizes[1]}: {pace}: {word(is_steady)}",
    ]
    return lines, is_small and is_steady


def catalog_bytes(session: Session) -> int:
    """What loading the catalog adds to the peak memory of a run without records."""
    no_records = session.work / "cdr_none.csv"
    no_records.write_text(HEADER)
    log = session.folder("logs") / "none.json"
    loaded = run(session.ratemill.rate(no_records, session.work / "out" / "none.csv"), log)
    started = run(session.ratemill.version(), log)
    return loaded.peak_bytes - started.peak_bytes


def records(size: str) -> int:
    """10M as 10,000,000."""
    return int(size.rstrip("kM")) * {"k": 1_000, "M": 1_000_000}.get(size[-1], 1)


def make_records(data: Path, size: str, forms: str) -> None:
    """Makes what is missing of the workload."""
    missing = [form for form in forms.split(",") if not record_file(data, size, form).exists()]
    catalog = ("rates.csv", "accounts.csv", "plans-flat.csv")
    if not missing and all((data / name).exists() for name in catalog):
        return
    say(f"making the workload of {size} records in {data}; this takes a while")
    script = BENCHMARKS / "workload" / "make-workload.py"
    subprocess.run([sys.executable, script, "--out", data, "--forms", forms, size], check=True)
