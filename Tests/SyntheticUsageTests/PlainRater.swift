// Rates written usage by reading the written catalog and the written lines, in the plainest way.
//
// It knows the text only: nothing of how a record was made. What it has in common with the generator is the words of the
// catalog, which it reads row by row, and the prices of the plans, which are stated again here.

import BillingCalendar
import Money
import TestSupport

@testable import SyntheticUsage

/// What became of written usage.
struct PlainTotals: Equatable {
  var doors: [String: Int] = [:]
  var amountsPico: [String: Int128] = [:]
  var raw: [String: Int128] = [:]
  var billed: [String: Int128] = [:]
}

/// Reads a catalog as text, and rates lines by it.
struct PlainRater {
  private struct Service {
    var account: String
    var untilSeconds: Int64
  }
  private struct Assignment {
    var plan: String
    var fromSeconds: Int64
    var untilSeconds: Int64
  }
  private struct Price {
    var fields: [String]
    var fromSeconds: Int64
    var untilSeconds: Int64
  }

  private var assignments: [String: [Assignment]] = [:]
  private var services: [String: Service] = [:]
  private var ranges: [(first: UInt64, last: UInt64, account: String)] = []
  private var decks: [String: [String: [Price]]] = [:]
  private var zones: [String: Zone] = [:]

  init(_ world: SyntheticWorld) throws {
    let accounts = world.accounts
    var library = ZoneLibrary()
    for number in 0..<accounts.count {
      for line in CatalogText.accountRows(number, accounts).split(separator: "\n") {
        let cells = Self.cells(line)
        let zone = try library.zone(named: cells[3])
        zones[cells[0]] = zone
        assignments[cells[0], default: []].append(
          Assignment(
            plan: cells[2], fromSeconds: Self.midnight(cells[5], zone, otherwise: .min),
            untilSeconds: Self.midnight(cells[6], zone, otherwise: .max)))
      }
    }
    for number in 0..<accounts.count {
      for line in CatalogText.serviceRows(number, accounts).split(separator: "\n") {
        addService(Self.cells(line))
      }
    }
    for deck in [world.retail, world.wholesale] {
      for row in deck.rows {
        let cells = Self.cells(CatalogText.deckRow(row).dropLast())
        decks[deck.name, default: [:]][cells[0], default: []].append(
          Price(
            fields: cells, fromSeconds: Self.midnight(cells[7], .utc, otherwise: .min),
            untilSeconds: Self.midnight(cells[8], .utc, otherwise: .max)))
      }
    }
  }

  private mutating func addService(_ cells: [String]) {
    if cells[0] == "range" {
      let ends = cells[1].split(separator: "-").map { UInt64($0) ?? 0 }
      ranges.append((ends[0], ends[1], cells[2]))
    } else {
      let zone = zones[cells[2]] ?? .utc
      services[cells[1]] = Service(
        account: cells[2], untilSeconds: Self.midnight(cells[6], zone, otherwise: .max))
    }
  }

  // MARK: lines

  /// Rates the lines of files, headers included, in order.
  func totals(_ files: [[UInt8]]) -> PlainTotals {
    let lines = files.flatMap { String(decoding: $0, as: UTF8.self).split(separator: "\n").dropFirst() }
    var contents: [String: Set<Substring>] = [:]
    for line in lines where unreadable(Self.cells(line)) == nil {
      contents[Self.cells(line)[0], default: []].insert(line)
    }
    var totals = PlainTotals()
    var seen: Set<String> = []
    for line in lines {
      let cells = Self.cells(line)
      var door: String
      if let reason = unreadable(cells) {
        door = reason
      } else if contents[cells[0], default: []].count > 1 {
        door = "duplicate-conflict"
      } else if !seen.insert(cells[0]).inserted {
        door = "duplicate"
      } else {
        door = rate(cells, &totals)
      }
      totals.doors[door, default: 0] += 1
    }
    return totals
  }

  private func unreadable(_ cells: [String]) -> String? {
    guard cells.count == 11 else { return "bad-record" }
    if !Self.isTime(cells[1]) || (!cells[2].isEmpty && !Self.isTime(cells[2])) { return "bad-time" }
    guard case .success = DecimalText.parse(cells[8], scale: 3) else { return "bad-quantity" }
    return nil
  }

  private static func isTime(_ text: String) -> Bool { text.hasSuffix("Z") && Instant.parse(text) != nil }

  private func rate(_ cells: [String], _ totals: inout PlainTotals) -> String {
    let time = cells[2].isEmpty ? cells[1] : cells[2]
    let seconds = (Instant.parse(time) ?? 0) / 1000
    let isInbound = cells[5] == "inbound"
    let own = Self.digits(cells[isInbound ? 4 : 3])
    guard let account = account(own, trunk: cells[10], seconds) else { return "unknown-service" }
    if isInbound { return "inbound" }
    if cells[6] == "voice", cells[9] != "ANSWERED" { return "unanswered" }
    guard
      let plan = assignments[account]?.first(where: { $0.fromSeconds <= seconds && seconds < $0.untilSeconds }
      )
    else { return "no-plan" }
    guard case .success(let millis) = DecimalText.parse(cells[8], scale: 3) else { return "bad-quantity" }
    let currency = plan.plan == "wholesale-usd" ? "USD" : "EUR"
    if cells[6] != "voice" {
      let charge = Self.flatCharge(plan.plan, isMessage: cells[6] == "message", quantity: millis / 1000)
      totals.add(cells[6] == "message" ? "message" : "byte", millis / 1000, charge.0, charge.1, currency)
      return "rated"
    }
    guard let number = Self.digits(cells[4]) else { return "bad-number" }
    guard let price = price(plan.plan == "wholesale-usd" ? "wholesale-usd" : "retail", number, seconds)
    else { return "no-price" }
    if price.fields[9] == "closed" { return "destination-closed" }
    let charge = Self.callCharge(price.fields, plan: plan.plan, millis: millis)
    totals.add("s", millis, charge.0, charge.1, currency)
    return "rated"
  }

