// One record of the neutral CSV as the reference rater understands it.

/// What a record says, or why it says nothing.
struct ReferenceRecord {
  /// Where it is.
  var file: Int
  var line: Int
  var offset: Int
  var bytes: [UInt8]

  var source: Tariff.Source
  /// Reason for which it left at door 1.
  var fault: String?

  var kind = Tariff.Kind.voice
  var direction = Tariff.Direction.outbound
  /// Milliseconds since 1970; the answer where there is one, else the start.
  var chargingStart: Int64 = 0
  /// Integer quantity of the kind; nil where it is missing.
  var quantity: Int64?
  var isAnswered = false
  /// The recorded amount in pico; nil where there is none.
  var amount: Int128?
  var from: ReferenceText.Number?
  var to: ReferenceText.Number?
  /// Texts by column, empty ones left out.
  var cells: [String: [UInt8]] = [:]
  /// The namespace and what identifies the record in it.
  var key: [[UInt8]] = []
  var isRowKeyed = false
  /// Every field that is read, after normalising, but ids.
  var content: [[UInt8]] = []

  /// The second of the charging start.
  var seconds: Int64 {
    chargingStart >= 0 ? chargingStart / 1000 : (chargingStart - 999) / 1000
  }

  init(file: Int, line: Int, offset: Int, bytes: [UInt8], header: [String], source: Tariff.Source) {
    self.file = file
    self.line = line
    self.offset = offset
    self.bytes = bytes
    self.source = source
    fault = split(header) ?? read()
  }

  private mutating func split(_ header: [String]) -> String? {
    guard var found = ReferenceText.cells(bytes) else { return "bad-quotes" }
    if found.count == header.count + 1, found[header.count].isEmpty { found.removeLast() }
    guard found.count == header.count else { return "bad-record" }
    for (name, cell) in zip(header, found) where !cell.isEmpty { cells[name] = cell }
    return nil
  }

  private func text(_ column: String) -> String {
    // Bytes that are no UTF-8 become what no number, time or word holds.
    String(decoding: cells[column] ?? [], as: UTF8.self)
  }

  /// Reads the fields; the reason of the first that cannot be read.
  private mutating func read() -> String? {
    if cells["kind"] != nil {
      guard let kind = Tariff.Kind(rawValue: text("kind")) else { return "bad-word" }
      self.kind = kind
    }
    if cells["direction"] != nil {
      guard let direction = Tariff.Direction(rawValue: text("direction")) else { return "bad-word" }
      self.direction = direction
    }
    var times: [String: Int64] = [:]
    for column in ["start", "answer", "end"] {
      guard cells[column] != nil else { continue }
      guard let time = ReferenceText.time(text(column), source) else { return "bad-time" }
      times[column] = time
    }
    guard let start = times["start"] else { return "bad-time" }
    chargingStart = times["answer"] ?? start
    from = cells["from"] == nil ? nil : ReferenceText.number(text("from"), source.dialling)
    to = cells["to"] == nil ? nil : ReferenceText.number(text("to"), source.dialling)
    isAnswered = readAnswered()
    if let fault = readQuantity() { return fault }
    if cells["amount"] != nil {
      guard let pico = ReferenceText.pico(text("amount")) else { return "bad-amount" }
      amount = pico
    }
    if let fault = readKey() { return fault }
    content = contentParts(times)
    return nil
  }

  private func readAnswered() -> Bool {
    if ["ANSWERED", "Answered", "answered"].contains(text("disposition")) { return true }
    if ["message", "data", "event"].contains(text("kind")) { return true }
    return cells["disposition"] == nil && (ReferenceText.quantity(text("billable"), times: 1000) ?? 0) > 0
  }

  private mutating func readQuantity() -> String? {
    var (one, over) = (ReferenceText.one(kind), Int128(1))
    if cells["unit"] != nil {
      guard let unit = ReferenceText.units[text("unit")], cells["kind"] == nil || unit.kind == kind else {
        return "bad-quantity"
      }
      kind = unit.kind
      (one, over) = (unit.one, unit.over)
    }
    guard cells["billable"] != nil else {
      quantity = isAnswered ? nil : 0
      return nil
    }
    guard let value = ReferenceText.quantity(text("billable"), times: one, over: over) else {
      return "bad-quantity"
    }
    quantity = value
    return nil
  }

  private mutating func readKey() -> String? {
    let space = Array((source.namespace ?? source.name).utf8)
    guard source.format != ReferenceRater.rowKeyedFormat else {
      isRowKeyed = true
      key = [space, bytes]
      return nil
    }
    if cells["id"] == nil { return "missing-key" }
    key = [space, cells["id"] ?? [], cells["sequence"] ?? []]
    return nil
  }

  private func contentParts(_ times: [String: Int64]) -> [[UInt8]] {
    var parts: [String] = [kind.rawValue, direction.rawValue, isAnswered ? "answered" : "unanswered"]
    for column in ["start", "answer", "end"] { parts.append(times[column].map { "\($0)" } ?? "") }
    parts.append(quantity.map { "\($0)" } ?? "")
    parts.append(amount.map { "\($0)" } ?? "")
    var bytes = parts.map { Array($0.utf8) }
    for (number, column) in [(from, "from"), (to, "to")] {
      bytes.append(
        number.map { Array("\($0.isShort ? "short" : "number") \($0.digits)".utf8) } ?? cells[column] ?? [])
    }
    for column in [
      "call", "account", "account_code", "tenant", "extension", "trunk", "meter", "duration", "unit",
      "disposition", "amount_currency", "trunk_out", "lrn",
    ] { bytes.append(cells[column] ?? []) }
    return bytes
  }
}
