// Which files a run reads: paths, folders, globs and stdin, in one order.

import Glibc
public import Tables

/// One input of a run.
public struct InputFile: Sendable, Hashable {
  /// The name as the user gave it (for a folder or glob: as found under it); `-` for stdin.
  public var name: String
  /// Where records lie that were taken out of other files; nil for a file of its own.
  public var excerpt: Excerpt?

  /// What it began with when it was read before; a file that grows must still begin so. Nil where nothing is promised.
  public var beginning: Beginning?

  /// Records of it that cannot be read and stand in the suspense of earlier runs, whatever became of them there: where it is read again,
  /// they are duplicates of these. Without a key, their places and bytes are what they are known by.
  public var unreadable: Set<UnreadableRecord> = []

  /// A record that could not be read.
  public struct UnreadableRecord: Sendable, Hashable {
    /// Where it begins in the decoded file.
    public var byteOffset: Int64
    /// Its bytes, without the line end.
    public var byteLength: Int64
    /// What suspense keeps of them.
    public var kept: Label

    /// Takes the three.
    public init(byteOffset: Int64, byteLength: Int64, kept: Label) {
      self.byteOffset = byteOffset
      self.byteLength = byteLength
      self.kept = kept
    }
  }

  /// The beginning of a decoded file.
  public struct Beginning: Sendable, Hashable {
    /// Decoded bytes.
    public var byteCount: Int64
    /// Their hash, as `RunReport.File.hash` gives it.
    public var hash: String
    /// What has read it, for messages, such as `run 3`.
    public var reader: String
    /// What allows to read on behind it; nil where all of the file is to be read again.
    public var end: End?

    /// Takes the four.
    public init(byteCount: Int64, hash: String, reader: String, end: End? = nil) {
      self.byteCount = byteCount
      self.hash = hash
      self.reader = reader
      self.end = end
    }
  }

  /// How the reading of a beginning ended.
  public struct End: Sendable, Hashable {
    /// The source that it was read for.
    public var source: String
    /// Decoded bytes up to the end of its last whole record.
    public var completeByteCount: Int64
    /// Whether the text behind that was read as an event.
    public var endsInOpenEvent: Bool
    /// Whether all that was read of it still counts, so that it need not be read again.
    public var isKept: Bool

    /// Takes the four.
    public init(source: String, completeByteCount: Int64, endsInOpenEvent: Bool, isKept: Bool) {
      self.source = source
      self.completeByteCount = completeByteCount
      self.endsInOpenEvent = endsInOpenEvent
      self.isKept = isKept
    }
  }

  /// Records of one source that were taken out of its files: a file without the trailer rows and control file of a whole one.
  public struct Excerpt: Sendable, Hashable {
    /// The file to read.
    public var path: String
    /// The source that they came from.
    public var source: String

    /// Takes the two.
    public init(path: String, source: String) {
      self.path = path
      self.source = source
    }
  }

  /// Whether it is stdin.
  public var isStandardInput: Bool { name == "-" && excerpt == nil }
  /// Whether its bytes can be read once only: stdin, a named pipe, what a shell puts in place of `<(…)`.
  public var isReadOnce: Bool { isStandardInput || FileSize.isPipe(path) }
  /// Where it is read.
  var path: String { excerpt?.path ?? name }

  /// Names an input, or an excerpt by what reports call it.
  public init(name: String, excerpt: Excerpt? = nil) {
    self.name = name
    self.excerpt = excerpt
  }

  /// Expands what the user typed: files stay, folders give the files in them (hidden ones and control files left out,
  /// sub-folders included), patterns with `*`, `?` or `[` give what they match.
  ///
  /// The result is sorted by the bytes of the names, each name once, so that no order of arguments or of a folder shows.
  /// - Throws: `RunFault.input` for a name that does not exist, a pattern without a match, or stdin named twice.
  public static func expand(_ arguments: [String], controlSuffixes: [String]) throws(RunFault) -> [InputFile]
  {
    var names: Set<[UInt8]> = []
    for argument in arguments {
      if argument == "-" {
        names.insert(Array("-".utf8))
        continue
      }
      var status = stat()
      if stat(argument, &status) == 0 {
        if status.st_mode & S_IFMT == S_IFDIR {
          try collect(folder: argument, controlSuffixes, depth: 0, &names)
        } else {
          names.insert(Array(argument.utf8))
        }
      } else if argument.utf8.contains(where: {
        [UInt8(ascii: "*"), UInt8(ascii: "?"), UInt8(ascii: "[")].contains($0)
      }) {
        try collect(pattern: argument, &names)
      } else {
        throw .input(
          file: argument,
          message: "\(String(cString: strerror(errno))); name an existing file, folder or pattern")
      }
    }
    return names.sorted { $0.lexicographicallyPrecedes($1) }.map {
      InputFile(name: String(decoding: $0, as: UTF8.self))
    }
  }

  private static func collect(
    folder: String, _ controlSuffixes: [String], depth: Int, _ names: inout Set<[UInt8]>
  ) throws(RunFault) {
    // Deeper is a loop of links, not an archive.
    guard depth < 32 else {
      throw .input(file: folder, message: "folders are nested too deep; name the files")
    }
    guard let directory = opendir(folder) else {
      throw .input(
        file: folder, message: "\(String(cString: strerror(errno))); check the folder's permissions")
    }
    defer { closedir(directory) }
    while let entry = readdir(directory) {
      let bytes = withUnsafeBytes(of: entry.pointee.d_name) { Array($0.prefix { $0 != 0 }) }
      if bytes.first == UInt8(ascii: ".") { continue }
      guard let name = String(validating: bytes, as: UTF8.self) else {
        throw unnameable(bytes, in: "in the folder \(folder)")
      }
      if controlSuffixes.contains(where: { name.hasSuffix($0) }) { continue }
      let path = folder.hasSuffix("/") ? folder + name : folder + "/" + name
      var status = stat()
      guard stat(path, &status) == 0 else {
        let reason = String(cString: strerror(errno))
        // Gone meanwhile: somebody moved it. What is still there would be left out without a word.
        guard lstat(path, &status) == 0 else { continue }
        throw .input(file: path, message: "\(reason); mend or remove the link, or check the permissions")
      }
      if status.st_mode & S_IFMT == S_IFDIR {
        try collect(folder: path, controlSuffixes, depth: depth + 1, &names)
      } else if status.st_mode & S_IFMT == S_IFREG {
        names.insert(Array(path.utf8))
      } else {
        // Left out without a word, nobody would miss it.
        throw .input(
          file: path,
          message: "is a pipe or a device in a folder; name it itself, or take it out of the folder")
      }
    }
  }

  private static func collect(pattern: String, _ names: inout Set<[UInt8]>) throws(RunFault) {
    var found = glob_t()
    defer { globfree(&found) }
    guard glob(pattern, 0, nil, &found) == 0, found.gl_pathc > 0 else {
      throw .input(
        file: pattern, message: "no file matches this pattern; check it, and quote it for the shell")
    }
    for index in 0..<Int(found.gl_pathc) {
      guard let path = found.gl_pathv[index] else { continue }
      guard let name = String(validatingCString: path) else {
        throw unnameable(Array(UnsafeRawBufferPointer(start: path, count: strlen(path))), in: "of \(pattern)")
      }
      names.insert(Array(name.utf8))
    }
  }

  /// What is named otherwise would be looked for under a name that it does not have, and be left out.
  private static func unnameable(_ name: [UInt8], in place: String) -> RunFault {
    .input(
      file: String(decoding: name, as: UTF8.self),
      message: "a name \(place) is not UTF-8; rename it, or the folder that it names")
  }
}
