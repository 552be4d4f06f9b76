// How the amount of an invoice line was counted, before rounding, discounts and taxes.

internal import BillingOperations
internal import Invoicing
internal import Tables

extension InvoiceLineText {
  /// What the line is made of, in the order in which it is counted.
  func arithmeticRows() -> [[String]] {
    let tiers = tierRows()
    if !tiers.isEmpty { return tiers }
    if let count = count() { return countedRows() + [["count", count]] }
    return (shortfall() ?? result()).map { [["count", $0]] } ?? []
  }

  /// How many were counted where a line follows counts, and how many of them cost nothing.
  private func countedRows() -> [[String]] {
    guard let counted = string("counted") else { return [] }
    let included = string("included").flatMap { $0 == "0" ? nil : ", \($0) of them included" } ?? ""
    return [["counted", counted + included]]
  }

  /// What of prices by quantity the line is made of, tier by tier.
  private func tierRows() -> [[String]] {
    guard found.line.section != "usage", case .array(let tiers)? = found.node.value["tiers"] else {
      return []
    }
    let kind = string("tier_kind") ?? ""
    return tiers.map { tier in
      func text(_ member: Label) -> String {
        guard case .string(let text)? = tier[member] else { return "" }
        return text.description
      }
      let end = text("up_to").isEmpty ? "" : ", up to \(text("up_to"))"
      let flat = ["", "0"].contains(text("flat")) ? "" : " + \(text("flat")) flat"
      let units = "\(text("quantity")) × \(text("price"))"
      return [kind, "\(flat.isEmpty ? units : "(\(units)\(flat))") above \(text("from"))\(end)\(share())"]
    }
  }

  private func share() -> String {
    daysOfAll.map { " × \($0.days)/\($0.all) days" } ?? ""
  }

  /// The days of an interval that a line is for; nil where that is all of it.
  private var daysOfAll: (days: Int64, all: Int64)? { days("days", of: "interval_days") }
  private var daysOfPeriod: (days: Int64, all: Int64)? { days("days", of: "period_days") }

  private func days(_ part: Label, of whole: Label) -> (days: Int64, all: Int64)? {
    guard let days = try? found.node.member(part).integer(),
      let all = try? found.node.member(whole).integer(),
      days != all
    else { return nil }
    return (days, all)
  }

  /// price × quantity × days, where the line says so.
  private func count() -> String? {
    guard let price = string("price"), let quantity = string("quantity") else { return nil }
    let mean = isMean ? ", a mean: days are added up before anything is rounded" : ""
    return "\(quantity) × \(price)" + share() + mean
  }

  /// Whether the line's quantity is a mean, rounded to six digits to be shown: price × quantity is not quite what it came to.
  private var isMean: Bool {
    guard string("counted") != nil, let parts = string("quantity")?.split(separator: ".") else {
      return false
    }
    return parts.count == 2 && parts[1].utf8.count == 6
  }

  /// What a commitment is short of: `100 × 20/31 days − 30 reached`.
  private func shortfall() -> String? {
    guard let committed = string("committed"), let reached = string("reached") else { return nil }
    let days = daysOfPeriod.map { " × \($0.days)/\($0.all) days" } ?? ""
    return "\(committed)\(days) − \(reached) reached"
      + ((string("corrects") ?? "").isEmpty ? "" : ", less what was charged before")
  }

  /// What a result comes to: `5% of 200`.
  private func result() -> String? {
    guard let base = string("base"), let percent = string("percent") else { return nil }
    return "\(percent)% of \(base)"
  }
}
