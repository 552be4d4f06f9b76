// A sample and everything that was found out about it: which formats read it, and how its first records look.

internal import BillingCalendar
internal import Catalog
internal import RatingEngine
internal import Tables

/// A sample that was tried.
struct CheckedSample {
  let text: SampleText
  let shape: SampleShape
  let guess: FormatGuess
  /// Its source, where the catalog has one for it.
  let source: UsageSource?
  /// Why the source's format does not fit; nil where it does, or where there is no source.
  let mismatch: FormatMismatch?
  /// The format that the records are shown in; nil where none reads any.
  let format: FormatDescriptor?
  let records: [ReadRecord]
  /// What the catalog makes of them; empty without a source.
  let outcomes: [EventDerivation]
  /// The row of sources.csv to add; nil where there is one, or no format.
  let row: SourceRow?

  /// Tries `formats`; with a catalog, its sources are asked whose the sample is.
  init(_ input: InputFile, catalog: Catalog?, formats: [FormatDescriptor], sourceName: String?)
    throws(RunFault)
  {
    text = try SampleText.read(input)
    shape = SampleShape(text.bytes)
    var options = RatingOptions()
    options.sourceName = sourceName
    let explainer = try catalog.map { catalog throws(RunFault) in
      try EventExplainer(catalog: catalog, options: options)
    }
    source = try explainer?.source(of: input)
    let habits = source ?? Self.defaults(catalog)
    let isReadable = text.obstacle == nil
    guess = FormatGuess(
      text, formats: isReadable ? formats : [], source: habits)
    let named = source.flatMap { source in catalog?.formats[source.formatIndex] }
    var found: (format: FormatDescriptor?, records: [ReadRecord]) = (nil, [])
    var fault: FormatMismatch?
    if isReadable, let named {
      do throws(FormatMismatch) {
        found = (named, try SampleRecords.read(text, named, source: habits))
      } catch {
        fault = error
      }
    }
    if found.format == nil, let best = guess.candidates.first?.format {
      found = (best, (try? SampleRecords.read(text, best, source: habits)) ?? [])
    }
    mismatch = fault
    let (format, records) = found
    self.format = format
    self.records = records
    var outcomes: [EventDerivation] = []
    if let explainer, let source, fault == nil {
      outcomes = (try? explainer.outcomes(of: records, in: text, source)) ?? []
    }
    self.outcomes = outcomes
    if source == nil, let format {
      row = SourceRow(fileName: input.name, text: text, format: format, records: records)
    } else {
      row = nil
    }
  }

  /// What holds for a file without a source: the defaults of the catalog.
  private static func defaults(_ catalog: Catalog?) -> UsageSource? {
    guard let catalog else { return nil }
    let country = catalog.defaults.country ?? .empty
    return .trial(
      zone: catalog.defaults.zone, country: country,
      dialling: DiallingPlan.habits(of: country) ?? .international)
  }

  /// Whether somebody must look: nothing reads it, the source's format does not fit, or it is damaged.
  var hasProblem: Bool { format == nil || mismatch != nil || text.damage != nil }
}

/// A row of sources.csv for a file that has none.
struct SourceRow {
  let name: String
  let pattern: String
  let format: String
  /// Whether times carry no offset, so that the zone decides.
  let needsZone: Bool
  /// Whether numbers are dialled nationally, so that the country decides.
  let needsCountry: Bool

  /// Proposes a row from the file's name and its first records.
  init(fileName: String, text: SampleText, format: FormatDescriptor, records: [ReadRecord]) {
    var base = fileName.split(separator: "/").last.map(String.init) ?? fileName
    for suffix in [".zst", ".gz"] where base.hasSuffix(suffix) { base = String(base.dropLast(suffix.count)) }
    let isDigit = { (character: Character) in character.isASCII && character.isNumber }
    // The running part of the name stands between its first and its last digit.
    if fileName == "-" {
      pattern = ""
    } else if let first = base.firstIndex(where: isDigit), let last = base.lastIndex(where: isDigit) {
      pattern = base[..<first] + "*" + base[base.index(after: last)...]
    } else {
      pattern = base
    }
    let stem = base.prefix { !isDigit($0) && $0 != "." }
    let trimmed = stem.drop { $0 == "-" || $0 == "_" }
    let word = String(trimmed.reversed().drop { $0 == "-" || $0 == "_" }.reversed())
    name = word.isEmpty ? format.name.description : word
    self.format = format.name.description
    needsZone = Self.needsZone(text, format, records)
    needsCountry = records.contains { record in
      (["from", "to"] as [Label]).contains { role in
        let field = record.field(role)
        return field?.note == "no number" && field?.text?.bytes.first == UInt8(ascii: "0")
      }
    }
  }

  /// Reads the records once more on clocks an hour ahead: what moves depends on the zone.
  private static func needsZone(_ text: SampleText, _ format: FormatDescriptor, _ records: [ReadRecord])
    -> Bool
  {
    var zones = ZoneLibrary()
    guard let ahead = try? zones.zone(named: "+01:00"),
      let moved = try? SampleRecords.read(text, format, source: .trial(zone: ahead))
    else { return false }
    return zip(moved, records).contains { $0.field("start")?.value != $1.field("start")?.value }
  }
}
