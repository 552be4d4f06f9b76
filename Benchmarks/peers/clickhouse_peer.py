#!/usr/bin/env python3
"""The job in ClickHouse, embedded (chdb): one query with an ASOF join on the flattened deck.

Two other ways to match prefixes were measured and are slower: a range_hashed dictionary, and dictionaries
over prefixes expanded to 4, 7, 9 and 11 digits.
"""

import shutil
import tempfile
from pathlib import Path

from chdb import session
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
SET max_threads = {threads};
SET join_use_nulls = 0;
SET session_timezone = 'UTC';
SET engine_file_truncate_on_insert = 1;
SET input_format_csv_allow_variable_number_of_columns = 1;
SET input_format_allow_errors_num = 0;
SET input_format_parallel_parsing = {parallel}
"""

# In the order of their bytes; a class is its number there, from 1, so that sorting by number sorts by name.
CLASSES = """
SELECT DISTINCT class FROM file('{deck}', CSVWithNames) WHERE class != '' ORDER BY class
"""

TABLES = """
CREATE DATABASE IF NOT EXISTS work ENGINE = Atomic;
USE work;

CREATE TABLE deck ENGINE = Memory AS
SELECT * REPLACE (toUInt8(indexOf({classes}, class)) AS class)
FROM file('{deck}', CSVWithNames,
  'period UInt8, low UInt64, rate Int64, minimum UInt32, increment UInt32, class String');

CREATE TABLE plans ENGINE = Memory AS
SELECT plan, included_sec, tier1_sec AS tier1, tier2_sec AS tier2,
       toInt64(toDecimal64(rate1, 6) * 1000000) AS r1,
       toInt64(toDecimal64(rate2, 6) * 1000000) AS r2,
       toInt64(toDecimal64(rate3, 6) * 1000000) AS r3,
       arraySum(arrayMap(class -> if(class = '', 0, bitShiftLeft(toUInt64(1), indexOf({classes}, class) - 1)),
                         splitByChar('|', covered_classes))) AS covered_bits
