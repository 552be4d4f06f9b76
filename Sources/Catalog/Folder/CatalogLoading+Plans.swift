// The YAML files of the folder: plans and formats.

import Money
import Tables

extension CatalogLoading {
  private static let suffix = ".yaml"

  /// All plans, each with what it inherits.
  mutating func readPlans(
    _ defaults: CatalogDefaults, _ decks: NamedParts<RateDeck>, _ holidays: [HolidayList]
  ) -> NamedParts<RatePlan> {
    var knownDecks: [Label: PlanDeck] = [:]
    for name in decks.indexByName.names {
      let index = decks.parts.firstIndex { $0.name == name }
      let deck = index.map { decks.parts[$0] }
      // The currency of a faulty deck is not known: that of the catalog is as good as any, or ISO's "no currency".
      guard let currency = deck?.currency ?? defaults.currency ?? Currency(code: "XXX") else { continue }
      knownDecks[name] = PlanDeck(index: index ?? 0, currency: currency)
    }
    let texts = yamlFiles(of: "plans", .plans).map { PlanText(file: $0.path, bytes: $0.text) }
    let references = PlanReferences(
      defaultCurrency: defaults.currency, decks: knownDecks, holidays: holidays.map(\.name))
    let read = PlanFamily.read(texts, references)
    add(.plans, read.flatMap(\.findings))
    if texts.isEmpty, names(in: "plans", .plans)?.contains(where: { $0.hasSuffix(Self.suffix) }) != true {
      add(.plans, files.path("plans"), "there is no plan", hint: "write one to plans/NAME.yaml")
    }
    let unique = dropTwins(read.compactMap(\.plan), .plans, what: "plan", name: \.name, file: \.file)
    let faultyNames = read.filter { $0.plan == nil }.compactMap(\.name)
    return NamedParts(unique, faultyNames: faultyNames, name: \.name)
  }

  /// All formats, built in ones first; a name belongs to one of them.
  mutating func readFormats() -> NamedParts<FormatDescriptor> {
    var parts: [FormatDescriptor] = []
    var faultyNames: [Label] = []
    for file in yamlFiles(of: "formats", .formats) {
      var findings: [CatalogFinding] = []
      if let format = FormatReader.read(file.text, origin: file.path, findings: &findings) {
        parts.append(format)
      } else if let name = Self.text(ofKey: "format", in: file.text) {
        faultyNames.append(name)
      }
      add(.formats, findings)
    }
    let all = BuiltInFormats.all() + parts
    let unique = dropTwins(all, .formats, what: "format", name: \.name, file: \.origin)
    return NamedParts(unique, faultyNames: faultyNames, name: \.name)
  }

  /// The YAML files of a folder inside that can be read.
  mutating func yamlFiles(of folder: String, _ section: Section) -> [CatalogFile] {
    let names = names(in: folder, section) ?? []
    reportOthers(names, in: folder, suffixes: [Self.suffix], section)
    return names.filter { $0.hasSuffix(Self.suffix) }.compactMap { read(folder + "/" + $0, section) }
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
  mutating func dropTwins<Part>(
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
