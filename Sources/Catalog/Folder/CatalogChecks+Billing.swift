// Billing tables against each other: names that nothing has, rows that stand twice, and contract lines without an end.

import Tables

extension CatalogChecks {
  /// Warnings about discounts and counts of items that nobody sells, discounts and commitments of contracts that their account does
  /// not have, contract lines and commitments that stand twice, and contract lines that outlive their account's plans. `path` gives
  /// a file inside the catalog the name that the user knows.
  func billingFindings(path: (String) -> String) -> [(CatalogLoading.Section, [CatalogFinding])] {
    [
      (
        .contracts,
        twins(catalog.contracts, what: "contract line", bills: "it is charged", path) { line in
          var line = line
          let place = (line.file, line.line)
          (line.file, line.line) = ("", 0)
          return (line, place)
        }
      ),
      (.contracts, outlivingFindings(path)),
      (.counts, countFindings(path)),
      (.discounts, discountFindings(path) + unknownContracts(ofDiscounts: path)),
      (
        .commitments,
        unknownContracts(ofCommitments: path)
          + twins(catalog.billing.commitments, what: "commitment", bills: "it is topped up", path) { row in
            var row = row
            let place = (row.file, row.line)
            (row.file, row.line) = ("", 0)
            return (row, place)
          }
      ),
    ]
  }

  /// Rows that say the same as an earlier one, to the last cell. `split` takes the place off a row.
  private func twins<Row: Hashable>(
    _ rows: [Row], what: String, bills: String, _ path: (String) -> String,
    split: (Row) -> (bare: Row, place: (file: String, line: Int))
  ) -> [CatalogFinding] {
    var first: [Row: (file: String, line: Int)] = [:]
    var findings: [CatalogFinding] = []
    for row in rows {
      let (bare, place) = split(row)
      guard let earlier = first[bare] else {
        first[bare] = place
        continue
      }
      let earlierPlace =
        earlier.file == place.file ? "line \(earlier.line)" : "\(path(earlier.file)):\(earlier.line)"
      findings.append(
        Self.warning(
          path(place.file), place.line, "the \(what) is the same as on \(earlierPlace), and \(bills) twice",
          hint: "keep one, or tell them apart by their description"))
    }
    return findings
  }

  /// Contract lines that go on after the last plan of their account has ended: such an account is billed on and on.
  private func outlivingFindings(_ path: (String) -> String) -> [CatalogFinding] {
    catalog.contracts.compactMap { contract in
      let account = accounts[contract.accountIndex]
      guard let end = account.plans.last.flatMap(\.until), contract.until.map({ end < $0 }) ?? true
      else { return nil }
      return Self.warning(
        path(contract.file), contract.line,
        "the line goes on after \(end), when the last plan of account \(Quoted.text(account.id)) ends (line "
          + "\(account.line) of accounts.csv), and is billed on",
        hint: "end the line ('until'), or give the account a further plan")
    }
  }

  /// The item of a line of usage is its rating group, which a record may say itself where no deck is looked up: then only a
  /// name that is nearly one of ours is doubted.
  private func discountFindings(_ path: (String) -> String) -> [CatalogFinding] {
    let groups =
      decks.flatMap(\.ratingGroups) + plans.flatMap { $0.charges.flatMap { $0.ratingGroups ?? [] } }
    let known = soldItems.union(groups)
    let areGroupsOpen = plans.contains { plan in
      plan.charges.contains { decksThatName(groupsOf: $0.kinds, in: plan) == nil }
    }
    return catalog.billing.discounts.compactMap { discount in
      guard !discount.item.isEmpty, !known.contains(discount.item) else { return nil }
      let near = NearestName.find(discount.item, in: known.sorted())
      guard near != nil || !areGroupsOpen else { return nil }
      return Self.warning(
        path(discount.file), discount.line,
        "the discount takes nothing off: no price, contract, charge or rating group has the item "
          + Quoted.text(discount.item),
        hint: near.map { "did you mean \(Quoted.text($0))?" } ?? "check the item")
    }
  }