FROM file('{plans}', CSVWithNames,
  'plan String, included_sec Int64, covered_classes String, tier1_sec Int64, rate1 String, tier2_sec Int64,
   rate2 String, rate3 String');

CREATE TABLE accounts ENGINE = Memory AS
SELECT toUInt32(rowNumberInAllBlocks() + 1) AS account_id, account, plan, unit, covered_bits
FROM (SELECT account, plan, if(pool = '', account, pool) AS unit, plans.covered_bits AS covered_bits
      FROM file('{data}/accounts.csv', CSVWithNames, 'account String, plan String, pool String') AS a
      JOIN plans ON a.plan = plans.plan
      ORDER BY account);

CREATE DICTIONARY account_of (account String, account_id UInt32, covered_bits UInt64)
PRIMARY KEY account
SOURCE(CLICKHOUSE(QUERY 'SELECT account, account_id, covered_bits FROM work.accounts'))
LAYOUT(COMPLEX_KEY_HASHED()) LIFETIME(0)
"""

CALLS = """
SELECT {call_id} {period} AS period, toDate(toDateTime(second)) AS day, number,
       ifNull(seconds_or_null, 0) AS seconds, account_id, covered_bits,
       multiIf(isNull(second_or_null) OR isNull(number_or_null) OR isNull(seconds_or_null) OR trunk = ''
                 OR account_id = 0, {malformed},
               direction = 'inbound', {inbound},
               disposition != 'ANSWERED' OR seconds = 0, {unanswered},
               {rated}) AS outcome
FROM (SELECT call_id, direction, disposition, trunk,
             toUnixTimestamp(parseDateTimeBestEffortOrNull(if(length(start) IN (20, 25), start, '')))
               AS second_or_null,
             ifNull(second_or_null, 0) AS second,
             if(startsWith(dst, '+') AND length(dst) BETWEEN 6 AND 16,
                toUInt64OrNull(rightPad(substring(dst, 2), 15, '0')), NULL) AS number_or_null,
             ifNull(number_or_null, 0) AS number,
             toUInt32OrNull(billsec) AS seconds_or_null,
             dictGetOrDefault('work.account_of', ('account_id', 'covered_bits'), tuple(account),
                              (toUInt32(0), toUInt64(0))) AS found,
             found.1 AS account_id, found.2 AS covered_bits
      FROM file('{cdrs}', CSVWithNames, '{columns}'))
"""

# Calls with an id that comes more than once are few: they alone go through LIMIT 1 BY.
DEDUPE = """
CREATE TABLE calls ENGINE = Memory AS
SELECT * REPLACE (if(outcome = {malformed}, toUUID('00000000-0000-0000-0000-000000000000'),
                     toUUIDOrZero(call_id)) AS call_id)
FROM ({calls});

CREATE TABLE repeated ENGINE = Memory AS
SELECT call_id, count() AS copies FROM calls WHERE outcome != {malformed} GROUP BY call_id HAVING copies > 1
"""
UNIQUE_CALLS = """
SELECT * EXCEPT call_id FROM (
  SELECT * FROM calls WHERE call_id NOT IN (SELECT call_id FROM repeated)
  UNION ALL
  SELECT * FROM calls WHERE call_id IN (SELECT call_id FROM repeated) LIMIT 1 BY call_id)
"""

SUMS = """
CREATE TABLE sums ENGINE = Memory AS
SELECT final AS outcome, final_account AS account_id, final_class AS class, final_day AS day,
       count() AS calls, sum(seconds) AS billsec, sum(billed) AS billed_sec, sum(charge) AS charge_micro,
       any(covered) AS is_covered
FROM (SELECT if(outcome = {rated} AND rate < 0, {unknown}, outcome) AS final,
             if(final = {rated}, account_id, 0) AS final_account,
             if(final = {rated}, class, 0) AS final_class,
             if(final = {rated}, day, toDate(0)) AS final_day,
             seconds,
             bitTest(covered_bits, if(class = 0, 63, class - 1)) AS covered,
             toInt64(if(seconds <= minimum, minimum,
                        minimum + intDiv(seconds - minimum + increment - 1, increment) * increment))
               AS billed,
             if(covered, 0, intDiv(billed * rate + 30, 60)) AS charge
      FROM (SELECT c.*, deck.rate AS rate, deck.minimum AS minimum, deck.increment AS increment,
                   deck.class AS class
            FROM ({calls}) AS c ASOF LEFT JOIN deck ON c.period = deck.period AND c.number >= deck.low))
GROUP BY outcome, account_id, class, day
"""

SUMMARY = """
SELECT account, arrayElement({classes}, s.class) AS class, day, calls, billsec, billed_sec, charge_micro
FROM (SELECT * FROM sums WHERE outcome = {rated}) AS s JOIN accounts ON accounts.account_id = s.account_id
ORDER BY s.account_id, s.class, day
INTO OUTFILE '{out}/summary.csv' TRUNCATE FORMAT CustomSeparatedWithNames
SETTINGS format_custom_escaping_rule = 'Raw', format_custom_field_delimiter = ','
"""

PLAN_CHARGES = """
SELECT unit, plan, month, covered, overage,
       intDiv(least(overage, tier1) * r1 + least(greatest(overage - tier1, 0), tier2 - tier1) * r2
              + greatest(overage - tier2, 0) * r3 + 30, 60)
FROM (SELECT unit, any(accounts.plan) AS plan, formatDateTime(day, '%Y-%m') AS month,
             sum(billed_sec) AS covered
      FROM sums JOIN accounts ON accounts.account_id = sums.account_id
      WHERE outcome = {rated} AND is_covered
      GROUP BY unit, month) AS used
JOIN (SELECT unit, count() AS members FROM accounts GROUP BY unit) AS pools ON pools.unit = used.unit
JOIN plans ON plans.plan = used.plan
ARRAY JOIN [greatest(covered - toInt64(included_sec * members), 0)] AS overage
ORDER BY unit, month
"""


def main() -> None:
    options = parse_options(__doc__)
    watch = Stopwatch()
    scratch = Path(tempfile.mkdtemp(dir=options.out))
    chdb = session.Session(str(scratch))
    dates, deck = prepare_intervals(options.data.resolve())

    later = "".join(
        f" + (second >= toUnixTimestamp('{date[:19].replace('T', ' ')}', 'UTC'))" for date in dates[1:]
    )
    names = dict(
        data=options.data.resolve(),
        deck=deck,
        cdrs=options.cdrs.resolve(),
        out=options.out.resolve(),
        plans=options.plans_csv.resolve(),
        threads=THREADS,
        parallel=int(THREADS > 1),
        classes=[],
        columns=", ".join(f"{name} String" for name in CDR_COLUMNS),
        call_id="call_id," if options.dedupe else "",
        period=f"toUInt8(0{later})",
        rated=RATED,
        malformed=MALFORMED,
        inbound=INBOUND,
        unanswered=UNANSWERED,
        unknown=UNKNOWN,
    )
    names["calls"] = CALLS.format(**names)

    def run(sql: str) -> list[list[str]]:
        """Runs one or more statements; the rows of the last one."""
        rows = ""
        for statement in sql.format(**names).split(";\n"):
            rows = chdb.query(statement, "TabSeparated").bytes().decode()
        return [line.split("\t") for line in rows.splitlines()]

    run(SETTINGS)
    names["classes"] = [row[0] for row in run(CLASSES)]
    run(TABLES)
    watch.lap("load")

    duplicates = 0
    if options.dedupe:
        run(DEDUPE)
        duplicates = int(run("SELECT sum(copies - 1) FROM repeated")[0][0])
        names["calls"] = UNIQUE_CALLS
        watch.lap("read and dedupe")
    run(SUMS)
    watch.lap("match and sum" if options.dedupe else "read, match and sum")

    run(SUMMARY)
    charges = run(PLAN_CHARGES)
    with open(options.out / "plan_charges.csv", "w") as file:
        file.write("unit,plan,month,covered_sec,overage_sec,charge_micro\n")
        file.writelines(",".join(row) + "\n" for row in charges)
    watch.lap("write")

    counts = {
        int(outcome): int(calls)
        for outcome, calls in run("SELECT outcome, sum(calls) FROM sums GROUP BY outcome")
    }
    seconds, billed, charge, groups = run(
        "SELECT sum(billsec), sum(billed_sec), sum(charge_micro), count() FROM sums WHERE outcome = {rated}"
    )[0]
    print_totals(
        counts,
        duplicates=duplicates,
        billsec=seconds,
        billed=billed,
        deck_charge=charge,
        covered_sec=sum(int(row[3]) for row in charges),
        plan_charge=sum(int(row[5]) for row in charges),
        groups=groups,
    )
    watch.report()
    chdb.close()
    shutil.rmtree(scratch, ignore_errors=True)


if __name__ == "__main__":
    main()
