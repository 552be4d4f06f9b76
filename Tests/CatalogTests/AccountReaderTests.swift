// The rules of accounts.csv and services.csv: text in, values or findings out.

import BillingCalendar
import Tables
import Testing

@testable import Catalog

/// What a reader of a table found, without the file's name.
func shown(_ findings: FindingList) -> [String] {
  findings.sorted().map { String($0.description.dropFirst("f.csv:".count).drop { $0 == " " }) }
}

@Suite struct AccountReaderTests {
  /// Accounts as `id name zone day pool rounding plan from..until …`.
  private func read(_ text: String) -> (lines: [String], accounts: [Account], findings: [String]) {
    var zones = ZoneLibrary()
    let (accounts, findings) = Array(text.utf8).withUnsafeBufferPointer {
      AccountReader.read($0, file: "f.csv", plans: ["retail": 0, "flat": 1], zone: .utc, zones: &zones)
    }
    let lines = accounts.map { account in
      let plans = account.plans.map { plan in
        "\(plan.planIndex):\(plan.from?.description ?? "")..\(plan.until?.description ?? "")"
      }
      let start =
        "\(account.id) \(account.name) \(account.zone) \(account.cycleDay) \(account.pool) \(account.rounding)"
      return ([start] + plans).joined(separator: " ")
    }
    return (lines, accounts, shown(findings))
  }

  @Test func accountsTakeDefaults() {
    let read = read("Account,Plan\nB,flat\nA,retail\nä,flat\n")
    #expect(read.findings == [])
    #expect(read.lines == ["B B UTC 1  event 1:..", "A A UTC 1  event 0:..", "ä ä UTC 1  event 1:.."])
    #expect(read.accounts.map(\.line) == [2, 3, 4])
  }

  @Test func rowsOfOneAccountGiveItsPlansByDate() {
    let read = read(
      """
      account,plan,from,until,name,zone,cycle day,pool,round,Email
      A,flat,2025-03-01,,,,,,,new@example.org
      B,flat,,,,,,,,
      A,retail,,2025-03-01,Firm,+01:00,31,P,line,old@example.org
      """)
    #expect(read.findings == [])
    #expect(read.lines == ["A Firm +01:00 31 P line 0:..2025-03-01 1:2025-03-01..", "B B UTC 1  event 1:.."])
    // Details come from the last row that gives them.
    #expect(read.accounts[0].details == ["email": "old@example.org"])
    #expect(read.accounts[0].line == 2)
  }

  @Test(arguments: [
    ("A,retail,,2025-03-01\nA,flat,2025-03-01,\n", []),
    (
      "A,retail,,2025-03-02\nA,flat,2025-03-01,\n",
      [
        "3: account 'A' already has a plan for these days on line 2; end one with 'until' where the other begins"
      ]
    ),
    (
      "A,retail,,\nA,flat,2025-03-01,\n",
      [
        "3: account 'A' already has a plan for these days on line 2; end one with 'until' where the other begins"
      ]
    ),
    ("A,retail,2025-03-01,2025-03-02\n", []),
    (
      "A,retail,2025-03-01,2025-03-01\n",
      ["2:21: '2025-03-01' is not after '2025-03-01'; 'until' is the first day on which it no longer holds"]
    ),
    ("A,retail,2025-02-29,\n", ["2:10: bad date '2025-02-29'; expected YYYY-MM-DD"]),
    ("A,retial,,\n", ["2:3: unknown plan 'retial'; did you mean 'retail'?"]),
    ("A,other,,\n", ["2:3: unknown plan 'other'; no plan has that name"]),
    ("A,,,\n", ["2:3: no plan; fill the cell"]),
    (",retail,,\n", ["2:1: no account; fill the cell"]),
  ])
  func assignmentsNeedKnownPlansAndDatesApart(rows: String, expected: [String]) {
    #expect(read("account,plan,from,until\n" + rows).findings == expected)
  }

