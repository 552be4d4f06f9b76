// The manifest of a usage folder: what went in, by which rules, what came out, and what it must add up to.
//
// Owns the model; the JSON is in SummaryManifest+Text.swift and +Reading.swift, the proof against the files in
// UsageFolder.

public import Tables

/// `manifest.json`: written last, so that a folder with one is whole. Holds no clock, no host and no path of the machine.
public struct SummaryManifest: Hashable, Sendable {
  /// The option that says how many rated records are in no row, because they are settled over the usage of other runs as well.
  public static let settledLater: Label = "settled_later"

  /// The name of the file.
  public static let fileName = "manifest.json"

  /// Schema of the summary.
  public var schema = SummarySchema.version
  /// Version of the rating rules: a change of any decision raises it.
  public var semantics: Int64
  /// `Catalog.ratingHash` of the catalog that priced it.
  public var ratingHash: Label
  /// Options that change results, by name, in the order given.
  public var options: [Option]
  /// Inputs in the order of the run, sorted by name.
  public var inputs: [Input]
  /// Inputs that did not prove whole and were skipped on the user's word; nothing of them counts.
  public var skippedInputs: [SkippedInput]
  /// Records of all inputs by door.
  public var doors: DoorCounts
  /// Every other file of the folder that is part of the result, sorted by name.
  public var files: [File]

  /// An option that changes results.
  public struct Option: Hashable, Sendable {
    /// Its long name without dashes.
    public var name: Label
    /// Its value as text.
    public var value: Label

    /// Makes an option.
    public init(name: Label, value: Label) {
      self.name = name
      self.value = value
    }
  }

  /// One input of the run.
  public struct Input: Hashable, Sendable {
    /// As the run named it.
    public var name: Label
    /// The source it belongs to.
    public var source: Label
    /// Bytes after decompression.
    public var decodedBytes: Int64
    /// Hash of those bytes, with its algorithm: `xxh3-128:…`.
    public var hash: Label
    /// Its records by door.
    public var doors: DoorCounts

    /// Makes an input.
    public init(name: Label, source: Label, decodedBytes: Int64, hash: Label, doors: DoorCounts) {
      self.name = name
      self.source = source
      self.decodedBytes = decodedBytes
      self.hash = hash
      self.doors = doors
    }
  }

  /// An input that was skipped.
  public struct SkippedInput: Hashable, Sendable {
    /// As the run named it.
    public var name: Label
    /// Why, for people.
    public var reason: Label

    /// Makes a skipped input.
    public init(name: Label, reason: Label) {
      self.name = name
      self.reason = reason
    }
  }

  /// One file of the folder.
  public struct File: Hashable, Sendable {
    /// Its name in the folder.
    public var name: String
    /// Rows without the header.
    public var rowCount: Int64
    /// Bytes after decompression, header included.
    public var decodedBytes: Int64
    /// SHA-256 of those bytes, 64 hexadecimal digits.
    public var sha256: String
    /// What its rows add up to: for the summary; nil for the others.
    public var sums: ControlSums?

    /// Makes a file.
    public init(name: String, rowCount: Int64, decodedBytes: Int64, sha256: String, sums: ControlSums? = nil)
    {
      self.name = name
      self.rowCount = rowCount
      self.decodedBytes = decodedBytes
      self.sha256 = sha256
      self.sums = sums
    }
  }

  /// Makes a manifest of schema 1.
  public init(
    semantics: Int64, ratingHash: Label, options: [Option], inputs: [Input],
    skippedInputs: [SkippedInput] = [],
    doors: DoorCounts, files: [File]
  ) {
    self.semantics = semantics
    self.ratingHash = ratingHash
    self.options = options
    self.inputs = inputs
    self.skippedInputs = skippedInputs
    self.doors = doors
    self.files = files
  }

  /// What the summary and its corrections add up to.
  public var sums: ControlSums {
    var sums = ControlSums()
    for name in SummarySchema.fileNames {
      if let others = file(named: name)?.sums { sums += others }
    }
    return sums
  }

  /// The file of that name; nil where the manifest lists none.
  public func file(named name: String) -> File? { files.first { $0.name == name } }
}
