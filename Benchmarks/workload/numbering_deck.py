"""A rate deck of made-up prices over the world's real country codes.

Owns the shape of the deck: how deep each country's prefixes go, which are mobile, premium or toll-free, and
what a minute costs there. Knows nothing of accounts or calls. Prices are integers in micro-units per minute.
"""

import math
import random
from pathlib import Path

# Assigned country codes. "210", "214" and the like are left out, so that calls to them match no prefix.
COUNTRY_CODES = """
1 7 20 27 30 31 32 33 34 36 39 40 41 43 44 45 46 47 48 49 51 52 53 54 55 56 57 58 60 61 62 63 64 65 66 81 82
84 86 90 91 92 93 94 95 98 211 212 213 216 218 220 221 222 223 224 225 226 227 228 229 230 231 232 233 234
235 236 237 238 239 240 241 242 243 244 245 246 248 249 250 251 252 253 254 255 256 257 258 260 261 262 263
264 265 266 267 268 269 290 291 297 298 299 350 351 352 353 354 355 356 357 358 359 370 371 372 373 374 375
376 377 378 380 381 382 383 385 386 387 389 420 421 423 500 501 502 503 504 505 506 507 508 509 590 591 592
593 594 595 596 597 598 599 670 672 673 674 675 676 677 678 679 680 681 682 683 685 686 687 688 689 690 691
692 850 852 853 855 856 870 880 881 882 883 886 960 961 962 963 964 965 966 967 968 970 971 972 973 974 975
976 977 992 993 994 995 996 998
""".split()

HOME_COUNTRY = "49"
EU = set(
    "30 31 32 33 34 36 39 40 43 45 46 48 351 352 353 356 357 358 359 370 371 372 385 386 420 421".split()
)
EUROPE_OUTSIDE_EU = set(
    "7 41 44 47 90 350 354 355 373 374 375 376 377 378 380 381 382 383 387 389 423 298 299 994 995".split()
)
SATELLITE = set("870 881 882 883".split())
ZONE_BY_FIRST_DIGIT = {"2": "AFR", "5": "LAT", "6": "APAC", "8": "APAC", "9": "MEA"}

# Prefixes per country where decks are known to be deep; the other countries share the rest of the target.
DEEP_COUNTRIES = {
    "1": 40000, "49": 7500, "44": 7000, "7": 8000, "86": 6500, "91": 7500, "55": 6000, "52": 4500,
    "39": 3000, "33": 2500, "34": 2000, "43": 1800, "62": 2200, "63": 1500, "81": 1800, "61": 1200,
    "48": 1500, "380": 1200, "90": 900, "84": 800, "234": 500, "54": 1500, "57": 900, "51": 500, "20": 250,
    "98": 700,
}  # fmt: skip
PREFIX_COUNT = 118_500
PREFIX_DIGITS_MAX = 11

# Whole national and international digits of a number; countries not listed get a length from their prefix.
NUMBER_DIGITS = {
    "1": 11, "49": 13, "44": 12, "33": 11, "39": 12, "34": 11, "31": 11, "43": 13, "41": 11, "48": 11,
    "7": 11, "86": 13, "91": 12, "55": 13, "52": 12, "45": 10, "47": 10, "353": 12,
}  # fmt: skip

# Micro-units per minute in each zone: fixed network, mobile network.
BASE_PRICE = {
    "DOM": (9_000, 65_000), "EU": (12_000, 80_000), "EUR": (18_000, 120_000), "NAM": (6_000, 6_000),
    "SAT": (3_500_000, 4_200_000), "AFR": (160_000, 310_000), "LAT": (70_000, 160_000),
    "APAC": (30_000, 60_000), "MEA": (90_000, 180_000),
}  # fmt: skip
PREMIUM_PRICE = 900_000
INCREMENTS = [(60, 60), (60, 1), (30, 6), (6, 6), (1, 1)]
NORTH_AMERICAN_TOLL_FREE = (800, 888, 877, 866, 855, 844, 833)

