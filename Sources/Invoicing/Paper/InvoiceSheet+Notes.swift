// The small notes below the lines of an invoice on paper.

import BillingCalendar
import Catalog
import Money
import Tables

extension InvoiceSheet {
  /// What is said of a line besides its columns.
  func notes(of line: DocumentLine) -> [String] {
    var notes: [String] = []
    switch text(line, "kind") {
    case "change":
      let now = text(line, "counted")
      notes.append("change from its day on" + (now.isEmpty ? "" : ", now \(grouped(now))"))
    case "refund": notes.append("not used: the contract ended")
    case "correction": notes.append(line.amount < .zero ? "charged too much" : "not charged then")
    case "true-up": notes.append("true-up of an earlier interval")
    default: break
    }
    if case .number(let days)? = document.lineNodes[line.number]?.value["days"],
      case .number(let all)? = document.lineNodes[line.number]?.value["interval_days"], days != all
    {
      notes.append("\(days) of \(all) days")
    }
    notes += tiers(of: line) + bundle(of: line) + agreed(of: line)
    if line.section == "one-time", line.from < document.period.from {
      notes.append("not on the invoice of its month")
    }
    let names: [(Label, String)] = [
      ("contract", "contract"), ("project", "project"), ("ticket", "ticket"), ("purchase_order", "order"),
      ("corrects", "corrects invoice"),
    ]
    for (member, name) in names {
      let text = text(line, member)
      if !text.isEmpty { notes.append("\(name) \(text)") }
    }
    return notes
  }

  /// What a line has of each tier: `11–50: 38 × 8.00`.
  private func tiers(of line: DocumentLine) -> [String] {
    guard case .array(let tiers)? = document.lineNodes[line.number]?.value["tiers"],
      line.section != "usage"
    else { return [] }
    let kind = PriceTiers.Kind(rawValue: text(line, "tier_kind"))
    return tiers.compactMap { tier in
      func micro(_ member: Label) -> Int64? {
        guard case .string(let text)? = tier[member],
          case .success(let value) = DecimalText.parse(text.description, scale: 6)
        else { return nil }
        return Int64(exactly: value)
      }
      guard let from = micro("from"), let quantity = micro("quantity"),
        case .string(let text)? = tier["price"],
        case .success(let pico) = DecimalText.parse(text.description, scale: Amount.scale)
      else { return nil }
      var part = PriceTiers.Part(
        fromMicro: from, upToMicro: micro("up_to"), price: Amount(pico: pico), quantityMicro: quantity)
      // Documents of earlier versions have no flat parts.
      if case .string(let text)? = tier["flat"],
        case .success(let pico) = DecimalText.parse(text.description, scale: Amount.scale)
      {
        part.flat = Amount(pico: pico)
      }
      return PrintedCharge.tier(part, kind, isDifference: self.text(line, "kind") != "interval")
    }
  }

  /// What a bundle is made of.
  private func bundle(of line: DocumentLine) -> [String] {
    guard case .array(let parts)? = document.lineNodes[line.number]?.value["includes"], !parts.isEmpty else {
      return []
    }
    let names = parts.compactMap { part -> String? in
      guard case .string(let name) = part else { return nil }
      return name.description
    }
    return ["includes \(names.joined(separator: ", "))"]
  }

  /// What was promised and measured, or agreed and reached.
  private func agreed(of line: DocumentLine) -> [String] {
    guard let node = document.lineNodes[line.number] else { return [] }
    switch line.section {
    case "result":
      let base = (try? node.amount("base")).map { " of \(money($0))" } ?? ""
      return [
        "promised \(grouped(text(line, "target"))), measured \(grouped(text(line, "measured")))",
        "\(text(line, "percent"))%\(base)",
      ]
    case "commitment":
      guard let committed = try? node.amount("committed"), let reached = try? node.amount("reached") else {
        return []
      }
      return ["agreed \(money(committed)), reached \(money(reached))"]
    default: return []
    }
  }
}
