"""Whether ratemill and a peer rated the same: every row of the summary, and the totals.

Both summaries are sorted by account, class and day, by bytes, and are read side by side, line by line.
"""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

PEER_HEADER = "account,class,day,calls,billsec,billed_sec,charge_micro"
RATEMILL_HEADER = (
    "account,rating_group,day,currency,unit,event_count,quantity_raw,quantity_billed,quantity_covered,amount"
)
EXAMPLES_MAX = 5

Row = tuple[tuple[str, str, str], tuple[int, int, int, int]]


class BadOutput(Exception):
    """A file is not what it should be."""


@dataclass
class Comparison:
    """The differences between two summaries, and the sums of ratemill's."""

    rows: int = 0
    differing: int = 0
    examples: list[str] = field(default_factory=list)
    calls: int = 0
    billsec: int = 0
    billed: int = 0
    charge_micro: int = 0

    def differ(self, example: str) -> None:
        self.differing += 1
        if len(self.examples) < EXAMPLES_MAX:
            self.examples.append(example)


def micro_units(amount: str) -> int:
    """A decimal such as 12.5 as 12,500,000; refuses one that is not a whole number of millionths."""
    sign = -1 if amount.startswith("-") else 1
    whole, _, fraction = amount.removeprefix("-").partition(".")
    if not whole.isdigit() or (fraction and not fraction.isdigit()) or fraction[6:].strip("0"):
        raise BadOutput(f"amount '{amount}' is not a whole number of millionths")
    return sign * (int(whole) * 1_000_000 + int(fraction[:6].ljust(6, "0")))


def whole_number(quantity: str) -> int:
    whole, _, fraction = quantity.partition(".")
    if not whole.isdigit() or fraction.strip("0"):
        raise BadOutput(f"quantity '{quantity}' is not a whole number of seconds")
    return int(whole)


def peer_rows(path: Path) -> Iterator[Row]:
    for fields in _fields(path, PEER_HEADER):
        account, group, day, calls, billsec, billed, charge = fields
        yield (account, group, day), (int(calls), int(billsec), int(billed), int(charge))


def ratemill_rows(path: Path, may_cover: bool = False) -> Iterator[Row]:
    """Rows of ratemill's table; with `may_cover` allowances may cover part of them."""
    for fields in _fields(path, RATEMILL_HEADER):
        account, group, day, currency, _unit, count, raw, billed, covered, amount = fields
        if currency != "EUR" or (whole_number(covered) != 0 and not may_cover):
            raise BadOutput(f"{path.name}: currency '{currency}', covered '{covered}'; expected EUR and 0")
        yield (
            (account, group, day),
            (int(count), whole_number(raw), whole_number(billed), micro_units(amount)),
        )


def _fields(path: Path, header: str) -> Iterator[list[str]]:
    with open(path) as file:
        first = file.readline().rstrip("\n")
        if first != header:
            raise BadOutput(f"{path.name}: header '{first}'; expected '{header}'")
        for line in file:
            fields = line.rstrip("\n").split(",")
            if len(fields) != header.count(",") + 1:
                raise BadOutput(f"{path.name}: bad row '{line.rstrip()}'")
            yield fields


def compare_rows(ours: Iterator[Row], theirs: Iterator[Row]) -> Comparison:
    """Walks both summaries; a row that one of them lacks is one difference and does not shift the others."""
    result = Comparison()
    our, their = next(ours, None), next(theirs, None)
    while our or their:
        if their is None or (our and our[0] < their[0]):
            result.differ(f"{','.join(our[0])}: only in ratemill's, {our[1]}")
            take_ours, take_theirs = True, False
        elif our is None or their[0] < our[0]:
            result.differ(f"{','.join(their[0])}: only in the peer's, {their[1]}")
            take_ours, take_theirs = False, True
        else:
            if our[1] != their[1]:
                result.differ(f"{','.join(our[0])}: ratemill {our[1]}, peer {their[1]}")
            take_ours = take_theirs = True
        if take_ours:
            result.rows += 1
            result.calls += our[1][0]
            result.billsec += our[1][1]
            result.billed += our[1][2]
            result.charge_micro += our[1][3]
            our = _next_sorted(ours, our)
        if take_theirs:
            their = _next_sorted(theirs, their)
    return result


def _next_sorted(rows: Iterator[Row], previous: Row) -> Row | None:
    row = next(rows, None)
    if row and row[0] <= previous[0]:
        raise BadOutput(f"rows are not sorted or not unique at {','.join(row[0])}")
    return row


def total_differences(comparison: Comparison, report: dict, peer: dict) -> list[str]:
    """The totals that must be equal and are not."""
    pairs = [
        ("read", report.get("read"), "records"),
        ("rated", report.get("rated"), "rated"),
        ("event_count", comparison.calls, "rated"),
        ("quantity_raw", comparison.billsec, "billsec"),
        ("quantity_billed", comparison.billed, "billed"),
        ("amount in micro-units", comparison.charge_micro, "deck_charge"),
    ]
    return [
        f"{name} is {ours}, the peer's {peer_name} is {peer[peer_name]}"
        for name, ours, peer_name in pairs
        if ours != peer[peer_name]
    ]


def door_differences(report: dict, peer: dict) -> list[tuple[str, int, int, str]]:
    """The counts that may differ and do: (count, ratemill's, the peer's, why).

    ratemill looks for duplicates among all records that it can parse, before it looks at account, direction
    and number; the peers look only among well-formed ones.
    """
    rows = [
        (
            "duplicate",
            report["duplicate"],
            peer["duplicates"],
            "a repeated record with a bad number is a duplicate here, malformed there",
        ),
        (
            "filtered",
            report["filtered"],
            peer["inbound"] + peer["unanswered"],
            "a record that is not billed needs no good number here; there it must be well-formed first",
        ),
        (
            "suspended",
            report["suspended"],
            peer["malformed"] + peer["unknown"],
            "what is left of malformed and unknown, after the two above",
        ),
    ]
    return [row for row in rows if row[1] != row[2]]


def read_totals(path: Path) -> dict:
    """The JSON object on the last line of a peer's output, or the whole of ratemill's report."""
    text = path.read_text()
    try:
        return json.loads(text)
    except json.JSONDecodeError:
        lines = text.strip().splitlines() or [""]
        try:
            return json.loads(lines[-1])
        except json.JSONDecodeError:
            raise BadOutput(f"{path.name}: no totals in '{lines[-1][:80]}'") from None


def digest(path: Path) -> str:
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
