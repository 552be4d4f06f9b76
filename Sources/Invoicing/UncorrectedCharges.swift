// What invoices charged otherwise than the contracts say now, and no invoice corrects by itself: people decide.

import BillingCalendar
import Catalog
public import Money
public import Tables

extension DraftBasis {
  /// Charges of a contract line that differ from what it says now, and that are left as they are.
  public struct Uncorrected: Hashable, Sendable {
    /// Why they differ.
    public enum Reason: String, Hashable, Sendable {
      /// It has another price now.
      case price
      /// It has another quantity now.
      case quantity
      /// It begins later now.
      case start
      /// Its rows, several or with prices by quantity, come to something else now.
      case rows
      /// Its row is gone, and it was charged ahead.
      case gone
      /// Its account is gone, and it was charged ahead.
      case account
      /// Its account is gone, and usage of a billed period is other than was billed.
      case adjustment
      /// Its row is gone, and a row that nobody can tell from a new one has its days; they are not charged again.
      case replaced
      /// Its row is gone, and a row with other texts charges its days on the drafts.
      case again
      /// A one-time charge has another amount now.
      case charge
      /// A one-time charge without an id, of a billed period, is on no invoice.
      case unbilled
      /// A discount of a billed period is written otherwise now; the text is that of the discount.
      case discount
      /// So is a tax, an exemption or a place; the text is the name of the tax.
      case tax
      /// So is a commitment.
      case commitment
      /// So is a result, or what was measured.
      case result
    }

    /// Account id.
    public var account: Label
    /// Why they differ.
    public var reason: Reason
    /// Text of the contract line.
    public var description: Label
    /// The first invoice that charged it.
    public var invoice: Label
    /// How many invoices did.
    public var invoiceCount: Int
    /// What they would come to more, before discounts; below zero where they came to too much.
    public var more: Amount
    /// Its currency.
    public var currency: Currency
    /// Where the line is written; nil where it is no more.
    public var origin: LineOrigin?

    /// Takes what was found.
    public init(
      account: Label, reason: Reason, description: Label, invoice: Label, invoiceCount: Int, more: Amount,
      currency: Currency, origin: LineOrigin?
    ) {
      self.account = account
      self.reason = reason
      self.description = description
      self.invoice = invoice
      self.invoiceCount = invoiceCount
      self.more = more
      self.currency = currency
      self.origin = origin
    }
  }
}

/// Charges of one account that a row of contracts.csv, changed in place, contradicts.
///
/// Nobody can tell a row that was put right from one that was written anew for the time to come: that one would be charged, or
/// given back, for months that were agreed otherwise. So nothing is charged, and reviews say what it would come to. Looked at
/// are the lines that no credit note took back, on invoices of the year before, and only where the last of them is among
/// those that differ: after the next invoice it is known what was meant.
struct UncorrectedCharges {
  /// The rows of the account.
  let contracts: [Contract]
  /// What they charge.
  let recurring: RecurringCharges
  /// The recurring lines, refunds and corrections of its invoices.
  let all: [DraftBasis.ChargedLine]
  /// Those of them that no credit note took back.
  let charged: [DraftBasis.ChargedLine]
  /// The invoices that are looked at.
  let invoices: Set<Label>
  /// What is corrected of them.
  let corrections: ContractCorrections
  /// The period that is drafted.
  let period: UsagePeriod

  private typealias Found = (line: DraftBasis.ChargedLine, more: Amount)

  /// By row: its price, its quantity, its start.
  func findings() -> [DraftBasis.Uncorrected] {
    var seen: Set<ContractCorrections.Texts> = []
    var findings: [DraftBasis.Uncorrected] = []
    for texts in contracts.map(ContractCorrections.Texts.init) where seen.insert(texts).inserted {
      let rows = contracts.filter { ContractCorrections.Texts($0) == texts }
      let lines = charged.filter { ContractCorrections.Texts($0) == texts && invoices.contains($0.invoice) }
      guard let row = rows.last, let last = lines.filter({ !$0.isRefund }).map(\.from).max() else { continue }
      let isCompared = ChargedDays.comparePrices(rows, recurring.billing.priceBook)
      if !isCompared, rows.count > 1 || hasTiers(row), let more = balance(of: texts, rows) {
        let own = lines.filter { !$0.isRefund }
        findings.append(
          DraftBasis.Uncorrected(
            account: own[0].account, reason: .rows, description: row.description, invoice: own[0].invoice,
            invoiceCount: Set(own.map(\.invoice)).count, more: more, currency: row.currency,
            origin: LineOrigin(file: row.file, line: row.line)))
        continue
      }
      let changes = isCompared ? self.changes(of: texts, lines) : []
      let isOtherQuantity = changes.contains(where: \.isOtherQuantity)
      for (reason, found) in [
        (isOtherQuantity ? .quantity : .price, changes.map { ($0.line, $0.more) }),
        (.price, rows.count > 1 ? [] : prices(of: rows, lines)), (.quantity, quantities(of: rows, lines)),
        (.start, starts(of: rows, lines)),
      ] as [(DraftBasis.Uncorrected.Reason, [Found])] where found.contains(where: { $0.line.from == last }) {
        let more = found.reduce(Amount.zero) { $0 + $1.more }
        if more == .zero { continue }
        findings.append(
          DraftBasis.Uncorrected(
            account: found[0].line.account, reason: reason, description: row.description,
            invoice: found[0].line.invoice, invoiceCount: Set(found.map(\.line.invoice)).count, more: more,
            currency: row.currency, origin: LineOrigin(file: row.file, line: row.line)))
      }
    }
    return findings
  }

