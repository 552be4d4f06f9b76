// What the lines of an unknown text look like, for messages when no format fits.

public import Tables

/// The first line of a text, cut by the delimiter that it most likely has.
public struct SampleShape: Sendable, Hashable {
  /// How fields seem to be separated; nil where the lines are JSON objects or have no delimiter.
  public let delimiter: UInt8?
  /// Fields of the first line.
  public let fields: [Label]
  /// Whether the first line is a JSON object.
  public let isJSON: Bool
  /// Whether lines end with CR alone, which a format must say.
  public let hasBareCarriageReturns: Bool

  /// Looks at the front of a text.
  public init(_ bytes: [UInt8]) {
    var front = bytes.prefix(1 << 16)
    if front.starts(with: [0xEF, 0xBB, 0xBF]) { front = front.dropFirst(3) }
    let newline = UInt8(ascii: "\n")
    hasBareCarriageReturns = !front.contains(newline) && front.dropLast().contains(13)
    let end = hasBareCarriageReturns ? 13 : newline
    var line = front.prefix { $0 != end }
    if line.last == 13 { line = line.dropLast() }
    isJSON = line.first == UInt8(ascii: "{")
    guard !isJSON else {
      delimiter = nil
      fields = []
      return
    }
    let candidates = [",", ";", "\t", "|"].compactMap { Unicode.Scalar($0).map { UInt8(ascii: $0) } }
    let counts = candidates.map { candidate in Self.cut(line, at: candidate).count }
    let most = counts.max() ?? 1
    guard most > 1, let best = counts.firstIndex(of: most) else {
      delimiter = nil
      fields = line.isEmpty ? [] : [Label(bytes: Array(line))]
      return
    }
    delimiter = candidates[best]
    fields = Self.cut(line, at: candidates[best]).map { Label(bytes: $0) }
  }

  /// Cuts outside quotes; quotes around a field go.
  private static func cut(_ line: ArraySlice<UInt8>, at delimiter: UInt8) -> [[UInt8]] {
    let quote = UInt8(ascii: "\"")
    var fields: [[UInt8]] = [[]]
    var isQuoted = false
    for byte in line {
      if byte == quote {
        isQuoted.toggle()
      } else if byte == delimiter, !isQuoted {
        fields.append([])
      } else {
        fields[fields.count - 1].append(byte)
      }
    }
    return fields
  }

  /// Whether the first line holds the types of columns, not their names: `INTEGER,VARCHAR(50),…`.
  public var isTypesLine: Bool {
    let types: Set<String> = [
      "INTEGER", "INT", "BIGINT", "SMALLINT", "STRING", "VARCHAR", "CHAR", "TEXT", "UNIQUEIDENTIFIER", "DATE",
      "DATETIME", "TIMESTAMP", "FLOAT", "DOUBLE", "DECIMAL", "NUMERIC", "BOOLEAN",
    ]
    return fields.count > 2
      && fields.allSatisfy { field in
        let word = String(decoding: field.bytes.prefix { $0 != UInt8(ascii: "(") }, as: UTF8.self)
        return types.contains(word.uppercased())
      }
  }
}
