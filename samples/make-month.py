#!/usr/bin/env python3
"""Makes the exports in usage/: June 2026 of a small MSP, with the dirt that exports have.

The same bytes at every run, from one seed. Needs Python 3.10 and the zstd command; ratemill needs neither.
Numbers are from ranges that are kept for fiction, in the countries that have such ranges.
"""

import gzip
import json
import random
import subprocess
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

SEED = 20260601
USAGE = Path(__file__).parent / "usage"
DAYS = [datetime(2026, 6, day) for day in range(1, 31)]
# What the clocks of June add to UTC.
BERLIN = timedelta(hours=2)
WASHINGTON = timedelta(hours=-4)

# Weight and number by turns; each # is any digit.
GERMAN = """
    40 +493023125### 22 +494066969### 14 +498999998### 9 +496990009### 8 +492214710### 16 +4915228817386
    14 +4917139200## 10 +49176040690## 2 +498005550### 1 +491805555###"""
FREIGHT = f"""{GERMAN}
    9 +442079460### 7 +447700900### 9 +48225550### 8 +48505550### 6 +31205550### 5 +31655501### 5 +3319900####
    4 +33639980### 5 +902125550### 5 +905325550### 4 +3905550#### 3 +420255501## 3 +380445550###
    3 +120255501## 2 +8685550####"""
AMERICAN = """
    50 +120255501## 20 +130155501## 20 +170355501## 10 +180055501## 6 +442079460### 5 +493023125###
    3 +525555501## 2 +447700900### 2 +61255501###"""


@dataclass(frozen=True)
class Client:
    """Who telephones, how much and where to, and how a switch knows it."""

    account_code: str
    numbers: list[str]
    extensions: list[str]
    names: list[str]
    call_count: int
    destinations: str


def numbers(stem: str, count: int) -> list[str]:
    """The first numbers of a range, with as many digits as its numbers have."""
    return [f"{stem}{n:0{12 - len(stem)}}" for n in range(count)]


LAW_FIRM = Client(
    account_code="arendt",
    numbers=numbers("4930231251", 30),
    extensions=[f"p{100 + n}" for n in range(12)],
    names=["Empfang", "Dr. Arendt", "Voss, Lena", '"Lexi" Braun'],
    call_count=360,
    destinations=GERMAN,
)
BAKERY = Client(
    "", numbers("49302312520", 4), ["p201", "p202", "p203"], ["Laden", "Backstube", "Büro"], 110, GERMAN
)
DENTIST = Client(
    "4711", numbers("49302312530", 6), [f"p30{n}" for n in range(6)], ["Anmeldung", "Labor"], 220, GERMAN
)
STUDIO = Client("", ["493023125400"], ["lumen"], ['Atelier "Lumen"'], 60, FREIGHT)
CLUB = Client("", numbers("49302312550", 4), ["panke-1", "panke-2"], ["Nachbarschaftshaus"], 90, GERMAN)
STRANGER = Client("", ["493023125990"], ["p399"], ["Neu"], 7, GERMAN)
OSTKAI = Client(
    account_code="",
    numbers=numbers("4930231256", 100),
    extensions=[str(101 + n) for n in range(50)],
    names=["Disposition", "Lager 2", "Zoll", 'Bob "B" Ray'],
    call_count=3000,
    destinations=FREIGHT,
)
POTOMAC = Client("potomac-1", [f"120255501{n}" for n in range(10, 30)], [], [], 330, AMERICAN)
ANACOSTIA = Client("anacostia-1", ["12025550150", "12025550151"], [], [], 90, AMERICAN)


@dataclass(frozen=True)
class Call:
    """One attempt, in the local time of its switch."""

    start: datetime
    direction: str
    inside: str
    extension: str
    name: str
    outside: str
    ring_seconds: int
    talk_seconds: int
    outcome: str

    @property
    def is_answered(self) -> bool:
        return self.outcome == "ANSWERED"

    @property
    def answer(self) -> datetime:
        return self.start + timedelta(seconds=self.ring_seconds)

    @property
    def end(self) -> datetime:
        return self.answer + timedelta(seconds=self.talk_seconds)


def digits(chance: random.Random, pattern: str) -> str:
    return "".join(chance.choice("0123456789") if letter == "#" else letter for letter in pattern)


def office_hour(chance: random.Random) -> datetime:
    """Any second of a working day; weekends and evenings happen, but seldom."""
    while True:
        moment = chance.choice(DAYS) + timedelta(seconds=int(chance.triangular(7.5, 19.5, 10.5) * 3600))
        if moment.weekday() < 5 or chance.random() < 0.06:
            return moment


