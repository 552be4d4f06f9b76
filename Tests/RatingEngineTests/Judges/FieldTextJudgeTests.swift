// Quantities, numbers and times as text, against readers that go byte by byte and remember nothing.

import BillingCalendar
import Catalog
import Tables
import Testing

@testable import RatingEngine

@Suite struct FieldTextJudgeTests {
  @Test func quantitiesAreThoseOfTheJudge() {
    var random = RandomText(seed: 6005)
    for round in 0..<2500 {
      // Up to 24 digits; the engine holds no more than 25 of them.
      var text = random.bytes("0123456789", random.one([0...3, 7...9, 0...12]))
      if random.chance(40) { text += [46] + random.bytes(random.one(["0123456789", "0", "09"]), 0...12) }
      if random.chance(20) { text = [random.one([43, 45])] + text }
      if random.chance(25) { text = random.mutated(text, "0123456789.,-+ eE:") }
      // An empty text is an absent quantity, which is never asked for.
      if text.isEmpty { continue }
      let one: Int64 = random.one([1, 1000, 60_000, 1_000_000, 1_048_576, 1_000_000_000_000])
      let expected = ReferenceText.quantity(String(decoding: text, as: UTF8.self), times: Int128(one))
      let found = withTextMemory(text) {
        QuantityReader.decimal($0, $1, onePerUnit: one, isDecimalComma: false)
      }
      #expect(found == expected, "\(random.seed), round \(round): \(shown(text)) × \(one)")
      let swapped = text.map { $0 == 46 ? 44 : $0 == 44 ? 46 : $0 }
      let comma = withTextMemory(swapped) {
        QuantityReader.decimal($0, $1, onePerUnit: one, isDecimalComma: true)
      }
      #expect(comma == expected, "\(random.seed), round \(round): \(shown(swapped)) × \(one), decimal comma")
      if found != expected { return }
    }
  }

