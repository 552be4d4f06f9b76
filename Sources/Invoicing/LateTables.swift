// What invoices of a billed period would come to with the discounts, taxes, commitments and results that are known now: people decide.

import BillingCalendar
public import Catalog
import Money
import Tables
public import UsageSummary

/// Drafts that invoices were made from, held against the same drafts with one kind of table as it is now.
///
/// Both are made by the same rules, from the usage and the catalog that were pinned, so that nothing but what was written since makes
/// them differ. Discounts, taxes and commitments of billed periods are corrected by no invoice: whether a row that was entered late is
/// meant for days that were billed, and who owes the state what, its writer knows. A credit note over all lines and a new draft of the
/// period apply them. Lines that a credit note took back are left to whoever wrote it.
public struct LateTables {
  /// What was written otherwise since.
  fileprivate enum Kind: CaseIterable {
    case discounts, taxes, commitments, results
  }

  private let usage: UsageFolder
  private let then: Catalog
  private let now: Catalog
  private let pinned: PinnedBasis
  /// The account of today's catalog for each of the catalog of then; nil for one that is gone.
  private let indexNow: [Int?]
  private let billingThen: [AccountBilling]
  private let billingNow: [AccountBilling]

  /// `then` is the catalog that drafts were made from with `usage`, `now` the catalog of today.
  public init(usage: UsageFolder, then: Catalog, now: Catalog, pinned: PinnedBasis) {
    self.usage = usage
    self.pinned = pinned
    self.now = now
    self.then = pinned.basis.applied(to: then)
    let byName = Dictionary(
      now.accounts.enumerated().map { ($0.element.id, $0.offset) }, uniquingKeysWith: { first, _ in first })
    indexNow = then.accounts.map { byName[$0.id] }
    billingThen = AccountBilling.all(of: then)
    billingNow = AccountBilling.all(of: now)
  }

  /// What of `invoices`, which were made from these drafts, would be otherwise; `credited` are the lines that credit notes took back,
  /// by number. Accounts that the catalog does not have any more are left out. Complexity: O(rows of the usage + lines), and nothing
  /// of it where the tables say the same.
  public func findings(
    of invoices: [DraftBasis.EarlierInvoice], credited: [String: Set<Int>]
  ) throws(InvoiceDraftFault) -> [DraftBasis.Uncorrected] {
    let own = Dictionary(grouping: invoices, by: \.account)
    var changed: [Int: [Kind]] = [:]
    for (index, account) in then.accounts.enumerated() {
      guard let invoices = own[account.id], let indexNow = indexNow[index] else { continue }
      let kinds = Kind.allCases.filter { isChanged($0, index, indexNow, invoices) }
      if !kinds.isEmpty { changed[index] = kinds }
    }
    guard !changed.isEmpty else { return [] }
    let before = try drafting(then)
    var after: [Kind: InvoiceDrafting] = [:]
    for kind in Set(changed.values.joined()) { after[kind] = try drafting(catalog(with: kind)) }
    var findings: [DraftBasis.Uncorrected] = []
    try before.forEachAccount { found throws(InvoiceDraftFault) in
      guard let kinds = changed[found.index] else { return }
      let drafts = try before.drafts(of: found)
      for kind in kinds {
        // What cannot be counted with today's tables is named when it is drafted.
        guard let others = try? after[kind]?.drafts(of: found) else { continue }
        for draft in drafts {
          let invoice = own[draft.account]?.first {
            $0.period == draft.period && $0.currency == draft.currency
              && $0.isProjects == (draft.part == .projects)
          }
          guard let invoice else { continue }
          let other = others.first {
            $0.period == draft.period && $0.currency == draft.currency && $0.part == draft.part
          }
          let taken = credited[invoice.number.description] ?? []
          findings += differences(kind, draft, other, taken, invoice)
        }
      }
    }
    return findings
  }

  private func drafting(_ catalog: Catalog) throws(InvoiceDraftFault) -> InvoiceDrafting {
    try InvoiceDrafting(
      usage: usage, catalog: catalog, choice: pinned.basis.choice, earlier: [], pinned: pinned)
  }

  // MARK: what was written otherwise

