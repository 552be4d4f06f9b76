// The lines of a JSON document, section by section.

import BillingCalendar
import Money
import Tables

/// Reads lines; without what discounts and taxes put on them.
struct DocumentLineReader {
  /// The usage period of the document.
  let period: UsagePeriod

  /// The lines of all sections in the order of their numbers, and the JSON of each.
  func lines(_ root: JSONNode) throws -> ([DocumentLine], [Int: JSONNode]) {
    var lines: [DocumentLine] = []
    var nodes: [Int: JSONNode] = [:]
    func add(_ node: JSONNode, _ line: DocumentLine) throws {
      guard line.number == lines.count + 1 else { throw node.fault("its line is not the next one") }
      lines.append(line)
      nodes[line.number] = node
    }
    for node in try root.member("recurring").elements() { try add(node, recurring(node)) }
    for section in try root.member("usage").elements() {
      for node in try section.member("lines").elements() { try add(node, usage(node, in: section)) }
    }
    for node in try root.member("one_time").elements() { try add(node, oneTime(node)) }
    for node in try root.member("values").elements() {
      var line = try self.line(node, "result", text: "description", period.days)
      (line.contract, line.item) = (try node.member("contract").text(), try node.member("metric").text())
      line.taxClass = try node.member("tax_class").text()
      try add(node, line)
    }
    for node in try root.member("commitments").elements() {
      var days = period.days
      if node.value["period"] != nil { days = try self.days(node) }
      var line = try self.line(node, "commitment", text: "description", days)
      line.contract = try node.member("contract").text()
      line.taxClass = "service"
      try add(node, line)
    }
    for node in try root.member("adjustments").elements() { try add(node, adjustment(node)) }
    return (lines, nodes)
  }

  private func line(
    _ node: JSONNode, _ section: Label, text: Label, _ days: Range<CivilDate>
  ) throws -> DocumentLine {
    DocumentLine(
      number: Int(try node.member("line").integer()), section: section,
      description: try node.member(text).text(), from: days.lowerBound, until: days.upperBound,
      amount: try node.amount("amount"))
  }

  private func recurring(_ node: JSONNode) throws -> DocumentLine {
    let (from, until) = (try node.day("from"), try node.day("until"))
    guard from <= until else { throw node.fault("it ends before it begins") }
    let kind = RecurringKind(rawValue: try node.member("kind").text().description) ?? .interval
    let section = DocumentLine.section(of: kind)
    var line = try line(node, section, text: "description", from..<until)
    try readCharge(node, &line)
    return line
  }

  private func oneTime(_ node: JSONNode) throws -> DocumentLine {
    let day = try node.day("delivered")
    var line = try line(node, "one-time", text: "description", day..<day.advanced(by: 1))
    try readCharge(node, &line)
    (line.project, line.ticket) = (try node.member("project").text(), try node.member("ticket").text())
    line.charge = try node.member("charge").text()
    return line
  }

  private func readCharge(_ node: JSONNode, _ line: inout DocumentLine) throws {
    (line.contract, line.item) = (try node.member("contract").text(), try node.member("item").text())
    line.quantity = try node.member("quantity").text().description
    line.unitPrice = Self.hasOnePrice(node.value) ? try node.member("price").text().description : ""
    line.taxClass = try node.member("tax_class").text()
    line.purchaseOrder = try node.member("purchase_order").text()
  }

  /// As `RecurringLine.hasOnePrice`: graduated prices and two tiers are several, and a flat part stands beside a price.
  private static func hasOnePrice(_ line: JSONValue) -> Bool {
    guard case .array(let tiers)? = line["tiers"] else { return true }
    return line["tier_kind"] != .text("graduated") && tiers.count <= 1
      && tiers.allSatisfy { $0["flat"].map { $0 == .text("0") } ?? true }
  }

  private func usage(_ node: JSONNode, in section: JSONNode) throws -> DocumentLine {
    var line = try line(node, "usage", text: "name", period.days)
    try readQuantity(node, kind: section, &line)
    let price = try node.member("unit_price")
    if price.value != .null { line.unitPrice = try price.text().description }
    return line
  }

  private func adjustment(_ node: JSONNode) throws -> DocumentLine {
    var line = try line(node, "adjustment", text: "name", days(node))
    try readQuantity(node, kind: node, &line)
    return line
  }

  private func days(_ node: JSONNode) throws -> Range<CivilDate> {
    let days = try node.member("period")
    let (from, until) = (try days.day("from"), try days.day("until"))
    guard from <= until else { throw node.fault("it ends before it begins") }
    return from..<until
  }

  private func readQuantity(_ node: JSONNode, kind: JSONNode, _ line: inout DocumentLine) throws {
    line.item = line.description
    line.quantity = try node.member("quantity_billed").text().description
    line.unit = try kind.member("unit").text().description
    let name = try kind.member("service_kind").text()
    line.taxClass = name.isEmpty ? "service" : name
  }
}
