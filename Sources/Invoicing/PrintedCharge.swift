// Contracts, discounts and taxes in the words of an invoice.

import BillingCalendar
import Catalog
import Money
import Tables

/// Texts for charges.
enum PrintedCharge {
  /// An interval after a price: `month`, `4 weeks`.
  static func interval(_ interval: ContractInterval) -> String {
    switch interval {
    case .months(1): "month"
    case .months(3): "quarter"
    case .months(12): "year"
    case .months(let count): "\(count) months"
    case .days(1): "day"
    case .days(7): "week"
    case .days(let count) where count % 7 == 0: "\(count / 7) weeks"
    case .days(let count): "\(count) days"
    }
  }

  /// What one costs for an interval; prices that are several stand below the line.
  static func price(of line: RecurringLine, _ money: String) -> String {
    guard !line.hasOnePrice else { return "\(money) / \(interval(line.interval))" }
    return line.tierKind == .graduated ? "graduated" : "by quantity"
  }

  /// The quantity of a line; of a change with its sign.
  static func quantity(of line: RecurringLine) -> String {
    let sign = line.kind != .interval && line.quantityMicro > 0 ? "+" : ""
    return sign + quantity(line.quantityMicro)
  }

  /// A quantity in millionths.
  static func quantity(_ micro: Int64) -> String { PrintedNumber.decimal(Int128(micro), scale: 6) }

  /// What stands below a recurring line: why it is there, what was counted, what a bundle is made of.
  static func notes(of line: RecurringLine) -> [String] {
    var notes: [String] = []
    switch line.kind {
    case .interval: break
    case .change:
      let count = line.countedMicro.map { ", now \(quantity($0))" } ?? ""
      notes.append("changed on \(PrintedNumber.day(line.days.lowerBound, isShort: true))\(count)")
    case .refund:
      notes.append("not used: the contract ended; charged with invoice \(line.corrects)")
    case .correction:
      let what = line.quantityMicro < 0 ? "charged too much" : "not charged"
      notes.append("\(what) with invoice \(line.corrects)")
    case .trueUp: notes.append("correction to the count of these days")
    }
    if line.includedMicro > 0, let counted = line.countedMicro {
      notes.append("\(quantity(counted)) counted, \(quantity(line.includedMicro)) included")
    }
    notes += line.tiers.map { tier($0, line.tierKind, isDifference: line.kind != .interval) }
    if !line.includes.isEmpty {
      notes.append("includes " + line.includes.map(\.description).joined(separator: ", "))
    }
    if !line.purchaseOrder.isEmpty { notes.append("order \(line.purchaseOrder)") }
    return notes
  }

  /// What a line has of one tier: `11\u{2013}50: 38 \u{d7} 8.00`, of volume prices `51 and more: all at 7.00`, of a change of
  /// them `51 and more: +53 \u{d7} 7.00`, and with a flat
  /// part `11\u{2013}50: 38 \u{d7} 8.00 + 20.00 flat`.
  static func tier(_ part: PriceTiers.Part, _ kind: PriceTiers.Kind?, isDifference: Bool) -> String {
    let isWhole = part.fromMicro % 1_000_000 == 0
    let first = isWhole ? quantity(part.fromMicro + 1_000_000) : "above \(quantity(part.fromMicro))"
    let span = part.upToMicro.map { "\(first)\u{2013}\(quantity($0))" } ?? "\(first) and more"
    let price = part.price.text(minimumDigits: 2)
    let sign = isDifference && part.quantityMicro > 0 ? "+" : ""
    let units =
      kind == .volume && !isDifference
      ? "all at \(price)" : "\(sign)\(quantity(part.quantityMicro)) \u{d7} \(price)"
    guard part.flat != .zero else { return "\(span): \(units)" }
    let flat = Amount(pico: Int128(part.flat.pico.magnitude)).text(minimumDigits: 2)
    if part.price == .zero || part.quantityMicro == 0 {
      let sign = part.flat < .zero ? "\u{2212}" : isDifference ? "+" : ""
      return "\(span): \(sign)\(flat) flat"
    }
    return "\(span): \(units) \(part.flat < .zero ? "\u{2212}" : "+") \(flat) flat"
  }

  /// What stands below a one-time charge: ticket, project, milestone, cost and markup.
  static func notes(of line: OneTimeLine) -> [String] {
    var parts: [String] = []
    if !line.ticket.isEmpty { parts.append("ticket \(line.ticket)") }
    if !line.project.isEmpty { parts.append("project \(line.project)") }
    if !line.milestone.isEmpty { parts.append(line.milestone.description) }
    if !line.purchaseOrder.isEmpty { parts.append("order \(line.purchaseOrder)") }
    return parts.isEmpty ? [] : [parts.joined(separator: " \u{b7} ")]
  }

  /// A contract: `MSA-2025-10 (master M-7, work S-2)`.
  static func name(of contract: ContractReference) -> String {
    var parts: [String] = []
    if !contract.master.isEmpty, contract.master != contract.name { parts.append("MSA \(contract.master)") }
    if !contract.statementOfWork.isEmpty { parts.append("SOW \(contract.statementOfWork)") }
    return contract.name.description + (parts.isEmpty ? "" : " (\(parts.joined(separator: ", ")))")
  }

  /// A share: `12.5 %`.
  static func percent(_ share: Int64) -> String {
    PrintedNumber.decimal(Int128(share), scale: 8) + " %"
  }

  /// How a tax is counted: `19 %`, `0.75 each`, `0.01 / min`.
  static func rate(of method: TaxRule.Method) -> String {
    switch method {
    case .percent(let share): percent(share)
    case .bracket(let share, let above, let upTo):
      percent(share) + " of what is above \(above)" + (upTo.map { " up to \($0)" } ?? "")
    case .perLine(let amount): "\(amount) each"
    case .perMinute(let amount): "\(amount) / min"
    case .flat(let amount): "\(amount)"
    }
  }

  /// What is said of a total below zero.
  static let nothingToPay = "in your favour: nothing to pay"

  /// Lines by their numbers: `1\u{2013}3, 7`.
  static func lines(_ numbers: [Int]) -> String {
    var spans: [ClosedRange<Int>] = []
    for number in numbers {
      if let last = spans.last, last.upperBound + 1 == number {
        spans[spans.count - 1] = last.lowerBound...number
      } else {
        spans.append(number...number)
      }
    }
    return spans.map { $0.count == 1 ? "\($0.lowerBound)" : "\($0.lowerBound)\u{2013}\($0.upperBound)" }
      .joined(separator: ", ")
  }

  /// Why a tax is not owed.
  static func reason(_ exemption: TaxExemption) -> String {
    switch exemption.reason {
    case .certificate: "exempt, certificate \(exemption.reference)"
    case .reverseCharge: "reverse charge: you owe this tax; your VAT ID \(exemption.reference)"
    }
  }
}
