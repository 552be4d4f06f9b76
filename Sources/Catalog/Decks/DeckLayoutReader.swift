// Reads decks/NAME.yaml: how the deck's files are laid out and in which order they update each other.

import BillingCalendar
import Money
import Tables

/// What holds for decks that do not say otherwise.
struct DeckDefaults {
  var zone: Zone
  var currency: Currency?
}

/// Reads deck layouts.
struct DeckLayoutReader {
  static let keys = [
    "currency", "zone", "delimiter", "header", "skip_lines", "columns", "price_unit", "price_per", "decimal",
    "dates",
    "prefixes", "increment", "files", "bands", "band_times", "jurisdiction", "lrn",
  ]
  /// Lines that may stand before a header, and columns that a position may name.
  private static let linesMax = 10_000
  private static let columnsMax = 10_000
  private static let fileKeys = ["file", "declares", "from"]

  private let findings: YamlFindings
  private var layout: DeckLayout

  /// The layout in `text`; what is wrong with it is appended to `findings`, and what cannot be read keeps its default.
  ///
  /// `fileName` is the deck's own file inside `decks/`, which the deck has where the layout lists none.
  static func read(
    _ text: [UInt8], file: String, fileName: String, defaults: DeckDefaults, holidays: [Label] = [],
    zones: inout ZoneLibrary,
    findings: inout [CatalogFinding]
  ) -> DeckLayout {
    let found = YamlFindings(file: file)
    var reader = DeckLayoutReader(
      findings: found,
      layout: DeckLayout(fileName: fileName, zone: defaults.zone, currency: defaults.currency))
    if let root = YamlReader.read(text, findings: found) { reader.read(root, holidays, &zones) }
    findings += found.sorted
    return reader.layout
  }

  private mutating func read(_ root: YamlNode, _ holidays: [Label], _ zones: inout ZoneLibrary) {
    guard let map = YamlMap(root, what: "the layout", keys: Self.keys, findings: findings) else { return }
    if let node = map["currency"], let currency = findings.currency(node) { layout.currency = currency }
    if let node = map["zone"], let zone = findings.zone(node, &zones) { layout.zone = zone }
    if let node = map["delimiter"] { readDelimiter(node) }
    if let node = map["header"], let mode = choice(node, what: "a kind of header", DeckLayout.HeaderMode.self)
    {
      layout.header = mode
    }
    if let node = map["skip_lines"],
      let count = findings.integer(node, what: "a number of lines", in: 0...Self.linesMax)
    {
      layout.skipLines = count
    }
    readJurisdiction(map)
    readColumns(map)
    if let node = map["bands"] { readBands(node) }
    if let node = map["band_times"] {
      layout.bandTimes = BandReading(findings: findings, holidays: holidays).bands(node)
    }
    if let node = map["price_unit"] { readPriceUnit(node) }
    if let node = map["price_per"] { readPricePer(node) }
    if let node = map["decimal"],
      let mark = findings.choice(
        node, what: "a decimal mark", of: [(".", UInt8(ascii: ".")), (",", UInt8(ascii: ","))])
    {
      layout.decimalMark = mark
    }
    if let node = map["dates"] { readDates(node) }
    if let node = map["prefixes"],
      let style = choice(node, what: "a way to write prefixes", DeckLayout.PrefixStyle.self)
    {
      layout.prefixStyle = style
    }
    if let node = map["increment"] { readIncrement(node) }
    if let node = map["files"] { readFiles(node) }
  }

  private func choice<Word: RawRepresentable<String> & CaseIterable>(
    _ node: YamlNode, what: String, _ words: Word.Type
  ) -> Word? {
    findings.choice(node, what: what, of: Word.allCases.map { (word: $0.rawValue, value: $0) })
  }

  private mutating func readDelimiter(_ node: YamlNode) {
    guard let text = findings.text(node, what: "a delimiter") else { return }
    let byte = text == "\\t" ? 9 : text.bytes.count == 1 ? text.bytes[0] : 0
    guard byte == 9 || byte > 0x20, byte < 0x7F, byte != UInt8(ascii: "\""), byte != UInt8(ascii: "#") else {
      findings.error(
        "\(node.quoted) is not a delimiter", at: node.place,
        hint: "write one character such as \";\" or \"\\t\"")
      return
    }
    layout.delimiter = byte
  }

  private mutating func readDates(_ node: YamlNode) {
    guard let text = findings.text(node, what: "a pattern of dates") else { return }
    if text == "YYYY-MM-DD" { return }
    layout.datePattern = DeckDatePattern(text)
    if layout.datePattern == nil {
      findings.error(
        "\(node.quoted) is not a pattern of dates", at: node.place,
        hint: "it has one year, one month and one day, such as DD/MM/YYYY")
    }
  }

