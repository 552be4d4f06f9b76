// Numbers as people read them.

import Testing

@testable import RatemillCLI

@Suite struct ReadableTextTests {
  @Test(arguments: [
    (0, "0"), (999, "999"), (1_000, "1,000"), (12_481_003, "12,481,003"), (-1_234, "-1,234"),
    (Int.min, "-9,223,372,036,854,775,808"),
  ])
  func countsAreGrouped(count: Int, text: String) { #expect(ReadableText.count(count) == text) }

  @Test(arguments: [(0, "0 events"), (1, "1 event"), (2_000, "2,000 events")])
  func oneIsSingular(count: Int, text: String) {
    #expect(ReadableText.count(count, "event", "events") == text)
  }

  @Test(arguments: [
    (0, "0 B"), (1_023, "1023 B"), (1_024, "1.00 KiB"), (1_535, "1.49 KiB"), (10_239, "9.99 KiB"),
    (10_240, "10.0 KiB"),
    (102_400, "100 KiB"), (1_048_575, "1023 KiB"), (1_048_576, "1.00 MiB"), (1_406_604_574, "1.31 GiB"),
    (Int.max, "8388607 TiB"),
  ])
  func sizesAreRoundedDown(count: Int, text: String) { #expect(ReadableText.bytes(count) == text) }

  @Test(arguments: [(0, "0"), (999, "999"), (1_000, "1.00 k"), (4_208_000, "4.20 M")])
  func shortCountsHaveThousands(count: Int, text: String) { #expect(ReadableText.short(count) == text) }

  @Test(arguments: [
    (0, "0:00"), (9, "0:09"), (59, "0:59"), (60, "1:00"), (3_599, "59:59"), (3_600, "1:00:00"),
    (36_061, "10:01:01"),
  ])
  func timesAreClocks(seconds: Int, text: String) { #expect(ReadableText.clock(seconds: seconds) == text) }

  @Test(arguments: [(0, 10, "0 %"), (999, 1_000, "99 %"), (1_000, 1_000, "100 %"), (.max, .max, "100 %")])
  func allIsAHundredPercent(part: Int, total: Int, text: String) {
    #expect(ReadableText.percent(part, of: total) == text)
    #expect(ReadableText.percent(part, of: 0) == nil)
  }
}