  @Test(arguments: [
    ("A,retail,,,,", []), ("A,retail,,31,,line", []), ("A,retail,,1,,event", []),
    ("A,retail,,32,,", ["2:11: bad cycle_day '32'; expected a whole number from 1 to 31"]),
    ("A,retail,,0,,", ["2:11: bad cycle_day '0'; expected a whole number from 1 to 31"]),
    ("A,retail,,1.,,", ["2:11: bad cycle_day '1.'; expected a whole number from 1 to 31"]),
    ("A,retail,,,,lines", ["2:13: unknown round 'lines'; did you mean 'line'?"]),
    ("A,retail,,,,both", ["2:13: unknown round 'both'; expected event, line"]),
    (
      "A,retail,Mars,,,",
      ["2:10: unknown time zone 'Mars'; expected an IANA name such as Europe/Berlin, UTC or +02:00"]
    ),
  ])
  func valuesOfAnAccountAreChecked(row: String, expected: [String]) {
    #expect(read("account,plan,zone,cycle_day,pool,round\n\(row)\n").findings == expected)
  }

  @Test(arguments: [
    ("zone", "UTC", "+01:00"), ("cycle_day", "1", "2"), ("pool", "P", "Q"), ("name", "X", "Y"),
    ("round", "line", "event"),
  ])
  func rowsOfOneAccountAgreeWhereGiven(column: String, first: String, second: String) {
    let head = "account,plan,until,from,\(column)\nA,retail,2025-01-01,,\(first)\nA,flat,,2025-01-01,"
    #expect(read(head + first + "\n").findings == [])
    #expect(read(head + "\n").findings == [])
    let fault = "3:20: account 'A' has \(column) '\(first)' on line 2 and '\(second)' here; keep one"
    #expect(read(head + second + "\n").findings == [fault])
  }

  @Test(arguments: [
    ("account\nA\n", ["1: no column 'plan'; add it"]),
    (
      "acount,plan\nA,retail\n",
      [
        "1: no column 'account'; is 'acount' meant to be it?",
        "1:1: warning: column 'acount' is kept as a detail; did you mean 'account'?",
      ]
    ),
    (
      "account,plan,cycle-dya\nA,retail,5\n",
      ["1:14: warning: column 'cycle-dya' is kept as a detail; did you mean 'cycle_day'?"]
    ),
    ("account,plan,terms\nA,retail,5\n", []),
    ("account,plan,plan\nA,retail,x\n", ["1:14: two columns are the plan: 'plan' and 'plan'; keep one"]),
    ("", ["the table is empty; its first line names the columns: account,plan"]),
    (
      "account,plan\nA\n",
      [
        "2: the row has 1 cells, the header names 2; write empty cells too, and put cells with commas in quotes"
      ]
    ),
    ("account,plan\nA,\"retail\n", ["2:3: a quote is opened here and never closed; close it, or remove it"]),
    ("account,plan\nA,\u{1}\n", ["2:3: unknown plan '…'; no plan has that name"]),
  ])
  func headersAndRowsAreChecked(text: String, expected: [String]) {
    #expect(read(text).findings == expected)
  }
}

@Suite struct ServiceReaderTests {
  /// Services as `kind key-last account service site centre from..until source`.
  private func read(
    _ rows: String, zones: [Zone] = [.utc, .utc]
  ) -> (lines: [String], findings: [String]) {
    let text = "kind,key,account,service,site,cost_centre,from,until,source\n" + rows
    let (services, findings) = Array(text.utf8).withUnsafeBufferPointer {
      ServiceReader.read(
        $0, file: "f.csv", accounts: ["A": 0, "B": 1], zones: zones,
        textKinds: ["trunk", "extension", "sip_user"], sources: ["pbx"])
    }
    let lines = services.map { service in
      let end = service.lastKey.isEmpty ? "" : "-\(service.lastKey)"
      let dates = "\(service.from?.description ?? "")..\(service.until?.description ?? "")"
      return
        "\(service.kind) \(service.key)\(end) \(service.accountIndex) \(service.service) \(service.site) "
        + "\(service.costCentre) \(dates) \(service.source)"
    }
    return (lines, shown(findings))
  }

