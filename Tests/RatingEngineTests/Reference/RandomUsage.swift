// Random usage for a random tariff: numbers that meet its prefixes, times that meet its dates, and dirt.

import BillingCalendar
import TestSupport

/// Draws files of the neutral CSV.
struct RandomUsage {
  private var draw: RandomTariff
  private let tariff: Tariff
  private var rows: [[String: String]] = []

  init(_ tariff: Tariff, _ draw: RandomTariff) {
    self.tariff = tariff
    self.draw = draw
  }

  /// One to four files of a few records each, as their decoded bytes.
  mutating func files() -> [ReferenceRater.File] {
    (0..<draw.int(1...4)).map { index in
      let source = draw.one(tariff.sources)
      return ReferenceRater.File(
        name: "\(source.name)-\(index).csv", source: source.name, bytes: file(source))
    }.sorted { Array($0.name.utf8).lexicographicallyPrecedes(Array($1.name.utf8)) }
  }

  private mutating func file(_ source: Tariff.Source) -> [UInt8] {
    var columns = ["id", "start", "billable"]
    for column in [
      "answer", "account", "account_code", "tenant", "extension", "trunk", "trunk_out",
      "lrn", "from", "to", "direction", "kind",
      "meter",
      "unit", "disposition", "sequence", "duration", "end", "amount", "amount_currency",
    ] where draw.chance(column == "to" || column == "from" ? 95 : 65) { columns.append(column) }
    columns.shuffle(using: &draw.random)
    let lineEnd: [UInt8] = draw.chance(30) ? [13, 10] : [10]
    var bytes: [UInt8] = draw.chance(15) ? [0xef, 0xbb, 0xbf] : []
    bytes += Array(columns.joined(separator: ",").utf8) + lineEnd
    var lines: [[UInt8]] = []
    for _ in 0..<draw.int(0...14) {
      if !lines.isEmpty, draw.chance(8) {
        lines.append(draw.one(lines))
      } else {
        lines.append(line(columns, row(source)))
      }
      if draw.chance(5) { lines.append([]) }
    }
    for (index, line) in lines.enumerated() {
      bytes += line
      if index < lines.count - 1 || draw.chance(85) { bytes += lineEnd }
    }
    return bytes
  }

  // MARK: records

  /// A new event, or one that was drawn before, as it was or changed in one cell.
  private mutating func row(_ source: Tariff.Source) -> [String: String] {
    if !rows.isEmpty, draw.chance(15) {
      var copy = draw.one(rows)
      if draw.chance(30) { copy["billable"] = "\(draw.int(1...100))" }
      return copy
    }
    let row = event(source)
    rows.append(row)
    return row
  }

  private mutating func event(_ source: Tariff.Source) -> [String: String] {
    var cells = ["id": draw.chance(3) ? "" : "e\(draw.int(0...1_000_000))"]
    let kind = draw.chance(65) ? "voice" : draw.one(["message", "data", "event"])
    if draw.chance(80) { cells["kind"] = draw.chance(97) ? kind : "fax" }
    if draw.chance(70) { cells["direction"] = draw.one(["outbound", "outbound", "inbound", "internal"]) }
    if draw.chance(1) { cells["direction"] = "sideways" }
    cells["start"] = time()
    if draw.chance(40) { cells["answer"] = time() }
    if draw.chance(20) { cells["end"] = time() }
    cells["billable"] = quantity(kind)
    if draw.chance(30) { cells["unit"] = unit(kind) }
    // The reference rater counts increments one by one.
    if cells["unit"] == "min" { cells["billable"] = draw.one(["0", "1", "1.5", "0.001", "90"]) }
    cells["to"] = number(source)
    cells["from"] = draw.chance(70) ? written(draw.one(draw.ownNumbers), source) : number(source)
    if draw.chance(10) { (cells["to"], cells["from"]) = (cells["from"], cells["to"]) }
    if draw.chance(60) { cells["disposition"] = draw.one(RandomTariff.dispositions) }
    if draw.chance(40) { cells["meter"] = draw.one(RandomTariff.meters + ["other"]) }
    if draw.chance(10) { cells["account"] = draw.one(tariff.accounts.map(\.id) + ["nobody"]) }
    for (column, keys) in [
      ("trunk", ["t1", "t2", "trunk-with-a-name-of-40-bytes-or-so", "trunk-with-a-name-of-40-bytes-or-sO"]),
      ("trunk_out", ["t1", "t-1", "t", "x9"]),
      ("lrn", ["2125551000", "+12135550000", "1-647-555-0000", "212", "1115550000", "none"]),
      ("account_code", ["77", "78"]), ("extension", ["101", "102"]), ("tenant", ["blue", "green"]),
    ] where draw.chance(25) { cells[column] = draw.one(keys) }
    if draw.chance(80) {
      cells["amount"] =
        draw.chance(95)
        ? "\(draw.chance(10) ? "-" : "")\(draw.int(0...300)).\(draw.one(["", "5", "0000005", "1234567890125", "25"]))"
        : draw.one(["", "1e2", "x", "999999999999", "."])
    }
    if draw.chance(30) { cells["amount_currency"] = draw.one(["EUR", "EUR", "USD"]) }
    if draw.chance(20) { cells["sequence"] = "\(draw.int(1...2))" }
    if draw.chance(10) { cells["duration"] = "\(draw.int(1...99))" }
    return cells
  }

