// holidays.csv, grants.csv, overrides.csv, suppliers.csv, fx.csv and jurisdiction.csv: text in, values or findings out.

import BillingCalendar
import Money
import Tables
import Testing

@testable import Catalog

/// Rows and findings that a reader makes of a text.
private func read<Rows>(
  _ text: String, _ body: (UnsafeBufferPointer<UInt8>, String) -> (rows: Rows, findings: FindingList)
) -> (rows: Rows, findings: [String]) {
  let (rows, findings) = Array(text.utf8).withUnsafeBufferPointer { body($0, "f.csv") }
  return (rows, shown(findings))
}

@Suite struct HolidayReaderTests {
  private func read(_ text: String) -> (rows: [HolidayList], findings: [String]) {
    CatalogTests.read(text) { HolidayReader.read($0, file: $1) }
  }

  @Test func daysAreDatedOrOfEveryYear() {
    let (lists, findings) = read(
      "list,date,name\nde,01-01,New Year\nat,2026-01-06,\nde,2026-04-03,Good Friday\nde,02-29,\n")
    #expect(findings == [])
    #expect(lists.map(\.name) == ["de", "at"])
    #expect(lists.map { $0.days.count } == [3, 1])
    #expect(lists[0].days[0].name == "New Year")
    let days = [
      // date, in `de`
      ("2026-01-01", true), ("2031-01-01", true), ("2026-01-06", false), ("2026-04-03", true),
      ("2027-04-03", false), ("2028-02-29", true), ("2027-02-28", false), ("2027-03-01", false),
    ]
    for (day, isHoliday) in days {
      #expect(CivilDate.parse(day).map(lists[0].contains) == isHoliday, "\(day)")
    }
  }

  @Test(arguments: [
    ("de,02-30,", "2:4: bad date '02-30'; expected YYYY-MM-DD, or MM-DD for every year"),
    ("de,1-1,", "2:4: bad date '1-1'; expected YYYY-MM-DD, or MM-DD for every year"),
    (",01-01,", "2:1: no list; fill the cell"), ("de,,", "2:4: no date; fill the cell"),
    ("de,01-01,\nde,01-01,x", "3:4: list 'de' has this day already, on line 2; keep one"),
  ])
  func faultsAreNamed(_ row: String, _ finding: String) {
    #expect(read("list,date,name\n\(row)\n").findings == [finding])
  }

  @Test func aDayOfEveryYearAndOneOfThemMayStandTogether() {
    #expect(read("list,date\nde,01-01\nde,2026-01-01\n").findings == [])
  }
}

@Suite struct GrantReaderTests {
  private func read(_ rows: String) -> (rows: [AllowanceGrant], findings: [String]) {
    let header =
      "owner,allowance,quantity,amount,events,kinds,rating_groups,directions,charges,priority,from,until,consume\n"
    return CatalogTests.read(header + rows) {
      GrantReader.read($0, file: $1, accounts: ["A": 0, "B": 1, "X": 2], pools: ["P", "X"])
    }
  }

