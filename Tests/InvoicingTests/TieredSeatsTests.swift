// Prices by quantity in contracts: what seats and devices cost when there are many, in parts of months too.

import BillingCalendar
import Catalog
import Money
import Tables
import Testing

@testable import Invoicing

@Suite struct TieredSeatsTests {
  private static let graduated = PriceTiers(
    kind: .graduated,
    steps: [
      PriceTiers.Step(upToMicro: 10_000_000, price: Amount(pico: 10_000_000_000_000)),
      PriceTiers.Step(upToMicro: 50_000_000, price: Amount(pico: 8_000_000_000_000)),
      PriceTiers.Step(upToMicro: nil, price: Amount(pico: 7_000_000_000_000)),
    ])
  private static var volume: PriceTiers { PriceTiers(kind: .volume, steps: graduated.steps) }

  private let june = UsagePeriod.containing(CivilDate(year: 2026, month: 6, day: 1)!, cycleDay: 1)

  /// A counted line with tiers; counts are `day quantity`, the first one before June.
  private func lines(
    _ tiers: PriceTiers, _ counts: String, mode: CountMode = .prorate, included: Int64 = 0
  ) throws -> [RecurringLine] {
    let key = CountBook.Key(accountIndex: 0, item: "seat")
    let snapshots = counts.split(separator: ",").enumerated().map { line, text in
      let cells = text.split(separator: " ")
      return CountSnapshot(
        day: CivilDate.parse(String(cells[0]))!, quantityMicro: Int64(cells[1])! * 1_000_000, source: "ad",
        line: line)
    }
    var tables = BillingTables()
    tables.counts = CountBook([key: snapshots])
    var contract = Contract(
      accountIndex: 0, description: "Seat", price: nil, currency: Currency(code: "EUR")!,
      quantityMicro: 1_000_000, interval: .months(1), from: CivilDate(year: 2026, month: 1, day: 1)!,
      until: nil, line: 2)
    contract.item = "seat"
    contract.tiers = tiers
    contract.count = mode
    contract.includedMicro = included * 1_000_000
    return try RecurringCharges(billing: tables, cycleDay: 1).lines(of: contract, in: june)
  }

  @Test(arguments: [
    // quantity, graduated, volume: boundaries and both sides
    (0, "0", "0"), (1, "10", "10"), (9, "90", "90"), (10, "100", "100"), (11, "108", "88"),
    (50, "420", "400"),
    (51, "427", "357"), (100, "770", "700"),
  ])
  func anIntervalCostsWhatItsTiersSay(quantity: Int, graduated: String, volume: String) throws {
    for (tiers, expected) in [(Self.graduated, graduated), (Self.volume, volume)] {
      let found = try lines(tiers, "2026-05-31 \(quantity)")
      #expect(found.map(\.amount.rounded.description) == [expected])
      let shown = found[0].tiers.reduce(Int128(0)) { $0 + Int128($1.quantityMicro) * $1.price.pico }
      #expect(shown == found[0].amount.exact.pico * 1_000_000)
    }
  }

  // MARK: flat parts

  private static let flatGraduated = PriceTiers(
    kind: .graduated,
    steps: [
      PriceTiers.Step(upToMicro: 10_000_000, price: .zero, flat: Amount(pico: 50_000_000_000_000)),
      PriceTiers.Step(
        upToMicro: 50_000_000, price: Amount(pico: 8_000_000_000_000), flat: Amount(pico: 20_000_000_000_000)),
      PriceTiers.Step(upToMicro: nil, price: Amount(pico: 7_000_000_000_000)),
    ])
  private static var flatVolume: PriceTiers { PriceTiers(kind: .volume, steps: flatGraduated.steps) }

  @Test(arguments: [
    // quantity, graduated, volume: nothing costs nothing; every tier that is reached; the one that it lies in
    (0, "0", "0"), (1, "50", "50"), (10, "50", "50"), (11, "78", "108"), (50, "390", "420"),
    (51, "397", "357"),
  ])
  func flatPartsAreOwedOnce(quantity: Int, graduated: String, volume: String) throws {
    for (tiers, expected) in [(Self.flatGraduated, graduated), (Self.flatVolume, volume)] {
      let found = try lines(tiers, "2026-05-31 \(quantity)")
      #expect(found.map(\.amount.rounded.description) == [expected])
      let shown = found[0].tiers.reduce(Int128(0)) {
        $0 + Int128($1.quantityMicro) * $1.price.pico + $1.flat.pico * 1_000_000
      }
      #expect(shown == found[0].amount.exact.pico * 1_000_000)
    }
  }