  @Test func clocksAreThoseOfTheJudge() {
    func judge(_ text: String) -> Int64? {
      let halves = text.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
      let parts = halves[0].split(separator: ":", omittingEmptySubsequences: false)
      guard parts.count == 2 || parts.count == 3, halves.count == 1 || !halves[1].isEmpty else { return nil }
      let texts = parts + halves.dropFirst()
      guard texts.allSatisfy({ !$0.isEmpty && $0.utf8.allSatisfy { (48...57).contains($0) } }) else {
        return nil
      }
      guard parts.allSatisfy({ $0.utf8.count <= 9 }) else { return nil }
      let numbers = parts.map { Int64($0) ?? 0 }
      guard numbers.dropFirst().allSatisfy({ $0 < 60 }) else { return nil }
      let whole = numbers.reduce(0) { $0 * 60 + $1 } * 1000
      guard halves.count == 2 else { return whole }
      let digits = Array((halves[1] + "000").utf8)
      let head = digits[..<3].reduce(Int64(0)) { $0 * 10 + Int64($1 - 48) }
      return whole + head + (digits[3...].contains { $0 != 48 } ? 1 : 0)
    }
    var random = RandomText(seed: 6006)
    for round in 0..<1500 {
      var text = Array("\(random.int(0...130)):\(random.int(0...70))".utf8)
      if random.chance(50) { text += Array(":\(random.int(0...9))\(random.int(0...9))".utf8) }
      if random.chance(40) { text += [46] + random.bytes("01239", 0...6) }
      if random.chance(40) { text = random.mutated(text, "0123456789:.- ") }
      let found = withTextMemory(text) { QuantityReader.clock($0, $1) }
      #expect(
        found == judge(String(decoding: text, as: UTF8.self)),
        "\(random.seed), round \(round): \(shown(text))")
    }
  }

  @Test func numbersAreThoseOfTheJudge() {
    let plans = [
      Tariff.Dialling(),
      Tariff.Dialling(countryCode: "49", internationalPrefixes: ["00", "0011"], nationalPrefix: "0"),
      Tariff.Dialling(
        countryCode: "1", internationalPrefixes: ["011"], nationalPrefix: "1", isBareNational: true,
        shortCodes: ["911", "011", "0"]),
    ]
    let readers = plans.map { PhoneNumber($0.plan) }
    var random = RandomText(seed: 6007)
    for round in 0..<2500 {
      var text = random.bytes(random.one(["0123456789", "01", "0149"]), random.one([0...4, 5...18]))
      if random.chance(40) { text = [43] + text }
      if random.chance(30) { text = Array(random.one(["00", "0011", "011", "0", "1", "911"]).utf8) + text }
      if random.chance(15) { text = Array(random.one(["sip:", "sips:", "tel:", "SIP:"]).utf8) + text }
      if random.chance(15) { text += Array(random.one(["@host", ";ext=1", "#", "##", "@", " "]).utf8) }
      if random.chance(30) { text = random.mutated(text, "0123456789+-. ()/#@;:aé") }
      let which = random.int(0...plans.count - 1)
      let expected = ReferenceText.number(String(decoding: text, as: UTF8.self), plans[which])
      let found = withTextMemory(text) { readers[which].normalise($0, $1) }
      let number =
        found.count == 0
        ? nil
        : ReferenceText.Number(
          digits: PhoneNumber.text(digits: found.digits, count: found.count),
          isShort: found.count & PhoneNumber.shortCodeFlag != 0)
      #expect(number == expected, "\(random.seed), round \(round): \(shown(text)), plan \(which)")
      if number != expected { return }
    }
  }

  /// Times of the years that the engine holds; seconds of 60 are judged elsewhere.
  @Test(arguments: ["UTC", "Europe/Berlin", "America/New_York", "Asia/Kathmandu"])
  func isoTimesAreThoseOfTheJudge(zoneName: String) throws {
    var source = Tariff.Source(name: "s", pattern: "s", zone: try Zone.load(named: zoneName))
    var random = RandomText(seed: 6008)
    for choice in ["first", "second", "suspend"] {
      (source.overlap, source.gap) = (choice, choice == "suspend" ? "suspend" : "forward")
      var reader = TimeReader(
        zone: source.zone, overlap: UsageSource.LocalTimeChoice(rawValue: source.overlap) ?? .first,
        gap: UsageSource.LocalTimeChoice(rawValue: source.gap) ?? .forward)
      for round in 0..<500 {
        var text = Self.time(&random)
        if random.chance(20) { text = random.mutated(text, "0123456789-:.TZ +") }
        let string = String(decoding: text, as: UTF8.self)
        if text.count > 18, text[17] == UInt8(ascii: "6") { continue }
        let expected = ReferenceText.time(string, source)
        // The first year and offsets are the business of their own tests.
        if let year = Int(string.prefix(4)), !(1972...2104).contains(year) { continue }
        if text.count > 19, text.dropFirst(19).contains(where: { $0 == 43 || $0 == 45 }), expected == nil {
          continue
        }
        let found = withTextMemory(text) { reader.iso($0, $1) }
        #expect(found == expected, "\(random.seed), round \(round): \(string) in \(zoneName), \(choice)")
        if found != expected { return }
      }
    }
  }

  private static func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }

  private static func time(_ random: inout RandomText) -> [UInt8] {
    // Around clock changes more often than elsewhere.
    let year = random.one([1972, 2000, 2024, 2025, 2100, random.int(1972...2104)])
    let day = random.one([
      (3, 30), (10, 26), (3, 9), (11, 2), (2, 29), (random.int(1...12), random.int(1...31)),
    ])
    let hour = random.one([0, 1, 2, 3, 23, 24, random.int(0...23)])
    let date = "\(year)-\(two(day.0))-\(two(day.1))"
    let clock = "\(two(hour)):\(two(random.int(0...59))):\(two(random.int(0...59)))"
    let fraction = random.one(["", "", "", ".5", ".25", ".9999", ".000001"])
    let offset = random.one(["Z", "Z", "", "", "", "+01:00", "-05:00", "+0545", "z"])
    return Array((date + random.one(["T", " "]) + clock + fraction + offset).utf8)
  }

  private static let patterns = [
    "DD.MM.YYYY hh:mm:ss", "MM/DD/YY hh:mm:ss AP", "YYYYMMDDhhmmss", "MMM DD YYYY hh:mm:ss.fff",
    "DD-MMM-YY hh.mm.ss.fff AP", "YYYY-MM-DDThh:mm:ssZ", "hh:mm:ss DD/MM/YYYY Z",
  ]

  @Test(arguments: patterns) func aTimeWrittenByItsPatternIsReadBack(pattern: String) {
    let reader = TimePatternReader(Label(pattern))
    let months = ["Jan", "feb", "MAR", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
    var random = RandomText(seed: 6009)
    for round in 0..<100 {
      let local = Int64(random.int(31_536_000...4_000_000_000))
      // Two digits stand for 1970 to 2069, and 1970 is before the years that can be read.
      if !pattern.contains("YYYY"), local >= 3_155_760_000 - 31_536_000 { continue }
      let written = Array(Instant.text(millis: local * 1000).utf8)
      func digits(_ range: Range<Int>) -> String { String(decoding: written[range], as: UTF8.self) }
      let hour = Int(digits(11..<13)) ?? 0
      let isHalfDay = pattern.contains("AP")
      let shownHour = isHalfDay ? (hour % 12 == 0 ? 12 : hour % 12) : hour
      var text = pattern
      for (letters, value) in [
        ("YYYY", digits(0..<4)), ("YY", digits(2..<4)), ("MMM", months[(Int(digits(5..<7)) ?? 1) - 1]),
        ("DD", digits(8..<10)), ("hh", Self.two(shownHour)), ("mm", digits(14..<16)), ("ss", digits(17..<19)),
        ("fff", "125"), ("AP", hour < 12 ? "AM" : "pm"), ("Z", "+0530"),
      ] { text = text.split(separator: letters, omittingEmptySubsequences: false).joined(separator: value) }
      // Month names hold letters that are no pattern; MM is filled in last.
      if !pattern.contains("MMM") {
        text = text.split(separator: "MM", omittingEmptySubsequences: false).joined(separator: digits(5..<7))
      }
      let bytes = Array(text.utf8)
      let found = withTextMemory(bytes) { reader.read($0, $1) }
      #expect(found?.localSeconds == local, "\(random.seed), round \(round): \(text)")
      #expect(found?.milliseconds == (pattern.contains("fff") ? 125 : 0), "\(random.seed): \(text)")
      #expect(found?.offsetSeconds == (pattern.contains("Z") ? 19_800 : nil), "\(random.seed): \(text)")
      #expect(withTextMemory(bytes + [32]) { reader.read($0, $1) } == nil)
      let broken = random.mutated(bytes, "0123456789:. /-AaPpMmZ+")
      _ = withTextMemory(broken) { reader.read($0, $1) }
    }
  }
}