  /// Days that several rows with the same texts charge otherwise now, and of which they do not tell from when on; each with the line that
  /// has charged them.
  private func changes(
    of texts: ContractCorrections.Texts, _ lines: [DraftBasis.ChargedLine]
  ) -> [(line: DraftBasis.ChargedLine, more: Amount, isOtherQuantity: Bool)] {
    // What cannot be counted is named when it is drafted.
    guard let days = try? corrections.chargedDays(of: texts, []) else { return [] }
    return days.undatedStretches.compactMap { stretch in
      guard let line = lines.last(where: { !$0.isRefund && ($0.from..<$0.until).overlaps(stretch) }),
        let (row, interval) = days.row(on: stretch)
      else { return nil }
      let share = IntervalShare(stretch, of: interval.whole, row.proration, row.interval)
      let differences = days.priceDifferences(on: stretch)
      let pico = differences.reduce(Int128(0)) { $0 + $1.key.pico * Int128($1.value) }
      let more = try? LineAmount(
        product: [pico, Int128(share.days)], over: 1_000_000 * Int128(share.ofDays), in: texts.currency,
        origin: LineOrigin(file: row.file, line: row.line))
      return more.map { (line, $0.rounded, differences.values.reduce(0, +) != 0) }
    }
  }

  private func hasTiers(_ row: Contract) -> Bool {
    row.tiers != nil
      || row.price == nil
        && (recurring.billing.priceBook[row.item]?.prices.contains { $0.tiers != nil } ?? false)
  }

  /// What the invoices that are looked at would come to more now, less what the one at hand corrects, of rows that are not compared
  /// price by price: several that differ in interval, timing or proration, or have prices by quantity. Nil where that is no more than
  /// roundings, where a credit note took something back, and, of a row alone, where the last invoice has what it would have now: a row
  /// that is written anew looks ahead.
  private func balance(of texts: ContractCorrections.Texts, _ rows: [Contract]) -> Amount? {
    let own = all.filter { ContractCorrections.Texts($0) == texts }
    guard !own.contains(where: \.isCredited) else { return nil }
    let looked = corrections.invoices.filter { invoices.contains($0.number) }
    let numbers = Set(looked.map(\.number))
    let billed = own.filter {
      numbers.contains($0.invoice) && ($0.corrects.isEmpty || numbers.contains($0.corrects))
    }
    // What nothing has charged is charged late, or left because another row has charged it.
    func isBilled(_ days: Range<CivilDate>) -> Bool {
      own.contains { $0.quantityMicro > 0 && ($0.from..<$0.until).overlaps(days) }
    }
    var owed: [UsagePeriod: Amount] = [:]
    var lineCount = billed.count
    // What cannot be counted is named when it is drafted.
    do {
      let refunds = try ContractRefunds(
        contracts: rows, cycleDay: recurring.cycleDay, charged: own
      ).lines(in: period)
      var drafted: [ContractCorrections.Correction] = []
      for row in rows { drafted += try recurring.lines(of: row, in: period).map { ($0, row.currency) } }
      let corrected =
        try refunds + corrections.lines(besides: refunds, drafted).filter { texts.isOf($0.line, $0.currency) }
      let periods = Dictionary(looked.map { ($0.number, $0.period) }, uniquingKeysWith: { $1 })
      for (line, _) in corrected {
        guard let period = periods[line.corrects] else { continue }
        owed[period, default: .zero] -= line.amount.rounded
        lineCount += 1
      }
      for period in Set(periods.values) {
        for row in rows {
          for line in try recurring.lines(of: row, in: period)
          where isBilled(line.days) || corrected.contains(where: { $0.line.days.overlaps(line.days) }) {
            owed[period, default: .zero] += line.amount.rounded
            lineCount += 1
          }
        }
      }
      for line in billed {
        guard let period = periods[line.corrects.isEmpty ? line.invoice : line.corrects] else { continue }
        owed[period, default: .zero] -= line.amount
      }
    } catch { return nil }
    let more = owed.values.reduce(.zero, +)
    let unit = RoundingRule(scale: texts.currency.minorDigits, mode: .down).stepPico
    guard more.pico.magnitude * 2 > unit.magnitude * UInt128(lineCount) else { return nil }
    if rows.count == 1, let last = owed.keys.max(), owed[last] == .zero { return nil }
    return more
  }