  private func unknownContracts(ofDiscounts path: (String) -> String) -> [CatalogFinding] {
    let known = contractNames
    let all = known.values.reduce(into: Set()) { $0.formUnion($1) }
    return catalog.billing.discounts.compactMap { discount in
      let own = discount.accountIndex.map { known[$0] ?? [] } ?? all
      guard !discount.contract.isEmpty, !own.contains(discount.contract) else { return nil }
      return unknownContract(
        discount.contract, of: discount.accountIndex, own, "the discount takes nothing off",
        path(discount.file), discount.line)
    }
  }

  private func unknownContracts(ofCommitments path: (String) -> String) -> [CatalogFinding] {
    let known = contractNames
    return catalog.billing.commitments.compactMap { commitment in
      let own = known[commitment.accountIndex] ?? []
      guard !commitment.contract.isEmpty, !own.contains(commitment.contract) else { return nil }
      return unknownContract(
        commitment.contract, of: commitment.accountIndex, own,
        "nothing counts for the commitment, so all of it is charged", path(commitment.file), commitment.line)
    }
  }

  private func unknownContract(
    _ name: Label, of accountIndex: Int?, _ known: Set<Label>, _ effect: String, _ file: String, _ line: Int
  ) -> CatalogFinding {
    let whose =
      accountIndex.map { "account \(Quoted.text(catalog.accounts[$0].id)) has no" } ?? "no account has a"
    return Self.warning(
      file, line, "\(effect): \(whose) contract \(Quoted.text(name))",
      hint: Quoted.suggestion(for: name, in: known.sorted(), otherwise: "check the contract"))
  }

  /// Contracts of contract lines, agreements and one-time charges, by account.
  private var contractNames: [Int: Set<Label>] {
    var names: [Int: Set<Label>] = [:]
    for line in catalog.contracts { names[line.accountIndex, default: []].insert(line.name) }
    for agreement in catalog.billing.agreements {
      names[agreement.accountIndex, default: []].insert(agreement.name)
    }
    let tickets = catalog.billing.tickets.compactMap(\.charge)
    for charge in catalog.billing.charges + tickets {
      names[charge.accountIndex, default: []].insert(charge.contract)
    }
    return names.mapValues { $0.subtracting([.empty]) }
  }

  /// Counts of counts.csv; those of feeds come from tools that count more than is sold.
  private func countFindings(_ path: (String) -> String) -> [CatalogFinding] {
    let sold = soldItems.union(catalog.billing.agreements.flatMap(\.valueLines).map(\.metric))
    var findings: [CatalogFinding] = []
    for key in catalog.billing.counts.keys where !sold.contains(key.item) {
      guard let first = catalog.billing.counts.series(key).first(where: { $0.file == "counts.csv" })
      else { continue }
      findings.append(
        Self.warning(
          path(first.file), first.line,
          "the count is charged to nobody: no price or contract has the item \(Quoted.text(key.item))",
          hint: Quoted.suggestion(for: key.item, in: sold.sorted(), otherwise: "check the item")))
    }
    return findings.sorted { $0.line < $1.line }
  }

  /// Items of the price book, of contract lines and of one-time charges.
  private var soldItems: Set<Label> {
    var items = Set(catalog.billing.priceBook.items.map(\.name))
    items.formUnion(catalog.contracts.map(\.item))
    items.formUnion(catalog.billing.charges.map(\.item))
    items.formUnion(catalog.billing.tickets.compactMap { $0.charge?.item })
    items.remove(.empty)
    return items
  }

  private static func warning(
    _ file: String, _ line: Int, _ message: String, hint: String
  ) -> CatalogFinding {
    CatalogFinding(severity: .warning, file: file, line: line, column: 0, message: message, hint: hint)
  }
}
