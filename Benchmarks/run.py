#!/usr/bin/env python3
"""Measures ratemill against its yardstick and its peers, and prints the table of Benchmarks/README.md.

    Benchmarks/run.py [--quick] [--rounds N] [--jobs NAME,...] [--peers NAME,...] [--memory]

Before anything is timed, ratemill's summary is compared with a peer's, row by row. Missing data are made,
missing peers are left out and named. The table goes to stdout, progress to stderr, all samples to
work/results.json. Exit status: 0 where every limit is kept, 1 where one is not or an output is wrong, 2 where
ratemill is not built.
"""

import argparse
import json
import sys
from dataclasses import asdict
from pathlib import Path

from harness import extras, store, tiers
from harness.catalog import make_catalog
from harness.jobs import JOBS, TIMES_FASTER_THAN_ENGINES, Job
from harness.measure import Contender, say
from harness.programs import Ratemill, find_peers
from harness.session import Session
from harness.table import HEADER, job_rows, machine_line, verdict

HERE = Path(__file__).resolve().parent
EXTRAS = {
    "out": extras.out_folder,
    "tiers": tiers.tiered_plans,
    "store": store.rating_again,
    "version": extras.version_start,
    "deck": extras.deck_load,
}
QUICK_SIZE, QUICK_ROUNDS = "1M", 3


def main() -> int:
    options = parse_options()
    jobs = [job for job in JOBS if job.name in options.jobs]
    session = open_session(options)
    extras.make_records(session.data, session.size, ",".join(forms_of(jobs)))
    if session.ratemill:
        make_catalog(session.data, session.ratemill.catalog)

    notes: list[str] = []
    is_kept = True
    # Rows are printed as they are known: a table that is cut off shows what was measured.
    if jobs:
        print("\n".join(HEADER), flush=True)
    results: dict[str, list[Contender]] = {}
    for job in jobs:
        notes += session.check(job)
        contenders = session.measure(job)
        results[job.name] = contenders
        print("\n".join(job_rows(job, contenders, judged=not options.quick)), flush=True)
        if not options.quick:
            notes += engine_notes(job, contenders)
            is_kept &= keeps_limits(job, contenders)
    for line, kept in run_extras(session, options):
        notes.append(line)
        is_kept &= kept or options.quick

    if everything := [contender for contenders in results.values() for contender in contenders]:
        print("\n" + machine_line(session.size, session.rounds, everything) + "\n")
    print("\n".join(f"- {note}" for note in notes + options.missing))
    write_samples(session.work / "results.json", results)
    if session.ratemill is None:
        say(f"run.py: no ratemill in the table, {options.ratemill} is not built; run: swift build -c release")
        return 2
    return 0 if is_kept and not session.is_wrong else 1


def parse_options() -> argparse.Namespace:
    names = [job.name for job in JOBS] + list(EXTRAS)
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter, usage=argparse.SUPPRESS
    )
    parser.add_argument("--quick", action="store_true", help="1M records, 3 rounds, C peer only, no verdicts")
    parser.add_argument("--rounds", type=int, metavar="N", help="default 5")
    parser.add_argument(
        "--engine-rounds", type=int, default=2, metavar="N", help="of the SQL engines; default 2"
    )
    parser.add_argument("--size", metavar="SIZE", help="records; default 10M")
    parser.add_argument("--jobs", default=",".join(names), metavar="NAME,...", help="of " + ", ".join(names))
    parser.add_argument(
        "--peers", metavar="NAME,...", help="of C, DuckDB, ClickHouse, Polars; default all; or none"
    )
    parser.add_argument("--memory", action="store_true", help="also 100M records (5 GB of data, long)")
    parser.add_argument("--data", type=Path, default=HERE / "work" / "data", metavar="DIR")
    parser.add_argument("--work", type=Path, default=HERE / "work", metavar="DIR")
    parser.add_argument(
        "--ratemill", type=Path, default=HERE.parent / ".build/release/ratemill", metavar="FILE"
    )
    options = parser.parse_args()
    options.jobs = options.jobs.split(",")
    if unknown := [name for name in options.jobs if name not in names]:
        parser.error(f"unknown job '{unknown[0]}'; known are {', '.join(names)}")
    options.size = options.size or (QUICK_SIZE if options.quick else "10M")
    options.rounds = options.rounds or (QUICK_ROUNDS if options.quick else 5)
    return options


def open_session(options: argparse.Namespace) -> Session:
    """Finds the programs; those that are missing are told at the end."""
    wanted = set(options.peers.split(",")) if options.peers else {"C"} if options.quick else None
    peers, options.missing = find_peers(options.work, wanted)
    ratemill = None
    if options.ratemill.exists():
        ratemill = Ratemill(options.ratemill.resolve(), options.work / "catalog")
    else:
        options.missing.append("ratemill: not built; run: swift build -c release")
    options.work.mkdir(parents=True, exist_ok=True)
    return Session(
        options.data, options.work, options.size, options.rounds, options.engine_rounds, ratemill, peers
    )


def forms_of(jobs: list[Job]) -> list[str]:
    """The forms of the records that the jobs and their yardsticks read."""
    return sorted({job.form for job in jobs} | {"zst"})


def engine_notes(job: Job, contenders: list[Contender]) -> list[str]:
    """How many times as fast as the fastest SQL engine ratemill is."""
    walls = {contender.name: contender.median("wall") for contender in contenders if contender.samples}
    engines = {name: walls[name] for name in ("DuckDB", "ClickHouse", "Polars") if name in walls}
    if "ratemill" not in walls or not engines:
        return []
    fastest = min(engines, key=engines.__getitem__)
    times = engines[fastest] / walls["ratemill"]
    word = extras.word(times >= TIMES_FASTER_THAN_ENGINES)
    least = f"at least {TIMES_FASTER_THAN_ENGINES:.0f}"
    return [f"{job.title}: {times:.1f} times as fast as the fastest engine, {fastest}; {least}: {word}"]


def keeps_limits(job: Job, contenders: list[Contender]) -> bool:
    ours = [contender for contender in contenders if contender.name == "ratemill"]
    if any(contender.failure for contender in ours):
        return False
    words = [verdict(job, contender, contenders[0]) for contender in ours]
    words += engine_notes(job, contenders)
    return not any("FAIL" in word for word in words)


def run_extras(session: Session, options: argparse.Namespace):
    """Yields the lines of the other checks and whether the limits are kept."""
    if session.ratemill is None:
        return
    checks = [EXTRAS[name] for name in options.jobs if name in EXTRAS]
    if options.memory:
        for size in ("10M", "100M"):
            extras.make_records(session.data, size, "zst")
        checks.append(extras.memory)
    for check in checks:
        lines, is_kept = check(session)
        for line in lines:
            yield line, bool(is_kept)


def write_samples(path: Path, results: dict[str, list[Contender]]) -> None:
    """Every sample of every contender, for whoever wants another statistic."""
    samples = {
        job: {contender.name: [asdict(sample) for sample in contender.samples] for contender in contenders}
        for job, contenders in results.items()
    }
    path.write_text(json.dumps(samples, indent=1) + "\n")


if __name__ == "__main__":
    sys.exit(main())
