// Reads catalog.yaml: what holds where a table or a file says nothing.

public import BillingCalendar
import Money
import Tables

/// Reads the catalog's defaults.
public enum DefaultsReader {
  private static let keys = ["zone", "currency", "country", "seller", "tax_rounding", "numbers"]

  /// The defaults in `text`, with UTC and nothing else where it is silent or faulty; faults are appended to `findings`.
  ///
  /// `zone` gives a zone by its name; its fault becomes the message. Keys of `seller` are free words, kept in file order.
  public static func read(
    _ text: [UInt8], file: String, zone: (String) throws(ZoneFault) -> Zone, findings: inout [CatalogFinding]
  ) -> CatalogDefaults {
    var defaults = CatalogDefaults(zone: .utc, currency: nil, country: nil, seller: [])
    let found = YamlFindings(file: file)
    if let root = YamlReader.read(text, findings: found),
      let map = YamlMap(root, what: "the catalog", keys: keys, findings: found)
    {
      defaults.zone = map["zone"].flatMap { self.zone($0, zone, found) } ?? .utc
      defaults.currency = map["currency"].flatMap(found.currency)
      defaults.country = map["country"].flatMap { country($0, found) }
      defaults.taxRounding = map["tax_rounding"].flatMap { taxRounding($0, found) } ?? .total
      defaults.seller = map["seller"].map { seller($0, found) } ?? []
      map["numbers"].map { numbers($0, found, &defaults) }
    }
    findings += found.sorted
    return defaults
  }

  private static func zone(
    _ node: YamlNode, _ zone: (String) throws(ZoneFault) -> Zone, _ findings: YamlFindings
  ) -> Zone? {
    guard let name = findings.text(node, what: "a zone") else { return nil }
    do {
      return try zone(name.description)
    } catch {
      findings.error(error.description, at: node.place)
      return nil
    }
  }

  /// An ISO 3166 code. Whether its dialling habits are known is for the source that follows them.
  private static func country(_ node: YamlNode, _ findings: YamlFindings) -> Label? {
    guard let text = findings.text(node, what: "a country") else { return nil }
    let isCode =
      text.bytes.count == 2 && text.bytes.allSatisfy { (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains($0) }
    if isCode { return text }
    findings.error(
      "\(Quoted.text(text)) is not a country", at: node.place,
      hint: "write two capital letters, such as DE")
    return nil
  }

  private static func taxRounding(_ node: YamlNode, _ findings: YamlFindings) -> TaxRounding? {
    findings.choice(
      node, what: "where taxes are rounded", of: TaxRounding.allCases.map { ($0.rawValue, $0) })
  }

  /// Names of the series that documents are numbered in: `numbers: {invoice: INV, credit_note: CN}`.
  private static func numbers(
    _ node: YamlNode, _ findings: YamlFindings, _ defaults: inout CatalogDefaults
  ) {
    let keys = ["invoice", "credit_note"]
    guard let map = YamlMap(node, what: "the number series", keys: keys, findings: findings) else { return }
    defaults.invoiceSeries = map["invoice"].flatMap { series($0, findings) } ?? defaults.invoiceSeries
    defaults.creditNoteSeries =
      map["credit_note"].flatMap { series($0, findings) } ?? defaults.creditNoteSeries
    if defaults.invoiceSeries == defaults.creditNoteSeries {
      findings.error(
        "invoices and credit notes have one series", at: node.place, hint: "give each a name of its own")
    }
  }

  // It becomes part of file names.
  private static func series(_ node: YamlNode, _ findings: YamlFindings) -> Label? {
    guard let text = findings.text(node, what: "a series") else { return nil }
    let isSafe = text.bytes.allSatisfy { byte in
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"):
        true
      default: false
      }
    }
    if isSafe, (1...20).contains(text.bytes.count) { return text }
    findings.error(
      "\(Quoted.text(text)) is no name of a series", at: node.place,
      hint: "write at most 20 letters and digits, such as INV")
    return nil
  }

  private static func seller(_ node: YamlNode, _ findings: YamlFindings) -> [(key: Label, value: Label)] {
    guard let map = YamlMap(node, what: "the seller", keys: nil, findings: findings) else { return [] }
    return map.entries.compactMap { entry in
      findings.text(entry.value, what: "a text").map { (entry.key, $0) }
    }
  }
}