# prefix, destination, class, micro-units per minute, first and next increment in seconds, first instant
RateRow = tuple[str, str, str, int, int, int, str]

FIXED, MOBILE, PREMIUM, TOLL_FREE = "F", "M", "P", "T"


def zone_of(country: str) -> str:
    """The price zone of a country code, as seen from the home country."""
    if country == HOME_COUNTRY:
        return "DOM"
    if country in EU:
        return "EU"
    if country in EUROPE_OUTSIDE_EU:
        return "EUR"
    if country == "1":
        return "NAM"
    if country in SATELLITE:
        return "SAT"
    return ZONE_BY_FIRST_DIGIT[country[0]]


def number_digits(country: str, prefix: str) -> int:
    """How many digits a number under `prefix` has: at least three more than it, at most 15 (E.164)."""
    usual = NUMBER_DIGITS.get(country, min(15, len(country) + 9))
    return max(usual, min(15, len(prefix) + 3))


class Deck:
    """The deck as it grows: rows by prefix, and the prefixes with their country in the order of making."""

    def __init__(self, rng: random.Random):
        self.rng = rng
        # prefix -> (destination, class, micro-units per minute, first increment, next increment)
        self.rows: dict[str, tuple[str, str, int, int, int]] = {}
        self.order: list[tuple[str, str]] = []

    def add_country(self, country: str, prefix_count: int) -> None:
        """Adds every prefix of one country, shallow ones first, breakouts below them after."""
        increment = self.rng.choices(INCREMENTS, [30, 15, 15, 15, 25])[0]
        self._add(country, country, FIXED, 0, 1.0, increment)
        if country == "1":
            self._add_north_america(prefix_count, increment)
        else:
            self._add_breakouts(country, prefix_count, increment)

    def _add_north_america(self, prefix_count: int, increment: tuple[int, int]) -> None:
        """The +1 plan has no variable length: 340 area codes with 60 to 170 exchanges each."""
        rng = self.rng
        codes = [
            str(code)
            for code in range(201, 990)
            if code % 100 != 11 and code not in NORTH_AMERICAN_TOLL_FREE + (900, 911)
        ]
        for area in rng.sample(codes, 340):
            self._add("1", "1" + area, FIXED, 1, rng.lognormvariate(0, 0.3), increment)
            for exchange in rng.sample(range(200, 1000), rng.randint(60, 170)):
                operator = rng.randint(2, 40)
                factor = rng.lognormvariate(0, 0.35)
                self._add("1", f"1{area}{exchange}", FIXED, operator, factor, increment)
                if len(self.rows) > prefix_count * 1.02:
                    break
        for code in NORTH_AMERICAN_TOLL_FREE:
            self._add("1", f"1{code}", TOLL_FREE, 1, 0, increment)
        self._add("1", "1900", PREMIUM, 1, 1.5, increment)

    def _add_breakouts(self, country: str, prefix_count: int, increment: tuple[int, int]) -> None:
        """Grows prefixes below random earlier ones, so that many are nested and some are ten digits deep."""
        rng = self.rng
        mobile_digits = rng.sample("156789", 2)
        for _ in range(9):
            rng.random()  # Unused; kept because the recorded figures stand for the bytes that follow from it.
        premium = country + rng.choice(["90", "900", "190"])
        self._add(country, premium, PREMIUM, 1, rng.uniform(0.6, 2.5), increment)
        toll_free = country + rng.choice(["80", "800"])
        self._add(country, toll_free, TOLL_FREE, 1, 0, increment)

        kinds = [(country + digit, MOBILE if digit in mobile_digits else FIXED) for digit in "123456789"]
        parents = [(prefix, kind, rng.lognormvariate(0, 0.25), rng.randint(1, 9)) for prefix, kind in kinds]
        before = len(self.order)
        tries = 0
        while len(self.order) - before < prefix_count and tries < prefix_count * 6:
            tries += 1
            # The power favours the front of the list, where the shallow prefixes are.
            prefix, kind, factor, operator = parents[int(len(parents) * rng.random() ** 1.6)]
            more = rng.choices((1, 2, 3), (6, 3, 1))[0]
            prefix += "".join(rng.choice("0123456789") for _ in range(more))
            if len(prefix) > PREFIX_DIGITS_MAX:
                continue
            factor *= rng.lognormvariate(0, 0.15)
            if rng.random() < 0.3:
                operator = rng.randint(1, 30)
            if self._add(country, prefix, kind, operator, factor, increment):
                parents.append((prefix, kind, factor, operator))

    def _add(
        self, country: str, prefix: str, kind: str, operator: int, factor: float, increment: tuple[int, int]
    ) -> bool:
        """Adds one prefix; False where it is there already. `factor` scales the zone's base price."""
        if prefix in self.rows:
            return False
        group, base = group_and_base_price(zone_of(country), kind)
        price = int(base * factor)
        if self.rng.random() < 0.55:
            price = price // 100 * 100  # Many decks quote four decimals.
        first, following = increment if self.rng.random() < 0.9 else self.rng.choice(INCREMENTS)
        self.rows[prefix] = (f"{country}-{kind}{operator}", group, price, first, following)
        self.order.append((prefix, country))
        return True


