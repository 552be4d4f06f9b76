"""The deck as the SQL engines match it: nested prefixes flattened to disjoint intervals of 15-digit numbers.

A called number, padded with zeros to 15 digits, lies in exactly one interval of each period between two dates
on which prices change; so the longest prefix is the last interval that begins at or before it, an ASOF join.

The result is kept beside the deck as deck-intervals.csv and deck-periods.csv, which the engines read by
themselves: whoever works like this flattens a deck once and not in every run.
"""

import csv
import os
from pathlib import Path
from typing import NamedTuple

NUMBER_DIGITS = 15


class Price(NamedTuple):
    """What a prefix costs from one date on; `rate` in micro-units per minute."""

    effective_from: str
    rate: int
    minimum: int
    increment: int
    group: str


NO_PRICE = (-1, 0, 1, "")


def prepare_intervals(data: Path) -> tuple[list[str], Path]:
    """The dates on which the periods begin, and the CSV of the intervals, sorted by period and number."""
    deck, intervals, periods = data / "rates.csv", data / "deck-intervals.csv", data / "deck-periods.csv"
    if not periods.exists() or periods.stat().st_mtime < deck.stat().st_mtime:
        prices = read_prices(deck)
        dates = sorted({price.effective_from for versions in prices.values() for price in versions})
        write_table(intervals, "period low rate minimum increment class".split(), flatten(prices, dates))
        write_table(periods, ["effective_from"], ([date] for date in dates))
    return periods.read_text().split()[1:], intervals


def write_table(path: Path, columns: list[str], rows) -> None:
    unfinished = path.with_suffix(".unfinished")
    with open(unfinished, "w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows(rows)
    os.replace(unfinished, path)


def micro_units(decimal: str) -> int:
    """0.019000 as 19,000."""
    whole, fraction = decimal.split(".")
    return int(whole) * 1_000_000 + int(fraction)


def read_prices(deck: Path) -> dict[str, list[Price]]:
    """The prices of each prefix, by date."""
    prices: dict[str, list[Price]] = {}
    with open(deck, newline="") as file:
        for row in csv.DictReader(file):
            price = Price(
                row["effective_from"],
                micro_units(row["rate_per_min"]),
                int(row["min_sec"]),
                int(row["inc_sec"]),
                row["class"],
            )
            prices.setdefault(row["prefix"], []).append(price)
    for versions in prices.values():
        versions.sort()
    return prices


def flatten(prices: dict[str, list[Price]], dates: list[str]):
    """Yields (period, low, rate, minimum, increment, class); a row holds up to the next one's `low`."""
    for period, date in enumerate(dates):
        in_force = []
        for prefix, versions in prices.items():
            begun = [price for price in versions if price.effective_from <= date]
            if begun:
                in_force.append((prefix, begun[-1]))
        in_force.sort()
        previous: object = object()
        for low, price in borders(in_force):
            if price is not previous:
                yield (period, low, *(price[1:] if price else NO_PRICE))
            previous = price


def borders(in_force: list[tuple[str, Price]]) -> list[tuple[int, Price | None]]:
    """Where the price changes along the number line, for prefixes in the order of their bytes: a shorter
    prefix comes before those that it contains, so the open ones form a stack."""
    found: list[tuple[int, Price | None]] = [(0, None)]
    open_prefixes: list[tuple[int, Price]] = []  # (end of its numbers, price)

    def put(low: int, price: Price | None) -> None:
        if found[-1][0] == low:
            found.pop()
        found.append((low, price))

    def close_until(low: int) -> None:
        while open_prefixes and open_prefixes[-1][0] <= low:
            end, _ = open_prefixes.pop()
            if end < 10**NUMBER_DIGITS:
                put(end, open_prefixes[-1][1] if open_prefixes else None)

    for prefix, price in in_force:
        width = 10 ** (NUMBER_DIGITS - len(prefix))
        low = int(prefix) * width
        close_until(low)
        put(low, price)
        open_prefixes.append((low + width, price))
    close_until(10**NUMBER_DIGITS)
    return found