  /// Whether the tables of that kind may say another thing about the days of the invoices of an account.
  private func isChanged(
    _ kind: Kind, _ index: Int, _ indexNow: Int, _ invoices: [DraftBasis.EarlierInvoice]
  ) -> Bool {
    guard let first = invoices.map(\.period.from).min(), let last = invoices.map(\.period.next.until).max()
    else { return false }
    // Corrections look back a year, and what they correct may have begun a year before.
    let days = first.advanced(by: -2 * ContractCorrections.dayCount)..<last
    let (a, b) = (billingThen[index], billingNow[indexNow])
    switch kind {
    case .discounts:
      return a.discounts.compactMap { $0.clamped(to: days) }
        != b.discounts.compactMap { $0.clamped(to: days) }
    case .commitments:
      return a.commitments.compactMap { $0.clamped(to: days) }
        != b.commitments.compactMap { $0.clamped(to: days) }
    case .taxes:
      return then.billing.taxes.compactMap { $0.clamped(to: days) }
        != now.billing.taxes.compactMap { $0.clamped(to: days) }
        || a.exemptions.compactMap { $0.clamped(to: days) }
          != b.exemptions.compactMap { $0.clamped(to: days) }
        || then.accounts[index].taxPlaces != now.accounts[indexNow].taxPlaces
        || then.defaults.taxRounding != now.defaults.taxRounding
    case .results:
      let periods = Set(invoices.map(\.period))
      return periods.contains { results(then, a, in: $0) != results(now, b, in: $0) }
    }
  }

  /// What results of a period come to.
  private func results(_ catalog: Catalog, _ own: AccountBilling, in period: UsagePeriod) -> [Label: Amount]?
  {
    guard own.agreements.contains(where: { !$0.valueLines.isEmpty }) else { return [:] }
    let lines = try? ResultCharges(counts: catalog.billing.counts).lines(of: own.agreements, in: period)
    return lines?.reduce(into: [:]) { $0[$1.line.description, default: .zero] += $1.line.amount.rounded }
      .filter { $0.value != .zero }
  }

  /// The catalog of then with the tables of that kind as they are now.
  private func catalog(with kind: Kind) -> Catalog {
    var catalog = then
    let indexThen = Dictionary(
      indexNow.enumerated().compactMap { then, now in now.map { ($0, then) } },
      uniquingKeysWith: { a, _ in a }
    )
    /// Rows of now under the account numbers of then, without those of accounts that then had not.
    func ofThen<Row>(_ rows: [Row], _ account: WritableKeyPath<Row, Int>) -> [Row] {
      rows.compactMap { row in
        guard let own = indexThen[row[keyPath: account]] else { return nil }
        var row = row
        row[keyPath: account] = own
        return row
      }
    }
    switch kind {
    case .discounts:
      catalog.billing.discounts = now.billing.discounts.compactMap { discount in
        var discount = discount
        if let index = discount.accountIndex {
          guard let own = indexThen[index] else { return nil }
          discount.accountIndex = own
        }
        return discount
      }
    case .commitments:
      catalog.billing.commitments = ofThen(now.billing.commitments, \.accountIndex)
    case .taxes:
      catalog.billing.taxes = now.billing.taxes
      catalog.defaults.taxRounding = now.defaults.taxRounding
      catalog.billing.exemptions = ofThen(now.billing.exemptions, \.accountIndex)
      for (index, now) in indexNow.enumerated() {
        if let now { catalog.accounts[index].taxPlaces = self.now.accounts[now].taxPlaces }
      }
    case .results:
      catalog.billing.agreements = ofThen(now.billing.agreements, \.accountIndex)
      var counts: [CountBook.Key: [CountSnapshot]] = [:]
      for key in now.billing.counts.keys {
        guard let own = indexThen[key.accountIndex] else { continue }
        counts[CountBook.Key(accountIndex: own, item: key.item)] = now.billing.counts.series(key)
      }
      catalog.billing.counts = CountBook(counts)
    }
    return catalog
  }

  // MARK: what it comes to

  /// What lines of one text come to, and where they are written.
  private struct Sum {
    var amount = Amount.zero
    var origin: LineOrigin?
  }

  private func differences(
    _ kind: Kind, _ draft: InvoiceDraft, _ other: InvoiceDraft?, _ credited: Set<Int>,
    _ invoice: DraftBasis.EarlierInvoice
  ) -> [DraftBasis.Uncorrected] {
    let (then, taken) = sums(kind, of: draft, without: credited)
    let now = other.map { sums(kind, of: $0, without: kind.keepsLines ? credited : []).sums } ?? [:]
    return Set(then.keys).union(now.keys).sorted().compactMap { text in
      let more = (now[text]?.amount ?? .zero) - (then[text]?.amount ?? .zero)
      guard more != .zero, !taken.contains(text) else { return nil }
      return DraftBasis.Uncorrected(
        account: draft.account, reason: kind.reason, description: text, invoice: invoice.number,
        invoiceCount: 1, more: more, currency: draft.currency, origin: now[text]?.origin)
    }
  }

