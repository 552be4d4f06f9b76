// What differs between two catalogs, as the events that may come to something else.
//
// Never too little: where it is not plain which events a difference can reach, all of them are rated again.

import Catalog
import RatingEngine
import Tables

/// The events that a change of the catalog may touch.
struct CatalogChange {
  /// Whether any event may be.
  private(set) var isWhole = false
  /// Numbers that begin with one of these.
  private(set) var prefixes: [(digits: Int64, count: Int)] = []
  /// Events of these accounts.
  private(set) var accounts: Set<Label> = []
  /// Whether events may belong to other accounts than before.
  private(set) var mayMoveEvents = false

  /// Prefixes beyond which looking for each costs more than rating everything.
  private static let prefixesMax = 256

  /// Whether nothing that rating reads is different.
  var isNothing: Bool { !isWhole && prefixes.isEmpty && accounts.isEmpty }

  /// Compares the catalogs in two folders, which were loaded from there.
  init(
    from old: Catalog, at oldFolder: String, to new: Catalog, at newFolder: String
  ) {
    if old.ratingHash == new.ratingHash { return }
    let differing = CatalogFiles.differing(oldFolder, newFolder)
    // The same files: a time zone is another.
    if differing.isEmpty { isWhole = true }
    let kept = ["accounts.csv", "grants.csv", "overrides.csv", "holidays.csv", "decks/", "plans/"]
    mayMoveEvents =
      differing.isEmpty || old.accounts.map(\.id) != new.accounts.map(\.id)
      || differing.contains { name in !kept.contains { name.hasPrefix($0) } }
    for name in differing.sorted() where !isWhole {
      switch name {
      case "accounts.csv": addAccounts(old, new)
      case _ where name.hasPrefix("decks/"): continue
      case _ where name.hasPrefix("plans/"): continue
      default: isWhole = true
      }
    }
    if !isWhole, differing.contains(where: { $0.hasPrefix("plans/") }) {
      addPlans((old, oldFolder), (new, newFolder))
    }
    if !isWhole, differing.contains(where: { $0.hasPrefix("decks/") }) { addDecks(old, new) }
    if prefixes.count > Self.prefixesMax { isWhole = true }
  }

  /// What is to be rated again. What waits in suspense is among it where the change can reach it: by its number, or by its account;
  /// what belongs to no account belongs to none as long as the ids are the same.
  var selection: EventSelection {
    var selection = Self.wholeSelection
    if isWhole { return selection }
    selection.takesAll = false
    selection.accounts = accounts
    selection.take(numbersFrom: prefixes)
    return selection
  }

  /// Every event.
  static var wholeSelection: EventSelection {
    var selection = EventSelection()
    selection.takesLeavers = false
    return selection
  }

  // MARK: accounts and plans

  private mutating func addAccounts(_ old: Catalog, _ new: Catalog) {
    // A new or a missing id may change whose an event is.
    guard old.accounts.map(\.id) == new.accounts.map(\.id) else {
      isWhole = true
      return
    }
    for (before, after) in zip(old.accounts, new.accounts) where terms(before, old) != terms(after, new) {
      accounts.insert(before.id)
    }
  }

  /// What rating reads of an account.
  private func terms(_ account: Account, _ catalog: Catalog) -> String {
    let plans = account.plans.map { assignment in
      var assignment = assignment
      let name = catalog.plans[assignment.planIndex].name
      assignment.planIndex = 0
      return "\(name) \(assignment)"
    }
    return "\(account.zone) \(account.cycleDay) \(account.pool) \(account.rounding) \(plans)"
  }

  private mutating func addPlans(
    _ old: (catalog: Catalog, folder: String), _ new: (catalog: Catalog, folder: String)
  ) {
    let before = Self.texts(of: old.catalog, in: old.folder)
    let after = Self.texts(of: new.catalog, in: new.folder)
    let changed = Set(before.keys).union(after.keys).filter { before[$0] != after[$0] }
    for catalog in [old.catalog, new.catalog] {
      for account in catalog.accounts
      where account.plans.contains(where: { changed.contains(catalog.plans[$0.planIndex].name) }) {
        accounts.insert(account.id)
      }
    }
  }

  /// All that is known of each plan, decks by their names.
  private static func texts(of catalog: Catalog, in folder: String) -> [Label: String] {
    var texts: [Label: String] = [:]
    for plan in catalog.plans {
      var plan = plan
      let decks = plan.deckIndexByKind.map { $0.map { catalog.decks[$0].name.description } ?? "-" }
      plan.deckIndexByKind = []
      plan.examples = []
      // Files are named with the folder in which they lie.
      texts[plan.name] = "\(decks) \(plan)".replacing(folder, with: "")
    }
    return texts
  }