  @Test(arguments: [
    ("number,+49 30 123-456,A,,,,,,", "number 4930123456 0 +49 30 123-456   .. "),
    (
      "number,0049(30)123456,A,Fax,Berlin,IT,2025-01-01,2025-02-01,pbx",
      "number 4930123456 0 Fax Berlin IT 2025-01-01..2025-02-01 pbx"
    ),
    ("range,4930120-4930129,B,,,,,,", "range 4930120-4930129 1 4930120-4930129   .. "),
    ("range,+49 30-120 - +49 30-129,B,Block,,,,,", "range 4930120-4930129 1 Block   .. "),
    ("trunk,SIP/a b,A,,,,,,", "text(trunk) SIP/a b 0 SIP/a b   .. "),
    ("sip_user,0049,A,,,,,,", "text(sip_user) 0049 0 0049   .. "),
    ("number,112,A,,,,,,", "number 112 0 112   .. "),
    ("number,123456789012345,A,,,,,,", "number 123456789012345 0 123456789012345   .. "),
  ])
  func keysAreBroughtToDigitsWhereTheyAreNumbers(row: String, expected: String) {
    let (lines, findings) = read(row + "\n")
    #expect(findings == [])
    #expect(lines == [expected])
  }

  @Test(arguments: [
    ("number,1234567890123456,A,,,,,,", "2:8: number '1234567890123456' has 16 digits; expected 3 to 15"),
    ("number,12,A,,,,,,", "2:8: number '12' has 2 digits; expected 3 to 15"),
    (
      "number,030123,A,,,,,,",
      "2:8: number '030123' is not international; begin it with the country code, such as 4930123456"
    ),
    (
      "number,+49 (0)30 123,A,,,,,,",
      "2:12: number '+49 (0)30 123' has a (0); write the number without it: 4930123"
    ),
    ("number,49x30,A,,,,,,", "2:10: bad number '49x30'; expected digits such as 4930123456"),
    ("number,,A,,,,,,", "2:8: no key; fill the cell"),
    ("range,4930,A,,,,,,", "2:7: bad range '4930'; expected first-last, such as 4930120-4930129"),
    (
      "range,493012-4930129,A,,,,,,",
      "2:7: range '493012-4930129' has ends of 6 and 7 digits; write both numbers whole"
    ),
    ("range,4930129-4930120,A,,,,,,", "2:7: range '4930129-4930120' ends before it begins; swap its ends"),
    ("nummber,49301,A,,,,,,", "2:1: unknown kind 'nummber'; did you mean 'number'?"),
    (
      "badge,7,A,,,,,,",
      "2:1: unknown kind 'badge'; no format looks it up; known are extension, number, range, sip_user, trunk"
    ),
    ("trunk,t,,,,,,,", "2:9: no account; fill the cell"),
    ("trunk,t,C,,,,,,", "2:9: unknown account 'C'; no account has that name"),
    ("trunk,t,A,,,,,,pbz", "2:16: unknown source 'pbz'; did you mean 'pbx'?"),
    ("trunk,t,A,,,,2025-1-1,,", "2:14: bad date '2025-1-1'; expected YYYY-MM-DD"),
  ])
  func faultyRowsAreNamed(row: String, expected: String) {
    let (lines, findings) = read(row + "\n")
    #expect(findings == [expected])
    #expect(lines == [])
  }

  @Test(
    arguments: [
      // two rows, whether they collide
      (
        "trunk,t,A,,,,,,\ntrunk,t,B,,,,,,",
        "3:7: trunk 't' already has an account on line 2 for the same days"
      ),
      (
        "number,49301,A,,,,,,\nnumber,+49 301,B,,,,,,",
        "3:8: number '49301' already has an account on line 2 for the same days"
      ),
      ("trunk,t,A,,,,,2025-02-01,\ntrunk,t,B,,,,2025-02-01,,", nil),
      (
        "trunk,t,A,,,,,2025-02-02,\ntrunk,t,B,,,,2025-02-01,,",
        "3:7: trunk 't' already has an account on line 2 for the same days"
      ),
      ("trunk,t,A,,,,,,\ntrunk,t,B,,,,,,pbx", nil), ("trunk,t,A,,,,,,\nextension,t,B,,,,,,", nil),
      ("trunk,t,A,,,,,,\ntrunk,T,B,,,,,,", nil),
      (
        "range,49301-49309,A,,,,,,\nrange,49301-49309,B,,,,,,",
        "3:7: range '49301-49309' already has an account on line 2 for the same days"
      ),
    ] as [(String, String?)])
  func theSameKeyTwiceIsAnErrorWhereDatesAndSourcesMeet(rows: String, expected: String?) {
    let hint = "; keep one, or end one with 'until' where the other begins"
    #expect(read(rows + "\n").findings == (expected.map { [$0 + hint] } ?? []))
  }