  private mutating func readIncrement(_ node: YamlNode) {
    guard let text = findings.text(node, what: "an increment") else { return }
    let mark = layout.decimalMark
    let fits = UsageKind.allCases.contains { kind in
      text.bytes.withUnsafeBufferPointer { (try? DeckIncrementCell.read($0, kind: kind, mark: mark)) != nil }
    }
    if fits {
      layout.increment = text
    } else {
      findings.error(
        "\(node.quoted) is not an increment", at: node.place, hint: "expected first/next such as 60/6")
    }
  }
}

// Columns.
extension DeckLayoutReader {
  private mutating func readColumns(_ map: YamlMap) {
    if let node = map["columns"],
      let places = YamlMap(node, what: "columns", keys: DeckColumn.allCases.map(\.name), findings: findings)
    {
      for column in DeckColumn.allCases {
        if let place = places[column.name] { layout.columns[column] = self.place(place) }
        if let entry = places.entry(column.name), DeckColumn.jurisdictions.contains(column),
          layout.jurisdiction == nil
        {
          findings.error(
            "column '\(column.name)' has prices by jurisdiction", at: entry.place,
            hint: "add `jurisdiction: us`")
        }
      }
    }
    guard layout.header != .names else { return }
    let missing = DeckColumn.allCases.filter { layout.needs($0) && layout.columns[$0] == nil }
    if !missing.isEmpty {
      let names = missing.map { "'\($0.name)'" }.joined(separator: " and ")
      findings.error(
        "without a header, columns needs a position for \(names)", at: map["columns"]?.place ?? map.place,
        hint: "such as columns: {prefix: 1, price: 3}")
    }
  }

  /// Where a column is: a position from 1, or a name in the header; nil after an error.
  private func place(_ node: YamlNode) -> DeckLayout.Place? {
    guard let text = findings.text(node, what: "a position or a name") else { return nil }
    if let position = YamlFindings.integer(text) {
      if (1...Self.columnsMax).contains(position) { return .index(position - 1) }
      findings.error("\(node.quoted) is not a position", at: node.place, hint: "the first column is 1")
    } else if layout.header == .names {
      return .name(text.bytes.withUnsafeBufferPointer { TableHeader.key($0) })
    } else {
      findings.error(
        "\(node.quoted) is a name, but the file has no header", at: node.place, hint: "write a position")
    }
    return nil
  }

  /// `bands`: the column of each band's price.
  private mutating func readBands(_ node: YamlNode) {
    guard let map = YamlMap(node, what: "bands", keys: nil, findings: findings) else { return }
    if layout.jurisdiction != nil {
      findings.error("a deck by jurisdiction has no bands", at: node.place, hint: "leave one of the two out")
    }
    for entry in map.entries {
      guard let place = place(entry.value) else { continue }
      layout.bandColumns.append(DeckLayout.BandColumn(band: entry.key, place: place))
    }
  }

  /// `jurisdiction` and `lrn`.
  private mutating func readJurisdiction(_ map: YamlMap) {
    let usesRoutingNumber = map["lrn"].flatMap(findings.flag)
    guard let node = map["jurisdiction"] else {
      if let entry = map.entry("lrn") {
        findings.error("'lrn' belongs to 'jurisdiction'", at: entry.place, hint: "add `jurisdiction: us`")
      }
      return
    }
    guard findings.choice(node, what: "a jurisdiction", of: [("us", true)]) != nil else { return }
    layout.jurisdiction = DeckJurisdiction(usesRoutingNumber: usesRoutingNumber ?? false)
  }
}

// Prices.
extension DeckLayoutReader {
  /// `1/10000`, or a decimal such as `0.0001`.
  private mutating func readPriceUnit(_ node: YamlNode) {
    guard let text = findings.text(node, what: "a price unit") else { return }
    let parts = text.description.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
    if parts.count == 2, let numerator = Int64(parts[0]), let denominator = Int64(parts[1]), numerator > 0,
      denominator > 0, numerator <= Self.unitMax, denominator <= Self.unitMax
    {
      layout.priceUnit = DeckLayout.PriceUnit(numerator: numerator, denominator: denominator)
      return
    }
    if parts.count == 1, case .success(let pico) = DecimalText.parse(parts[0], scale: Amount.scale), pico > 0,
      pico <= Int128(PowersOfTen.int64[Amount.scale])
    {
      // At most 1, so that the greatest common divisor leaves 10ⁿ below.
      let divisor = Self.greatestCommonDivisor(Int64(pico), PowersOfTen.int64[Amount.scale])
      layout.priceUnit = DeckLayout.PriceUnit(
        numerator: Int64(pico) / divisor, denominator: PowersOfTen.int64[Amount.scale] / divisor)
      return
    }
    findings.error(
      "\(node.quoted) is not a price unit", at: node.place,
      hint: "write what a price of 1 is, such as 1/10000 or 0.01")
  }

