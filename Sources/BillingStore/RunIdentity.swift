// The name of a run: a hash of all that decides its result, so that the same work has the same name.

import Tables
public import UsageSummary

/// What makes two runs the same.
public struct RunIdentity: Hashable, Sendable {
  /// SHA-256, 64 hexadecimal digits.
  public let hash: String

  /// The name of the run and of its folder: the first 20 digits, 80 bits.
  public var runID: String { String(hash.prefix(Self.runIDDigits)) }

  /// Digits of a run's name.
  static let runIDDigits = 20

  /// The identity of the run that `manifest` describes.
  ///
  /// It is made of the inputs' decoded content with their sources, of the catalog, of the options that change results, of the
  /// version of the rules, and of the run that is replaced. Names of files, their compression and
  /// their order do not change it; nor does the machine.
  public init(_ manifest: SummaryManifest, kind: RunRecord.Kind, replacing replaced: String?) {
    var lines = [
      "ratemill run 1", "kind \(kind.rawValue)", "catalog \(manifest.ratingHash)",
      "semantics \(manifest.semantics)", "replaces \(replaced ?? "-")",
    ]
    lines += manifest.options.map { "option \($0.name)=\($0.value)" }.sorted()
    lines += manifest.inputs.map { "input \($0.hash) \($0.decodedBytes) \($0.source)" }
      .sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    hash = SHA256.hex(of: Array(lines.map { $0 + "\n" }.joined().utf8))
  }
}
