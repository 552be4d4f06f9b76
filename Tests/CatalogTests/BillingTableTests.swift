// The rules of the billing tables: text in, values or findings out.

import BillingCalendar
import Money
import Tables
import Testing

@testable import Catalog

@Suite struct ContractReaderTests {
  private func read(_ rows: String) -> (lines: [String], findings: [String]) {
    let text = "account,description,price,from,quantity,interval,until,currency\n" + rows
    let euro = Currency(code: "EUR")
    let (contracts, findings) = Array(text.utf8).withUnsafeBufferPointer {
      ContractReader.read(
        $0, file: "f.csv",
        references: ContractReferences(
          accounts: ["A": 0, "B": 1], priceBook: PriceBook(), counts: CountBook(),
          currency: { account, _ in account == 0 ? euro : nil }))
    }
    let lines = contracts.map {
      "\($0.accountIndex) \($0.description) \($0.price!) \($0.currency) x\($0.quantityMicro) /\($0.interval) "
        + "\($0.from)..\($0.until?.description ?? "") @\($0.line)"
    }
    return (lines, shown(findings))
  }

  @Test(arguments: [
    ("A,Seat,12.50,2025-01-01,,,,", "0 Seat 12.5 EUR x1000000 /months(1) 2025-01-01.. @2"),
    (
      "B,Line,-1,2025-01-01,2.5,quarterly,2025-12-31,CHF",
      "1 Line -1 CHF x2500000 /months(3) 2025-01-01..2025-12-31 @2"
    ),
    ("A,Year,0,2025-01-01,0,annual,,", "0 Year 0 EUR x0 /months(12) 2025-01-01.. @2"),
    ("A,\"Two, years\",1,2025-01-01,0.000001,24,,", "0 Two, years 1 EUR x1 /months(24) 2025-01-01.. @2"),
  ])
  func rowsBecomeContracts(row: String, expected: String) {
    let (lines, findings) = read(row + "\n")
    #expect(findings == [])
    #expect(lines == [expected])
  }

  @Test(arguments: [
    ("C,x,1,2025-01-01,,,,", "2:1: unknown account 'C'; no account has that name"),
    ("A,,1,2025-01-01,,,,", "2:3: no description; fill the cell"),
    ("A,x,,2025-01-01,,,,", "2:5: no price; fill the cell, or name an item of price-book.csv in 'item'"),
    (
      "A,x,\"1,5\",2025-01-01,,,,",
      "2:6: bad price '1,5'; expected a number such as 12.50: digits and one point, no grouping, no symbol"
    ),
    ("A,x,1,,,,,", "2:7: no from; expected YYYY-MM-DD, the first day"),
    ("A,x,1,2025-01-01,-1,,,", "2:18: bad quantity '-1'; expected 0 or more"),
    (
      "A,x,1,2025-01-01,0.0000001,,,",
      "2:18: quantity '0.0000001' has more than 6 digits after the point; check the number"
    ),
    (
      "A,x,1,2025-01-01,,fortnightly,,",
      "2:19: unknown interval 'fortnightly'; expected weekly, monthly, quarterly, annual, a number of months, or such as '4 weeks'"
    ),
    (
      "A,x,1,2025-01-01,,0,,",
      "2:19: unknown interval '0'; expected weekly, monthly, quarterly, annual, a number of months, or such as '4 weeks'"
    ),
    (
      "A,x,1,2025-01-01,,121,,",
      "2:19: unknown interval '121'; expected weekly, monthly, quarterly, annual, a number of months, or such as '4 weeks'"
    ),
    (
      "A,x,1,2025-01-01,,,2025-01-01,",
      "2:20: '2025-01-01' is not after '2025-01-01'; 'until' is the first day on which it no longer holds"
    ),
    ("A,x,1,2025-01-01,,,,euro", "2:21: bad currency 'euro'; expected three capital letters such as EUR"),
    (
      "B,x,1,2025-01-01,,,,",
      "2:1: the price has no currency; fill the column 'currency', or 'currency' in catalog.yaml"
    ),
  ])
  func faultyRowsAreNamed(row: String, expected: String) {
    let (lines, findings) = read(row + "\n")
    #expect(findings == [expected])
    #expect(lines == [])
  }
}

