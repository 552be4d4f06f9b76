// Usage of three months under plans that depend on whole periods, in files by night.

import DurableFiles
import TestSupport

/// Three months of usage with shared minutes that roll over, tiers, limits, credit for the dearest calls, and lines rounded.
struct SettledNights {
  /// By night: the file's text.
  var nights: [String] = []
  static let header = "id,start,account,direction,kind,to,meter,billable,disposition\n"

  init(seed: UInt64, nightCount: Int, callCount: Int = 300) {
    var random = SeededGenerator(seed: seed)
    var lines = [String](repeating: "", count: nightCount)
    for number in 0..<callCount {
      let day = Int.random(in: 0..<89, using: &random)
      let (month, date) = day < 31 ? (1, day + 1) : day < 59 ? (2, day - 30) : (3, day - 58)
      let hour = Int.random(in: 0..<24, using: &random)
      let account = ["anna", "ben", "cleo", "dora", "emil"].randomElement(using: &random) ?? ""
      let isText = Int.random(in: 0..<4, using: &random) == 0
      let length = Int.random(in: 0...600, using: &random)
      let to = ["493011223344", "4915112345678", "442079460123"].randomElement(using: &random) ?? ""
      func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
      lines[day * nightCount / 89] +=
        "the-same-beginning-\(number),2026-\(two(month))-\(two(date))T\(two(hour)):30:00Z,\(account),outbound,"
        + (isText ? "message,,,1,\n" : "voice,\(to),,\(length),ANSWERED\n")
    }
    nights = lines.map { Self.header + $0 }
  }

  /// A desk with the catalog, and the files of all nights.
  func desk() throws -> NightDesk {
    let desk = try NightDesk()
    try write(to: desk)
    return desk
  }

  /// Puts both into the folder of a desk.
  func write(to desk: NightDesk) throws {
    for (name, text) in Self.catalog { try desk.folder.write(text, to: "settling/" + name) }
    for (number, text) in nights.enumerated() {
      try desk.folder.write(text, to: "usage/\(Self.name(number))")
    }
  }

  /// Writes another catalog: dearer calls, a smaller allowance, a tier more, one limit less, and an account that is not settled any
  /// more.
  static func writeDearCatalog(_ name: String, to desk: NightDesk) throws {
    var files = catalog
    files["decks/retail.csv"] = files["decks/retail.csv"]?.replacing("0.041", with: "0.077")
    files["plans/team.yaml"] = files["plans/team.yaml"]?.replacing("90 min", with: "45 min")
      .replacing(
        "{price: 0.05, per: 1 min}",
        with: "{up_to: 90 min, price: 0.07, per: 1 min}, {price: 0.03, per: 1 min}"
      )
      .replacing(", period_maximum: 0.6", with: "")
    files["accounts.csv"] = files["accounts.csv"]?.replacing("emil,money", with: "emil,plain")
    files["plans/plain.yaml"] =
      "plan: plain\nlook_up: {voice: retail}\ncharges:\n  - {charge: calls, kinds: [voice], price: deck}\n"
      + "  - {charge: texts, kinds: [message], price: 0.10, per: 1}\n"
    for (file, text) in files { try desk.folder.write(text, to: name + "/" + file) }
  }

  static func name(_ night: Int) -> String { "pbx-\(night < 10 ? "0" : "")\(night).csv" }

  static let catalog = [
    "catalog.yaml": "currency: EUR\n",
    "sources.csv": "source,pattern,format\npbx,pbx*,ratemill-csv\n",
    "accounts.csv": """
    account,plan,zone,pool,round
    anna,team,Europe/Berlin,one,
    ben,team,Europe/Berlin,one,line
    cleo,team,Europe/Berlin,two,
    dora,team,Europe/Berlin,,
    emil,money,Europe/Berlin,,
    idle,team,Europe/Berlin,,

    """,
    "grants.csv": """
    account,allowance,quantity,kind,from,until
    dora,pack,20 min,voice,2026-01-20,2026-03-10

    """,
    "decks/retail.csv": """
    prefix,destination,price,increment,rating_group
    49,Germany,0.020,60/1,Germany
    4915,Germany Mobile,0.090,60/1,Mobile
    44,United Kingdom,0.041,60/60,Europe

    """,
    "plans/team.yaml": """
    plan: team
    look_up: {voice: retail}
    rounding: none
    allowances:
      - {allowance: minutes, quantity: 90 min, kinds: [voice], rating_groups: [Germany, Europe], shared: pool, scale: per-member, rollover: {periods: 2, cap: 20 min}}
      - {allowance: texts, events: 4, kinds: [message]}
    charges:
      - {charge: mobile, kinds: [voice], rating_groups: [Mobile], tiers: {kind: graduated, steps: [{up_to: 20 min, price: 0.2, per: 1 min}, {up_to: 60 min, price: 0.1, per: 1 min}, {price: 0.05, per: 1 min}]}}
      - {charge: calls, kinds: [voice], price: deck, period_minimum: 5}
      - {charge: texts, kinds: [message], price: 0.09, per: 1, period_maximum: 0.6}

    """,
    "plans/money.yaml": """
    plan: money
    look_up: {voice: retail}
    rounding: none
    order: dearest-first
    allowances:
      - {allowance: credit, amount: 3, kinds: [voice]}
    charges:
      - {charge: calls, kinds: [voice], price: deck}
      - {charge: texts, kinds: [message], price: 0.09, per: 1}

    """,
  ]
}