  @Test func aGrantIsAnAccountsOrAPools() throws {
    let (grants, findings) = read(
      """
      A,pack,1000 min,,,voice,Germany; Germany mobile,outbound inbound,calls,5,2026-01-01,2026-07-01,raw
      P,money,,25.50,,,,,,,2026-01-01,,
      B,free,,,10,message;voice,,,,,2026-02-01,,billed

      """)
    #expect(findings == [])
    try #require(grants.count == 3)
    #expect(grants.map(\.owner) == [.account(0), .pool("P"), .account(1)])
    #expect(
      grants.map(\.size) == [
        .quantity(60_000_000, of: .voice), .amount(Amount(pico: 25_500_000_000_000)), .events(10),
      ])
    #expect(
      grants[0].scope
        == AllowanceScope(
          kinds: [.voice], directions: [.outbound, .inbound], ratingGroups: ["Germany", "Germany mobile"],
          bands: [], charges: ["calls"]))
    #expect(grants.map(\.scope.kinds) == [[.voice], [], [.message, .voice]])
    #expect(grants.map(\.priority) == [5, 100, 100])
    #expect(grants.map(\.consumption) == [.raw, .billed, .billed])
    #expect(grants.map(\.from.description) == ["2026-01-01", "2026-01-01", "2026-02-01"])
    #expect(grants.map(\.until?.description) == ["2026-07-01", nil, nil])
    #expect(grants.map(\.line) == [2, 3, 4])
  }

  @Test(arguments: [
    ("AA,p,,1,,,,,,,2026-01-01,,", "2:1: unknown account or pool 'AA'; no account or pool has that name"),
    ("X,p,,1,,,,,,,2026-01-01,,", "2:1: 'X' is an account and a pool; give the pool another name"),
    ("A,,,1,,,,,,,2026-01-01,,", "2:3: no allowance; fill the cell"),
    ("A,p,,,,,,,,,2026-01-01,,", "2:3: the grant has no quantity; fill quantity, amount or events"),
    ("A,p,60,1,,voice,,,,,2026-01-01,,", "2:8: the grant has both quantity and amount; keep one"),
    ("A,p,60,,,,,,,,2026-01-01,,", "2:5: a quantity needs one kind of usage; fill 'kinds', such as voice"),
    (
      "A,p,60,,,voice data,,,,,2026-01-01,,",
      "2:5: a quantity needs one kind of usage; fill 'kinds', such as voice"
    ),
    ("A,p,1 GB,,,voice,,,,,2026-01-01,,", "2:5: '1 GB' is not a quantity of voice; 'GB' measures data"),
    ("A,p,,0,,,,,,,2026-01-01,,", "2:6: the amount is not above zero; check the number"),
    ("A,p,,-1,,,,,,,2026-01-01,,", "2:6: amount '-1' is negative; it is 0 or more"),
    ("A,p,,,0,,,,,,2026-01-01,,", "2:7: bad events '0'; expected a whole number from 1 to 1000000000000"),
    ("A,p,,1,,vioce,,,,,2026-01-01,,", "2:9: unknown kinds 'vioce'; did you mean 'voice'?"),
    ("A,p,,1,,,,,,,,,", "2:14: no from; expected YYYY-MM-DD, the first day"),
    (
      "A,p,,1,,,,,,,2026-01-01,2026-01-01,",
      "2:25: '2026-01-01' is not after '2026-01-01'; 'until' is the first day on which it no longer holds"
    ),
    ("A,p,,1,,,,,,,2026-01-01,,raw", "2:26: raw is for quantities; leave the cell empty"),
    ("A,p,,1,,,,,,,2026-01-01,,rounded", "2:26: unknown consume 'rounded'; expected billed, raw"),
  ])
  func faultsAreNamed(_ row: String, _ finding: String) {
    let (_, findings) = read(row + "\n")
    #expect(findings == [finding])
  }
}

@Suite struct AccountPriceReaderTests {
  private func read(_ rows: String) -> (rows: [AccountPrice], findings: [String]) {
    let charge = { (name: Label, price: PlanCharge.Price) in
      PlanCharge(
        name: name, kinds: [], directions: [], ratingGroups: nil, price: price, increment: nil,
        minimumSeconds: nil, connectionFeePico: nil, eventMinimum: nil, eventMaximum: nil, line: 1)
    }
    return CatalogTests.read("account,charge,rating_group,prefix,kind,price,percent,per,from,until\n" + rows)
    {
      AccountPriceReader.read($0, file: $1, accounts: ["A": 0, "B": 1]) { account in
        guard account == 0 else { return [] }
        var seats = charge("seats", .unit(UnitPrice(pico: 4_000_000_000_000, units: 1_000_000)))
        seats.gauge = ChargeGauge(measure: .max)
        return [charge("calls", .deck), charge("aws", .recorded(.asItIs)), seats]
      }
    }
  }

