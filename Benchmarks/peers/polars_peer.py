#!/usr/bin/env python3
"""The job in Polars: a lazy query on the streaming engine, with a binary search in the flattened deck.

join_asof was measured too and is slower: it needs the calls sorted by number.
"""

import os

from deck_intervals import prepare_intervals
from peer import (
    CDR_COLUMNS,
    INBOUND,
    MALFORMED,
    RATED,
    THREADS,
    UNANSWERED,
    UNKNOWN,
    Stopwatch,
    parse_options,
    print_totals,
)

os.environ["POLARS_MAX_THREADS"] = str(THREADS)  # Read when Polars is imported.
import polars as pl

NUMBERS_A_PERIOD = 10**15
ENGINE = "streaming"


def load_deck(data):
    """The dates of the periods, the classes, and the deck by one number: period and lowest called number."""
    dates, path = prepare_intervals(data)
    deck = pl.read_csv(path).with_columns(pl.col("class").fill_null(""))
    classes = sorted(set(deck["class"]) - {""})
    numbers = {name: number for number, name in enumerate(classes)} | {"": 255}
    deck = deck.with_columns(
        key=pl.col("period").cast(pl.Int64) * NUMBERS_A_PERIOD + pl.col("low"),
        class_id=pl.col("class").replace_strict(numbers, return_dtype=pl.UInt8),
    )
    return dates, classes, deck.sort("key")


def load_plans(path):
    def micro(column):
        return (pl.col(column).cast(pl.Decimal(18, 6)) * 1_000_000).cast(pl.Int64)

    return pl.read_csv(path, infer_schema=False).with_columns(
        pl.col("included_sec", "tier1_sec", "tier2_sec").cast(pl.Int64),
        micro("rate1"),
        micro("rate2"),
        micro("rate3"),
    )


def load_accounts(path, plans, classes):
    """Accounts in the order of their ids, with their unit and the classes that their plan covers as bits."""
    bits = {
        plan: sum(1 << classes.index(name) for name in (covered or "").split("|") if name)
        for plan, covered in plans.select("plan", "covered_classes").rows()
    }
    accounts = pl.read_csv(path, infer_schema=False).sort("account").with_row_index("account_id")
    return accounts.with_columns(
        unit=pl.coalesce(pl.col("pool"), pl.col("account")),
        covered_bits=pl.col("plan").replace_strict(bits, return_dtype=pl.Int64),
    )


def parsed_calls(path, accounts, dates):
    """Every record with its outcome so far, its day, and its key in the deck."""
    records = pl.scan_csv(
        path,
        has_header=True,
        schema={name: pl.String for name in CDR_COLUMNS},
        quote_char=None,
        truncate_ragged_lines=True,
        low_memory=False,
    )
    iso = "%Y-%m-%dT%H:%M:%S"
    zone = pl.col("start").str.slice(19)
    zone_hours = zone.str.slice(1, 2).cast(pl.Int32, strict=False)
    zone_minutes = zone_hours * 60 + zone.str.slice(4, 2).cast(pl.Int32, strict=False)
    zone_sign = pl.when(zone.str.starts_with("-")).then(-1).otherwise(1)
    offset = pl.when(zone == "Z").then(0).otherwise(zone_minutes * zone_sign)
    is_number = pl.col("dst").str.starts_with("+") & pl.col("dst").str.len_bytes().is_between(6, 16)
    number = pl.col("dst").str.slice(1).str.pad_end(15, "0").cast(pl.Int64, strict=False)
    later_dates = [pl.lit(date.rstrip("Z")).str.to_datetime(iso) for date in dates[1:]]
    period = pl.sum_horizontal(
        [pl.lit(0, pl.Int64)] + [(pl.col("at") >= date).cast(pl.Int64) for date in later_dates]
    )
    is_malformed = pl.any_horizontal(
        pl.col("at").is_null(),
        pl.col("number").is_null(),
        pl.col("seconds").is_null(),
        "is_short",
        pl.col("account_id").is_null(),
    )
    is_unanswered = (pl.col("disposition") != "ANSWERED") | (pl.col("seconds") == 0)
    outcome = pl.when(is_unanswered).then(UNANSWERED).otherwise(RATED)
    outcome = pl.when(pl.col("direction") == "inbound").then(INBOUND).otherwise(outcome)
    outcome = pl.when(is_malformed).then(MALFORMED).otherwise(outcome)
    return (
        records.select(
            "call_id",
            "account",
            "direction",
            "disposition",
            at=pl.col("start").str.slice(0, 19).str.to_datetime(iso, strict=False, exact=True)
            - pl.duration(minutes=offset),
            number=pl.when(is_number).then(number),
            seconds=pl.col("billsec").cast(pl.UInt32, strict=False).cast(pl.Int64),
            is_short=pl.col("trunk").is_null(),
        )
        .join(accounts.lazy().select("account", "account_id", "covered_bits"), on="account", how="left")
        .with_columns(outcome=outcome.cast(pl.UInt8))
        .with_columns(day=pl.col("at").dt.date(), key=period * NUMBERS_A_PERIOD + pl.col("number"))
    )