  private func account(_ number: UInt64?, trunk: String, _ seconds: Int64) -> String? {
    if let number {
      if let service = services[String(number)], seconds < service.untilSeconds { return service.account }
      if let range = ranges.first(where: { $0.first <= number && number <= $0.last }) { return range.account }
    }
    return services[trunk]?.account
  }

  private func price(_ deck: String, _ number: UInt64, _ seconds: Int64) -> Price? {
    var prefix = String(number)
    while !prefix.isEmpty {
      let begun = decks[deck]?[prefix]?.filter { $0.fromSeconds <= seconds } ?? []
      if let row = begun.max(by: { $0.fromSeconds < $1.fromSeconds }), seconds < row.untilSeconds {
        return row
      }
      prefix.removeLast()
    }
    return nil
  }

  // MARK: cells

  /// Splits at commas outside of quotes, and takes quotes away.
  private static func cells(_ line: some StringProtocol) -> [String] {
    var cells = [""]
    var isQuoted = false
    for character in line {
      if character == "\"" {
        isQuoted.toggle()
      } else if character == ",", !isQuoted {
        cells.append("")
      } else {
        cells[cells.count - 1].append(character)
      }
    }
    return cells
  }

  private static func midnight(_ text: String, _ zone: Zone, otherwise: Int64) -> Int64 {
    Instant.parse(text, in: zone).map { $0 / 1000 } ?? otherwise
  }

  /// A number as E.164 digits; nil for what is none.
  private static func digits(_ text: String) -> UInt64? {
    var rest = text.filter { $0 != " " }
    if rest.hasPrefix("+") { rest.removeFirst() } else if rest.hasPrefix("00") { rest.removeFirst(2) }
    guard rest.allSatisfy(\.isNumber), !rest.hasPrefix("0"), (3...15).contains(rest.count) else { return nil }
    return UInt64(rest)
  }

  // MARK: charges, as billed quantity and amount in pico

  private static func callCharge(_ row: [String], plan: String, millis: Int128) -> (Int128, Int128) {
    var price = pico(row[3])
    var fee = pico(row[6])
    var increment = row[4].split(separator: "/").map { Int128($0) ?? 0 }
    if plan == "business", row[2] == "domestic" { (price, fee, increment) = (pico("0.009"), 0, [1, 1]) }
    var used = millis / 1000 + (millis % 1000 == 0 ? 0 : 1)
    if used == 0 { return (0, 0) }
    used = max(used, Int128(row[5]) ?? 0)
    var billed = increment[0]
    while billed < used { billed += increment[1] }
    return (
      billed * 1000, RoundingRule.event.round(numeratorPico: fee * 60 + price * billed, over: 60).pico
    )
  }

  private static func flatCharge(_ plan: String, isMessage: Bool, quantity: Int128) -> (Int128, Int128) {
    let prices = [
      "standard": ("0.07", "4.5", 1_000_000), "business": ("0.0525", "3.99", 1_000_000),
      "wholesale-usd": ("0.0091", "1.85", 10_000),
    ]
    let (message, gigabyte, step) = prices[plan] ?? ("0", "0", 1)
    if isMessage { return (quantity, pico(message) * quantity) }
    var billed = quantity / Int128(step) * Int128(step)
    if billed < quantity { billed += Int128(step) }
    return (
      billed, RoundingRule.event.round(numeratorPico: pico(gigabyte) * billed, over: 1_000_000_000).pico
    )
  }

  private static func pico(_ text: String) -> Int128 {
    guard case .success(let pico) = DecimalText.parse(text, scale: 12) else { return 0 }
    return pico
  }
}

extension PlainTotals {
  fileprivate mutating func add(
    _ unit: String, _ raw: Int128, _ billed: Int128, _ pico: Int128, _ currency: String
  ) {
    self.raw[unit, default: 0] += raw
    self.billed[unit, default: 0] += billed
    amountsPico[currency, default: 0] += pico
  }

  /// The same as the generator's totals have it.
  init(_ known: KnownTotals) {
    doors = known.filteredByReason.merging(known.suspendedByReason) { $1 }
    if known.rated > 0 { doors["rated"] = known.rated }
    if known.duplicate > 0 { doors["duplicate"] = known.duplicate }
    for (currency, amount) in known.amounts { amountsPico[currency.code] = amount.pico }
    raw = known.quantities.mapValues(\.raw)
    billed = known.quantities.mapValues(\.billed)
  }
}