  /// What a draft has of that kind, by text, without lines that were credited; of lines that are of that kind themselves, which texts
  /// were credited.
  private func sums(
    _ kind: Kind, of draft: InvoiceDraft, without credited: Set<Int>
  ) -> (sums: [Label: Sum], credited: Set<Label>) {
    var sums: [Label: Sum] = [:]
    var taken: Set<Label> = []
    func add(_ text: Label, _ amount: Amount, _ origin: LineOrigin) {
      sums[text, default: Sum()].amount += amount
      sums[text]?.origin = origin
    }
    func add(_ text: Label, _ shares: [LineShare], _ origin: LineOrigin) {
      let standing = shares.filter { !credited.contains($0.number) }
      add(text, standing.reduce(.zero) { $0 + $1.amount }, origin)
    }
    switch kind {
    case .discounts: for line in draft.discounts { add(line.description, line.shares, line.origin) }
    case .taxes:
      for line in draft.taxes {
        let exempt = line.exemption.map { LineOrigin(file: "exemptions.csv", line: $0.line) }
        add(line.tax, line.shares, exempt ?? line.origin)
      }
    case .commitments:
      let numbers = draft.netLines.filter { $0.origin == .commitment }.map(\.number)
      for (line, number) in zip(draft.commitments, numbers) where line.period == nil {
        if credited.contains(number) { taken.insert(line.description) }
        add(line.description, line.amount.rounded, line.origin)
      }
    case .results:
      let numbers = draft.netLines.filter { $0.origin == .value }.map(\.number)
      for (line, number) in zip(draft.values, numbers) {
        if credited.contains(number) { taken.insert(line.description) }
        add(line.description, line.amount.rounded, line.origin)
      }
    }
    return (sums, taken)
  }
}

extension LateTables.Kind {
  fileprivate var reason: DraftBasis.Uncorrected.Reason {
    switch self {
    case .discounts: .discount
    case .taxes: .tax
    case .commitments: .commitment
    case .results: .result
    }
  }

  /// Whether drafts with other tables of this kind have the same lines, which discounts and taxes fall on.
  fileprivate var keepsLines: Bool { self == .discounts || self == .taxes }
}

extension DraftBasis {
  /// Adds up what is of one account, reason and text, in the order of the invoices; what adds up to nothing is left out.
  public static func added(_ findings: [Uncorrected]) -> [Uncorrected] {
    var places: [Uncorrected: Int] = [:]
    var sums: [Uncorrected] = []
    for finding in findings {
      var key = finding
      (key.invoice, key.invoiceCount, key.more, key.origin) = (.empty, 0, .zero, nil)
      guard let place = places[key] else {
        places[key] = sums.count
        sums.append(finding)
        continue
      }
      sums[place].invoiceCount += finding.invoiceCount
      sums[place].more += finding.more
      sums[place].origin = finding.origin ?? sums[place].origin
    }
    return sums.filter { $0.more != .zero }
  }
}

// Rows as far as they hold on some days, wherever they are written: two tables of equal rows say the same of these days.

extension Range<CivilDate> {
  /// The bounds of a row inside of these days; nil where it holds on none of them.
  fileprivate func bounds(_ from: CivilDate?, _ until: CivilDate?) -> Range<CivilDate>? {
    let first = Swift.max(from ?? lowerBound, lowerBound)
    let end = Swift.min(until ?? upperBound, upperBound)
    return first < end ? first..<end : nil
  }
}

extension Discount {
  fileprivate func clamped(to days: Range<CivilDate>) -> Discount? {
    guard let own = days.bounds(from, until) else { return nil }
    var row = self
    (row.from, row.until, row.file, row.line) = (own.lowerBound, own.upperBound, "", 0)
    if row.accountIndex != nil { row.accountIndex = 0 }
    return row
  }
}

extension Commitment {
  fileprivate func clamped(to days: Range<CivilDate>) -> Commitment? {
    guard let own = days.bounds(from, until) else { return nil }
    var row = self
    (row.from, row.until, row.file, row.line) = (own.lowerBound, own.upperBound, "", 0)
    row.accountIndex = 0
    return row
  }
}

extension TaxRule {
  fileprivate func clamped(to days: Range<CivilDate>) -> TaxRule? {
    guard let own = days.bounds(from, until) else { return nil }
    var row = self
    (row.from, row.until, row.line) = (own.lowerBound, own.upperBound, 0)
    return row
  }
}

extension TaxExemption {
  fileprivate func clamped(to days: Range<CivilDate>) -> TaxExemption? {
    guard let own = days.bounds(from, until) else { return nil }
    var row = self
    (row.from, row.until, row.line, row.accountIndex) = (own.lowerBound, own.upperBound, 0, 0)
    return row
  }
}