def sums_by_group(calls, deck):
    """Matches, prices and sums; every outcome but RATED has one group without account, class and day."""
    fields = {"rate": pl.Int64, "minimum": pl.Int64, "increment": pl.Int64, "class_id": pl.UInt8}

    def match(keys):
        at = deck["key"].search_sorted(keys, side="right") - 1
        return pl.DataFrame({name: deck[name].gather(at) for name in fields}).to_struct("match")

    seconds, minimum, increment = pl.col("seconds"), pl.col("minimum"), pl.col("increment")
    beyond = (seconds - minimum + increment - 1) // increment * increment
    billed = pl.when(seconds <= minimum).then(minimum).otherwise(minimum + beyond)
    is_unknown = (pl.col("outcome") == RATED) & (pl.col("rate") < 0)
    class_bit = pl.lit(2, pl.Int64).pow(pl.col("class_id").cast(pl.Int64))

    def if_rated(column):
        return pl.when(pl.col("outcome") == RATED).then(pl.col(column))

    matched = (
        pl.col("key").fill_null(0).map_batches(match, return_dtype=pl.Struct(fields), is_elementwise=True)
    )
    return (
        calls.with_columns(match=matched)
        .unnest("match")
        .with_columns(outcome=pl.when(is_unknown).then(UNKNOWN).otherwise(pl.col("outcome")).cast(pl.UInt8))
        .select(
            "outcome",
            "seconds",
            "rate",
            account_id=if_rated("account_id"),
            class_id=if_rated("class_id"),
            day=if_rated("day"),
            billed=billed,
            is_covered=pl.when(pl.col("outcome") == RATED).then(pl.col("covered_bits") // class_bit % 2 == 1),
        )
        .with_columns(
            charge=pl.when("is_covered").then(0).otherwise((pl.col("billed") * pl.col("rate") + 30) // 60)
        )
        .group_by("outcome", "account_id", "class_id", "day")
        .agg(
            calls=pl.len(),
            billsec=pl.sum("seconds"),
            billed_sec=pl.sum("billed"),
            charge_micro=pl.sum("charge"),
            is_covered=pl.first("is_covered"),
        )
        .collect(engine=ENGINE)
    )


def plan_charges(sums, accounts, plans):
    """What units pay for covered seconds beyond the included ones, in three tiers."""
    nothing = pl.lit(0, pl.Int64)
    members = accounts.group_by("unit").agg(pl.first("plan"), members=pl.len())
    included = pl.col("included_sec") * pl.col("members").cast(pl.Int64)
    overage, tier1, tier2 = pl.col("overage_sec"), pl.col("tier1_sec"), pl.col("tier2_sec")
    charge = (
        pl.min_horizontal(overage, tier1) * pl.col("rate1")
        + pl.min_horizontal(pl.max_horizontal(overage - tier1, nothing), tier2 - tier1) * pl.col("rate2")
        + pl.max_horizontal(overage - tier2, nothing) * pl.col("rate3")
    )
    return (
        sums.filter("is_covered")
        .join(accounts.select("account_id", "unit"), on="account_id")
        .group_by("unit", month=pl.col("day").dt.strftime("%Y-%m"))
        .agg(covered_sec=pl.sum("billed_sec"))
        .join(members, on="unit")
        .join(plans, on="plan")
        .with_columns(overage_sec=pl.max_horizontal(nothing, pl.col("covered_sec") - included))
        .with_columns(charge_micro=(charge + 30) // 60)
        .select("unit", "plan", "month", "covered_sec", "overage_sec", "charge_micro")
        .sort("unit", "month")
    )


def main() -> None:
    options = parse_options(__doc__)
    watch = Stopwatch()
    dates, classes, deck = load_deck(options.data)
    plans = load_plans(options.plans_csv)
    accounts = load_accounts(options.data / "accounts.csv", plans, classes)
    watch.lap("load")

    wanted = ["outcome", "account_id", "covered_bits", "day", "key", "seconds"]
    calls = parsed_calls(options.cdrs, accounts, dates)
    duplicates = 0
    if options.dedupe:
        read = calls.select("call_id", *wanted).collect(engine=ENGINE)
        sound = read.filter(pl.col("outcome") != MALFORMED)
        unique = sound.unique(subset="call_id", keep="any")
        duplicates = len(sound) - len(unique)
        malformed = read.filter(pl.col("outcome") == MALFORMED)
        calls = pl.concat([malformed, unique]).lazy()
        del read, sound, unique
        watch.lap("read and dedupe")
    sums = sums_by_group(calls.select(wanted), deck)
    watch.lap("match and sum" if options.dedupe else "read, match and sum")

    counts = dict(sums.group_by("outcome").agg(pl.sum("calls")).rows())
    sums = sums.filter(pl.col("outcome") == RATED).sort("account_id", "class_id", "day")
    summary = sums.join(
        accounts.select("account_id", "account"), on="account_id", how="left", maintain_order="left"
    )
    names = pl.col("class_id").replace_strict(dict(enumerate(classes)), return_dtype=pl.String)
    summary.select(
        "account",
        names.alias("class"),
        "day",
        "calls",
        "billsec",
        "billed_sec",
        "charge_micro",
    ).write_csv(options.out / "summary.csv")
    charges = plan_charges(sums, accounts, plans)
    charges.write_csv(options.out / "plan_charges.csv")
    watch.lap("write")

    print_totals(
        counts,
        duplicates=duplicates,
        billsec=sums["billsec"].sum(),
        billed=sums["billed_sec"].sum(),
        deck_charge=sums["charge_micro"].sum(),
        covered_sec=charges["covered_sec"].sum(),
        plan_charge=charges["charge_micro"].sum(),
        groups=len(sums),
    )
    watch.report()


if __name__ == "__main__":
    main()
