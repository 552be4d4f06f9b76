// The feeds of the folder: layouts, the files that fit them, and what their rows add to counts and tickets.

import BillingCalendar
import Tables

/// A feed with its files, translated.
struct LoadedFeed {
  var feed: FeedDescriptor
  var files: [FeedFile]
}

extension CatalogLoading {
  private static let feedFolder = "feeds"
  private static let layoutSuffix = ".yaml"

  /// All feeds, in the order of their layouts.
  mutating func readFeeds(_ accounts: NamedParts<Account>) -> [LoadedFeed] {
    let names = names(in: Self.feedFolder, .feeds) ?? []
    // Names of accounts are looked up for feeds alone, and there may be many.
    if names.isEmpty { return [] }
    let known = FeedAccounts(accounts.parts, ids: accounts.indexByName)
    var feeds: [FeedDescriptor] = []
    for name in names where name.hasSuffix(Self.layoutSuffix) {
      guard let file = read(Self.feedFolder + "/" + name, .feeds) else { continue }
      let findings = YamlFindings(file: file.path)
      if let feed = FeedReader.read(file.text, accounts: accounts.indexByName, findings: findings) {
        FeedExamples.check(feed, known, findings: findings)
        feeds.append(feed)
      }
      add(.feeds, findings.sorted)
    }
    let unique = dropTwins(feeds, .feeds, what: "feed", name: \.name, file: \.origin)
    var claimed: Set<String> = []
    var loaded: [LoadedFeed] = []
    for feed in unique {
      let own = names.filter { Self.part(of: $0, in: feed.files) != nil && !$0.hasSuffix(Self.layoutSuffix) }
      claimed.formUnion(own)
      if own.isEmpty { warnOfNothing(feed) }
      loaded.append(LoadedFeed(feed: feed, files: own.compactMap { read($0, of: feed, known) }))
    }
    reportStrangers(names.filter { !claimed.contains($0) && !$0.hasSuffix(Self.layoutSuffix) }, feeds)
    return loaded
  }

  private mutating func warnOfNothing(_ feed: FeedDescriptor) {
    add(
      .feeds,
      [
        CatalogFinding(
          severity: .warning, file: feed.origin, line: 0, column: 0,
          message: "there is no file \(Quoted.text(feed.files)) in \(Self.feedFolder)/",
          hint: "put the export there, or correct 'files'")
      ])
  }

  private mutating func reportStrangers(_ names: [String], _ feeds: [FeedDescriptor]) {
    for name in names where ![".md", ".txt", "~"].contains(where: { name.hasSuffix($0) }) {
      add(
        .feeds,
        [
          CatalogFinding(
            severity: .warning, file: files.path(Self.feedFolder + "/" + name), line: 0, column: 0,
            message: "is not read: it fits no feed",
            hint: feeds.isEmpty ? "describe it in a .yaml" : "look at 'files' of the feeds")
        ])
    }
  }

  private mutating func read(_ name: String, of feed: FeedDescriptor, _ accounts: FeedAccounts) -> FeedFile? {
    let innerPath = Self.feedFolder + "/" + name
    guard let file = read(innerPath, .feeds) else { return nil }
    let part = Self.part(of: name, in: feed.files) ?? .empty
    let text: [UInt8]
    switch FeedText.utf8(file.text, feed.layout.encoding) {
    case .success(let decoded): text = decoded
    case .failure(let fault):
      var findings = FindingList(file: file.path)
      findings.add([fault])
      add(.feeds, findings.sorted())
      return nil
    }
    let (rows, findings) = text.withUnsafeBufferPointer {
      FeedTranslation.read($0, file: file.path, namePart: part, feed.layout, accounts)
    }
    add(.feeds, findings.sorted())
    return FeedFile(innerPath: innerPath, path: file.path, namePart: part, rows: rows)
  }

  /// What the `*` of `pattern` stands for in a file's name, which may end with `.zst` or `.gz`; nil where it does not fit.
  private static func part(of name: String, in pattern: Label) -> Label? {
    let pattern = pattern.description
    for suffix in ["", ".zst", ".gz"] where name.hasSuffix(suffix) {
      let bare = name.dropLast(suffix.count)
      guard let star = pattern.firstIndex(of: "*") else {
        if bare == pattern { return .empty }
        continue
      }
      let (head, tail) = (pattern[..<star], pattern[pattern.index(after: star)...])
      if bare.utf8.count >= head.utf8.count + tail.utf8.count, bare.hasPrefix(head), bare.hasSuffix(tail) {
        return Label(String(bare.dropFirst(head.count).dropLast(tail.count)))
      }
    }
    return nil
  }

  /// Adds the counts of all feeds to those of counts.csv; a day of a key has one count.
  mutating func addCounts(of feeds: [LoadedFeed], to counts: inout CountCollection, _ accounts: NameIndex) {
    for loaded in feeds where loaded.feed.table == .counts {
      var sums = FeedCounts()
      for file in loaded.files {
        var findings = FindingList(file: file.path)
        sums.add(
          file.rows, of: file.innerPath, wholeDay: file.day(of: loaded.feed.layout), findings: &findings)
        add(.feeds, findings.sorted())
      }
      for (account, item, snapshot) in sums.snapshots(source: loaded.feed.name) {
        guard let index = account.bytes.withUnsafeBufferPointer({ accounts[$0] }) else { continue }
        let key = CountBook.Key(accountIndex: index, item: item)
        guard let place = counts.add(snapshot, to: key) else { continue }
        var findings = FindingList(file: files.path(snapshot.file))
        findings.error(
          at: TablePosition(line: snapshot.line, column: 0),
          "\(place) has a count of \(Quoted.text(item)) of account \(Quoted.text(account)) for this day already",
          hint: "keep one, or give what another tool counts another item")
        add(.feeds, findings.sorted())
      }
    }
  }

  /// Adds the tickets of all feeds to those of tickets.csv; a ticket is in one of them.
  mutating func addTickets(
    of feeds: [LoadedFeed], _ references: ContractReferences, to tables: inout BillingTables
  ) {
    var places = Dictionary(
      tables.tickets.map { ($0.id, "\($0.file):\($0.line)") }, uniquingKeysWith: { first, _ in first })
    for loaded in feeds where loaded.feed.table == .tickets {
      var tickets = FeedTickets(loaded.feed.layout)
      for (number, file) in loaded.files.enumerated() {
        var findings = FindingList(file: file.path)
        tickets.add(file.rows, of: number, findings: &findings)
        add(.feeds, findings.sorted())
      }
      for (number, file) in loaded.files.enumerated() {
        let columns = FeedColumn.columns(of: .tickets).filter { $0 != .status && $0 != .entry }
        let table = FeedTable(tickets.rows(of: number), columns: columns)
        var (rows, findings) = table.text.withUnsafeBufferPointer {
          TicketReader.read(
            $0, file: file.path, innerFile: file.innerPath, places: table.places, references: references)
        }
        for ticket in rows {
          if let place = places[ticket.id] {
            findings.error(
              at: TablePosition(line: ticket.line, column: 0),
              "\(place) is ticket \(Quoted.text(ticket.id)) already", hint: "keep one")
          }
          places[ticket.id] = "\(ticket.file):\(ticket.line)"
        }
        add(.feeds, findings.sorted())
        tables.tickets += rows
      }
    }
  }
}

extension FeedFile {
  /// The day that the file's name gives to all its rows; nil where each row has its own.
  func day(of layout: FeedLayout) -> CivilDate? {
    guard case .fileName(let pattern) = layout.field(.date)?.source else { return nil }
    return pattern.day(of: namePart.bytes)
  }
}