/// A table of text read by `read`, its findings without the file's name.
private func rows<Rows>(
  _ text: String, _ read: (UnsafeBufferPointer<UInt8>, String) -> (rows: Rows, findings: FindingList)
) -> (rows: Rows, findings: [String]) {
  let (rows, findings) = Array(text.utf8).withUnsafeBufferPointer { read($0, "f.csv") }
  return (rows, shown(findings))
}

private let euro = Currency(code: "EUR")!
private let dollar = Currency(code: "USD")!
private let accounts: NameIndex = ["A": 0, "B": 1]

private func book(_ text: String) -> (rows: PriceBook, findings: [String]) {
  rows(text) { PriceBookReader.read($0, file: $1, currency: euro) }
}

private func counts(_ text: String) -> (rows: CountCollection, findings: [String]) {
  rows(text) { CountReader.read($0, file: $1, accounts: accounts) }
}

/// Two items and one count, as the other tables refer to them.
private func references() -> ContractReferences {
  ContractReferences(
    accounts: accounts,
    priceBook: book(
      """
      item,price,from,description,includes,tax_class,tiers
      seat,9.00,2025-01-01,Managed seat,,,
      seat,10.00,2026-01-01,,,,
      gold,99,2026-01-01,Gold,Help desk; Backup,care,
      rack,,2026-01-01,Rack,,,volume 10: 50 flat; 4.5
      """
    ).rows,
    counts: CountBook(counts("account,item,date,quantity\nA,seat,2026-01-01,12\n").rows.snapshots),
    currency: { account, _ in account == 0 ? euro : nil })
}

@Suite struct ContractLineTests {
  private func read(_ row: String) -> (rows: [Contract], findings: [String]) {
    rows(
      """
      account,description,item,price,from,quantity,count,included,timing,anchor,proration,contract,interval
      \(row)
      """
    ) {
      let read = ContractReader.read($0, file: $1, references: references())
      return (read.contracts, read.findings)
    }
  }

  @Test func aLineOfThePriceBookNeedsNoPriceAndNoText() throws {
    let (contracts, findings) = read("A,,gold,,2026-02-01,2,,,,,,care,")
    #expect(findings == [])
    let line = try #require(contracts.first)
    #expect(line.price == nil && line.description == "Gold" && line.taxClass == "care" && line.name == "care")
    #expect(line.count == .fixed && line.timing == .current && line.anchor == .account)
  }

  @Test(arguments: [
    ("prorate", CountMode.prorate), ("full", .full), ("next", .next), ("high-water", .highWater),
    ("average", .average), ("day 15", .onDay(15)), ("day 31", .onDay(31)), ("fixed", .fixed),
  ]) func countsFollowAMode(word: String, mode: CountMode) {
    #expect(read("A,,seat,,2026-02-01,,\(word),,,,,,").rows.first?.count == mode)
  }

  @Test(arguments: [
    ("weekly", ContractInterval.days(7)), ("4 weeks", .days(28)), ("10 days", .days(10)), ("1 day", .days(1)),
    ("6", .months(6)), ("6 months", .months(6)), ("annual", .months(12)), ("", .months(1)),
  ]) func anyIntervalCanBeSaid(word: String, interval: ContractInterval) {
    #expect(read("A,,seat,,2026-02-01,,,,,,,,\(word)").rows.first?.interval == interval)
  }

