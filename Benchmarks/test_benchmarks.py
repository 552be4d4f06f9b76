"""Tests of what the table rests on: comparing outputs, judging times, and matching prefixes.

Run with: python3 -m unittest discover -s Benchmarks
"""

import sys
import tempfile
import unittest
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path += [str(HERE), str(HERE / "peers"), str(HERE / "workload")]

import deck_intervals

from harness import correctness, measure, table, tiers
from harness.catalog import make_catalog
from harness.jobs import JOBS, PEAK_BYTES_MAX


def row(key: str, *sums: int) -> correctness.Row:
    account, group, day = key.split(",")
    return (account, group, day), sums


class Amounts(unittest.TestCase):
    def test_decimalsBecomeMillionths(self):
        for text, micro in [
            ("0", 0),
            ("1", 1_000_000),
            ("12.5", 12_500_000),
            ("0.000001", 1),
            ("-0.5", -500_000),
        ]:
            with self.subTest(text):
                self.assertEqual(correctness.micro_units(text), micro)

    def test_moreDigitsAreRefusedUnlessZero(self):
        self.assertEqual(correctness.micro_units("0.123456000"), 123_456)
        for text in ["0.1234567", "1e3", "", "1,5", "--1"]:
            with self.subTest(text), self.assertRaises(correctness.BadOutput):
                correctness.micro_units(text)

    def test_quantitiesAreWholeSeconds(self):
        self.assertEqual(correctness.whole_number("61.000"), 61)
        with self.assertRaises(correctness.BadOutput):
            correctness.whole_number("61.5")


class Rows(unittest.TestCase):
    A = row("C1,DOM,2025-03-01", 1, 60, 60, 10)
    B = row("C1,DOM,2025-03-02", 2, 61, 120, 20)
    C = row("C2,EU,2025-03-01", 3, 62, 180, 30)

    def compare(self, ours, theirs):
        return correctness.compare_rows(iter(ours), iter(theirs))

    def test_equalRowsDoNotDifferAndAreSummed(self):
        result = self.compare([self.A, self.B, self.C], [self.A, self.B, self.C])
        self.assertEqual((result.rows, result.differing), (3, 0))
        self.assertEqual(
            (result.calls, result.billsec, result.billed, result.charge_micro), (6, 183, 360, 60)
        )

    def test_anyOtherSumDiffers(self):
        for place in range(4):
            sums = list(self.B[1])
            sums[place] += 1
            with self.subTest(place):
                result = self.compare([self.A, (self.B[0], tuple(sums))], [self.A, self.B])
                self.assertEqual(result.differing, 1)

    def test_aMissingRowIsOneDifferenceWherever(self):
        every = [self.A, self.B, self.C]
        for missing in range(3):
            fewer = every[:missing] + every[missing + 1 :]
            with self.subTest(missing):
                self.assertEqual(self.compare(fewer, every).differing, 1)
                self.assertEqual(self.compare(every, fewer).differing, 1)

    def test_unsortedAndRepeatedRowsAreRefused(self):
        for rows in ([self.B, self.A], [self.A, self.A]):
            with self.subTest(rows), self.assertRaises(correctness.BadOutput):
                self.compare(rows, [self.A, self.B])

    def test_fieldsAreReadByTheirNames(self):
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "summary.csv"
            path.write_text(
                correctness.RATEMILL_HEADER + "\nC1,DOM,2025-03-01,EUR,second,1,60,60,0,0.00001\n",
            )
            self.assertEqual(list(correctness.ratemill_rows(path)), [self.A])
            path.write_text("account,day\nC1,2025-03-01\n")
            with self.assertRaises(correctness.BadOutput):
                list(correctness.ratemill_rows(path))


PEER_TOTALS = {
    "records": 10,
    "malformed": 1,
    "duplicates": 1,
    "inbound": 1,
    "unanswered": 2,
    "unknown": 1,
    "rated": 4,
    "billsec": 8,
    "billed": 9,
    "deck_charge": 7,
}
REPORT = {"read": 10, "rated": 4, "filtered": 3, "duplicate": 1, "suspended": 2}


