// One line of a document with everything that falls on it: what tables, credit notes and explanations have in common.

public import BillingCalendar
public import Money
public import Tables
import Catalog
import UsageSummary

/// A line of a document, whatever section it stands in. `amount + discount = net`, `net + tax = gross`.
public struct DocumentLine: Hashable, Sendable {
  /// Its number on the document, from 1.
  public var number: Int
  /// `recurring`, `refund` (of days that were charged ahead), `correction` (of days of an earlier invoice), `usage`, `one-time`, `result`, `commitment`, `adjustment`.
  public var section: Label
  /// Its text.
  public var description: Label
  /// Contract; empty for none.
  public var contract = Label.empty
  /// Item; empty for none.
  public var item = Label.empty
  /// Project; empty for none.
  public var project = Label.empty
  /// Ticket; empty for none.
  public var ticket = Label.empty
  /// First day of what it pays for.
  public var from: CivilDate
  /// The day after the last one.
  public var until: CivilDate
  /// How many, decimal; empty where that says nothing.
  public var quantity = ""
  /// Unit of the quantity; empty for pieces.
  public var unit = ""
  /// Price of one, decimal; empty where it has several or none.
  public var unitPrice = ""
  /// What it comes to before discounts.
  public var amount: Amount
  /// What discounts take off, zero or less.
  public var discount = Amount.zero
  /// Taxes on it.
  public var tax = Amount.zero
  /// Class by which taxes know it.
  public var taxClass = Label.empty
  /// The client's order; empty for none.
  public var purchaseOrder = Label.empty
  /// How a store names the one-time charge that it bills; empty for other lines, and for charges without an id.
  public var charge = Label.empty

  /// What is left after discounts.
  public var net: Amount { amount + discount }
  /// Net and tax.
  public var gross: Amount { net + tax }
}

extension DocumentLine {
  /// The section of a recurring charge.
  static func section(of kind: RecurringKind) -> Label {
    switch kind {
    case .refund: "refund"
    case .correction: "correction"
    case .interval, .change, .trueUp: "recurring"
    }
  }
}

extension InvoiceDraft {
  /// The lines in the order of their numbers.
  public var documentLines: [DocumentLine] {
    let discounts = Self.sums(discounts.map(\.shares))
    let taxes = Self.sums(taxes.map(\.shares))
    return zip(netLines, bareLines).map { line, bare in
      var whole = bare
      whole.number = line.number
      whole.contract = line.contract
      whole.item = line.item
      whole.taxClass = line.taxClass
      whole.discount = discounts[line.number] ?? .zero
      whole.tax = taxes[line.number] ?? .zero
      return whole
    }
  }

  private static func sums(_ shares: [[LineShare]]) -> [Int: Amount] {
    var sums: [Int: Amount] = [:]
    for share in shares.joined() { sums[share.number, default: .zero] += share.amount }
    return sums
  }

  // Each without what `netLines` know, in their order.
  private var bareLines: [DocumentLine] {
    func line(_ section: Label, _ text: Label, _ days: Range<CivilDate>, _ amount: LineAmount) -> DocumentLine
    {
      DocumentLine(
        number: 0, section: section, description: text, from: days.lowerBound, until: days.upperBound,
        amount: amount.rounded)
    }
    func quantity(_ micro: Int64) -> String { DecimalText.format(Int128(micro), scale: 6) }
    var lines = recurring.map { charge in
      let section = DocumentLine.section(of: charge.kind)
      var line = line(section, charge.description, charge.days, charge.amount)
      line.quantity = quantity(charge.quantityMicro)
      line.unitPrice = charge.hasOnePrice ? "\(charge.price)" : ""
      line.purchaseOrder = charge.purchaseOrder
      return line
    }
    for section in usage {
      lines += section.lines.map { charge in
        var line = line("usage", charge.name, period.days, charge.amount)
        line.quantity = DecimalText.format(charge.quantityBilled, scale: section.kind?.quantityDigits ?? 0)
        line.unit = section.kind?.unit ?? ""
        line.unitPrice = charge.price.map { "\($0.amount)" } ?? ""
        return line
      }
    }
    lines += oneTime.map { charge in
      let days = charge.delivered..<charge.delivered.advanced(by: 1)
      var line = line("one-time", charge.description, days, charge.amount)
      (line.quantity, line.unitPrice) = (quantity(charge.quantityMicro), "\(charge.price)")
      (line.project, line.ticket) = (charge.project, charge.ticket)
      line.charge = charge.storeName ?? .empty
      line.purchaseOrder = charge.purchaseOrder
      return line
    }
    lines += values.map { line("result", $0.description, period.days, $0.amount) }
    lines += commitments.map { line("commitment", $0.description, ($0.period ?? period).days, $0.amount) }
    lines += adjustments.map { charge in
      var line = line("adjustment", charge.name, charge.period.days, charge.amount)
      line.quantity = DecimalText.format(charge.quantityBilled, scale: charge.kind?.quantityDigits ?? 0)
      line.unit = charge.kind?.unit ?? ""
      return line
    }
    return lines
  }
}