  @Test func timingAnchorAndProrationAreRead() throws {
    let line = try #require(
      read("A,,seat,,2026-02-01,,prorate,5,advance,2026-01-31,30-day-months,,").rows.first)
    #expect(line.timing == .advance && line.proration == .thirtyDayMonths && line.includedMicro == 5_000_000)
    #expect(line.anchor == .day(CivilDate.parse("2026-01-31")!))
  }

  @Test(arguments: [
    ("A,,seet,,2026-02-01,,,,,,,,", "2:4: price-book.csv has no item 'seet'; did you mean 'seat'?"),
    (
      "A,,seat,,2024-12-31,,,,,,,,",
      "2:4: the price book has no price of 'seat' before 2025-01-01; add one to price-book.csv, or fill 'price'"
    ),
    (
      "B,,seat,,2026-02-01,,,,,,,,",
      "2:1: the price has no currency; fill the column 'currency', or 'currency' in catalog.yaml"
    ),
    ("A,x,,1,2026-02-01,,prorate,,,,,,", "2:20: nothing says what is counted; fill 'item'"),
    (
      "A,x,seat,1,2026-02-01,5,prorate,,,,,,",
      "2:23: the quantity is counted and written; empty 'quantity', or 'count'"
    ),
    ("A,x,seat,1,2026-02-01,5,,1,,,,,", "2:26: 'included' is for what is counted; fill 'count' too"),
    (
      "A,x,seats,1,2026-02-01,,prorate,,,,,,",
      "2:5: there is no count of 'seats' for this account; did you mean 'seat'?"
    ),
    (
      "A,x,seat,1,2026-02-01,,sometimes,,,,,,",
      "2:24: unknown count 'sometimes'; expected fixed, prorate, full, next, high-water, average, or 'day N'"
    ),
    ("A,x,seat,1,2026-02-01,,,,advanc,,,,", "2:26: unknown timing 'advanc'; did you mean 'advance'?"),
    ("A,x,seat,1,2026-02-01,,,,,31,,,", "2:27: bad date '31'; expected YYYY-MM-DD"),
  ]) func faultsAreNamed(row: String, expected: String) {
    #expect(read(row).findings == [expected])
    #expect(read(row).rows.isEmpty)
  }
}

@Suite struct PriceBookTests {
  @Test(arguments: [
    ("2024-12-31", "none"), ("2025-01-01", "9"), ("2025-12-31", "9"), ("2026-01-01", "10"),
    ("2030-01-01", "10"),
  ]) func aPriceHoldsFromItsDayUntilTheNext(day: String, price: String) {
    let item = references().priceBook["seat"]
    let found = item?.price(in: euro, on: CivilDate.parse(day)!)?.amount.description ?? "none"
    #expect(found == price)
    #expect(item?.price(in: dollar, on: CivilDate.parse(day)!) == nil)
  }

  @Test(arguments: [
    ("seat,9,2025-01-01,x,,", ["3:8: line 2 has a price of 'seat' from this day already; keep one"]),
    ("seat,9,2025-02-01,other,,", ["3:19: item 'seat' has another description above; keep one"]),
    ("seat,-1,2025-02-01,,,", ["3:6: price '-1' is negative; it is 0 or more"]),
    ("seat,,2025-02-01,,,", ["3:6: no price; fill the cell, or 'tiers' with prices by quantity"]),
    ("seat,9,2025-02-01,,,volume 9", ["3:21: the item has a price and tiers; empty one of the two cells"]),
    (
      "seat,,2025-02-01,,,volume",
      [
        "3:20: bad tiers 'volume'; expected such as 'graduated 10: 9.00; 50: 8.00; 7.00', or volume"
      ]
    ),
    ("seat,,2025-02-01,,,volume 9 flat", []),
  ]) func faultsAreNamed(row: String, expected: [String]) {
    let text = "item,price,from,description,includes,tiers\nseat,8,2025-01-01,x,,\n" + row + "\n"
    #expect(book(text).findings == expected)
  }
}

@Suite struct CountReaderTests {
  @Test(arguments: [
    ("2026-01-01", 3), ("2026-01-04", 3), ("2026-01-05", 3), ("2026-01-09", 3), ("2026-01-10", 5),
    ("2026-03-01", 5),
  ]) func aCountHoldsUntilTheNextAndTheFirstBeforeItToo(day: String, expected: Int64) {
    let (collection, findings) = counts(
      "account,item,date,quantity,source\nA,seat,2026-01-10,5,rmm\nA,seat,2026-01-05,3,rmm\n")
    #expect(findings == [])
    let book = CountBook(collection.snapshots)
    let key = CountBook.Key(accountIndex: 0, item: "seat")
    #expect(book.snapshot(key, on: CivilDate.parse(day)!)?.quantityMicro == expected * 1_000_000)
  }

