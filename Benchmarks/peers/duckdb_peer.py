#!/usr/bin/env python3
"""The job in DuckDB: one streaming query with an ASOF join on the flattened deck.

Two other ways to match prefixes were measured and are slower: a hash join per prefix length, and four hash
joins on prefixes expanded to 4, 7, 9 and 11 digits.
"""

import duckdb
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

SETTINGS = """
SET threads = {threads};
SET preserve_insertion_order = false;
SET TimeZone = 'UTC';
-- Measured: with its own choice of join and of the side to build, the engine is slower here.
SET asof_loop_join_threshold = 0;
SET disabled_optimizers = 'join_order,build_side_probe_side';
SET temp_directory = '{out}/duckdb-spill';
"""

TABLES = """
CREATE TYPE class_t AS ENUM (
  SELECT DISTINCT class FROM read_csv('{data}/rates.csv', all_varchar = true) ORDER BY class);

CREATE TABLE deck AS
SELECT period, low, nullif(rate, -1) AS rate, minimum, increment, class::class_t AS class
FROM read_csv('{deck}', header = true, columns = {{
  period: 'INT', low: 'BIGINT', rate: 'BIGINT', minimum: 'INT', increment: 'INT', class: 'VARCHAR'}});

CREATE TABLE plans AS
SELECT plan, included_sec::BIGINT AS included, coalesce(covered_classes, '') AS covered_classes,
       tier1_sec::BIGINT AS tier1, tier2_sec::BIGINT AS tier2,
       (rate1::DECIMAL(18, 6) * 1000000)::BIGINT AS rate1,
       (rate2::DECIMAL(18, 6) * 1000000)::BIGINT AS rate2,
       (rate3::DECIMAL(18, 6) * 1000000)::BIGINT AS rate3
FROM read_csv('{plans}', all_varchar = true);

-- The classes that a plan covers, as bits.
CREATE TABLE plan_bits AS
SELECT plan, coalesce(sum(1::BIGINT << enum_code(nullif(class, '')::class_t)::INTEGER)
                      FILTER (class <> ''), 0)::BIGINT AS covered_bits
FROM (SELECT plan, unnest(string_split(covered_classes, '|')) AS class FROM plans)
GROUP BY plan;

CREATE TABLE accounts AS
SELECT row_number() OVER (ORDER BY account)::INT AS account_id, account, plan,
       coalesce(pool, account) AS unit, covered_bits
FROM read_csv('{data}/accounts.csv', all_varchar = true) JOIN plan_bits USING (plan);

CREATE TABLE units AS
SELECT unit, any_value(plan) AS plan, count(*) AS members FROM accounts GROUP BY unit;
"""

CALLS = """
SELECT {call_id} account_id, coalesce(covered_bits, 0) AS covered_bits, start::DATE AS day, number,
       coalesce(seconds, 0) AS seconds, {period} AS period,
       CASE WHEN start IS NULL OR number IS NULL OR seconds IS NULL OR is_short OR account_id IS NULL
              THEN {malformed}
            WHEN direction = 'inbound' THEN {inbound}
            WHEN disposition <> 'ANSWERED' OR seconds = 0 THEN {unanswered}
            ELSE {rated} END AS outcome
FROM (SELECT call_id, account, direction, disposition,
             TRY_CAST(start AS TIMESTAMPTZ)::TIMESTAMP AS start,
             CASE WHEN dst[1] = '+' AND length(dst) BETWEEN 6 AND 16
                  THEN TRY_CAST(dst AS BIGINT) * (10 ** (16 - length(dst)))::BIGINT END AS number,
             TRY_CAST(billsec AS INTEGER) AS seconds,
             trunk IS NULL AS is_short
      FROM read_csv('{cdrs}', header = true, columns = {columns}, delim = ',', quote = '', escape = '',
                    null_padding = true, auto_detect = false))
LEFT JOIN accounts USING (account)
"""

# Calls with an id that comes more than once are few: they alone go through DISTINCT.
DEDUPE = """
CREATE TEMP TABLE calls AS
SELECT * REPLACE (CASE WHEN outcome <> {malformed} THEN call_id::UUID END AS call_id) FROM ({calls});

CREATE TEMP TABLE repeated AS
SELECT call_id, count(*) AS copies FROM calls WHERE outcome <> {malformed} GROUP BY call_id HAVING copies > 1;
"""
UNIQUE_CALLS = """
SELECT * EXCLUDE call_id FROM (
  SELECT * FROM calls ANTI JOIN repeated USING (call_id)
  UNION ALL
  SELECT DISTINCT ON (call_id) * FROM calls SEMI JOIN repeated USING (call_id))
"""

