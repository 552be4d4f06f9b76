// The YAML files of the folder: plans and formats.

import Money
import Tables

extension CatalogLoading {
  private static let suffix = ".yaml"

  /// All plans.
  mutating func readPlans(_ defaults: CatalogDefaults, _ decks: NamedParts<RateDeck>) -> NamedParts<RatePlan>
  {
    var knownDecks: [Label: PlanDeck] = [:]
    for name in decks.indexByName.names {
      let index = decks.parts.firstIndex { $0.name == name }
      let deck = index.map { decks.parts[$0] }
      // The currency of a faulty deck is not known: that of the catalog is as good as any, or ISO's "no currency".
      guard let currency = deck?.currency ?? defaults.currency ?? Currency(code: "XXX") else { continue }
      knownDecks[name] = PlanDeck(index: index ?? 0, currency: currency)
    }
    let read = readFolder("plans", .plans, nameKey: "plan") { file, findings in
      PlanReader.read(
        file.text, file: file.path, defaultCurrency: defaults.currency, decks: knownDecks, findings: &findings
      )
    }
    if read.files.isEmpty {
      add(.plans, files.path("plans"), "there is no plan", hint: "write one to plans/NAME.yaml")
    }
    let unique = dropTwins(read.parts, .plans, what: "plan", name: \.name, file: \.file)
    return NamedParts(unique, faultyNames: read.faultyNames, name: \.name)
  }

  /// All formats, built in ones first; a name belongs to one of them.
  mutating func readFormats() -> NamedParts<FormatDescriptor> {
    let read = readFolder("formats", .formats, nameKey: "format") { file, findings in
      FormatReader.read(file.text, origin: file.path, findings: &findings)
    }
    let all = BuiltInFormats.all() + read.parts
    let unique = dropTwins(all, .formats, what: "format", name: \.name, file: \.origin)
    return NamedParts(unique, faultyNames: read.faultyNames, name: \.name)
  }

  /// Reads every YAML file of a folder inside.
  private mutating func readFolder<Part>(
    _ folder: String, _ section: Section, nameKey: String,
    _ body: (CatalogFile, inout [CatalogFinding]) -> Part?
  ) -> (files: [String], parts: [Part], faultyNames: [Label]) {
    let names = names(in: folder, section) ?? []
    reportOthers(names, in: folder, suffixes: [Self.suffix], section)
    var parts: [Part] = []
    var faultyNames: [Label] = []
    let own = names.filter { $0.hasSuffix(Self.suffix) }
    for name in own {
      guard let file = read(folder + "/" + name, section) else { continue }
      var findings: [CatalogFinding] = []
      if let part = body(file, &findings) {
        parts.append(part)
      } else if let name = Self.text(ofKey: nameKey, in: file.text) {
        faultyNames.append(name)
      }
      add(section, findings)
    }
    return (own, parts, faultyNames)
  }

  /// The text of a key at the top of a faulty file, so that what refers to its name is not called faulty too.
  private static func text(ofKey key: String, in text: [UInt8]) -> Label? {
    let unused = YamlFindings(file: "")
    guard let root = YamlReader.read(text, findings: unused), case .map(let entries) = root.content,
      let value = entries.first(where: { $0.key == Label(key) })?.value,
      case .scalar(let name, _) = value.content
    else { return nil }
    return name
  }

  /// The parts without those whose name an earlier one has.
  private mutating func dropTwins<Part>(
    _ parts: [Part], _ section: Section, what: String, name: (Part) -> Label, file: (Part) -> String
  ) -> [Part] {
    var fileByName: [Label: String] = [:]
    return parts.filter { part in
      guard let other = fileByName[name(part)] else {
        fileByName[name(part)] = file(part)
        return true
      }
      add(
        section, file(part), "\(what) \(Quoted.text(name(part))) is already in \(other)", hint: "rename one")
      return false
    }
  }

  /// Names the files of a folder that are not read, notes for people excepted.
  mutating func reportOthers(_ names: [String], in folder: String, suffixes: [String], _ section: Section) {
    for name in names where !suffixes.contains(where: { name.hasSuffix($0) }) {
      if name.hasSuffix(".md") || name.hasSuffix(".txt") || name.hasSuffix("~") { continue }
      add(
        section,
        [
          CatalogFinding(
            severity: .warning, file: files.path(folder + "/" + name), line: 0, column: 0,
            message: "is not read",
            hint: "files here end with " + suffixes.joined(separator: ", "))
        ])
    }
  }
}
