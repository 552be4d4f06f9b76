// A case is a folder: a command line, and what it must say and leave behind.
//
// Tests/Cases/README.md describes the files of a case. Comparison is byte for byte.

internal import Glibc

/// One case: `Tests/Cases/<command>/<rule>/`.
public struct GoldenCase: Sendable, CustomStringConvertible {
  /// Its folder.
  public let folder: String
  /// `<command>/<rule>`.
  public let name: String
  /// Texts that differ from build to build, and what stands for them in expectations, such as `{VERSION}`.
  let placeholders: [String: String]

  /// `<command>/<rule>`.
  public var description: String { name }

  /// Every folder below `root` that holds a `cmd`, sorted by name.
  ///
  /// `placeholders` apply to the cases of `placeholderCommand` only, so that no other output is rewritten by chance.
  public static func all(
    in root: String, placeholders: [String: String] = [:], placeholderCommand: String = ""
  ) -> [GoldenCase] {
    FileContent.names(in: root).flatMap { command in
      FileContent.names(in: root + "/" + command).filter {
        FileContent.bytes(of: "\(root)/\(command)/\($0)/cmd") != nil
      }.map { rule in
        GoldenCase(
          folder: "\(root)/\(command)/\(rule)", name: "\(command)/\(rule)",
          placeholders: command == placeholderCommand ? placeholders : [:])
      }
    }
  }

  /// Whether expectations are to be rewritten: `RATEMILL_UPDATE_GOLDEN=1`.
  public static var isUpdating: Bool { getenv("RATEMILL_UPDATE_GOLDEN").map { String(cString: $0) } == "1" }

  /// One thing that differs from its expectation.
  public struct Difference: Sendable {
    /// The file of the case, such as `stdout` or `files/out/summary.csv`.
    public let file: String
    /// What the case expects; nil where it had no such file, which was then written.
    public let expected: String?
    /// What came; nil where the run left no such file.
    public let actual: String?
  }

  /// Runs the case in a copy of its folder and compares, or rewrites.
  public func differences(running program: BuiltProgram) throws -> [Difference] {
    let copy = try TemporaryFolder()
    let isOurs: (String) -> Bool = { Self.reserved.contains($0) || $0.hasPrefix("files/") }
    for file in FileContent.files(below: folder) where !isOurs(file) {
      try copy.write(FileContent.bytes(of: folder + "/" + file) ?? [], to: file)
    }
    let line = String(decoding: FileContent.bytes(of: folder + "/cmd") ?? [], as: UTF8.self)
    guard let words = CommandWords.split(line), words.first == "ratemill" else {
      throw FolderFault("\(name)/cmd: expected one line that begins with 'ratemill'")
    }
    let hasInput = FileContent.bytes(of: folder + "/stdin") != nil
    let result = try program.run(
      Array(words.dropFirst()), in: copy, input: hasInput ? .file(folder + "/stdin") : .empty)
    var differences: [Difference] = []
    try compare("stdout", result.standardOutput, into: &differences)
    try compare("stderr", result.standardError, into: &differences)
    try compare("exit", Array("\(result.status)\n".utf8), into: &differences)
    for file in FileContent.files(below: folder + "/files") {
      try compare("files/" + file, Self.output(file, in: copy), into: &differences)
    }
    return differences
  }

  private static let reserved: Set<String> = ["cmd", "stdin", "stdout", "stderr", "exit"]

  /// The bytes of an output file; of its zstd form, decoded, where only that exists: compressed bytes may change with
  /// the library, what they hold may not.
  private static func output(_ file: String, in folder: TemporaryFolder) -> [UInt8]? {
    folder.bytes(of: file) ?? folder.bytes(of: file + ".zst").flatMap(ZstdContent.decode)
  }

  private func compare(_ file: String, _ actual: [UInt8]?, into differences: inout [Difference]) throws {
    let expected = FileContent.bytes(of: folder + "/" + file)
    let shown = actual.map { replacing($0, placeholders) }
    if expected == shown, expected != nil { return }
    if let shown, Self.isUpdating || expected == nil { try FileContent.write(shown, to: folder + "/" + file) }
    if Self.isUpdating, shown != nil { return }
    differences.append(
      Difference(
        file: file, expected: expected.map { String(decoding: $0, as: UTF8.self) },
        actual: shown.map { String(decoding: $0, as: UTF8.self) }))
  }

  private func replacing(_ bytes: [UInt8], _ placeholders: [String: String]) -> [UInt8] {
    guard !placeholders.isEmpty, var text = String(validating: bytes, as: UTF8.self) else { return bytes }
    for (placeholder, value) in placeholders.sorted(by: { $0.key < $1.key }) {
      text = text.split(separator: value, omittingEmptySubsequences: false).joined(separator: placeholder)
    }
    return Array(text.utf8)
  }
}
