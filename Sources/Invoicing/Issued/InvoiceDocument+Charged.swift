// The recurring lines of a finished invoice, as later drafts need them.

import BillingCalendar
import Money
import Tables

extension InvoiceDocument {
  /// Its recurring lines, refunds and corrections; `credited` are the numbers of the lines that credit notes took back.
  public func chargedLines(credited: Set<Int>) -> [DraftBasis.ChargedLine] {
    lines.compactMap { line in
      guard ["recurring", "refund", "correction"].contains(line.section), let node = lineNodes[line.number],
        let quantity = try? node.millionths("quantity")
      else { return nil }
      let price = line.unitPrice.isEmpty ? nil : try? node.amount("price")
      var charged = DraftBasis.ChargedLine(
        invoice: number, account: account, isRefund: line.section == "refund", contract: line.contract,
        description: line.description, item: line.item, from: line.from, until: line.until,
        quantityMicro: quantity, price: price ?? .zero, currency: currency)
      (charged.amount, charged.discount) = (line.amount, line.discount)
      charged.isCredited = credited.contains(line.number)
      charged.corrects = (try? node.member("corrects").text()) ?? .empty
      charged.isCounted = node.value["counted"].map { $0 != .null } ?? false
      charged.includedMicro = (try? node.millionths("included")) ?? 0
      return charged
    }
  }
}
