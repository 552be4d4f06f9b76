"""Plans whose charges depend on order, against flat ones: a peer's charges, and how much longer it takes.

With tiered plans 70 % of the accounts have included seconds, shared by the accounts of a pool, and three
tiers beyond them. With credit plans every account has an amount of money that its dearest calls use up first.
"""

import csv
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from . import correctness
from .catalog import make_catalog
from .correctness import BadOutput, micro_units, whole_number
from .extras import MIB, Result, word
from .jobs import CREDIT_LIMIT, JOBS, TIERED_LIMIT, record_file
from .measure import Contender, RunFailed, median_of_ratios, run, run_in_turns, say, warm
from .session import Session

# (unit, month): seconds of covered classes, those beyond what is included, and their charge in micro-units.
UnitCharges = dict[tuple[str, str], tuple[int, int, int]]


def tiered_plans(session: Session) -> Result:
    """Tiered and credit plans against flat ones, in turns."""
    cdrs = record_file(session.data, session.size, "zst")
    warm(cdrs)
    logs = session.folder("logs")
    contenders = []
    for plans in ("flat", "tiered", "credit"):
        catalog = make_catalog(session.data, session.work / f"catalog-{plans}", plans=plans)
        summary = session.folder(f"ratemill-{plans}") / "summary.csv"
        command = session.ratemill.rate(cdrs, summary, catalog=catalog)
        contenders.append(Contender(plans, command, logs / f"{plans}.json"))
    lines = compare(session, cdrs)
    run_in_turns(contenders, session.rounds, "plans")
    if failures := [contender.failure for contender in contenders if contender.failure]:
        return [*lines, f"plans: failed: {failures[0]}"], None
    flat, *others = contenders
    is_kept = True
    for plans, limit in zip(others, (TIERED_LIMIT, CREDIT_LIMIT)):
        ratio = median_of_ratios(plans, flat)
        is_kept &= ratio <= limit
        times = f"{plans.median('wall'):.2f} s against {flat.median('wall'):.2f} s, ratio {ratio:.2f}"
        peak = f"{plans.peak_bytes() / MIB:.0f} MiB"
        lines.append(f"{plans.name} plans: {times}, at most {limit}: {word(ratio <= limit)}; {peak}")
    return lines, is_kept


def compare(session: Session, cdrs: Path) -> list[str]:
    """Charges of tiered plans against those of the first peer, unit by unit and row by row."""
    if not session.peers:
        return ["tiered plans: not checked, there is no peer"]
    peer, out = session.peers[0], session.folder("reference-tiered")
    job = next(job for job in JOBS if job.name == "zst")
    say(f"tiered plans: rating with {peer.name} for comparison")
    try:
        command = peer.rate(job, session.data, cdrs, out, plans="tiered")
        run(command, session.work / "out" / "reference-tiered.json")
        ours = session.folder("check-tiered")
        by_unit = ours / "units.csv"
        catalog = session.work / "catalog-tiered"
        log = session.work / "out" / "check-tiered.json"
        run(session.ratemill.rate(cdrs, by_unit, catalog=catalog, by="account,charge,usage_period"), log)
        units = compare_units(ratemill_units(by_unit, session.data), peer_units(out / "plan_charges.csv"))
        by_row = ours / "rows.csv"
        run(session.ratemill.rate(cdrs, by_row, catalog=catalog, by="account,rating_group,day"), log)
        covered = covered_groups(session.data)
        rows = correctness.compare_rows(
            without_covered(correctness.ratemill_rows(by_row, may_cover=True), covered),
            without_covered(correctness.peer_rows(out / "summary.csv"), covered),
        )
    except (RunFailed, BadOutput) as failure:
        session.is_wrong = True
        return [f"tiered plans: WRONG, {failure}"]
    if units or rows.differing:
        session.is_wrong = True
        return [f"tiered plans: WRONG, {line}" for line in units + rows.examples]
    return [f"tiered plans: the charges of all units and {rows.rows} rows equal those of {peer.name}"]


def peer_units(path: Path) -> UnitCharges:
    with open(path, newline="") as file:
        return {
            (row["unit"], row["month"]): (
                int(row["covered_sec"]),
                int(row["overage_sec"]),
                int(row["charge_micro"]),
            )
            for row in csv.DictReader(file)
        }


def ratemill_units(path: Path, data: Path) -> UnitCharges:
    """Rows of the charge `overage`, added up by pool, or by account where there is none."""
    unit_of = {row["account"]: row["pool"] or row["account"] for row in accounts(data)}
    sums: dict[tuple[str, str], list[int]] = defaultdict(lambda: [0, 0, 0])
    with open(path, newline="") as file:
        for row in csv.DictReader(file):
            if row["charge"] != "overage":
                continue
            billed, covered = whole_number(row["quantity_billed"]), whole_number(row["quantity_covered"])
            unit = sums[unit_of[row["account"]], row["usage_period"][:7]]
            unit[0] += billed
            unit[1] += billed - covered
            unit[2] += micro_units(row["amount"])
    return {key: (unit[0], unit[1], unit[2]) for key, unit in sums.items() if unit[0]}


def compare_units(ours: UnitCharges, theirs: UnitCharges) -> list[str]:
    """The first differences, in words."""
    differing = [key for key in sorted(ours.keys() | theirs.keys()) if ours.get(key) != theirs.get(key)]
    lines = [
        f"unit {','.join(key)}: ratemill {ours.get(key)}, peer {theirs.get(key)}" for key in differing[:5]
    ]
    return [f"{len(differing)} units differ", *lines] if differing else []


def accounts(data: Path) -> Iterator[dict[str, str]]:
    with open(data / "accounts.csv", newline="") as file:
        yield from csv.DictReader(file)


def covered_groups(data: Path) -> set[tuple[str, str]]:
    """(account, class) whose charges are counted by unit and not by row."""
    with open(data / "plans-tiered.csv", newline="") as file:
        classes = {row["plan"]: row["covered_classes"].split("|") for row in csv.DictReader(file)}
    return {(row["account"], group) for row in accounts(data) for group in classes[row["plan"]]}


def without_covered(
    rows: Iterator[correctness.Row], covered: set[tuple[str, str]]
) -> Iterator[correctness.Row]:
    """Rows whose charge is counted by unit lose it: calls and seconds are still compared."""
    for key, (calls, raw, billed, charge) in rows:
        yield key, (calls, raw, billed, 0 if (key[0], key[1]) in covered else charge)