SUMS = """
CREATE TEMP TABLE sums AS
SELECT outcome, account_id, class, day, count(*) AS calls, sum(seconds)::BIGINT AS seconds,
       sum(billed)::BIGINT AS billed,
       sum(CASE WHEN is_covered THEN 0 ELSE (billed * rate + 30) // 60 END)::BIGINT AS charge,
       any_value(is_covered) AS is_covered
FROM (SELECT CASE WHEN outcome = {rated} AND rate IS NULL THEN {unknown} ELSE outcome END AS outcome,
             CASE WHEN outcome = {rated} AND rate IS NOT NULL THEN account_id END AS account_id,
             CASE WHEN outcome = {rated} AND rate IS NOT NULL THEN day END AS day,
             class, rate, seconds,
             (covered_bits >> enum_code(class)::INTEGER) & 1 = 1 AS is_covered,
             CASE WHEN seconds <= minimum THEN minimum
                  ELSE minimum + (seconds - minimum + increment - 1) // increment * increment END::BIGINT
               AS billed
      FROM ({calls}) AS calls
      ASOF LEFT JOIN deck ON calls.period = deck.period AND calls.number >= deck.low)
GROUP BY outcome, account_id, class, day
"""

SUMMARY = """
COPY (SELECT account, class::VARCHAR AS class, day, calls, seconds AS billsec, billed AS billed_sec,
             charge AS charge_micro
      FROM sums JOIN accounts USING (account_id) WHERE outcome = {rated}
      ORDER BY account_id, class, day)
TO '{out}/summary.csv' (HEADER)
"""

PLAN_CHARGES = """
CREATE TEMP TABLE plan_charges AS
SELECT unit, plan, month, covered AS covered_sec, overage AS overage_sec,
       (least(overage, tier1) * rate1
        + least(greatest(overage - tier1, 0), tier2 - tier1) * rate2
        + greatest(overage - tier2, 0) * rate3 + 30) // 60 AS charge_micro
FROM (SELECT unit, units.plan AS plan, strftime(day, '%Y-%m') AS month, sum(billed)::BIGINT AS covered,
             greatest(0, sum(billed)::BIGINT - any_value(included * members)) AS overage,
             any_value(tier1) AS tier1, any_value(tier2) AS tier2,
             any_value(rate1) AS rate1, any_value(rate2) AS rate2, any_value(rate3) AS rate3
      FROM sums JOIN accounts USING (account_id) JOIN units USING (unit) JOIN plans ON plans.plan = units.plan
      WHERE outcome = {rated} AND is_covered
      GROUP BY ALL);
COPY (SELECT * FROM plan_charges ORDER BY unit, month) TO '{out}/plan_charges.csv' (HEADER)
"""


def main() -> None:
    options = parse_options(__doc__)
    watch = Stopwatch()
    connection = duckdb.connect()
    dates, deck = prepare_intervals(options.data)

    later = "".join(f" + (start >= TIMESTAMP '{date.rstrip('Z')}')::INT" for date in dates[1:])
    names = dict(
        data=options.data,
        deck=deck,
        cdrs=options.cdrs,
        out=options.out,
        plans=options.plans_csv,
        threads=THREADS,
        columns={name: "VARCHAR" for name in CDR_COLUMNS},
        call_id="call_id," if options.dedupe else "",
        period="0::INT" + later,
        rated=RATED,
        malformed=MALFORMED,
        inbound=INBOUND,
        unanswered=UNANSWERED,
        unknown=UNKNOWN,
    )
    names["calls"] = CALLS.format(**names)

    def run(sql: str) -> duckdb.DuckDBPyConnection:
        return connection.execute(sql.format(**names))

    run(SETTINGS)
    run(TABLES)
    watch.lap("load")

    duplicates = 0
    if options.dedupe:
        run(DEDUPE)
        (duplicates,) = run("SELECT sum(copies - 1) FROM repeated").fetchone()
        names["calls"] = UNIQUE_CALLS
        watch.lap("read and dedupe")
    run(SUMS)
    watch.lap("match and sum" if options.dedupe else "read, match and sum")

    run(SUMMARY)
    run(PLAN_CHARGES)
    watch.lap("write")

    counts = dict(run("SELECT outcome, sum(calls)::BIGINT FROM sums GROUP BY outcome").fetchall())
    seconds, billed, charge, groups = run(
        "SELECT sum(seconds), sum(billed), sum(charge), count(*) FROM sums WHERE outcome = {rated}"
    ).fetchone()
    covered, plan_charge = run("SELECT sum(covered_sec), sum(charge_micro) FROM plan_charges").fetchone()
    print_totals(
        counts,
        duplicates=duplicates or 0,
        billsec=seconds,
        billed=billed,
        deck_charge=charge,
        covered_sec=covered,
        plan_charge=plan_charge,
        groups=groups,
    )
    watch.report()


if __name__ == "__main__":
    main()
