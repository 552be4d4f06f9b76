// What invoices charged for rows of contracts.csv that are gone, where nobody can tell which row has their days now: people decide.

import BillingCalendar
import Catalog
import Money
import Tables

/// Charges of one account that no row of contracts.csv has any more.
///
/// A row that is deleted has no last day, so nothing is given back of what it charged ahead. Nor can anybody tell whether a row with
/// other texts is the same one: what it may have charged under its former texts is not charged again. Both are named, the
/// first as long as days are left, the second until an invoice has charged the other row.
struct GoneCharges {
  private typealias Texts = ContractCorrections.Texts

  /// The account's rows, and its lines without those that credit notes took back, each under the texts that its row has now.
  let corrections: ContractCorrections
  /// The invoices that are looked at.
  let looked: Set<Label>
  /// The period that is drafted.
  let period: UsagePeriod

  /// By the texts of what is gone, in the order of the invoices.
  func findings() -> [DraftBasis.Uncorrected] {
    let present = Set(corrections.contracts.map(Texts.init))
    let gone = corrections.charged.filter { !present.contains(Texts($0)) && looked.contains($0.invoice) }
    if gone.isEmpty { return [] }
    // What cannot be counted is named when it is drafted.
    let drafted = ((try? corrections.lines(besides: [], [])) ?? []).filter { $0.line.amount.exact > .zero }
    var seen: Set<Texts> = []
    return gone.map { Texts($0) }.filter { seen.insert($0).inserted }.flatMap { texts in
      let lines = gone.filter { Texts($0) == texts }
      return [replaced(texts, lines, drafted) ?? ahead(lines)].compactMap { $0 }
    }
  }

  /// What was charged for days that another row has now, which no invoice has charged yet.
  private func replaced(
    _ texts: Texts, _ lines: [DraftBasis.ChargedLine], _ drafted: [ContractCorrections.Correction]
  ) -> DraftBasis.Uncorrected? {
    let known = Set(corrections.charged.map(Texts.init))
    let past = lines.filter { $0.quantityMicro > 0 && $0.from < period.from }
    for row in corrections.contracts where !known.contains(Texts(row)) {
      guard past.contains(where: { row.days.overlaps($0.from..<min($0.until, period.from)) }) else {
        continue
      }
      let origin = LineOrigin(file: row.file, line: row.line)
      let isDrafted = drafted.contains { correction in
        correction.line.origin == origin
          && past.contains { correction.line.days.overlaps($0.from..<$0.until) }
      }
      guard isDrafted || isNamed(texts, Texts(row)) else { continue }
      return finding(isDrafted ? .again : .replaced, lines, row.days, origin)
    }
    return nil
  }

  /// Whether both may be one, and something says so: two rows without contract and item are alike in nothing.
  private func isNamed(_ gone: Texts, _ row: Texts) -> Bool {
    gone.isLike(row) && (gone.description == row.description || !gone.contract.isEmpty || !gone.item.isEmpty)
  }

  /// What was charged for days after the beginning of the period.
  private func ahead(_ lines: [DraftBasis.ChargedLine]) -> DraftBasis.Uncorrected? {
    finding(.gone, lines, period.from..<CivilDate.distantFuture, nil)
  }

  private func finding(
    _ reason: DraftBasis.Uncorrected.Reason, _ lines: [DraftBasis.ChargedLine], _ days: Range<CivilDate>,
    _ origin: LineOrigin?
  ) -> DraftBasis.Uncorrected? {
    var charged = Amount.zero
    // What was given back of the days already leaves none of them, whatever roundings leave of the money.
    var quantity = Int128(0)
    var found: [DraftBasis.ChargedLine] = []
    for line in lines where days.overlaps(line.from..<line.until) {
      let own = line.from..<line.until
      let part = try? LineAmount(
        product: [line.amount.pico, Int128(own.clamped(to: days).count)], over: Int128(own.count),
        in: line.currency, origin: LineOrigin(file: "", line: 0))
      guard let part else { continue }
      charged += part.rounded
      quantity += Int128(line.quantityMicro) * Int128(own.clamped(to: days).count)
      found.append(line)
    }
    guard let first = found.first, charged > .zero, quantity > 0 else { return nil }
    return DraftBasis.Uncorrected(
      account: first.account, reason: reason, description: first.description, invoice: first.invoice,
      invoiceCount: Set(found.map(\.invoice)).count, more: .zero - charged, currency: first.currency,
      origin: origin)
  }
}
