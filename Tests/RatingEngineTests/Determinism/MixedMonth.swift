// A small month of usage with everything in it that can go wrong: what the tests of determinism rate again and again.

import BillingCalendar
import Catalog
import TestSupport

@testable import RatingEngine

/// Three files of some hundred records each, and the tariff that they are rated by. The same bytes every time.
struct MixedMonth {
  /// A record longer than this goes to suspense.
  static let recordBytesMax = 1024
  /// Name and decoded bytes, sorted by name.
  let files: [(name: String, bytes: [UInt8])]

  /// - Parameter oversizeBytes: length of the records over the limit; 0 for none of them.
  init(oversizeBytes: Int = 0) {
    files = [
      ("other-1.jsonl", Array(Self.jsonl(oversizeBytes).utf8)), ("switch-1.csv", Array(Self.firstCSV().utf8)),
      ("switch-2.csv", Array(Self.secondCSV(oversizeBytes).utf8)),
    ]
  }

  static func catalog() -> Catalog {
    var tariff = Tariff()
    tariff.sources = [
      Tariff.Source(name: "switch", pattern: "switch*"),
      Tariff.Source(name: "other", pattern: "other*", format: "ratemill-jsonl"),
    ]
    let plan = "retail"
    tariff.accounts = ["acme", "bolt", "comma, \"quoted\"", "délta"].map {
      Tariff.Account(id: $0, cycleDay: $0 == "bolt" ? 31 : 1, plans: [(plan, nil, nil)])
    }
    tariff.services = (0..<8).map { number in
      Tariff.Service(
        kind: "number", key: "49302000\(number)", account: tariff.accounts[number % 4].id,
        name: "line \(number)",
        costCentre: number % 2 == 0 ? "sales" : "")
    }
    var rows = ["44", "4477", "1", "1212", "33", "336"].enumerated().map { index, prefix in
      Tariff.Row(
        prefix: prefix, destination: "to \(prefix)", group: "group \(prefix.prefix(2))",
        increment: .seconds(index % 2 == 0 ? 60 : 1, index % 3 == 0 ? 60 : 1),
        price: Tariff.Price(pico: 10_000_000_000 + Int64(index) * 1_234_567_890, quantity: 60_000))
    }
    rows.append(
      Tariff.Row(
        prefix: "339", isBlocked: true, destination: "premium", group: "premium",
        price: Tariff.Price(pico: 1, quantity: 1)))
    tariff.decks = [Tariff.Deck(name: "deck", rows: rows)]
    tariff.plans = [
      Tariff.Plan(
        name: plan, lookUp: [.voice: "deck"],
        notBilled: [Tariff.NotBilled(reason: "unanswered", isAnswered: false)],
        charges: [
          Tariff.Charge(name: "calls", kinds: [.voice]),
          Tariff.Charge(
            name: "texts", kinds: [.message], price: Tariff.Price(pico: 70_000_000_000, quantity: 1)),
        ])
    ]
    tariff.decks.append(wholesale())
    tariff.suppliers = [
      Tariff.Supplier(
        name: "late, Ltd.", deck: "wholesale", trunks: ["*"], kinds: [.voice],
        from: CivilDate(year: 2025, month: 3, day: 15)),
      Tariff.Supplier(name: "early", deck: "wholesale", trunks: [""], directions: [.outbound]),
    ]
    return tariff.catalog()
  }

  /// Not all that is sold is bought there: some calls have a cost, some have none.
  private static func wholesale() -> Tariff.Deck {
    var deck = Tariff.Deck(name: "wholesale", currency: "USD")
    deck.rows = ["447", "1", "33"].enumerated().map { index, prefix in
      Tariff.Row(
        prefix: prefix, destination: "", group: "", increment: .seconds(6, 6),
        price: Tariff.Price(pico: 4_000_000_000 + Int64(index) * 11_111_111_111, quantity: 60_000))
    }
    return deck
  }

  // MARK: records

  /// Cells of the neutral formats. Every field follows from the number, so that a copy is the same record.
  private static func cells(_ number: Int) -> [String: String] {
    let to = [
      "+44770090012", "+442079460123", "+12125550143", "+13055550143", "+33612345678", "+33912345678",
    ]
    var cells = [
      "id": "c\(number)", "from": "+49302000\(number % 9)", "to": to[number % to.count],
      "start":
        "2025-03-\(twoDigits(1 + number % 28))T\(twoDigits(number % 24)):\(twoDigits(number * 7 % 60)):05Z",
      "billable": "\(number * 37 % 400)", "kind": number % 11 == 0 ? "message" : "voice",
      "disposition": number % 13 == 0 ? "BUSY" : "ANSWERED",
    ]
    switch number % 23 {
    case 3: cells["start"] = "yesterday"
    case 7: cells["billable"] = "many"
    case 9: cells["kind"] = "fax"
    case 12: cells["to"] = "+999"
    case 15: cells["billable"] = "-5"
    case 18: cells["meter"] = "a \"quoted\", text"
    case 21: cells["id"] = ""
    default: break
    }
    return cells
  }

  private static func twoDigits(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }

  private static func line(_ number: Int) -> String { NeutralCSV.line(cells(number)) }

  private static func firstCSV() -> String {
    var text = NeutralCSV.header
    for number in 0..<90 { text += line(number) }
    // Twins, a copy with other content, and a record that lost its end.
    text += line(40) + line(41) + line(40)
    var other = cells(42)
    other["billable"] = "999"
    text += NeutralCSV.line(other)
    return text + "c1000,2025-03-01T00:00:00Z\n\n" + line(90)
  }

  private static func secondCSV(_ oversizeBytes: Int) -> String {
    var text = NeutralCSV.header
    for number in 80..<130 { text += line(number) }
    if oversizeBytes > 0 { text += "c2000," + String(repeating: "x", count: oversizeBytes) + "\n" }
    for number in 130..<170 { text += line(number) }
    var other = cells(100)
    other["to"] = "+442079460999"
    text += NeutralCSV.line(other)
    // Bytes that are no text, and a last line without an end.
    text += "c\u{0}\u{1}\"," + line(20) + line(21)
    return text + String(line(22).dropLast())
  }

  private static func jsonl(_ oversizeBytes: Int) -> String {
    var text = ""
    for number in 200..<290 {
      var cells = cells(number)
      if number % 5 == 0 { cells["from"] = "+49302000\\u0031" }
      let members = cells.sorted { $0.key < $1.key }.map { name, value in
        "\"\(name)\":\"\(value.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\\\""))\""
      }
      text += "{" + members.joined(separator: ",") + "}" + (number % 4 == 0 ? "\r\n" : "\n")
      if number % 30 == 0 { text += "{\"id\":\"broken\n[]\n" }
    }
    return oversizeBytes > 0 ? text + "{\"id\":\"" + String(repeating: "é", count: oversizeBytes / 2) : text
  }
}