  @Test func aDayIsCountedOnce() {
    let text = "account,item,date,quantity\nA,seat,2026-01-10,5\nB,seat,2026-01-10,5\nA,seat,2026-01-10,6\n"
    #expect(
      counts(text).findings == [
        "4:8: counts.csv:2 has a count of 'seat' for this day already; "
          + "keep one, or give what another tool counts another item"
      ])
  }
}

@Suite struct OneTimeTableTests {
  private func charges(_ row: String) -> (rows: [OneTimeCharge], findings: [String]) {
    rows(
      "account,charge,description,delivered,quantity,price,item,cost,markup,decision,decided_by,decided_on\n"
        + row + "\n"
    ) { OneTimeChargeReader.read($0, file: $1, references: references()) }
  }

  private func tickets(_ lines: String) -> (rows: [Ticket], findings: [String]) {
    rows("ticket,account,summary,closed,billable,hours,item,price\n" + lines + "\n") {
      TicketReader.read($0, file: $1, references: references())
    }
  }

  @Test(arguments: [
    ("A,c1,Router,2026-01-05,2,80,,,,,,", OneTimePrice.own(Amount(minorUnits: 80, digits: 0))),
    ("A,c1,,2026-01-05,,,seat,,,,,", .book),
    (
      "A,c1,Licence,2026-01-05,,,,50,12.5%,,,",
      .cost(Amount(minorUnits: 50, digits: 0), markup: 1_250_000_000)
    ),
    ("A,c1,Licence,2026-01-05,,,,50,,,,", .cost(Amount(minorUnits: 50, digits: 0), markup: 0)),
  ]) func aChargeHasOnePrice(row: String, price: OneTimePrice) {
    let (charges, findings) = charges(row)
    #expect(findings == [])
    #expect(charges.first?.price == price)
  }

  @Test(arguments: [
    ("A,,x,2026-01-05,,1,,2,,,,", "2:21: the charge has both price and cost; keep one"),
    ("A,,x,2026-01-05,,,,,,,,", "2:1: the charge has no price; fill price, cost or item"),
    ("A,,x,2026-01-05,,1,,,10,,,", "2:22: a markup needs a cost; fill 'cost', or empty the cell"),
    (
      "A,,x,2026-01-05,,,,1,-101,,,",
      "2:22: bad markup '-101'; expected per cent from -100 to 10000, such as 12.5"
    ),
    ("A,,x,2026-01-05,,1,,,,yes,,", "2:23: unknown decision 'yes'; expected approve, hold, reject"),
    (
      "A,,x,2026-01-05,,1,,,,,Mira,",
      "2:24: nothing was decided; fill 'decision' with approve, hold or reject"
    ),
    (
      "A,,,2024-01-05,,,seat,,,,,",
      "2:18: the price book has no price of 'seat' in EUR on 2024-01-05; add one to price-book.csv, or fill 'price'"
    ),
    (
      "A,,,2026-02-05,,,rack,,,,,",
      "2:18: 'rack' has prices by quantity, which are for contracts; fill 'price', or name another item"
    ),
  ]) func faultsOfChargesAreNamed(row: String, expected: String) {
    #expect(charges(row).findings == [expected])
  }

  @Test func aTicketIsChargedByItsHoursUnlessItSaysNo() {
    let (tickets, findings) = tickets(
      """
      T1,A,Printer,2026-01-05,yes,1.5,seat,
      T2,A,Printer,2026-01-05,no,1.5,seat,
      T3,A,Printer,2026-01-05,,1.5,,
      T4,A,Printer,,,,,40
      """)
    #expect(findings == [])
    let shown = tickets.map {
      "\($0.id) \($0.charge.map { "\($0.quantityMicro)" } ?? "-") \($0.closed?.description ?? "open")"
    }
    #expect(
      shown == ["T1 1500000 2026-01-05", "T2 - 2026-01-05", "T3 - 2026-01-05", "T4 1000000 open"])
  }

  @Test func aTicketComesOnce() {
    let (_, findings) = tickets("T1,A,x,2026-01-05,,,,\nT1,A,x,2026-01-05,,,,")
    #expect(findings == ["3:1: line 2 is ticket 'T1' already; keep one"])
  }
}

