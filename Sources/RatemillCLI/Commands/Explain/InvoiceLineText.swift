// Where a line of an invoice comes from, as people read it, and the same as JSON.

internal import BillingCalendar
internal import BillingOperations
internal import BillingStore
internal import Invoicing
internal import Money
internal import OptionTable
internal import Tables
internal import UsageSummary

/// Renders an explained line.
struct InvoiceLineText {
  let found: InvoiceLineExplanation
  private let writing: UsageText
  // So many calls are read by people; JSON has all.
  private static let callCountMax = 50

  init(_ found: InvoiceLineExplanation, showsNumbers: Bool) {
    self.found = found
    writing = UsageText(showsNumbers: showsNumbers)
  }

  private var currency: Currency { found.record.currency }

  private func money(_ amount: Amount) -> String {
    "\(currency) \(amount.text(minimumDigits: currency.minorDigits))"
  }

  // MARK: people

  /// Every step with its lines, a blank line before each.
  func text() -> String {
    var text =
      "\(found.record.number), line \(found.line.number): "
      + "\(MessageText.escaped(found.line.description.description)), \(money(found.line.gross))\n"
    text += section("line", lineRows())
    text += section("amount", amountRows())
    if !found.rows.isEmpty { text += section("rows of the usage", usageRows()) }
    let runs = runRows()
    if !runs.isEmpty { text += section("runs", runs) }
    if !found.calls.isEmpty { text += section("calls", callRows()) }
    if !found.callsMissing.isEmpty { text += section("calls", [[writing.masked(found.callsMissing)]]) }
    if !found.runsWithoutDetail.isEmpty {
      let numbers = found.runsWithoutDetail.map { String($0.number) }.joined(separator: ", ")
      let runs = found.runsWithoutDetail.count == 1 ? "run \(numbers) keeps" : "runs \(numbers) keep"
      text += section("calls", [["\(runs) no detail; 'ratemill rate --store DIR --detail' keeps it"]])
    }
    return text
  }

  private func section(_ title: String, _ rows: [[String]]) -> String {
    "\n\(title)\n" + AlignedRows.lines(rows.map { $0.map { MessageText.escaped($0) } })
  }

  private func lineRows() -> [[String]] {
    let line = found.line
    var rows = [
      ["section", line.section.description],
      ["account", "\(found.record.account), \(found.record.accountName)"],
      ["days", "\(line.from) until \(line.until)"],
    ]
    for (name, member) in [
      ("contract", "contract"), ("item", "item"), ("kind", "kind"), ("corrects", "corrects"),
      ("price from", "price_from"), ("ticket", "ticket"), ("project", "project"), ("origin", "origin"),
    ] {
      if let text = string(member), !text.isEmpty { rows.append([name, text]) }
    }
    if let decision = found.node.value["decision"], decision != .null {
      rows.append(["decision", JSONText.plain(decision)])
    }
    if let note = found.creditedWith { rows.append(["taken back", "credit note \(note)"]) }
    return rows
  }

  func string(_ member: String) -> String? {
    guard case .string(let text) = found.node.value[Label(member)] else { return nil }
    return text.description
  }

  private func amountRows() -> [[String]] {
    let line = found.line
    var rows = arithmeticRows()
    if let exact = string("exact") { rows.append(["exact", "\(currency) \(exact)"]) }
    if let rounding = string("rounding"), rounding != "0" {
      rows.append([
        "rounded", "once, to \(currency.minorDigits) digits, half-up: \(money(line.amount)) (\(rounding))",
      ])
    } else {
      rows.append(["amount", money(line.amount)])
    }
    for (node, amount) in shares(found.document.discountNodes) {
      rows.append(["discount", "\(text(node, "description")): \(money(amount)) (\(text(node, "origin")))"])
    }
    for (node, amount) in shares(found.document.taxNodes) {
      let rate = text(node, "method") == "percent" ? "\(text(node, "rate"))%" : text(node, "method")
      rows.append([
        "tax",
        "\(text(node, "tax")), \(text(node, "place")) \(rate): \(money(amount)) of \(text(node, "amount")) "
          + "(\(text(node, "origin")))",
      ])
    }
    return rows + [["to pay", money(line.gross)]]
  }

  private func text(_ node: JSONNode, _ member: Label) -> String {
    guard case .string(let text) = node.value[member] else { return "" }
    return text.description
  }

