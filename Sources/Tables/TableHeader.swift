// The names of a table's columns, compared as people mean them: without case, and blanks, hyphens, dots and underscores alike.

/// The first row of a table.
public struct TableHeader: Sendable {
  /// One column's name.
  public struct Name: Sendable, Hashable {
    /// The name as compared: lower-case, with `_` for every run of blanks, `-`, `.` and `_`.
    public var key: Label
    /// The name as written.
    public var written: Label
    /// Where it stands.
    public var position: TablePosition
  }

  /// The names, in file order; empty keys where a cell was empty.
  public var names: [Name]

  /// Takes the current row of a reader as the names.
  public init(_ reader: borrowing TableReader) {
    names = []
    names.reserveCapacity(reader.cellCount)
    for index in 0..<reader.cellCount {
      names.append(
        Name(
          key: Self.key(reader[index]), written: Label(reader[index]),
          position: reader.position(ofCell: index)))
    }
  }

  /// The form in which names are compared.
  public static func key(_ text: UnsafeBufferPointer<UInt8>) -> Label {
    var key: [UInt8] = []
    var isGap = false
    var index = 0
    while index < text.count {
      let byte = text[index]
      let isNoBreakSpace = byte == 0xC2 && index + 1 < text.count && text[index + 1] == 0xA0
      index += isNoBreakSpace ? 2 : 1
      if isNoBreakSpace || isSeparator(byte) {
        isGap = true
        continue
      }
      if isGap, !key.isEmpty { key.append(UInt8(ascii: "_")) }
      isGap = false
      let isCapital = (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte)
      key.append(isCapital ? byte + 32 : byte)
    }
    return Label(bytes: key)
  }

  /// The same for a string.
  public static func key(_ text: String) -> Label {
    var copy = text
    return copy.withUTF8 { key($0) }
  }

  private static func isSeparator(_ byte: UInt8) -> Bool {
    TableText.isBlank(byte) || byte == 10 || byte == 13 || byte == UInt8(ascii: "_")
      || byte == UInt8(ascii: "-")
      || byte == UInt8(ascii: ".")
  }
}