@Suite struct DiscountTableTests {
  private func discounts(_ row: String) -> (rows: [Discount], findings: [String]) {
    rows("account,contract,item,description,percent,amount,currency,from,until\n" + row + "\n") {
      DiscountReader.read($0, file: $1, accounts: accounts, currency: nil)
    }
  }

  @Test(arguments: [
    ("A,,,Loyal,10,,,,", Discount.Level.client, Discount.Value.share(1_000_000_000)),
    ("A,care,,Loyal,10%,,,,", .contract, .share(1_000_000_000)),
    ("A,care,seat,Loyal,,5,EUR,,", .line, .amount(Amount(minorUnits: 5, digits: 0), euro)),
    (",,seat,Summer,33.33333333,,,,", .line, .share(3_333_333_333)),
  ]) func theLevelFollowsFromWhatIsNamed(row: String, level: Discount.Level, value: Discount.Value) {
    let (discounts, findings) = discounts(row)
    #expect(findings == [])
    #expect(discounts.first?.level == level && discounts.first?.value == value)
  }

  @Test(arguments: [
    (
      ",,,All,10,,,,",
      "2:4: the discount is for every line of every account; fill account, or item for a promotion"
    ),
    ("A,,,x,10,5,EUR,,", "2:10: the discount has both percent and amount; keep one"),
    ("A,,,x,,,,,", "2:5: the discount takes nothing off; fill percent or amount"),
    ("A,,,x,101,,,,", "2:7: bad percent '101'; expected per cent from 0 to 100, such as 12.5"),
    ("A,,,x,,5,,,", "2:8: the amount has no currency; fill 'currency', or 'currency' in catalog.yaml"),
  ]) func faultsAreNamed(row: String, expected: String) {
    #expect(discounts(row).findings == [expected])
  }

  @Test(arguments: [
    ("A,,100,EUR,all,2026-01-01", [] as [String]),
    (
      "A,care,100,EUR,usage,2026-01-01", ["2:16: usage belongs to no contract; empty 'contract', or 'counts'"]
    ),
    ("A,,-1,EUR,,2026-01-01", ["2:4: amount '-1' is negative; it is 0 or more"]),
    ("A,,1,EUR,,", ["2:11: no from; expected YYYY-MM-DD, the first day"]),
  ]) func commitmentsAreChecked(row: String, expected: [String]) {
    let read = rows("account,contract,amount,currency,counts,from\n" + row + "\n") {
      CommitmentReader.read($0, file: $1, references: references())
    }
    #expect(read.findings == expected)
  }
}

@Suite struct TaxTableTests {
  private func taxes(_ rowLines: String) -> (rows: [TaxRule], findings: [String]) {
    rows("tax,place,classes,method,rate,above,up_to,on,minimum,maximum,from,until\n" + rowLines + "\n") {
      TaxReader.read($0, file: $1, currency: dollar)
    }
  }

  @Test(arguments: [
    ("DE", "DE", true), ("DE", "DE-BE", true), ("DE-BE", "DE", false), ("US", "USA", false),
    ("US-DC", "US-DC-20003", true), ("US-DC", "US-DE", false),
  ]) func aTaxIsOwedInEveryPlaceInside(place: String, other: String, isOwed: Bool) throws {
    let rule = try #require(taxes("VAT,\(place),,,19,,,,,,,").rows.first)
    #expect(rule.isOwed(in: Label(other)) == isOwed)
  }

  @Test(arguments: [
    ("VAT,DE,,,19,,,,,,,", TaxRule.Method.percent(1_900_000_000)),
    ("VAT,DE,,percent,8.25%,,,,,,,", .percent(825_000_000)),
    ("E911,US-DC,voice;service,per-line,0.76,,,,,,,", .perLine(Amount(minorUnits: 76, digits: 2))),
    ("T,US,,per-minute,0.01,,,,,,,", .perMinute(Amount(minorUnits: 1, digits: 2))),
    ("T,US,,flat,2,,,,,,,", .flat(Amount(minorUnits: 2, digits: 0))),
    (
      "T,US,,bracket,5,100,200,,,,,",
      .bracket(
        share: 500_000_000, above: Amount(minorUnits: 100, digits: 0),
        upTo: Amount(minorUnits: 200, digits: 0))
    ),
  ]) func methodsAreRead(row: String, method: TaxRule.Method) {
    let (rules, findings) = taxes(row)
    #expect(findings == [])
    #expect(rules.first?.method == method)
  }