  @Test func aRowChangesAPriceOfOneAccount() {
    let (prices, findings) = read(
      """
      A,calls,Germany,,voice,0.005,,1 min,,
      A,,,+4930,,0.004,,,2026-01-01,2026-02-01
      A,,,4930,,,-12.5,,2026-02-01,
      B,,,,,,10%,,,

      """)
    #expect(findings == [])
    #expect(prices.map(\.accountIndex) == [0, 0, 0, 1])
    #expect(
      prices.map(\.change) == [
        .price(pico: 5_000_000_000, units: 60_000), .price(pico: 4_000_000_000, units: nil),
        .ratio(PriceRatio(numerator: 7, denominator: 8)), .ratio(PriceRatio(numerator: 11, denominator: 10)),
      ])
    #expect(prices.map(\.charge) == ["calls", "", "", ""])
    #expect(prices.map(\.ratingGroup) == ["Germany", "", "", ""])
    #expect(prices.map(\.prefix) == ["", "4930", "4930", ""])
    #expect(prices.map(\.kind) == [.voice, nil, nil, nil])
    #expect(prices.map(\.dates.from?.description) == [nil, "2026-01-01", "2026-02-01", nil])
  }

  @Test(arguments: [
    ("C,,,,,1,,,,", "2:1: unknown account 'C'; no account has that name"),
    ("A,call,,,,1,,,,", "2:3: no plan of the account has a charge 'call'; did you mean 'calls'?"),
    (
      "A,aws,,,,1,,,,",
      "2:3: charge 'aws' has no price that could be changed; give the account a plan of its own, which extends this one"
    ),
    (
      "A,seats,,,,1,,,,",
      "2:3: charge 'seats' has no price that could be changed; give the account a plan of its own, which extends this one"
    ),
    (
      "A,,,49x,,1,,,,",
      "2:5: '49x' is not the beginning of a number; write 1 to 15 digits as in E.164, such as 4917"
    ),
    ("A,,,,,,,,,", "2:7: neither price nor percent; fill one of the two cells"),
    ("A,,,,,1,2,,,", "2:9: both price and percent; keep one"),
    ("A,,,,,,2,60,,", "2:10: 'per' belongs to a price; leave the cell empty"),
    ("A,,,,,1,,60,,", "2:10: 'per' needs a kind; fill the column 'kind', such as voice"),
    ("A,,,,,,-101,,,", "2:8: '-101' is not a change in per cent; it lies between -100 and 1000000"),
    (
      "A,,,,,1,,,,\nA,,,,,2,,,,",
      "3:1: line 2 has a price for the same usage on the same days; keep one, or end it with 'until'"
    ),
  ])
  func faultsAreNamed(_ row: String, _ finding: String) {
    #expect(read(row + "\n").findings == [finding])
  }
}

@Suite struct SupplierReaderTests {
  private func read(_ rows: String) -> (rows: [SupplierRule], findings: [String]) {
    CatalogTests.read("supplier,deck,trunks,kinds,directions,from,until\n" + rows) {
      SupplierReader.read($0, file: $1, decks: ["buy": 4, "buy2": 5])
    }
  }

  @Test func aRowSaysWhoseTrunksTheyAre() {
    let (rules, findings) = read(
      "Carrier,buy,t1 t2,voice,outbound,2026-01-01,\nOther,buy2,sip-*,,,,\nRest,buy,*,,,,\n")
    #expect(findings == [])
    #expect(rules.map(\.supplier) == ["Carrier", "Other", "Rest"])
    #expect(rules.map(\.deckIndex) == [4, 5, 4])
    #expect(rules.map(\.trunks) == [["t1", "t2"], ["sip-*"], ["*"]])
    #expect(rules.map(\.kinds) == [[.voice], [], []])
    #expect(rules.map(\.directions) == [[.outbound], [], []])
    #expect(rules.map(\.dates.isAlways) == [false, true, true])
    #expect(rules.map(\.line) == [2, 3, 4])
  }