  // MARK: decks

  private mutating func addDecks(_ old: Catalog, _ new: Catalog) {
    let after = Dictionary(uniqueKeysWithValues: new.decks.map { ($0.name, $0) })
    for deck in old.decks {
      // A deck that is there no more, or not yet, is named by plans that have changed, or by none.
      guard let other = after[deck.name] else { continue }
      let comparison = DeckRows(deck, other)
      guard let found = comparison.changedPrefixes(max: Self.prefixesMax) else {
        isWhole = true
        return
      }
      prefixes += found
    }
    if (old.suppliers + new.suppliers).isEmpty { return }
    // A supplier's deck that comes or goes is named by the same row as before.
    if Set(old.decks.map(\.name)) != Set(new.decks.map(\.name)) { isWhole = true }
  }
}

/// Two decks of one name, row by row.
private struct DeckRows {
  private let old: RateDeck
  private let new: RateDeck
  // Numbers of the old deck's names and terms in the new one; −1 where it has none such.
  private let destinations: [Int]
  private let groups: [Int]
  private let increments: [Int]

  init(_ old: RateDeck, _ new: RateDeck) {
    self.old = old
    self.new = new
    destinations = Self.numbers(old.destinations, new.destinations)
    groups = Self.numbers(old.ratingGroups, new.ratingGroups)
    increments = Self.numbers(old.increments, new.increments)
  }

  private static func numbers<Name: Hashable>(_ old: [Name], _ new: [Name]) -> [Int] {
    let known = Dictionary(new.enumerated().map { ($1, $0) }) { first, _ in first }
    return old.map { known[$0] ?? -1 }
  }

  /// The prefixes of rows that are not in both decks alike; nil where there are more than `max`, or where a row may reach
  /// numbers that do not begin with its prefix.
  func changedPrefixes(max: Int) -> [(digits: Int64, count: Int)]? {
    guard old.currency == new.currency, "\(old.zone)" == "\(new.zone)", old.bands == new.bands,
      "\(old.bandTimes)" == "\(new.bandTimes)"
    else { return nil }
    var changed: [(digits: Int64, count: Int)] = []
    func note(_ row: RateDeckRow) {
      let prefix = (Int64(row.prefix), Int(row.prefixDigits))
      if let last = changed.last, last == prefix { return }
      changed.append(prefix)
    }
    var (a, b) = (0, 0)
    while a < old.rows.count || b < new.rows.count {
      if changed.count > max { return nil }
      guard a < old.rows.count else {
        note(new.rows[b])
        b += 1
        continue
      }
      guard b < new.rows.count else {
        note(old.rows[a])
        a += 1
        continue
      }
      let (one, other) = (old.rows[a], new.rows[b])
      if Self.precedes(one, other) {
        note(one)
        a += 1
      } else if Self.precedes(other, one) {
        note(other)
        b += 1
      } else {
        if !isSame(one, other) { note(one) }
        a += 1
        b += 1
      }
    }
    // Its rows are asked for by other numbers than the one that was called.
    if !changed.isEmpty, old.jurisdiction != nil || new.jurisdiction != nil { return nil }
    return "\(String(describing: old.jurisdiction))" == "\(String(describing: new.jurisdiction))"
      ? changed : nil
  }

  private static func precedes(_ a: RateDeckRow, _ b: RateDeckRow) -> Bool {
    let (left, right) = (aligned(a), aligned(b))
    return (left, a.prefixDigits, a.fromSeconds, a.kind.rawValue)
      < (right, b.prefixDigits, b.fromSeconds, b.kind.rawValue)
  }

  private static let powers: [UInt64] = (0...15).map { (0..<$0).reduce(UInt64(1)) { power, _ in power * 10 } }

  private static func aligned(_ row: RateDeckRow) -> UInt64 {
    row.prefix * powers[15 - Int(row.prefixDigits)]
  }

  private func isSame(_ a: RateDeckRow, _ b: RateDeckRow) -> Bool {
    a.isBlocked == b.isBlocked && a.minimumSeconds == b.minimumSeconds && a.untilSeconds == b.untilSeconds
      && a.pricePico == b.pricePico && a.priceUnits == b.priceUnits
      && a.connectionFeePico == b.connectionFeePico
      && destinations[Int(a.destination)] == Int(b.destination)
      && groups[Int(a.ratingGroup)] == Int(b.ratingGroup)
      && increments[Int(a.increment)] == Int(b.increment) && variant(a, old) == variant(b, new)
  }

  private func variant(_ row: RateDeckRow, _ deck: RateDeck) -> String? {
    row.variant == RateDeckRow.noVariant ? nil : "\(deck.variants[Int(row.variant)])"
  }
}
