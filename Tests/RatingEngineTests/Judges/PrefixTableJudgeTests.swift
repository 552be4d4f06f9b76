// The prefix table against a search through all rows of the deck.

import Catalog
import Testing

@testable import RatingEngine

@Suite struct PrefixTableJudgeTests {
  private static let clock: [Int64] = [0, 1, 1000, 1001, 1999, 2000, 2001, 3000, 4_000_000_000]

  /// Prefixes that lie inside each other, on both sides of the lengths at which the table cuts digits.
  private static func deck(_ random: inout RandomText) -> RateDeck {
    var deck = Tariff.Deck(name: "deck")
    let stem =
      random.bytes("123456789", 1...1) + random.bytes(random.one(["01", "0123456789", "0"]), 14...14)
    var seen: Set<String> = []
    let times: [Int64?] = [nil, 1000, 2000, 3000]
    for _ in 0..<random.int(1...25) {
      var digits = Array(stem.prefix(random.one([1, 2, 3, 4, 5, 7, 8, 9, 10, 11, 13, 14, 15])))
      if random.chance(40) { digits[digits.count - 1] = UInt8(48 + random.int(0...9)) }
      if digits[0] == 48 { digits[0] = 49 }
      let prefix = String(decoding: digits, as: UTF8.self)
      let kind: Tariff.Kind = random.one([.voice, .voice, .message])
      // Versions of a prefix: the same prefix with the same first second is refused at load.
      for from in [random.one(times), random.one(times)] {
        guard seen.insert("\(prefix) \(kind) \(from ?? -1)").inserted else { continue }
        deck.rows.append(
          Tariff.Row(
            prefix: prefix, kind: kind, isBlocked: random.chance(10), destination: prefix, group: "g",
            from: from,
            until: random.chance(30) ? (from ?? 0) + random.one([Int64(1), 500, 1000, 1001]) : nil,
            price: Tariff.Price(pico: 1, quantity: 1)))
      }
    }
    return deck.rateDeck()
  }

  /// The row in force for the longest prefix: of its versions the last that has begun, unless it has ended.
  private static func judge(_ deck: RateDeck, _ kind: UsageKind, _ digits: String, isShort: Bool, _ at: Int64)
    -> Int?
  {
    for length in (1...15).reversed() where length <= digits.utf8.count {
      let prefix = UInt64(digits.prefix(length)) ?? 0
      let versions = deck.rows.indices.filter { index in
        let row = deck.rows[index]
        return row.kind == kind && Int(row.prefixDigits) == length && row.prefix == prefix
          && row.fromSeconds <= at
      }
      guard let last = versions.max(by: { deck.rows[$0].fromSeconds < deck.rows[$1].fromSeconds }),
        at < deck.rows[last].untilSeconds
      else { continue }
      // A short code is a whole row or nothing.
      return isShort && length != digits.utf8.count ? nil : last
    }
    return nil
  }

  /// The step for many numbers against that for one, at every place there is.
  private static func checkManyAtOnce(_ table: PrefixTable) {
    let places = min(table.stretches.count * 64, 1 << 16)
    var node = (0..<places).map { PrefixTable.childFlag | UInt32($0) }
    var records = (0..<places).map { UInt16($0) }
    // Some are left out.
    records.removeAll { $0 % 7 == 3 }
    node.withUnsafeMutableBufferPointer { node in
      if let base = node.baseAddress { table.findEntries(records, records.count, base) }
    }
    for place in 0..<places {
      let expected = place % 7 == 3 ? PrefixTable.childFlag | UInt32(place) : table.entry(place)
      #expect(node[place] == expected)
    }
  }

  @Test func theLongestPrefixInForceIsFound() {
    var random = RandomText(seed: 6011)
    for round in 0..<80 {
      let deck = Self.deck(&random)
      var builder = PrefixTableBuilder(decks: [deck])
      var bases: [UsageKind: Int] = [:]
      for kind in [UsageKind.voice, .message] {
        bases[kind] = deck.rows.withUnsafeBufferPointer { rows in
          builder.add(rows, kind: kind) { row, index in
            MatchRow(
              fromSeconds: MatchRowTime.from(row.fromSeconds),
              untilSeconds: MatchRowTime.until(row.untilSeconds),
              next: 0, price: 0, tariff: 0, prefixDigits: row.prefixDigits, isBlocked: row.isBlocked ? 1 : 0,
              deck: 0, row: UInt32(index),
              fast: FastPrice(
                price: UnitPrice(pico: 0, units: 60_000), feePico: 0, minimum: 0,
                increment: BillingIncrement(first: 1000, next: 1000), kind: .voice, unitPriceRank: 0))
          }
        }
      }
      let table = builder.build()
      defer { table.deallocate() }
      Self.checkManyAtOnce(table)
      for _ in 0..<40 {
        let row = random.one(Array(deck.rows))
        var digits = PhoneNumber.text(digits: row.prefix, count: row.prefixDigits)
        digits += String(decoding: random.bytes(random.one(["0", "01", "0123456789"]), 0...6), as: UTF8.self)
        digits = String(digits.prefix(random.one([15, 15, 8, 4, 3, 1])))
        let isShort = random.chance(20)
        let kind = random.one([UsageKind.voice, .message])
        let at = random.one(Self.clock)
        let count = UInt8(digits.utf8.count) | (isShort ? PhoneNumber.shortCodeFlag : 0)
        let found = table.match(
          base: bases[kind] ?? 0, number: UInt64(digits) ?? 0, count: count, atSeconds: UInt32(at))
        let expected = Self.judge(deck, kind, digits, isShort: isShort, at)
        let foundRow = found == 0 ? nil : Int(table.rows[Int(found) - 1].row)
        #expect(foundRow == expected, "\(random.seed), round \(round): \(digits) at \(at), short \(isShort)")
        if foundRow != expected { return }
      }
    }
  }
}