  @Test(arguments: [
    (
      "VAT,DE,,vat,19,,,,,,,",
      ["2:9: unknown method 'vat'; expected percent, bracket, flat, per-line, per-minute"]
    ),
    (
      "VAT,DE,,,19,1,,,,,,",
      ["2:13: only brackets have bounds; empty the cell, or write 'bracket' in 'method'"]
    ),
    ("VAT,DE,,bracket,19,5,5,,,,,", ["2:22: the bracket ends where it begins; expected more than 5"]),
    ("VAT,DE,,,19,,,PST,,,,", ["2:15: no tax 'PST' stands above; a tax can be on taxes above it"]),
    (
      "GST,CA,,,5,,,,,,,\nQST,CA-QC,,,9.975,,,GTS,,,,",
      ["3:21: no tax 'GTS' stands above; did you mean 'GST'?"]
    ),
    (
      "VAT,DE,a;b,,19,,,,,,2020-01-01,\nVAT,DE,b,,16,,,,,,2020-07-01,",
      ["3:1: line 2 says the same tax for these days already; keep one"]
    ),
    ("VAT,DE,,,19,,,,,,,2020-07-01\nVAT,DE,,,16,,,,,,2020-07-01,", []),
    ("VAT,DE,a,,19,,,,,,,\nVAT,DE,b,,7,,,,,,,", []),
    ("T,US,,bracket,5,0,100,,,,,\nT,US,,bracket,4,100,,,,,,", []),
    (
      "T,US,,bracket,5,0,100,,,,,\nT,US,,bracket,4,99,,,,,,",
      ["3:1: line 2 says the same tax for these days already; keep one"]
    ),
  ]) func rowsOfOneTaxStandSideBySide(rows: String, expected: [String]) {
    #expect(taxes(rows).findings == expected)
  }

  @Test(arguments: [
    ("A,VAT,reverse-charge,DE123,,", [] as [String]),
    ("A,,certificate,R-1,2026-01-01,2027-01-01", []),
    ("A,VTA,certificate,R-1,,", ["2:3: unknown tax 'VTA'; did you mean 'VAT'?"]),
    ("A,VAT,certificate,,,", ["2:19: no reference; fill the cell"]),
    ("A,VAT,because,R-1,,", ["2:7: unknown reason 'because'; expected certificate, reverse-charge"]),
  ]) func exemptionsAreChecked(row: String, expected: [String]) {
    let read = rows("account,tax,reason,reference,from,until\n" + row + "\n") {
      TaxExemptionReader.read($0, file: $1, accounts: accounts, taxes: ["VAT"])
    }
    #expect(read.findings == expected)
  }
}

@Suite struct OpeningTableTests {
  @Test func rowsAreOfAccountsOrOfSeries() {
    let (opening, findings) = rows(
      "account,billed_until,series,next_number\nA,2026-07-01,,\n,,INV,1042\n"
    ) { OpeningReader.read($0, file: $1, accounts: accounts, series: ["INV", "CN"]) }
    #expect(findings == [])
    #expect(opening.billedUntil == [0: CivilDate.parse("2026-07-01")!])
    #expect(opening.nextNumbers == ["INV": 1042])
  }

  @Test(arguments: [
    (
      "A,,,",
      "2: the row says neither of the two things it can say; fill account and billed_until, or series and next_number"
    ),
    (",,INV,0", "2:7: bad next_number '0'; expected a whole number from 1 to 999999999999"),
    ("A,2026-01-01,,\nA,2026-02-01,,", "3:1: the account has a row already; keep one"),
    (",,INVV,5000", "2:3: warning: no document is numbered in the series 'INVV'; did you mean 'INV'?"),
    (
      ",,CN,5000\n,,Sales,5000",
      "3:3: warning: no document is numbered in the series 'Sales'; the series are 'INV' and 'CN'"
    ),
  ]) func faultsAreNamed(text: String, expected: String) {
    let read = rows("account,billed_until,series,next_number\n" + text + "\n") {
      OpeningReader.read($0, file: $1, accounts: accounts, series: ["INV", "CN"])
    }
    #expect(read.findings == [expected])
  }
}