  /// Lines that were charged at another price than their row has.
  private func prices(of rows: [Contract], _ lines: [DraftBasis.ChargedLine]) -> [Found] {
    lines.compactMap { line in
      guard !line.isRefund, line.price != .zero else { return nil }
      let prices = rows.filter { $0.days.contains(line.from) }.map { price(of: $0, on: line.from) }
      guard let price = prices.last ?? nil, !prices.contains(where: { $0 == nil || $0 == line.price }),
        !rows.contains(where: { isOfOtherInterval(line, $0) })
      else { return nil }
      return part((price - line.price).pico, of: line.price.pico, line)
    }
  }

  /// The price of one in the interval of a day; nil for prices by quantity.
  private func price(of row: Contract, on day: CivilDate) -> Amount? {
    let intervals = ContractIntervals(row, cycleDay: recurring.cycleDay, opening: recurring.opening)
    guard let interval = intervals.overlapping(day..<day.advanced(by: 1)).first else { return nil }
    let price = IntervalPrice(row, recurring.billing.priceBook, on: interval.part.lowerBound)
    return price.tiers == nil ? price.ofOne : nil
  }

  /// Whether a line was charged whole for days that are a part of the row's interval now: the row was given another interval, and its
  /// price says nothing of the price of then.
  private func isOfOtherInterval(_ line: DraftBasis.ChargedLine, _ row: Contract) -> Bool {
    let intervals = ContractIntervals(row, cycleDay: recurring.cycleDay, opening: recurring.opening)
    guard row.proration != .whole,
      let interval = intervals.overlapping(line.from..<line.from.advanced(by: 1)).first,
      interval.whole != line.from..<line.until,
      let whole = part(Int128(line.quantityMicro), of: 1_000_000, line, line.price)
    else { return false }
    return whole.more == line.amount
  }

  /// Lines of a written quantity that their one row does not have.
  private func quantities(of rows: [Contract], _ lines: [DraftBasis.ChargedLine]) -> [Found] {
    guard rows.count == 1, rows[0].count == .fixed, rows[0].tiers == nil else { return [] }
    return Dictionary(grouping: lines.filter { rows[0].days.contains($0.from) }) { $0.from..<$0.until }
      .sorted { $0.key.lowerBound < $1.key.lowerBound }.compactMap { _, same in
        let was = same.reduce(Int64(0)) { $0 + $1.quantityMicro }
        guard var line = same.first, was > 0, was != rows[0].quantityMicro else { return nil }
        line.amount = same.reduce(Amount.zero) { $0 + $1.amount }
        return part(Int128(rows[0].quantityMicro - was), of: Int128(was), line)
      }
  }

  /// Lines of days before the first row begins.
  private func starts(of rows: [Contract], _ lines: [DraftBasis.ChargedLine]) -> [Found] {
    guard let first = rows.map(\.from).min() else { return [] }
    return lines.filter { $0.from < first && $0.from < $0.until }.compactMap { line in
      let days = (line.from..<line.until).clamped(to: line.from..<first)
      return part(-Int128(days.count), of: Int128((line.from..<line.until).count), line)
    }
  }

  /// A part of what a line came to, or of another amount in its place.
  private func part(
    _ part: Int128, of whole: Int128, _ line: DraftBasis.ChargedLine, _ amount: Amount? = nil
  ) -> Found? {
    let more = try? LineAmount(
      product: [(amount ?? line.amount).pico, part], over: whole, in: line.currency,
      origin: LineOrigin(file: "", line: 0))
    return more.map { (line, $0.rounded) }
  }
}

extension DraftBasis {
  static func json(_ uncorrected: Uncorrected) -> JSONValue {
    [
      "account": .string(uncorrected.account), "reason": .text(uncorrected.reason.rawValue),
      "description": .string(uncorrected.description), "invoice": .string(uncorrected.invoice),
      "invoices": .integer(uncorrected.invoiceCount), "more": .text(uncorrected.more.description),
      "currency": .text(uncorrected.currency.code), "file": .textOrNull(uncorrected.origin?.file),
      "line": uncorrected.origin.map { .integer($0.line) } ?? .null,
    ]
  }

  static func uncorrected(_ node: JSONNode) throws -> Uncorrected {
    guard let currency = Currency(code: try node.member("currency").text().description),
      let reason = Uncorrected.Reason(rawValue: try node.member("reason").text().description)
    else { throw node.fault("no currency or reason") }
    let file = try node.member("file")
    let origin =
      file.value == .null
      ? nil : LineOrigin(file: try file.text().description, line: Int(try node.member("line").integer()))
    return Uncorrected(
      account: try node.member("account").text(), reason: reason,
      description: try node.member("description").text(), invoice: try node.member("invoice").text(),
      invoiceCount: Int(try node.member("invoices").integer()), more: try node.amount("more"),
      currency: currency, origin: origin)
  }
}