  private static var unitMax: Int64 { PowersOfTen.int64[12] }

  private static func greatestCommonDivisor(_ a: Int64, _ b: Int64) -> Int64 {
    b == 0 ? a : greatestCommonDivisor(b, a % b)
  }

  /// A number of the kind's own units, or a quantity with its unit.
  private mutating func readPricePer(_ node: YamlNode) {
    guard let text = findings.text(node, what: "a quantity") else { return }
    if let count = YamlFindings.integer(text) {
      if (1...Int(DeckIncrementCell.unitsMax)).contains(count) {
        layout.pricePer = .units(Int64(count))
      } else {
        findings.error(
          "\(node.quoted) is not a quantity", at: node.place, hint: "write a number above zero, such as 60")
      }
      return
    }
    let word = Label(
      bytes: Array(text.bytes.reversed().prefix { ($0 | 0x20) >= 0x61 && ($0 | 0x20) <= 0x7A }.reversed()))
    let kind = UsageUnit.named(word)?.kind ?? .voice
    if let quantity = findings.take(QuantityText.parse(text, of: kind), at: node) {
      layout.pricePer = .quantity(quantity, of: kind)
    }
  }
}

// Files.
extension DeckLayoutReader {
  private mutating func readFiles(_ node: YamlNode) {
    guard let elements = findings.elements(node, what: "files") else { return }
    var files: [DeckLayout.File] = []
    for element in elements {
      guard let map = YamlMap(element, what: "a file", keys: Self.fileKeys, findings: findings),
        let file = readFile(map, isFirst: files.isEmpty)
      else { continue }
      if let earlier = files.first(where: { $0.name == file.name }) {
        findings.error(
          "file '\(file.name)' is listed twice, first on line \(earlier.line)", at: element.place,
          hint: "keep one")
      } else if let last = files.last, file.fromSeconds < last.fromSeconds {
        findings.error(
          "file '\(file.name)' begins before the one above it", at: element.place, hint: "list files by date")
      } else {
        files.append(file)
      }
    }
    if !files.isEmpty { layout.files = files }
  }

  private func readFile(_ map: YamlMap, isFirst: Bool) -> DeckLayout.File? {
    guard let nameNode = map.required("file"), let name = findings.text(nameNode, what: "a file's name")
    else {
      return nil
    }
    guard !name.bytes.contains(UInt8(ascii: "/")), name.bytes.first != UInt8(ascii: ".") else {
      findings.error(
        "\(nameNode.quoted) is not a file of decks/", at: nameNode.place, hint: "write its name only")
      return nil
    }
    var declaration = DeckLayout.Declaration.full
    var from = Int64.min
    if let node = isFirst ? map["declares"] : map.required("declares", hint: "full, country or partial") {
      guard let word = choice(node, what: "a declaration", DeckLayout.Declaration.self) else { return nil }
      declaration = word
    }
    if let node = isFirst
      ? map["from"] : map.required("from", hint: "the date at which the file begins to hold")
    {
      guard let seconds = instant(node) else { return nil }
      from = seconds
    }
    return DeckLayout.File(
      name: name.description, declaration: declaration, fromSeconds: from, line: map.place.line)
  }

  /// A date in the deck's zone, or an instant, in seconds UTC.
  private func instant(_ node: YamlNode) -> Int64? {
    guard let text = findings.text(node, what: "a date") else { return nil }
    let zone = layout.zone
    if let millis = Instant.parse(text.description, in: zone) { return Instant.seconds(ofMillis: millis) }
    findings.error(
      "\(node.quoted) is not a date", at: node.place, hint: "write YYYY-MM-DD, such as 2025-03-16")
    return nil
  }
}

extension YamlFindings {
  /// A zone by its IANA name.
  func zone(_ node: YamlNode, _ zones: inout ZoneLibrary) -> Zone? {
    guard let text = text(node, what: "a time zone") else { return nil }
    do throws(ZoneFault) {
      return try zones.zone(named: text.description)
    } catch {
      self.error(error.description, at: node.place)
      return nil
    }
  }
}
