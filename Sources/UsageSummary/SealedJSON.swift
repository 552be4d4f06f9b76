// JSON documents that show when they were changed: the last member is the hash of all lines before it.

public import Tables

/// Writes and checks sealed documents.
///
/// The seal is the member `sha256`, always last; anyone can check it with `head -n -2 FILE | sha256sum`. It protects against
/// accidents and careless edits, not against someone who seals again.
public enum SealedJSON {
  /// Why a document is not sealed.
  public struct Broken: Error, Hashable, Sendable {
    /// What is wrong, lower-case.
    public var message: String
  }

  /// The pretty text of `document`, an object, with its seal added as last member.
  ///
  /// - Precondition: `document` is an object with at least one member and none named `sha256`.
  public static func text(of document: JSONValue) -> [UInt8] {
    guard case .object(let members) = document, !members.isEmpty else {
      preconditionFailure("a sealed document is an object")
    }
    precondition(document["sha256"] == nil, "the seal is added here")
    var bytes = JSONText.pretty(document)
    // The document ends with `\n}\n`; the seal goes before it.
    bytes.removeLast(3)
    bytes.append(contentsOf: ",\n".utf8)
    return sealed(bytes)
  }

  /// All lines of a document but its seal, with the seal that they have.
  public static func sealed(_ lines: [UInt8]) -> [UInt8] {
    var bytes = lines
    bytes.append(contentsOf: lastLines(SHA256.hex(of: lines)).utf8)
    return bytes
  }

  /// The lines of a sealed document without its seal.
  ///
  /// - Precondition: `text(of:)` or `sealed` has made it.
  public static func withoutSeal(_ bytes: [UInt8]) -> ArraySlice<UInt8> {
    bytes.dropLast(lastLines(String(repeating: "0", count: 64)).utf8.count)
  }

  /// Throws where the last two lines of `bytes` are not the seal of those before them.
  public static func check(_ bytes: [UInt8]) throws(Broken) {
    let sealCount = lastLines(String(repeating: "0", count: 64)).utf8.count
    guard bytes.count > sealCount else { throw Broken(message: "'sha256' is not its last line") }
    let expected = SHA256.hex(of: Array(bytes.dropLast(sealCount)))
    guard bytes.suffix(sealCount).elementsEqual(lastLines(expected).utf8) else {
      throw Broken(message: "it was changed after it was written: the SHA-256 of its lines is \(expected)")
    }
  }

  private static func lastLines(_ seal: String) -> String { "  \"sha256\": \"\(seal)\"\n}\n" }
}