  @Test(arguments: [
    ("S,bye,t,,,,", "2:3: unknown deck 'bye'; no deck has that name"),
    ("S,buy,,,,,", "2:7: no trunks; write their names with blanks between, or *"),
    (",buy,t,,,,", "2:1: no supplier; fill the cell"),
    ("S,buy,t,fax,,,", "2:9: unknown kinds 'fax'; expected voice, message, data, event"),
    (
      "S,buy,*,,,,\nT,buy,t,,,,",
      "3:1: warning: the row is never reached: that of 'S' on line 2 takes all its events; put the narrower row first"
    ),
  ])
  func faultsAreNamed(_ row: String, _ finding: String) {
    #expect(read(row + "\n").findings == [finding])
  }
}

@Suite struct ExchangeRateReaderTests {
  private func read(_ rows: String) -> (rows: [ExchangeRate], findings: [String]) {
    CatalogTests.read("from,to,date,rate\n" + rows) { ExchangeRateReader.read($0, file: $1) }
  }

  @Test func ratesAreExactAndDated() {
    let (rates, findings) = read(
      "USD,EUR,2026-01-01,0.925\nUSD,EUR,2026-01-02,0.926\nEUR,USD,2026-01-01,1.081081081081\n")
    #expect(findings == [])
    #expect(rates.map(\.ratePico) == [925_000_000_000, 926_000_000_000, 1_081_081_081_081])
    #expect(rates.map(\.from.code) == ["USD", "USD", "EUR"])
    #expect(rates.map(\.date.description) == ["2026-01-01", "2026-01-02", "2026-01-01"])
  }

  @Test(arguments: [
    ("USD,USD,2026-01-01,1", "2:5: both currencies are USD; name two"),
    ("usd,EUR,2026-01-01,1", "2:1: bad currency 'usd'; expected three capital letters such as EUR"),
    ("USD,EUR,2026-01-01,0", "2:20: bad rate '0'; expected a number above 0 and below 9,223,372"),
    (
      "USD,EUR,2026-01-01,9e-1",
      "2:20: rate '9e-1' is in scientific notation; export the column as text or with all its digits"
    ),
    ("USD,EUR,,1", "2:9: no date; fill the cell"),
    ("USD,EUR,2026-01-01,1\nUSD,EUR,2026-01-01,2", "3:9: line 2 has a rate for this day already; keep one"),
  ])
  func faultsAreNamed(_ row: String, _ finding: String) {
    #expect(read(row + "\n").findings == [finding])
  }
}

@Suite struct StateReaderTests {
  private func read(_ rows: String) -> (rows: [StateTable.Row], findings: [String]) {
    CatalogTests.read("npanxx,state,country\n" + rows) { StateReader.read($0, file: $1) }
  }

  @Test func digitsAreAnAreaCodeWithOrWithoutAnExchange() {
    let (rows, findings) = read("1-212-555,NY,\n212,NY,\n2125551,NJ,US\n+1416,ON,CA\n")
    #expect(findings == [])
    let table = StateTable(rows: rows)
    #expect(table.rows.map(\.digits) == [212, 416, 212_555, 2_125_551])
    #expect(table.rows.map(\.digitCount) == [3, 3, 6, 7])
    #expect(table.rows.map(\.state) == ["NY", "ON", "NY", "NJ"])
    #expect(table.rows.map(\.country) == ["US", "CA", "US", "US"])
  }

  @Test(arguments: [
    (
      "21,NY,",
      "2:1: '21' is not an area code with or without an exchange; expected 3, 6 or 7 digits, such as 212 or 212555"
    ),
    (
      "112,NY,",
      "2:1: '112' is not an area code with or without an exchange; expected 3, 6 or 7 digits, such as 212 or 212555"
    ),
    (
      "212x,NY,",
      "2:1: '212x' is not an area code with or without an exchange; expected 3, 6 or 7 digits, such as 212 or 212555"
    ),
    ("212,New York,", "2:5: 'New York' is not a state; expected two capital letters, such as NY"),
    ("212,NY,\n1212,NJ,", "3:1: line 2 has these digits already; keep one"),
  ])
  func faultsAreNamed(_ row: String, _ finding: String) {
    #expect(read(row + "\n").findings == [finding])
  }
}
