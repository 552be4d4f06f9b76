// A name as exact bytes.
//
// Swift's `String` merges "é" and "e" + accent and sorts by Unicode rules; two accounts that differ by that would become
// one. Keys, names and everything that is sorted are labels: equal only if every byte is.

/// A name, code or key: exact bytes, compared and ordered as bytes.
public struct Label: Hashable, Sendable {
  /// The bytes, usually UTF-8.
  public var bytes: [UInt8]

  /// The empty label.
  public static let empty = Label(bytes: [])

  /// Takes the bytes as they are.
  public init(bytes: [UInt8]) { self.bytes = bytes }
  /// Takes a slice of a buffer as it is.
  public init(_ buffer: UnsafeBufferPointer<UInt8>) { bytes = Array(buffer) }
  /// Takes the UTF-8 bytes of `text`.
  public init(_ text: String) { bytes = Array(text.utf8) }

  /// Whether there are no bytes.
  public var isEmpty: Bool { bytes.isEmpty }

  // An array hashes its bytes one by one; all at once is several times as fast.
  /// Feeds the bytes and their number.
  public func hash(into hasher: inout Hasher) {
    hasher.combine(bytes.count)
    bytes.withUnsafeBytes { hasher.combine(bytes: $0) }
  }
}

extension Label: Comparable {
  /// Orders by bytes, a prefix before what it begins.
  public static func < (a: Label, b: Label) -> Bool { a.bytes.lexicographicallyPrecedes(b.bytes) }
}

extension Label: CustomStringConvertible, ExpressibleByStringLiteral {
  /// The text for people; bytes that are not UTF-8 appear as U+FFFD.
  public var description: String { String(decoding: bytes, as: UTF8.self) }
  /// Takes the UTF-8 bytes of the literal.
  public init(stringLiteral value: String) { self.init(value) }
}
