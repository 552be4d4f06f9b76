// Sources whose numbers can be meant in two ways, and whose rows do not say in which.

import Tables

extension CatalogChecks {
  /// Warnings about sources that leave open what a number without any prefix is.
  ///
  /// Where a trunk prefix marks national numbers, what has none has its country code. Where a country has no such prefix, or
  /// one that is its calling code (1 in North America), a national number is written like an international one: 4155551234
  /// of California begins like a number of Switzerland.
  func sourceFindings(sourcesFile: String) -> [CatalogFinding] {
    var findings = FindingList(file: sourcesFile)
    for source in catalog.sources where !source.isBareStated && !source.country.isEmpty {
      let dialling = source.dialling
      guard dialling.nationalPrefix.isEmpty || dialling.nationalPrefix == dialling.countryCode else {
        continue
      }
      guard catalog.formats[source.formatIndex].readsNumbers else { continue }
      findings.warning(
        at: TablePosition(line: source.line, column: 0),
        "source \(Quoted.text(source.name)) does not say what a number without prefix is, and nothing marks national "
          + "numbers of \(source.country): all are taken as international",
        hint:
          "write 'national' in the column 'bare', or 'international' where its numbers have their country code"
      )
    }
    return findings.sorted()
  }
}

extension FormatDescriptor {
  /// Whether a field is a telephone number.
  fileprivate var readsNumbers: Bool { fields.contains { $0.conversion == .number } }
}