  /// What of each falls on this line.
  private func shares(_ nodes: [JSONNode]) -> [(JSONNode, Amount)] {
    nodes.compactMap { node in
      guard case .array(let lines) = node.value["lines"] else { return nil }
      for line in lines where line["line"] == .integer(found.line.number) {
        guard case .string(let text) = line["amount"],
          case .success(let pico) = DecimalText.parse(text.description, scale: Amount.scale)
        else { continue }
        return (node, Amount(pico: pico))
      }
      return nil
    }
  }

  private func usageRows() -> [[String]] {
    let header = [
      "service", "plan", "charge", "destination", "price", "events", "quantity", "amount", "runs",
    ]
    let rows = found.rows.map { row -> [String] in
      let digits = row.row.serviceKind?.quantityDigits ?? 0
      var price = "-"
      if let amount = row.row.unitPrice, let per = row.row.perQuantity {
        price = "\(amount) per \(DecimalText.format(per, scale: digits))"
      }
      return [
        writing.masked(row.row.service.isEmpty ? "-" : row.row.service.description),
        row.row.plan.description, row.row.charge.description,
        row.row.destination.isEmpty ? "-" : row.row.destination.description, price,
        String(row.row.eventCount), DecimalText.format(row.row.quantityBilled, scale: digits),
        "\(row.row.amount)", row.parts.map { String($0.run.number) }.joined(separator: " "),
      ]
    }
    return [header] + rows + [["", "", "", "", "", "", "", "\(found.rowSum)", ""]]
  }

  private func runRows() -> [[String]] {
    var sums: [Int: (run: RunRecord, events: Int64, amount: Amount)] = [:]
    for part in found.rows.flatMap(\.parts) {
      let sum = sums[part.run.number] ?? (part.run, 0, .zero)
      sums[part.run.number] = (part.run, sum.events + part.eventCount, sum.amount + part.amount)
    }
    return sums.sorted { $0.key < $1.key }.map { number, sum in
      [
        "run \(number)", sum.run.id, sum.run.committedAt, sum.run.state.rawValue,
        ReadableText.count(Int(sum.events), "event", "events"), "\(sum.amount)",
      ]
    }
  }

  private func callRows() -> [[String]] {
    let shown = found.calls.prefix(Self.callCountMax).map { call in
      [
        Instant.text(millis: call.startMillis), writing.masked(call.from.description),
        writing.masked(call.to.description),
        DecimalText.format(call.quantityBilled, scale: call.kind.quantityDigits), "\(call.amount)",
      ]
    }
    let more = found.calls.count - shown.count
    let sum = found.calls.reduce(Amount.zero) { $0 + $1.amount }
    return shown + (more > 0 ? [["and \(ReadableText.count(more)) more; --json lists all"]] : [])
      + [["together", "", "", "", "\(sum)"]]
  }

  // MARK: JSON

  /// The same as JSON; the line as it stands in the document.
  func json() -> JSONValue {
    [
      "invoice": .text(found.record.number), "line": .integer(found.line.number),
      "account": .string(found.record.account), "currency": .text(currency.code),
      "section": .string(found.line.section), "document": found.node.value,
      "discount": .text(found.line.discount.description), "tax": .text(found.line.tax.description),
      "gross": .text(found.line.gross.description), "credited_with": .textOrNull(found.creditedWith),
      "rows": .array(found.rows.map(json)), "rows_sum": .text(found.rowSum.description),
      "calls": .array(
        found.calls.map {
          [
            "start": .text(Instant.text(millis: $0.startMillis)),
            "from": .text(writing.masked($0.from.description)),
            "to": .text(writing.masked($0.to.description)), "amount": .text($0.amount.description),
          ]
        }),
      "calls_missing": .text(writing.masked(found.callsMissing)),
      "runs_without_detail": .array(found.runsWithoutDetail.map { .text($0.id) }),
    ]
  }

  private func json(_ row: InvoiceLineExplanation.Row) -> JSONValue {
    let cells = SummaryText.keyCells(of: row.row)
    return [
      "key": .array(cells.map { .text(writing.masked($0.description)) }),
      "events": .integer(row.row.eventCount), "amount": .text(row.row.amount.description),
      "runs": .array(
        row.parts.map {
          [
            "run": .text($0.run.id), "number": .integer($0.run.number), "events": .integer($0.eventCount),
            "amount": .text($0.amount.description),
          ]
        }),
    ]
  }
}

extension JSONText {
  /// The texts of an object on one line: `approve, Ines, 2026-06-04`.
  fileprivate static func plain(_ value: JSONValue) -> String {
    guard case .object(let members) = value else { return "" }
    return members.compactMap { member in
      guard case .string(let text) = member.value, !text.isEmpty else { return nil }
      return text.description
    }.joined(separator: ", ")
  }
}
