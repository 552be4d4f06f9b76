// Three months of made-up usage that depends on order: pools, rollover, tiers, money allowances, accounts that round by line.

import BillingCalendar
import Catalog
import TestSupport

@testable import RatingEngine

/// A catalog in files, and records that its plans settle.
struct SettledMonth {
  /// What stands before the names of accounts.
  var prefix = ""
  /// What all prices are multiplied by.
  var priceFactor = 1
  private(set) var lines: [String] = []

  static let header = "id,start,account,direction,kind,to,meter,billable,disposition\n"

  init(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    let accounts = ["anna", "ben", "cleo", "dora", "emil"]
    for number in 0..<400 {
      let day = Int.random(in: 0..<89, using: &random)
      let date = CivilDate(dayNumber: 20_454 + Int32(day))
      let second = [0, 0, 3600, 43_199, 86_399].randomElement(using: &random) ?? 0
      let clock = "\(Self.two(second / 3600)):\(Self.two(second / 60 % 60)):\(Self.two(second % 60))"
      let account = accounts.randomElement(using: &random) ?? ""
      let isText = Int.random(in: 0..<4, using: &random) == 0
      let length = Int.random(in: 0...600, using: &random)
      let to = ["493011223344", "4915112345678", "442079460123"].randomElement(using: &random) ?? ""
      // Keys are longer than what a packed event holds, and differ at their end.
      lines.append(
        "the-same-beginning-\(number * 7919 % 1000)-\(number),\(date)T\(clock)Z,\(account),outbound,"
          + (isText ? "message,,,1," : "voice,\(to),,\(length),ANSWERED") + "\n")
    }
  }

  private static func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }

  /// The file of some records, with the names of the accounts as they are now.
  func file(_ lines: some Sequence<String>) -> [UInt8] {
    var text = Self.header
    for line in lines {
      var cells = line.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
      cells[2] = prefix + cells[2]
      text += cells.joined(separator: ",")
    }
    return Array(text.utf8)
  }

  private func price(_ thousandths: Int) -> String {
    let value = thousandths * priceFactor
    let fraction = String(value % 1000)
    return "\(value / 1000).\(String(repeating: "0", count: 3 - fraction.count))\(fraction)"
  }

  func catalog() throws -> Catalog {
    let folder = try TemporaryFolder()
    let files = [
      "catalog.yaml": "currency: EUR\n",
      "sources.csv": "source,pattern,format\npbx,pbx*,ratemill-csv\n",
      "accounts.csv": """
      account,plan,zone,pool,round
      \(prefix)anna,team,Europe/Berlin,one,
      \(prefix)ben,team,Europe/Berlin,one,line
      \(prefix)cleo,team,Europe/Berlin,two,
      \(prefix)dora,team,Europe/Berlin,,
      \(prefix)emil,money,Europe/Berlin,,

      """,
      "grants.csv": """
      account,allowance,quantity,kind,from,until
      \(prefix)dora,pack,20 min,voice,2026-01-20,2026-03-10

      """,
      "decks/retail.csv": """
      prefix,destination,price,increment,rating_group
      49,Germany,\(price(20)),60/1,Germany
      4915,Germany Mobile,\(price(90)),60/1,Mobile
      44,United Kingdom,\(price(41)),60/60,Europe

      """,
      "plans/team.yaml": """
      plan: team
      look_up: {voice: retail}
      rounding: none
      allowances:
        - {allowance: minutes, quantity: 90 min, kinds: [voice], rating_groups: [Germany, Europe], shared: pool, scale: per-member, rollover: {periods: 2, cap: 20 min}}
        - {allowance: texts, events: 4, kinds: [message]}
      charges:
        - {charge: mobile, kinds: [voice], rating_groups: [Mobile], tiers: {kind: graduated, steps: [{up_to: 20 min, price: \(price(200)), per: 1 min}, {up_to: 60 min, price: \(price(100)), per: 1 min}, {price: \(price(50)), per: 1 min}]}}
        - {charge: calls, kinds: [voice], price: deck, period_minimum: \(price(5000))}
        - {charge: texts, kinds: [message], price: \(price(90)), per: 1, period_maximum: \(price(600))}

      """,
      "plans/money.yaml": """
      plan: money
      look_up: {voice: retail}
      rounding: none
      order: dearest-first
      allowances:
        - {allowance: credit, amount: \(price(3000)), kinds: [voice]}
      charges:
        - {charge: calls, kinds: [voice], price: deck}
        - {charge: texts, kinds: [message], price: \(price(90)), per: 1}

      """,
    ]
    for (name, text) in files { try folder.write(text, to: "c/" + name) }
    return try CatalogFolder.load(folder.path(of: "c"))
  }
}