  @Test(
    arguments: [
      // A in New York, B in Berlin: which of them ends, and which begins, on that day
      (
        "number,49301,A,,,,,2026-03-29,\nnumber,49301,B,,,,2026-03-29,,",
        "3:8: number '49301' already has an account on line 2 from 2026-03-28T23:00:00Z until 2026-03-29T04:00:00Z: "
          + "days begin at other hours in America/New_York and Europe/Berlin" + Self.way
      ),
      (
        "number,49301,B,,,,2026-03-29,,\nnumber,49301,A,,,,,2026-03-29,",
        "3:8: number '49301' already has an account on line 2 from 2026-03-28T23:00:00Z until 2026-03-29T04:00:00Z: "
          + "days begin at other hours in America/New_York and Europe/Berlin" + Self.way
      ),
      (
        "number,49301,B,,,,,2026-03-29,\nnumber,49301,A,,,,2026-03-29,,",
        "3:8: warning: number '49301' has no account from 2026-03-28T23:00:00Z until 2026-03-29T04:00:00Z, between line 2 "
          + "and this one: days begin at other hours in Europe/Berlin and America/New_York" + Self.way
      ),
      (
        "trunk,t,A,,,,,2026-03-29,\ntrunk,t,B,,,,2026-03-29,,",
        "3:7: trunk 't' already has an account on line 2 from 2026-03-28T23:00:00Z until 2026-03-29T04:00:00Z: "
          + "days begin at other hours in America/New_York and Europe/Berlin; "
          + "let one of them end a day sooner or begin a day later"
      ),
      (
        "range,49301-49305,A,,,,,2026-03-29,\nrange,49305-49309,B,,,,2026-03-29,,",
        "3:7: range '49305-49309' crosses range '49301-49305' of line 2; "
          + "let one lie inside the other, or cut them where they meet"
      ),
      // A day between them is no handing over; another source, and a range beside a number, are decided by rule.
      ("number,49301,A,,,,,2026-03-28,\nnumber,49301,B,,,,2026-03-29,,", nil),
      ("number,49301,A,,,,,2026-03-29,pbx\nnumber,49301,B,,,,2026-03-29,,", nil),
      ("range,49301-49301,A,,,,,2026-03-30,\nnumber,49301,B,,,,2026-03-29,,", nil),
      ("number,49301,A,,,,,2026-03-29,\nnumber,49301,A,,,,2026-03-29,,", nil),
    ] as [(String, String?)])
  func daysOfTwoZonesMeetByTheirHours(rows: String, expected: String?) throws {
    var library = ZoneLibrary()
    let zones = [try library.zone(named: "America/New_York"), try library.zone(named: "Europe/Berlin")]
    #expect(read(rows + "\n", zones: zones).findings == (expected.map { [$0] } ?? []))
    // Where days begin alike nothing is left to say.
    #expect(read(rows + "\n").findings == [])
  }

  private static let way =
    "; make the row that ends a range of this one number, and let it end a day later: a number goes before a range"

  @Test(
    arguments: [
      (
        "range,49301-49305,A,,,,,,\nrange,49305-49309,B,,,,,,",
        "3:7: range '49305-49309' crosses range '49301-49305' of line 2"
      ),
      (
        "range,49305-49309,A,,,,,,\nrange,49301-49305,B,,,,,,",
        "3:7: range '49301-49305' crosses range '49305-49309' of line 2"
      ),
      ("range,49301-49305,A,,,,,,\nrange,49306-49309,B,,,,,,", nil),
      ("range,49301-49309,A,,,,,,\nrange,49302-49309,B,,,,,,", nil),
      ("range,49301-49309,A,,,,,,\nrange,49301-49308,B,,,,,,", nil),
      ("range,49301-49305,A,,,,,,\nrange,493020-493099,B,,,,,,", nil),
      ("range,49301-49305,A,,,,,2025-01-01,\nrange,49305-49309,B,,,,2025-01-01,,", nil),
      (
        "range,49301-49305,A,,,,,,pbx\nrange,49305-49309,B,,,,,,",
        "3:7: range '49305-49309' crosses range '49301-49305' of line 2"
      ),
    ] as [(String, String?)])
  func rangesLieApartOrInsideEachOther(rows: String, expected: String?) {
    let hint = "; let one lie inside the other, or cut them where they meet"
    #expect(read(rows + "\n").findings == (expected.map { [$0 + hint] } ?? []))
  }
}
