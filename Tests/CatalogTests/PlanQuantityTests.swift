// Quantities and units as people write them.

import Catalog
import Tables
import Testing

@Suite struct PlanQuantityTests {
  @Test(
    arguments: [
      ("60", UsageKind.voice, 60_000), ("60s", .voice, 60_000), (" 1  min ", .voice, 60_000),
      ("1.5 h", .voice, 5_400_000),
      ("0.001", .voice, 1), ("1500 us", .voice, nil), ("2000 us", .voice, 2), ("1 ms", .voice, 1),
      ("0.0005", .voice, nil),
      ("9223372036854775.807", .voice, Int64.max), ("9223372036854775.808", .voice, nil),
      ("3 messages", .message, 3), ("1.0", .message, 1), ("1.5", .message, nil),
      ("1 kB", .data, 1000), ("1 KiB", .data, 1024), ("1.5 GiB", .data, 1_610_612_736), ("0.3 B", .data, nil),
      ("1 MB", .data, 1_000_000), ("1 TB", .data, 1_000_000_000_000), ("8 mb", .data, nil),
      ("1 Mb", .data, nil),
      ("1 seat", .event, 1_000_000), ("0.000001", .event, 1), ("0.0000001", .event, nil),
      ("", .voice, nil), ("s", .voice, nil), ("1 2", .voice, nil), ("+1", .voice, 1000), ("1e3", .voice, nil),
    ] as [(String, UsageKind, Int64?)])
  func quantitiesAreExactOrRefused(_ text: String, _ kind: UsageKind, _ quantity: Int64?) {
    #expect((try? QuantityText.parse(Label(text), of: kind).get()) == quantity)
  }

  @Test func zeroIsAQuantityOnlyWhereItMayBe() {
    #expect((try? QuantityText.parseOrZero("0", of: .voice).get()) == 0)
    #expect((try? QuantityText.parse("0", of: .voice).get()) == nil)
    #expect((try? QuantityText.parseOrZero("-0.001", of: .voice).get()) == nil)
  }

  @Test func unitsAreExactWords() {
    #expect(Set(UsageUnit.words).count == UsageUnit.words.count)
    for word in UsageUnit.words { #expect(UsageUnit.named(Label(word))?.word == word) }
    #expect(UsageUnit.named("mb") == nil)
    for kind in UsageKind.allCases { #expect(UsageUnit.named(Label(kind.unit)) == UsageUnit.bare(of: kind)) }
  }
}
