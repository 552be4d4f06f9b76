// The formats that need no file: their texts, by name. A text is read only when somebody asks for its format.

public import Tables

/// The built-in format descriptors.
public enum BuiltInFormats {
  /// Their names, sorted by bytes.
  public static let names: [Label] = texts.map { Label($0.name) }.sorted()

  /// The descriptor's own text; nil for a name that is not built in.
  public static func text(named name: Label) -> Label? {
    texts.first { Label($0.name) == name }.map { Label($0.text) }
  }

  /// The descriptor of this name, read from its text; nil for a name that is not built in.
  ///
  /// - Complexity: O(length of the text), under a millisecond; nothing is kept, so a caller asks once.
  public static func descriptor(named name: Label) -> FormatDescriptor? {
    text(named: name).map { text in
      var findings: [CatalogFinding] = []
      let format = FormatReader.read(text.bytes, origin: "built in", findings: &findings)
      guard let format, findings.isEmpty else {
        preconditionFailure("the built-in format \(name) is faulty: \(findings.map(\.description))")
      }
      return format
    }
  }

  /// All descriptors, in the order of `names`.
  public static func all() -> [FormatDescriptor] { names.compactMap(descriptor) }

  // Literals lie in the binary as they are: this table costs nothing until a text is read.
  private static let texts: [(name: String, text: String)] = [
    ("3cx", threeCX), ("asterisk-cdr-csv", asteriskCdrCSV), ("aws-cur", awsCUR),
    ("aws-cur-legacy", awsCURLegacy), ("carrier-csv", carrierCSV), ("cisco-cucm", ciscoCUCM),
    ("focus-csv", focusCSV),
    ("freepbx", freePBX), ("freeswitch-cdr-csv", freeSwitchCdrCSV), ("ratemill-csv", ratemillCSV),
    ("ratemill-jsonl", ratemillJSONL), ("usage-csv", usageCSV), ("usage-jsonl", usageJSONL),
  ]
}