class Totals(unittest.TestCase):
    def comparison(self):
        return correctness.Comparison(rows=1, calls=4, billsec=8, billed=9, charge_micro=7)

    def test_equalTotalsHaveNoDifference(self):
        self.assertEqual(correctness.total_differences(self.comparison(), REPORT, PEER_TOTALS), [])
        self.assertEqual(correctness.door_differences(REPORT, PEER_TOTALS), [])

    def test_everyTotalThatMustBeEqualIsLookedAt(self):
        for name in ("records", "rated", "billsec", "billed", "deck_charge"):
            peer = PEER_TOTALS | {name: PEER_TOTALS[name] + 1}
            with self.subTest(name):
                self.assertTrue(correctness.total_differences(self.comparison(), REPORT, peer))

    def test_countsThatMayDifferAreTold(self):
        report = REPORT | dict(duplicate=2, suspended=1)
        told = [
            (name, ours, theirs)
            for name, ours, theirs, _ in correctness.door_differences(report, PEER_TOTALS)
        ]
        self.assertEqual(told, [("duplicate", 2, 1), ("suspended", 1, 2)])


class Measuring(unittest.TestCase):
    def contender(self, name: str, *walls: float, peak: int = 1) -> measure.Contender:
        contender = measure.Contender(name, measure.Command(["true"]), Path("/dev/null"))
        contender.samples = [measure.Sample(wall, wall, peak) for wall in walls]
        return contender

    def test_ratiosAreTakenInsideARound(self):
        base, other = self.contender("base", 1, 10, 1), self.contender("other", 2, 20, 3)
        self.assertEqual(measure.median_of_ratios(other, base), 2)
        self.assertEqual(measure.ratio_of_medians(other, base), 3)

    def test_verdictsAtTheirBounds(self):
        job = next(job for job in JOBS if job.name == "zst")
        base = self.contender("base", 1.0)
        for ratio, word in [
            (job.aim, "aim"),
            (job.aim + 0.01, "pass"),
            (job.limit, "pass"),
            (job.limit + 0.01, "FAIL"),
        ]:
            with self.subTest(ratio):
                self.assertEqual(table.verdict(job, self.contender("ratemill", ratio), base), word)
        fat = self.contender("ratemill", job.aim, peak=PEAK_BYTES_MAX + 1)
        self.assertIn("FAIL", table.verdict(job, fat, base))

    def test_aFailedCommandTellsItsLastLine(self):
        with tempfile.TemporaryDirectory() as folder:
            command = measure.Command(["sh", "-c", "echo first >&2; echo last >&2; exit 3"])
            with self.assertRaisesRegex(measure.RunFailed, "exit status 3: last"):
                measure.run(command, Path(folder) / "log")

    def test_aFedCommandReadsTheFile(self):
        with tempfile.TemporaryDirectory() as folder:
            feed, log = Path(folder) / "feed", Path(folder) / "log"
            feed.write_text("one\ntwo\n")
            measure.run(measure.Command(["wc", "-l"], feed=feed), log)
            self.assertEqual(log.read_text().strip(), "2")

    def test_aWrongOutputTakesNoFurtherPart(self):
        contender = self.contender("wrong")
        contender.check = lambda: "WRONG"
        measure.run_in_turns([contender], 3, "test")
        self.assertEqual((contender.failure, contender.samples), ("WRONG", []))


PRICES = {
    "1": [("2025-01-01T00:00:00Z", 10)],
    "12": [("2025-01-01T00:00:00Z", 20), ("2025-03-16T00:00:00Z", 21)],
    "123": [("2025-03-16T00:00:00Z", 30)],
    "129": [("2025-01-01T00:00:00Z", 40)],
    "2": [("2025-01-01T00:00:00Z", 50)],
    "99": [("2025-01-01T00:00:00Z", 60)],
}