  @Test func aChangeReachesOrLeavesAFlatPart() throws {
    let more = try lines(Self.flatGraduated, "2026-05-31 10,2026-06-16 11")
    #expect(more.map(\.amount.rounded.description) == ["50", "14"])
    #expect(PrintedCharge.notes(of: more[0]).last == "1–10: 50.00 flat")
    #expect(PrintedCharge.notes(of: more[1]).last == "11–50: +1 × 8.00 + 20.00 flat")
    let less = try lines(Self.flatGraduated, "2026-05-31 11,2026-06-16 10")
    #expect(less.map(\.amount.rounded.description) == ["78", "-14"])
    #expect(PrintedCharge.notes(of: less[1]).last == "11–50: −1 × 8.00 − 20.00 flat")
    // Inside a tier its flat part stays.
    let inside = try lines(Self.flatGraduated, "2026-05-31 11,2026-06-16 13")
    #expect(PrintedCharge.notes(of: inside[1]).last == "11–50: +2 × 8.00")
    let all = try lines(Self.flatVolume, "2026-05-31 10,2026-06-16 11")
    #expect(all.map(\.amount.rounded.description) == ["50", "29"])
    #expect(PrintedCharge.notes(of: all[0]).last == "1–10: 50.00 flat")
    #expect(
      PrintedCharge.notes(of: all[1]).suffix(2) == ["1–10: −50.00 flat", "11–50: +11 × 8.00 + 20.00 flat"])
    #expect(!all[1].hasOnePrice && PrintedCharge.price(of: all[1], "8.00") == "by quantity")
    // 20 days with 10, 10 days with 11: 50 + 8/3 + 20, because the mean lies in the second tier.
    let mean = try lines(Self.flatGraduated, "2026-05-31 10,2026-06-21 11", mode: .average)
    #expect(mean.map(\.amount.rounded.description) == ["72.67"])
  }

  @Test func thePriceBookHasPricesByQuantityToo() throws {
    var book = BillingBook.contracts("item,quantity,from", "seat,12,2026-01-01")
    book.set(
      "price-book.csv",
      "item,description,price,tiers,from\nseat,Seat,,graduated 10: 9; 8 + 5 flat,2026-01-01\nseat,,7.5,,2026-07-01\n"
    )
    #expect(try book.lines("2026-06") == ["Seat 2026-06-01 12 × 8 30/30 = 111"])
    #expect(try book.lines("2026-07") == ["Seat 2026-07-01 12 × 7.5 31/31 = 90"])
    let draft = try #require(try book.drafts("2026-06").first)
    #expect(draft.recurring[0].isBookPrice && draft.recurring[0].tierKind == .graduated)
    #expect(
      draft.recurring[0].tiers.map { "\($0.quantityMicro / 1_000_000) \($0.price) \($0.flat)" } == [
        "10 9 0", "2 8 5",
      ])
    #expect(draft.documentLines.map(\.unitPrice) == [""])
    let document = try InvoiceDocument(draft.issued(as: "INV-1", on: draft.date).json(), name: "INV-1")
    #expect(document.lines.map(\.unitPrice) == [""])
  }

  @Test func aChangeCostsTheDifferenceFromItsDayOn() throws {
    // 48 seats, from the 16th 53: two more at 8 and three at 7, for 15 of 30 days.
    let found = try lines(Self.graduated, "2026-05-31 48,2026-06-16 53")
    #expect(found.map(\.amount.rounded.description) == ["404", "18.5"])
    #expect(found[1].tiers.map { "\($0.quantityMicro / 1_000_000) \($0.price)" } == ["2 8", "3 7"])
    #expect(
      PrintedCharge.notes(of: found[1]).suffix(2) == ["11–50: +2 × 8.00", "51 and more: +3 × 7.00"])
    let less = try lines(Self.graduated, "2026-05-31 53,2026-06-16 48")
    #expect(less.map(\.amount.rounded.description) == ["441", "-18.5"])
    // All of them become cheaper: 53 × 7 − 48 × 8 = −13, for half a month.
    let all = try lines(Self.volume, "2026-05-31 48,2026-06-16 53")
    #expect(all.map(\.amount.rounded.description) == ["384", "-6.5"])
    #expect(PrintedCharge.notes(of: all[0]) == ["11–50: all at 8.00"])
    // What is printed adds up to that.
    #expect(PrintedCharge.notes(of: all[1]).suffix(2) == ["11–50: −48 × 8.00", "51 and more: +53 × 7.00"])
    #expect(!all[1].hasOnePrice)
    // Within one tier there is one price; to none there is that of the tier which is left.
    let within = try lines(Self.volume, "2026-05-31 51,2026-06-16 53")
    #expect(PrintedCharge.notes(of: within[1]).last == "51 and more: +2 × 7.00")
    #expect(within[1].hasOnePrice && "\(within[1].price)" == "7")
    let none = try lines(Self.volume, "2026-05-31 53,2026-06-16 0")
    #expect("\(none[1].price) \(none[1].amount.rounded)" == "7 -185.5" && none[1].hasOnePrice)
  }

  @Test func segmentsOfAMonthAreTheMonth() throws {
    // 3 days with 8, 12 with 12, 15 with 60: day by day.
    let found = try lines(Self.graduated, "2026-05-31 8,2026-06-04 12,2026-06-16 60")
    let costs: [(Int128, Int128)] = [(3, 80), (12, 116), (15, 490)]
    let expected = costs.reduce(Int128(0)) { $0 + $1.0 * $1.1 } * 1_000_000_000_000 / 30
    #expect(found.reduce(Int128(0)) { $0 + $1.amount.exact.pico } == expected)
  }

  @Test func aMeanIsCountedExactly() throws {
    // 20 days with 10, 10 days with 11: on average 10⅓, so 100 + 8/3.
    let found = try lines(Self.graduated, "2026-05-31 10,2026-06-21 11", mode: .average)
    #expect(found.map(\.amount.rounded.description) == ["102.67"])
    let volume = try lines(Self.volume, "2026-05-31 10,2026-06-21 11", mode: .average)
    #expect(volume.map(\.amount.rounded.description) == ["82.67"])
  }

  @Test func whatIsIncludedCountsBeforeTheTiers() throws {
    let found = try lines(Self.graduated, "2026-05-31 16", included: 5)
    #expect(found.map(\.amount.rounded.description) == ["108"])
  }

  @Test(arguments: [
    ("graduated 10: 9.00; 50: 8; 7.5", "graduated 10:9 50:8 :7.5"), ("volume 5", "volume :5"),
    ("volume 0.5:1;2", "volume 0.5:1 :2"),
    ("graduated 10: 50.00 flat; 8 + 20 flat", "graduated 10:0+50 :8+20"), ("volume 7 flat", "volume :0+7"),
  ])
  func tiersAreReadFromACell(text: String, expected: String) throws {
    let tiers = try PriceTiers.parse(Label(text)).get()
    let steps = tiers.steps.map { step in
      (step.upToMicro.map { DecimalText.format(Int128($0), scale: 6) } ?? "") + ":\(step.price)"
        + (step.flat == .zero ? "" : "+\(step.flat)")
    }
    #expect("\(tiers.kind.rawValue) " + steps.joined(separator: " ") == expected)
  }

  @Test(arguments: [
    "graduated", "stairs 10: 9; 8", "graduated 10: 9", "graduated 10: 9; 10: 8; 7",
    "graduated 10: 9; 5: 8; 7",
    "volume 10: x; 7", "volume 0: 9; 7", "volume 10: 9: 8; 7", "volume 10: -1; 7", "volume ",
    "volume 10: flat; 7", "volume 10: 9 +; 7", "volume 10: 9 + 20; 7", "volume 10: 50 flat + 9; 7",
    "volume 10: 9 + -1 flat; 7", "volume 10: 9 + 1 flat + 2 flat; 7",
  ])
  func faultyTiersAreRefused(text: String) {
    #expect(throws: TextFault.self) { try PriceTiers.parse(Label(text)).get() }
  }
}
