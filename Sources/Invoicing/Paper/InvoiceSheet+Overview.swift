// What has changed since the invoice before, what was included and used, and where usage falls, on paper.

import Money
import Tables
import UsageSummary

extension InvoiceSheet {
  /// Counts that changed, and sums beside those of the invoice before.
  func changes() -> [PaperBlock] {
    var rows = elements("count_changes").compactMap { node -> PaperRow? in
      guard let before = try? node.millionths("before"), let now = try? node.millionths("now"), before != now
      else { return nil }
      return PaperRow([
        text(node, "description"), PrintedCharge.quantity(before), PrintedCharge.quantity(now),
        PrintedNumber.signed(count: now - before),
      ])
    }
    if let previous = try? document.root.member("previous"), previous.value != .null {
      for (title, then, now) in [
        ("Recurring charges", "recurring", "recurring_subtotal"), ("Usage", "usage", "usage_subtotal"),
        ("Total", "total", "total"),
      ] as [(String, Label, Label)] {
        guard let before = try? previous.amount(then), let after = try? document.root.amount(now),
          before != after
        else { continue }
        let sign = after > before ? "+" : ""
        rows.append(PaperRow([title, money(before), money(after), sign + money(after - before)]))
      }
    }
    return table("What changed since last month", ["", "Before", "Now", "Change"], rows)
  }

  /// What was included, used and left of allowances.
  func allowances() -> [PaperBlock] {
    let rows = elements("allowances").map { node -> PaperRow in
      let pool = text(node, "pool")
      var notes = pool.isEmpty ? [] : ["shared in \(pool)"]
      for (member, words) in [
        ("rolled_in", "came from last month"), ("rolled_out", "go on to next month"), ("expired", "expired"),
      ] as [(Label, String)] where text(node, member) != "0" {
        notes.append("\(quantity(node, member)) \(words)")
      }
      if text(node, "used_here") != text(node, "used") {
        notes.append("\(quantity(node, "used_here")) used by you")
      }
      return PaperRow(
        [
          text(node, "allowance"), quantity(node, "granted"), quantity(node, "used"), quantity(node, "left"),
        ], notes: notes.isEmpty ? [] : [notes.joined(separator: " \u{b7} ")])
    }
    return table("Included in your plan", ["Allowance", "Included", "Used", "Left"], rows)
  }

  /// Usage by cost centre, where there are several.
  func costCentres() -> [PaperBlock] {
    let rows = elements("cost_centres").compactMap { node -> PaperRow? in
      guard let amount = try? node.amount("amount") else { return nil }
      let name = text(node, "cost_centre")
      return PaperRow([name.isEmpty ? "without" : name, money(amount)])
    }
    guard rows.count > 1, let sum = try? document.root.amount("usage_subtotal") else { return [] }
    return table("Usage by cost centre", ["Cost centre", "Amount"], rows, subtotal: money(sum))
  }

  /// A table of names with numbers behind them; nothing where it has no rows.
  private func table(
    _ title: String, _ headings: [String], _ rows: [PaperRow], subtotal: String = ""
  ) -> [PaperBlock] {
    guard !rows.isEmpty else { return [] }
    let columns = headings.enumerated().map { index, heading in
      index == 0 ? PaperColumn(heading, width: 0, isNumber: false) : PaperColumn(heading, width: 84)
    }
    return [.table(title: title, columns: columns, rows: rows, subtotal: subtotal)]
  }

  /// The elements of a list of the document; none where it has no such list.
  private func elements(_ member: Label) -> [JSONNode] {
    guard let list = try? document.root.member(member) else { return [] }
    return (try? list.elements()) ?? []
  }

  private func text(_ node: JSONNode, _ member: Label) -> String {
    (try? node.member(member).text().description) ?? ""
  }

  /// A quantity of an allowance: of calls, messages, data, events or money.
  private func quantity(_ node: JSONNode, _ member: Label) -> String {
    let unit = text(node, "unit")
    guard let kind = ServiceKind.allCases.first(where: { $0.unit == unit }) else {
      return (try? node.amount(member)).map { "\(unit) \(money($0))" } ?? ""
    }
    guard case .success(let value) = DecimalText.parse(text(node, member), scale: kind.quantityDigits) else {
      return ""
    }
    return PrintedUsage(kind: kind).quantity(value, price: nil)
  }
}