def calls(chance: random.Random, client: Client) -> list[Call]:
    """The attempts of a client, by time."""
    words = client.destinations.split()
    weights, patterns = [int(word) for word in words[::2]], words[1::2]
    directions = ["outbound", "inbound", "internal"]
    shares = [58, 36, 6 if client.extensions else 0]
    made = []
    for _ in range(client.call_count):
        direction = chance.choices(directions, shares)[0]
        outcome = chance.choices(["ANSWERED", "NO ANSWER", "BUSY"], [86, 11, 3])[0]
        pattern = chance.choices(patterns, weights)[0]
        place = chance.randrange(max(1, len(client.extensions)))
        talk = min(5400, 1 + int(chance.lognormvariate(4.4, 1.15))) if outcome == "ANSWERED" else 0
        call = Call(
            start=office_hour(chance),
            direction=direction,
            inside=chance.choice(client.numbers),
            extension=client.extensions[place] if client.extensions else "",
            name=client.names[place % len(client.names)] if client.names else "",
            outside=digits(chance, pattern),
            ring_seconds=chance.randint(2, 24),
            talk_seconds=talk,
            outcome=outcome,
        )
        made.append(call)
    return sorted(made, key=lambda call: call.start)


def dialled(number: str) -> str:
    """How somebody in Germany keys a number."""
    return "0" + number[3:] if number.startswith("+49") else "00" + number[1:]


# Asterisk: the shared switch of the small clients.


