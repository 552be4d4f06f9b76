// Which invoices bill nothing any more when lines of one are credited: those that were credited to the last line.

import BillingCalendar
import BillingStore
import Invoicing
import Money
import Tables

/// What a credit note takes back as a whole.
///
/// All invoices that an account got at once (currencies, projects) were one billing. Where every line of them was credited, they
/// stand for nothing: usage, recurring lines and charges belong to nobody, and the account can be invoiced for the period as if
/// it never had been. What a later invoice has corrected of them would then be billed twice: as long as that one stands,
/// nothing is opened. Whoever credits it, too, opens both.
struct StoreTakingBack {
  /// What bills nothing any more.
  private(set) var billings: [TakenBackBilling] = []
  /// The periods of the account that are open again, ascending.
  private(set) var openedPeriods: [UsagePeriod] = []
  /// Invoices that correct one that was credited in full, and that stand.
  private(set) var correctedBy: [String] = []

  private struct Billing {
    var invoices: [InvoiceRecord]
    var periods: Set<UsagePeriod>
  }

  /// Looks at the account of `invoice` as if its lines of these numbers were credited, too.
  init(_ invoice: InvoiceRecord, _ lines: Set<Int>, in store: BillingStore) throws(StoreFault) {
    var credited = try store.creditedLines()
    credited[invoice.number, default: []].formUnion(lines)
    let invoices = try store.invoices().filter {
      $0.kind == .invoice && $0.account == invoice.account && !$0.isTakenBack
    }
    var whole: [String: Billing] = [:]
    for (id, own) in Dictionary(grouping: invoices, by: { $0.billingID ?? "" }) where !id.isEmpty {
      guard own.contains(where: { credited[$0.number] != nil }) else { continue }
      var isStanding = false
      for record in own where try !Self.isCredited(record, credited, in: store) { isStanding = true }
      if isStanding { continue }
      whole[id] = Billing(invoices: own, periods: try store.periodsClosed(by: id, of: invoice.account))
    }
    guard !whole.isEmpty else { return }
    var others = invoices.filter { whole[$0.billingID ?? ""] == nil }
    // What is corrected by an invoice that stands, stands as well.
    while let other = others.popLast() {
      let corrected = try Self.corrections(of: other, in: store)
      for (id, billing) in whole
      where billing.invoices.contains(where: { corrected.numbers.contains($0.number) })
        || !billing.periods.isDisjoint(with: corrected.periods)
      {
        whole[id] = nil
        if billing.invoices.contains(where: { $0.number == invoice.number }) {
          correctedBy.append(other.number)
        }
        others += billing.invoices
      }
    }
    correctedBy.sort()
    billings = whole.keys.sorted().map { TakenBackBilling(billingID: $0, account: invoice.account) }
    openedPeriods = whole.values.reduce(into: Set()) { $0.formUnion($1.periods) }.sorted()
  }

  /// Invoices of the year before the end of the chosen period, and of that, of which every line was credited and whose period stays
  /// billed all the same; each with the invoices that keep it so.
  static func standing(
    before choice: UsagePeriodChoice, in store: BillingStore
  ) throws(StoreFault) -> [DraftBasis.CreditedInvoice] {
    let credited = try store.creditedLines()
    if credited.isEmpty { return [] }
    let invoices = try store.invoices().filter { $0.kind == .invoice && !$0.isTakenBack }
    var standing: [DraftBasis.CreditedInvoice] = []
    for record in invoices where credited[record.number] != nil && record.net != .zero {
      guard let chosen = choice.period(cycleDay: record.period.cycleDay), record.period <= chosen,
        record.period.from >= EarlierCharges.firstDay(before: chosen.from),
        try isCredited(record, credited, in: store)
      else { continue }
      var keeping = try StoreTakingBack(record, [], in: store).correctedBy
      for other in invoices where other.billingID == record.billingID && other.account == record.account {
        if try !isCredited(other, credited, in: store) { keeping.append(other.number) }
      }
      standing.append(
        DraftBasis.CreditedInvoice(
          number: Label(record.number), account: record.account, period: record.period,
          currency: record.currency, net: record.net, keptBy: keeping.map { Label($0) }))
    }
    return standing
  }

  private static func isCredited(
    _ record: InvoiceRecord, _ credited: [String: Set<Int>], in store: BillingStore
  ) throws(StoreFault) -> Bool {
    let taken = credited[record.number] ?? []
    return try store.lines(of: record).allSatisfy { taken.contains($0.number) }
  }

  /// The invoices that an invoice corrects, and the earlier periods whose usage or commitments it corrects.
  private static func corrections(
    of record: InvoiceRecord, in store: BillingStore
  ) throws(StoreFault) -> (numbers: Set<String>, periods: Set<UsagePeriod>) {
    var found: (numbers: Set<String>, periods: Set<UsagePeriod>) = ([], [])
    let sections: Set<Label> = ["refund", "correction", "adjustment", "commitment"]
    guard try store.lines(of: record).contains(where: { sections.contains($0.texts[0]) }) else {
      return found
    }
    let bytes = try store.document(of: record)
    do throws(DraftsFolderFault) {
      let document = try InvoiceDocument(bytes, name: store.invoicePath(record.number))
      for line in document.lines where sections.contains(line.section) {
        if let number = try? document.lineNodes[line.number]?.member("corrects").text(), !number.isEmpty {
          found.numbers.insert(number.description)
        }
        guard ["adjustment", "commitment"].contains(line.section),
          let period = UsagePeriod(from: line.from, until: line.until), period != record.period
        else { continue }
        found.periods.insert(period)
      }
    } catch {
      throw .damaged(path: error.file, message: error.message)
    }
    return found
  }
}