def group_and_base_price(zone: str, kind: str) -> tuple[str, int]:
    """The rating group (class) of a prefix and the price that its factor scales."""
    fixed, mobile = BASE_PRICE[zone]
    if kind == PREMIUM:
        group, price = "PREMIUM", PREMIUM_PRICE
    elif kind == TOLL_FREE:
        group, price = "TOLLFREE", 0
    elif kind == MOBILE:
        group, price = zone + "-MOB", mobile
    else:
        group, price = zone + "-FIX", fixed
    if zone == "SAT":  # One price for everything by satellite.
        return "SAT", fixed
    if zone == "NAM" and kind in (FIXED, MOBILE):  # Mobile numbers look like fixed ones there.
        return "NAM", price
    return group, price


def build_deck(rng: random.Random, prefix_count: int = PREFIX_COUNT) -> Deck:
    """The whole deck, about as many prefixes as asked for, from the draws of `rng`."""
    deck = Deck(rng)
    shallow = [country for country in COUNTRY_CODES if country not in DEEP_COUNTRIES]
    deep = {country: count * prefix_count // PREFIX_COUNT for country, count in DEEP_COUNTRIES.items()}
    each = max(8, (prefix_count - sum(deep.values())) // len(shallow))
    for country in COUNTRY_CODES:
        wanted = deep.get(country) or max(6, int(each * math.exp(rng.gauss(0, 0.6))))
        deck.add_country(country, wanted)
    return deck


def rate_rows(deck: Deck, rng: random.Random) -> list[RateRow]:
    """The deck as dated rows, sorted.

    One prefix in twenty changes its price in the middle of the month, and one deep prefix in two hundred
    begins only then, so that a lookup must look at the date.
    """
    opening, change = "2025-01-01T00:00:00Z", "2025-03-16T00:00:00Z"
    rows = []
    for prefix, _ in deck.order:
        destination, group, price, first, following = deck.rows[prefix]
        draw = rng.random()
        begins_late = draw < 0.005 and len(prefix) >= 6
        if not begins_late:
            rows.append((prefix, destination, group, price, first, following, opening))
        if begins_late or draw < 0.055:
            changed = int(price * rng.uniform(0.8, 1.25))
            rows.append((prefix, destination, group, changed, first, following, change))
    rows.sort(key=lambda row: (row[0], row[6]))
    return rows


def write_rates(path: Path, rows: list[RateRow]) -> None:
    with open(path, "w") as file:
        file.write("prefix,destination,class,rate_per_min,min_sec,inc_sec,effective_from\n")
        for prefix, destination, group, price, first, following, effective in rows:
            decimal = f"{price // 1_000_000}.{price % 1_000_000:06d}"
            file.write(f"{prefix},{destination},{group},{decimal},{first},{following},{effective}\n")