def quoted(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'


def asterisk(call: Call, client: Client, number: int, to: str | None = None) -> str:
    """A row of cdr_csv with unique ids."""
    channel, carrier = f"PJSIP/{call.extension}-{number:08x}", f"PJSIP/carrier-{number + 1:08x}"
    if call.direction == "inbound":
        source, to, context = call.outside[1:], call.inside, "from-trunk"
        channel, peer = carrier, channel
        name = f"<{source}>"
    elif call.direction == "internal":
        source, to, context, peer = call.inside, "*97", "from-internal", ""
        name = f'"{call.name}" <{call.inside}>'
    else:
        source, to, context, peer = call.inside, to or dialled(call.outside), "from-internal", carrier
        name = f'"{call.name}" <{call.inside}>'
    application = "VoiceMailMain" if call.direction == "internal" else "Dial"
    answer = f"{call.answer}" if call.is_answered else ""
    code = client.account_code if call.direction == "outbound" else ""
    parties = [code, source, to, context, name, channel, peer, application, f"PJSIP/{to},60"]
    texts = [*parties, f"{call.start}", answer, f"{call.end}"]
    identity = f"{int((call.start - BERLIN - datetime(1970, 1, 1)).total_seconds())}.{number}"
    row = [quoted(text) for text in texts]
    row += [str(call.ring_seconds + call.talk_seconds), str(call.talk_seconds)]
    return ",".join(row + [quoted(call.outcome), '"DOCUMENTATION"', quoted(identity)])


def asterisk_rows(chance: random.Random) -> list[tuple[datetime, str]]:
    """The rows of the month by time, with what went wrong."""
    clients = [LAW_FIRM, BAKERY, DENTIST, STUDIO, CLUB]
    placed = [(call, client) for client in clients for call in calls(chance, client)]
    placed.sort(key=lambda pair: pair[0].start)
    rows = [(call.start, asterisk(call, client, 2 * n + 16)) for n, (call, client) in enumerate(placed)]
    # A telephone that nobody has entered in services.csv.
    for n, call in enumerate(calls(chance, STRANGER)):
        rows.append((call.start, asterisk(call, STRANGER, 9000 + 2 * n)))
    # A ship, a premium number, a country without price, an emergency, a slip of the finger.
    special = ["00870773555012", "0900555012", "0067555501", "112", "030#23125"]
    for n, (call, to) in enumerate(zip(calls(chance, LAW_FIRM), special)):
        call = Call(**{**vars(call), "direction": "outbound", "outcome": "ANSWERED", "talk_seconds": 95})
        rows.append((call.start, asterisk(call, LAW_FIRM, 9100 + 2 * n, to)))
    rows.sort()
    # The disk was full for a moment.
    start, row = rows[333]
    rows[333] = (start, row[: row.index("from-") + 40])
    return rows


def write_asterisk(chance: random.Random) -> None:
    rows = asterisk_rows(chance)
    middle = next(n for n, (start, _) in enumerate(rows) if start >= datetime(2026, 6, 16))
    # The second export begins twelve rows too early.
    for name, part in (("a", rows[:middle]), ("b", rows[middle - 12 :])):
        (USAGE / f"pbx-berlin-2026-06{name}.csv").write_text(
            "".join(row + "\n" for _, row in part), encoding="utf-8"
        )


# 3CX: the switch of Ostkai.


def threecx(call: Call, number: int) -> str:
    """A line of cdr.log."""
    history, identity = f"Call {number}", f"{0x195A5B2C3D4 + number:016X}_{number}"
    stamp = "%Y/%m/%d %H:%M:%S"
    talk = str(timedelta(seconds=call.talk_seconds)).rjust(8, "0") if call.is_answered else ""
    answer = call.answer.strftime(stamp) if call.is_answered else ""
    inside, outside = f"Ext.{call.extension}", dialled(call.outside)
    if call.direction == "inbound":
        outside = call.outside[1:]
        parties = [outside, inside, "10000", call.extension, call.inside]
        kinds = ["LineSet", "Extension", "", "", call.name, ""]
        chain = f"Chain: {outside};{inside};"
    elif call.direction == "internal":
        parties = [inside, "Ext.105", call.extension, "105", "105"]
        kinds = ["Extension", "Extension", "", call.name, "", ""]
        chain = f"Chain: {inside};Ext.105;"
    else:
        parties = [inside, outside, call.extension, "10000", outside]
        kinds = ["Extension", "LineSet", "LineSet", call.name, "", ""]
        chain = f"Chain: {inside};{outside};"
    times = [talk, call.start.strftime(stamp), answer, call.end.strftime(stamp)]
    reason = "TerminatedBySrc" if number % 3 else "TerminatedByDst"
    unused = [""] * 7
    return ",".join([history, identity, *times, reason, *parties, *unused, f'"{chain}"', *kinds, ""])


def write_threecx(chance: random.Random) -> None:
    lines = [threecx(call, 20000 + n) for n, call in enumerate(calls(chance, OSTKAI))]
    for n in (412, 1290, 1291, 2044, 2777):  # the socket sent these twice
        lines.insert(n + 3, lines[n])
    lines[1600] = lines[1600][:120]
    text = "\ufeff" + "".join(line + "\r\n" for line in lines)
    (USAGE / "ostkai-3cx-2026-06.csv.gz").write_bytes(gzip.compress(text.encode(), 9, mtime=0))


# The neutral JSON lines: trunks to America.


def trunk_record(call: Call, client: Client, number: int) -> dict[str, object]:
    def utc(moment: datetime) -> str:
        return f"{(moment - WASHINGTON).isoformat()}Z"

    inside, outside = "+" + call.inside, call.outside
    is_outbound = call.direction == "outbound"
    talk = f"{call.talk_seconds}.{number * 37 % 1000:03}"
    return {
        "id": f"us-{number:06}",
        "start": utc(call.start),
        "answer": utc(call.answer) if call.is_answered else None,
        "trunk": client.account_code,
        "from": inside if is_outbound else outside,
        "to": outside if is_outbound else inside,
        "direction": call.direction,
        "billable": talk if call.is_answered else "0",
        "disposition": call.outcome,
    }


def write_trunks(chance: random.Random) -> None:
    placed = [(call, client) for client in (POTOMAC, ANACOSTIA) for call in calls(chance, client)]
    placed.sort(key=lambda pair: pair[0].start)
    records = [trunk_record(call, client, n) for n, (call, client) in enumerate(placed, 1)]
    answered = [record for record in records if record["answer"] and record["direction"] == "outbound"]
    answered[20]["to"] = "+6755550199"
    records += [dict(answered[40]), dict(answered[90])]  # sent again
    records.append({**answered[60], "billable": "7200"})  # sent again, with another length
    answered[120]["start"] = "2026-06-31T14:02:11Z"
    lines = [json.dumps(record) for record in records]
    lines[77] = lines[77][:-30]
    write_zstd("trunks-us-2026-06.jsonl.zst", "".join(line + "\n" for line in lines))


# Meters: text messages, backup, support.


def write_meters(chance: random.Random) -> None:
    rows = ["id,account,meter,quantity,unit,time"]

    def add(account: str, meter: str, quantity: str, unit: str, moment: datetime) -> None:
        rows.append(f"m{len(rows):05},{account},{meter},{quantity},{unit},{moment.isoformat()}")

    gigabytes = {"arendt": 61.0, "milan": 18.5, "ostkai": 140.0, "lumen": 210.0, "potomac": 35.0}
    messages_max = {"milan": 30, "ostkai": 45, "potomac": 12}
    for day in DAYS:
        for account, size in gigabytes.items():
            add(account, "Backup", f"{size * chance.uniform(0.8, 1.25):.3f}", "GB", day + timedelta(hours=6))
        for account, most in messages_max.items() if day.weekday() < 5 else ():
            count = chance.randint(3, most)
            add(account, "Text messages", str(count), "messages", day + timedelta(hours=18))
    for hours, day in (("0.5", 4), ("1.1", 9), ("2", 17), ("0.25", 24)):
        add("arendt", "Support after hours", hours, "", datetime(2026, 6, day, 20, 15))
    add("ostkai", "Support after hours", "3.4", "", datetime(2026, 6, 13, 9, 0))
    # A client who left in May, a meter without a price, a decimal comma.
    add("kranich", "Backup", "12.5", "GB", datetime(2026, 6, 3, 2, 0))
    add("milan", "Fax pages", "14", "", datetime(2026, 6, 11, 9, 30))
    add("lumen", "Backup", '"1,5"', "GB", datetime(2026, 6, 30, 3, 0))
    write_zstd("meters-2026-06.csv.zst", "".join(row + "\n" for row in rows))


def write_zstd(name: str, text: str) -> None:
    packed = subprocess.run(["zstd", "-19", "-q", "-c"], input=text.encode(), capture_output=True, check=True)
    (USAGE / name).write_bytes(packed.stdout)


def main() -> None:
    USAGE.mkdir(exist_ok=True)
    # Each export has luck of its own, so that a change to one leaves the others as they are.
    for number, write in enumerate([write_asterisk, write_threecx, write_trunks, write_meters]):
        write(random.Random(SEED + number))


if __name__ == "__main__":
    main()