@Suite struct AgreementTests {
  private func read(_ text: String) -> (parts: AgreementParts?, findings: [String]) {
    let findings = YamlFindings(file: "f.yaml")
    let parts = AgreementReader(findings: findings, references: references(), file: "contracts/f.yaml")
      .read(Array(text.utf8))
    return (parts, findings.sorted.map { String($0.description.dropFirst("f.yaml:".count)) })
  }

  private static let head = "contract: M\naccount: A\nfrom: 2026-01-01\nuntil: 2027-01-01\n"

  @Test func aLineSaysWhatARowSays() throws {
    let (parts, findings) = read(
      Self.head + """
        purchase_order: PO-1
        lines:
          - {item: seat, count: high-water, included: 5, timing: advance, interval: quarterly, anchor: 2026-01-31}
          - {description: Credit, price: -2.50, quantity: 3, from: 2026-03-01, until: 2028-01-01, tax_class: care}
        minimum: {amount: 500, counts: recurring}
        discounts:
          - {description: Early, percent: 5%, until: 2026-06-01}
          - {description: Seats, amount: 3, item: seat}
        """)
    #expect(findings == [])
    let agreement = try #require(parts)
    let (seat, credit) = (agreement.lines[0], agreement.lines[1])
    #expect(
      seat.name == "M" && seat.item == "seat" && seat.description == "Managed seat" && seat.price == nil)
    #expect(seat.count == .highWater && seat.includedMicro == 5_000_000 && seat.timing == .advance)
    #expect(seat.interval == .months(3) && seat.anchor == .day(CivilDate.parse("2026-01-31")!))
    #expect(seat.purchaseOrder == "PO-1" && seat.file == "contracts/f.yaml" && seat.line == 7)
    #expect(credit.price == Amount(minorUnits: -250, digits: 2) && credit.quantityMicro == 3_000_000)
    // A line ends with its agreement.
    #expect(credit.from.description == "2026-03-01" && credit.until?.description == "2027-01-01")
    #expect(agreement.commitments.map { "\($0.contract) \($0.amount) \($0.scope)" } == ["M 500 recurring"])
    #expect(
      agreement.discounts.map { "\($0.contract) \($0.item) \($0.level) \($0.from!) \($0.until!)" } == [
        "M  contract 2026-01-01 2026-06-01", "M seat line 2026-01-01 2027-01-01",
      ])
  }

  @Test(arguments: [
    ("account: A\nfrom: 2026-01-01\nlines: []\n", "1:1: the contract has no 'contract'"),
    ("lines:\n  - {item: seat, pricee: 3}\n", "6:18: unknown key 'pricee' in a line; did you mean 'price'?"),
    ("lines:\n  - {item: seet}\n", "6:12: price-book.csv has no item 'seet'; did you mean 'seat'?"),
    (
      "lines:\n  - {description: x}\n",
      "6:5: a line has no 'price'; write one, or name an item of price-book.csv"
    ),
    (
      "lines:\n  - {description: x, price: 1, timing: later}\n",
      "6:40: 'later' is not timing; known: current, advance, arrears"
    ),
    (
      "lines:\n  - {description: x, price: 1, count: prorate}\n",
      "6:39: nothing says what is counted; fill 'item'"
    ),
    (
      "lines: [{item: seat}]\ndiscounts: [{description: x}]\n",
      "6:13: a discount has one of percent and amount; write one"
    ),
    (
      "lines:\n  - {description: x, price: 1, value: {metric: m, target: 1, of: 1, steps: [{percent: 1}]}}\n",
      "6:22: 'price' does not belong to a line with 'value'; leave it out"
    ),
    (
      "lines: [{item: seat, from: 2026-02-01, until: 2026-02-01}]\n",
      "5:47: '2026-02-01' is not after '2026-02-01'; 'until' is the first day on which it no longer holds"
    ),
  ]) func faultsAreNamed(text: String, expected: String) {
    let whole = text.hasPrefix("account") ? text : Self.head + text
    #expect(read(whole).findings.first == expected)
    #expect(read(whole).parts == nil)
  }
}
