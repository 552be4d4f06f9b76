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
    let names = names(in: deckFolder, .decks) ?? []
    reportOthers(names, in: deckFolder, suffixes: Self.tableSuffixes + [Self.layoutSuffix], .decks)
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
          .decks, files.path(deckPath(fileName)),
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
    guard let file = read(deckPath(fileName), .decks) else { return nil }
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
            message: "there is no file '\(deckPath(listed.name))'", hint: near))
      }
    }
    add(.decks, findings)
    return layout
  }

  /// The deck of a layout; nil where a file is missing or faulty.
  private mutating func readDeck(_ name: Label, _ layout: DeckLayout, _ names: [String]) -> RateDeck? {
    var texts: [DeckFileText] = []
    for listed in layout.files where names.contains(listed.name) {
      guard let file = read(deckPath(listed.name), .decks) else { continue }
      texts.append(DeckFileText(path: file.path, bytes: file.text))
    }
    guard texts.count == layout.files.count else { return nil }
    let (deck, findings) = DeckReader.read(name, layout, texts)
    for list in findings { add(.decks, list.sorted()) }
    return deck
  }

  /// Names of decks in the folder, each once, in the order of their first files.
  ///
  /// A table that a layout lists may be among them: which tables those are is known only when layouts are read.
  static func deckNames(of fileNames: [String]) -> [String] {
    var names: [String] = []
    for fileName in fileNames {
      let isLayout = fileName.hasSuffix(layoutSuffix) && fileName.count > layoutSuffix.count
      let name = isLayout ? String(fileName.dropLast(layoutSuffix.count)) : deckName(ofTable: fileName)
      if let name, !names.contains(name) { names.append(name) }
    }
    return names
  }

  /// One deck by its name, whatever else lies in the folder; nil where it is missing or faulty.
  mutating func readDeck(named name: String, _ defaults: DeckDefaults, _ holidays: [HolidayList]) -> RateDeck?
  {
    let names = names(in: deckFolder, .decks) ?? []
    if names.contains(name + Self.layoutSuffix) {
      return readLayout(name + Self.layoutSuffix, name, names, defaults, holidays).flatMap {
        readDeck(Label(name), $0, names)
      }
    }
    guard let fileName = names.first(where: { Self.deckName(ofTable: $0) == name }) else {
      let known = Self.deckNames(of: names)
      add(
        .decks, files.path(deckFolder), "there is no deck \(Quoted.text(Label(name)))",
        hint: Quoted.suggestion(
          for: Label(name), in: known.map { Label($0) },
          otherwise: known.isEmpty ? "there is none here" : "decks here: " + known.joined(separator: ", ")))
      return nil
    }
    let layout = DeckLayout(fileName: fileName, zone: defaults.zone, currency: defaults.currency)
    return readDeck(Label(name), layout, names)
  }

  /// The deck of a folder that has one; nil where it is faulty or not the only one.
  mutating func readOnlyDeck(_ defaults: DeckDefaults, _ holidays: [HolidayList]) -> RateDeck? {
    let decks = readDecks(defaults, holidays).parts
    guard decks.count != 1, !hasErrors else { return decks.first }
    let names = decks.map(\.name.description).joined(separator: ", ")
    add(
      .decks, files.path(deckFolder),
      decks.isEmpty ? "there is no deck" : "there are several decks: \(names)",
      hint: decks.isEmpty ? "" : "name one, such as \(files.folder)/\(decks[0].name)")
    return nil
  }

  private func deckPath(_ fileName: String) -> String {
    deckFolder.isEmpty ? fileName : deckFolder + "/" + fileName
  }

  static func deckName(ofTable fileName: String) -> String? {
    // Longest first: `.csv.zst` is no `.csv`.
    for suffix in tableSuffixes.reversed() where fileName.hasSuffix(suffix) && fileName.count > suffix.count {
      return String(fileName.dropLast(suffix.count))
    }
    return nil
  }
}
