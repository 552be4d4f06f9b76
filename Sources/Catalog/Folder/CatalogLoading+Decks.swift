// The decks of the folder: which files make which deck.

import BillingCalendar
import Money
import Tables

extension CatalogLoading {
  /// What a deck's file may be called after its name.
  private static let tableSuffixes = [".csv", ".csv.zst", ".csv.gz"]
  private static let layoutSuffix = ".yaml"

  /// All decks: one for each layout, and one for each table that no layout lists.
  mutating func readDecks(_ defaults: DeckDefaults, _ holidays: [HolidayList]) -> NamedParts<RateDeck> {
    let names = names(in: "decks", .decks) ?? []
    reportOthers(names, in: "decks", suffixes: Self.tableSuffixes + [Self.layoutSuffix], .decks)
    var layouts: [(name: Label, layout: DeckLayout)] = []
    var claimed: Set<String> = []
    for fileName in names where fileName.hasSuffix(Self.layoutSuffix) {
      let name = String(fileName.dropLast(Self.layoutSuffix.count))
      guard let layout = readLayout(fileName, name, names, defaults, holidays) else { continue }
      claimed.formUnion(layout.files.map(\.name))
      layouts.append((Label(name), layout))
    }
    for fileName in names where !claimed.contains(fileName) {
      guard let name = Self.deckName(ofTable: fileName) else { continue }
      guard !layouts.contains(where: { $0.name == Label(name) }) else {
        add(
          .decks, files.path("decks/" + fileName),
          "deck '\(name)' has this file too, but its layout does not list it",
          hint: "list it under 'files', or remove it")
        continue
      }
      layouts.append(
        (Label(name), DeckLayout(fileName: fileName, zone: defaults.zone, currency: defaults.currency)))
    }
    var decks: [RateDeck] = []
    for (name, layout) in layouts {
      if let deck = readDeck(name, layout, names) { decks.append(deck) }
    }
    return NamedParts(decks, faultyNames: layouts.map(\.name), name: \.name)
  }

  /// The layout of a deck, with every file as it lies in the folder.
  private mutating func readLayout(
    _ fileName: String, _ name: String, _ names: [String], _ defaults: DeckDefaults,
    _ holidays: [HolidayList]
  ) -> DeckLayout? {
    guard let file = read("decks/" + fileName, .decks) else { return nil }
    let tables = names.filter { Self.deckName(ofTable: $0) != nil }.map { Label($0) }
    var findings: [CatalogFinding] = []
    var layout = DeckLayoutReader.read(
      file.text, file: file.path, fileName: name + ".csv", defaults: defaults,
      holidays: holidays.map(\.name), zones: &zones, findings: &findings)
    for (index, listed) in layout.files.enumerated() {
      // A listed NAME.csv may lie there compressed.
      if let found = ["", ".zst", ".gz"].map({ listed.name + $0 }).first(where: { names.contains($0) }) {
        layout.files[index].name = found
      } else {
        let near = Quoted.suggestion(
          for: Label(listed.name), in: tables, otherwise: "add it")
        findings.append(
          CatalogFinding(
            severity: .error, file: file.path, line: listed.line, column: 0,
            message: "there is no file 'decks/\(listed.name)'", hint: near))
      }
    }
    add(.decks, findings)
    return layout
  }

  /// The deck of a layout; nil where a file is missing or faulty.
  private mutating func readDeck(_ name: Label, _ layout: DeckLayout, _ names: [String]) -> RateDeck? {
    var texts: [DeckFileText] = []
    for listed in layout.files where names.contains(listed.name) {
      guard let file = read("decks/" + listed.name, .decks) else { continue }
      texts.append(DeckFileText(path: file.path, bytes: file.text))
    }
    guard texts.count == layout.files.count else { return nil }
    let (deck, findings) = DeckReader.read(name, layout, texts)
    for list in findings { add(.decks, list.sorted()) }
    return deck
  }

  private static func deckName(ofTable fileName: String) -> String? {
    // Longest first: `.csv.zst` is no `.csv`.
    for suffix in tableSuffixes.reversed() where fileName.hasSuffix(suffix) && fileName.count > suffix.count {
      return String(fileName.dropLast(suffix.count))
    }
    return nil
  }
}