  private mutating func time() -> String {
    if draw.chance(2) {
      return draw.one(["", "yesterday", "2025-02-30T00:00:00Z", "2025-01-01T25:00:00Z", "2025-01-01"])
    }
    var local = Int64(draw.one(RandomTariff.days).dayNumber) * 86_400
    local += Int64(draw.one([0, 0, 3600, 7200, 9000, -3600, -39_600, 18_000, draw.int(-200_000...200_000)]))
    local += Int64(draw.int(-1...1))
    let text = String(Instant.text(millis: local * 1000).dropLast())
    let spaced = draw.chance(30) ? text.split(separator: "T").joined(separator: " ") : text
    let fraction = draw.chance(15) ? draw.one([".5", ".999", ".000001"]) : ""
    return spaced + fraction + draw.one(["Z", "Z", "", "", "+01:00", "-05:00", "+10:30"])
  }

  private mutating func quantity(_ kind: String) -> String {
    switch draw.int(0...40) {
    case 0: return ""
    case 1: return draw.one(["1,5", "1e3", "abc", "--1", "0x10", "9999999999999999999999999"])
    case 2...5: return draw.one(["0", "0.0", "-0"])
    case 6...7: return "-\(draw.int(1...100))"
    case 8...9: return "\(draw.int(0...200)).\(draw.one(["5", "001", "0001", "999", "000"]))"
    case 10: return "+\(draw.int(1...9))"
    default: return "\(draw.one([draw.int(1...10), draw.int(20...130), draw.int(1...4000)]))"
    }
  }

  private mutating func unit(_ kind: String) -> String {
    if draw.chance(4) { return "furlong" }
    switch draw.chance(5) ? draw.one(["voice", "data"]) : kind {
    case "voice": return draw.one(["s", "s", "ms", "min", "us"])
    case "message": return draw.one(["message", "segments"])
    case "data": return draw.one(["byte", "kB", "KiB"])
    default: return draw.one(["event", "seats"])
    }
  }

  private mutating func number(_ source: Tariff.Source) -> String {
    if draw.chance(4) {
      return draw.one(["", "anonymous", "44x1", "+44+1", "12", "0", "1234567890123456", "##"])
    }
    if draw.chance(3) { return draw.one(["110", "112", "1100", "+112"]) }
    if draw.chance(15) { return written(draw.one(draw.ownNumbers), source) }
    if !tariff.states.isEmpty, draw.chance(50) { return northAmerican(source) }
    var digits = draw.chance(95) ? draw.one(draw.prefixes) : "88"
    for _ in 0..<draw.int(0...8) where digits.count < 15 { digits += draw.one(["0", "1", "2", "9"]) }
    return written(digits, source)
  }

  private mutating func northAmerican(_ source: Tariff.Source) -> String {
    if draw.chance(10) { return draw.one(["411", "+1411", "+12125551212", "+18005551212", "611", "+411"]) }
    var digits = "1" + draw.one(RandomTariff.areas)
    while digits.count < (draw.chance(95) ? 11 : 10) { digits += draw.one(["0", "1", "5"]) }
    return written(digits, source)
  }

  /// International digits as somebody writes them; not always in a way that leads back to them.
  private mutating func written(_ digits: String, _ source: Tariff.Source) -> String {
    switch draw.int(0...9) {
    case 0...4: return "+" + digits
    case 5: return "00" + digits
    case 6: return (source.dialling.internationalPrefixes.first ?? "") + digits
    case 7:
      return digits.hasPrefix("49") ? source.dialling.nationalPrefix + digits.dropFirst(2) : "+" + digits
    case 8: return "+\(digits.prefix(2)) (\(digits.dropFirst(2).prefix(2)))-\(digits.dropFirst(4))"
    default: return digits
    }
  }

  // MARK: lines

  private mutating func line(_ columns: [String], _ cells: [String: String]) -> [UInt8] {
    var bytes: [UInt8] = []
    for (index, column) in columns.enumerated() {
      if index > 0 { bytes.append(44) }
      var cell = Array((cells[column] ?? "").utf8)
      if draw.chance(1) { cell += draw.one([[0], [0xff], [0xc3], Array("é".utf8)]) }
      let needsQuotes = cell.contains { [10, 13, 34, 44].contains($0) }
      bytes += needsQuotes || draw.chance(4) ? quoted(cell) : cell
    }
    switch draw.int(0...60) {
    case 0: bytes.append(44)
    case 1: bytes += Array(",x".utf8)
    case 2: bytes = Array(bytes.prefix { $0 != 44 })
    case 3: bytes.insert(34, at: draw.int(0...bytes.count))
    default: break
    }
    return bytes
  }

  private func quoted(_ cell: [UInt8]) -> [UInt8] {
    [34] + cell.flatMap { $0 == 34 ? [34, 34] : [$0] } + [34]
  }
}