class Intervals(unittest.TestCase):
    """Flattened intervals against the longest prefix, looked for one by one."""

    def longest(self, number: str, date: str) -> int:
        for length in range(len(number), 0, -1):
            begun = [rate for start, rate in PRICES.get(number[:length], []) if start <= date]
            if begun:
                return begun[-1]
        return -1

    def test_everyNumberFindsItsLongestPrefix(self):
        prices = {
            prefix: [deck_intervals.Price(date, rate, 1, 1, "G") for date, rate in versions]
            for prefix, versions in PRICES.items()
        }
        dates = ["2025-01-01T00:00:00Z", "2025-03-16T00:00:00Z"]
        intervals = list(deck_intervals.flatten(prices, dates))
        for period, date in enumerate(dates):
            for number in range(1000, 10000):
                key = number * 10**11 + 5
                rate = [row[2] for row in intervals if row[0] == period and row[1] <= key][-1]
                self.assertEqual(rate, self.longest(str(number), date), (number, date))


class Catalog(unittest.TestCase):
    PLANS = "plan,included_sec,covered_classes,tier1_sec,rate1,tier2_sec,rate2,rate3\n"

    def write(self, data: Path, plan: str) -> None:
        (data / "rates.csv").write_text(
            "prefix,destination,class,rate_per_min,min_sec,inc_sec,effective_from\n"
            "49,DE,DOM-FIX,0.009000,60,1,2025-01-01T00:00:00Z\n"
        )
        (data / "accounts.csv").write_text("account,plan,pool\nC1,PAYG,\n")
        (data / "plans-flat.csv").write_text(self.PLANS + plan)

    def test_aDeckRowKeepsItsTerms(self):
        with tempfile.TemporaryDirectory() as folder:
            data = Path(folder)
            self.write(data, "PAYG,0,,0,0.000000,0,0.000000,0.000000\n")
            deck = (make_catalog(data, data / "catalog") / "decks" / "retail.csv").read_text().splitlines()
            self.assertEqual(
                deck[0], "prefix,destination,rating_group,price,increment_first,increment_next,from"
            )
            self.assertEqual(deck[1], "49,DE,DOM-FIX,0.009000,60,1,2025-01-01T00:00:00Z")

    def test_tieredPlansIncludeAndPriceByTheMonth(self):
        with tempfile.TemporaryDirectory() as folder:
            data = Path(folder)
            self.write(data, "PAYG,0,,0,0.000000,0,0.000000,0.000000\n")
            (data / "plans-tiered.csv").write_text(
                "plan,included_sec,covered_classes,tier1_sec,rate1,tier2_sec,rate2,rate3\n"
                "EURO,600,DOM|EU,60,0.02,120,0.01,0.005\nPAYG,0,,0,0,0,0,0\n"
            )
            plans = make_catalog(data, data / "catalog", plans="tiered") / "plans"
            euro = (plans / "euro.yaml").read_text()
            self.assertIn("quantity: 600 s", euro)
            self.assertIn("rating_groups: [DOM, EU]", euro)
            self.assertIn("{up_to: 120 s, price: 0.01, per: 1 min}", euro)
            self.assertNotIn("tiers", (plans / "payg.yaml").read_text())


class Units(unittest.TestCase):
    def test_chargesOfAPoolAreAddedUpAndCompared(self):
        with tempfile.TemporaryDirectory() as folder:
            data = Path(folder)
            (data / "accounts.csv").write_text("account,plan,pool\nA,EURO,P\nB,EURO,P\nC,EURO,\n")
            (data / "units.csv").write_text(
                "account,charge,usage_period,quantity_billed,quantity_covered,amount\n"
                "A,overage,2025-03-01/2025-04-01,100,40,0.02\n"
                "B,overage,2025-03-01/2025-04-01,20,0,0.01\n"
                "B,calls,2025-03-01/2025-04-01,7,0,0.01\n"
                "C,overage,2025-03-01/2025-04-01,0,0,0\n"
            )
            (data / "plan_charges.csv").write_text(
                "unit,plan,month,covered_sec,overage_sec,charge_micro\nP,EURO,2025-03,120,80,30000\n"
            )
            ours = tiers.ratemill_units(data / "units.csv", data)
            theirs = tiers.peer_units(data / "plan_charges.csv")
            self.assertEqual(tiers.compare_units(ours, theirs), [])
            theirs["P", "2025-03"] = (120, 80, 30001)
            self.assertEqual(tiers.compare_units(ours, theirs)[0], "1 units differ")


if __name__ == "__main__":
    unittest.main()
