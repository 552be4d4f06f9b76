"""Who calls, whom, when and for how long: the accounts, and the tables that the call emitter draws from.

Owns the workload's skew (few accounts and few destinations have most of the calls) and its shape in time.
Every table is sampled at equal steps of its distribution, so that the emitter needs integers only.
"""

import bisect
import itertools
import math
import random
from statistics import NormalDist
from typing import TextIO

from numbering_deck import COUNTRY_CODES, HOME_COUNTRY, PREMIUM, Deck, number_digits, zone_of

ACCOUNT_COUNT = 50_000
PLANS = ["PAYG", "FLAT-DOM", "EURO", "WORLD"]
PLAN_WEIGHTS = [35, 30, 25, 10]
DRAW_COUNT = 1 << 20  # Entries in the account and prefix tables; the emitter picks one by a hash of the call.
DURATION_DRAW_COUNT = 1 << 16
DURATION_SECONDS_MAX = 14_400

# How often a country is called, by zone, before the random spread and the neighbours' bonus.
CALLS_BY_ZONE = {
    "DOM": 0, "EU": 0.8, "EUR": 0.5, "NAM": 5.0, "SAT": 0.005, "AFR": 0.04, "LAT": 0.06, "APAC": 0.08,
    "MEA": 0.08,
}  # fmt: skip
CALLS_TO_NEIGHBOURS = {"44": 4, "43": 5, "41": 6, "33": 2, "90": 6}

# Calls in each hour of a working day, from midnight; a day of the weekend has 45 % of them.
CALLS_BY_HOUR = [2, 1, 1, 1, 1, 3, 8, 20, 45, 70, 80, 78, 65, 70, 78, 76, 70, 60, 50, 42, 35, 25, 14, 6]


def account_ids() -> list[str]:
    """Account numbers that jump about, as numbers given out by a CRM do."""
    ids = [f"C{(i * 7368787 + 1234567) % 9000000 + 1000000:07d}" for i in range(ACCOUNT_COUNT)]
    assert len(set(ids)) == ACCOUNT_COUNT
    return ids


def accounts(ids: list[str], rng: random.Random) -> list[tuple[str, str, str]]:
    """(account, plan, pool); some accounts share their plan in a pool of two to eight."""
    rows: list[tuple[str, str, str]] = []
    pool = members_left = 0
    pool_plan = ""
    for account in ids:
        if members_left == 0 and rng.random() < 0.03:
            members_left = rng.randint(2, 8)
            pool += 1
            pool_plan = rng.choice(PLANS[1:])
        if members_left > 0:
            rows.append((account, pool_plan, f"P{pool:05d}"))
            members_left -= 1
        else:
            rows.append((account, rng.choices(PLANS, PLAN_WEIGHTS)[0], ""))
    return sorted(rows)


def write_emitter_tables(file: TextIO, ids: list[str], deck: Deck, rng: random.Random) -> None:
    """Writes what emit_cdrs.c reads, as whitespace-separated tokens, each table after its count:

    accounts (id, zone, numbers, first digits of its numbers, favourites), account draws, prefixes (prefix,
    digits of the whole number), prefix draws, durations in seconds, calls in each hour of a week from Monday.
    """
    account_of_rank = list(range(len(ids)))
    rng.shuffle(account_of_rank)
    _write_accounts(file, ids, account_of_rank, rng)
    _write_draws(file, [1 / (rank + 8) ** 0.95 for rank in range(len(ids))], account_of_rank)
    file.write(f"{len(deck.order)}\n")
    file.writelines(f"{prefix} {number_digits(country, prefix)}\n" for prefix, country in deck.order)
    _write_draws(file, _prefix_weights(deck, rng), range(len(deck.order)))
    _write_durations(file)
    for day in range(7):
        file.writelines(f"{int(calls * 100 * (1.0 if day < 5 else 0.45))} " for calls in CALLS_BY_HOUR)
    file.write("\n")


def _write_accounts(file: TextIO, ids: list[str], account_of_rank: list[int], rng: random.Random) -> None:
    """The busier an account, the more numbers it has and the more numbers it calls again."""
    rank_of_account = [0] * len(ids)
    for rank, account in enumerate(account_of_rank):
        rank_of_account[account] = rank
    file.write(f"{len(ids)}\n")
    for account, rank in zip(ids, rank_of_account):
        zone = rng.choices(range(5), [45, 40, 5, 6, 4])[0]
        numbers, favourites = (90, 400) if rank < 500 else (20, 60) if rank < 5000 else (3, 15)
        file.write(f"{account} {zone} {numbers} 4930{rng.randint(100000, 999999)} {favourites}\n")


def _write_draws(file: TextIO, weights: list[float], values) -> None:
    """DRAW_COUNT entries of `values`, each as often as its weight says."""
    total = _sum_left_to_right(weights)
    cumulated = list(itertools.accumulate(weight / total for weight in weights))
    file.write(f"{DRAW_COUNT}\n")
    last = len(weights) - 1
    draws = (min(last, bisect.bisect_left(cumulated, (k + 0.5) / DRAW_COUNT)) for k in range(DRAW_COUNT))
    file.write("\n".join(str(values[draw]) for draw in draws) + "\n")


def _prefix_weights(deck: Deck, rng: random.Random) -> list[float]:
    """How often each prefix is called: most calls stay in the home country, premium ones are rare."""
    by_country: dict[str, float] = {}
    for country in COUNTRY_CODES:
        by_country[country] = CALLS_BY_ZONE[zone_of(country)] * math.exp(rng.gauss(0, 0.7))
    by_country[HOME_COUNTRY] = _sum_left_to_right(by_country.values()) * 2.0
    for country, factor in CALLS_TO_NEIGHBOURS.items():
        by_country[country] *= factor

    prefixes: dict[str, list[int]] = {}
    for index, (_, country) in enumerate(deck.order):
        prefixes.setdefault(country, []).append(index)
    weights = [0.0] * len(deck.order)
    for country, indices in prefixes.items():
        shuffled = indices[:]
        rng.shuffle(shuffled)
        shares = [1 / (rank + 3) ** 0.7 for rank in range(len(shuffled))]
        total = _sum_left_to_right(shares)
        for index, share in zip(shuffled, shares):
            is_premium = f"-{PREMIUM}" in deck.rows[deck.order[index][0]][0]
            weights[index] = by_country[country] * share / total * (0.15 if is_premium else 1)
    return weights


def _write_durations(file: TextIO) -> None:
    """Talking time: log-normal around 85 seconds, one second at least, four hours at most."""
    normal = NormalDist()
    for k in range(DURATION_DRAW_COUNT):
        seconds = math.exp(math.log(85) + 1.25 * normal.inv_cdf((k + 0.5) / DURATION_DRAW_COUNT))
        file.write(f"{max(1, min(DURATION_SECONDS_MAX, int(seconds + 0.5)))}\n")


def _sum_left_to_right(numbers) -> float:
    """A plain sum: from Python 3.12 on, sum() compensates rounding errors, which would change the bytes."""
    total = 0.0
    for number in numbers:
        total += number
    return total
