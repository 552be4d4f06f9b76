// The words that plans and formats share, as choices for the YAML reader.

package import Tables

extension UsageKind {
  /// `voice`, `message`, `data`, `event`.
  package static let choices = allCases.map { (word: $0.name, value: $0) }
}

extension UsageDirection {
  /// `outbound`, `inbound`, `internal`.
  package static let choices = allCases.map { (word: $0.name, value: $0) }
}

extension YamlFindings {
  /// A reason in reports: lower-case words with hyphens, such as `on-net`.
  package func reason(_ node: YamlNode) -> Label? {
    guard let text = text(node, what: "a reason") else { return nil }
    if Self.isReason(text) { return text }
    error(
      "\(Quoted.text(text)) is not a reason", at: node.place,
      hint: "write lower-case words with hyphens, such as on-net")
    return nil
  }

  private static func isReason(_ text: Label) -> Bool {
    let words = text.bytes.split(separator: UInt8(ascii: "-"), omittingEmptySubsequences: false)
    return words.allSatisfy { word in
      !word.isEmpty
        && word.allSatisfy {
          (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0) || $0 &- UInt8(ascii: "0") <= 9
        }
    }
  }
}
