// A folder of its own for one test.

internal import Foundation

/// A new empty folder that goes away with its last reference.
public final class TemporaryFolder {
  /// Its path, without a slash at the end.
  public let path: String

  /// Where the system wants temporary files.
  static var parent: String { NSTemporaryDirectory() }

  /// Makes a folder that nobody else can read.
  public init() throws {
    var template = Array((Self.parent + "/ratemill-test-XXXXXX").utf8CString)
    guard let made = mkdtemp(&template) else { throw FolderFault("cannot make a temporary folder") }
    path = String(cString: made)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  /// The path of a name in the folder.
  public func path(of name: String) -> String { path + "/" + name }

  /// Writes a file, and the folders above it.
  public func write(_ bytes: [UInt8], to name: String) throws {
    try FileContent.write(bytes, to: path(of: name))
  }

  /// Writes a text file, and the folders above it.
  public func write(_ text: String, to name: String) throws { try write(Array(text.utf8), to: name) }

  /// The bytes of a file, or nil where there is none.
  public func bytes(of name: String) -> [UInt8]? { FileContent.bytes(of: path(of: name)) }
}

/// Something that the file system refused to a test.
public struct FolderFault: Error, CustomStringConvertible {
  /// What went wrong.
  public let description: String

  init(_ description: String) { self.description = description }
}

/// Whole files and folders, as tests need them.
public enum FileContent {
  /// The bytes of a file, or nil where there is none.
  public static func bytes(of path: String) -> [UInt8]? {
    FileManager.default.contents(atPath: path).map { [UInt8]($0) }
  }

  /// Writes a file, and the folders above it.
  public static func write(_ bytes: [UInt8], to path: String) throws {
    let folder = (path as NSString).deletingLastPathComponent
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    guard FileManager.default.createFile(atPath: path, contents: Data(bytes)) else {
      throw FolderFault("cannot write \(path)")
    }
  }

  /// The names in a folder, sorted by bytes; empty where there is no folder.
  public static func names(in folder: String) -> [String] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    return names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
  }

  /// The paths, relative to `folder`, of every file in it and below, sorted by bytes. Links count as what they lead to.
  public static func files(below folder: String) -> [String] {
    names(in: folder).flatMap { name -> [String] in
      isFolder(folder + "/" + name) ? files(below: folder + "/" + name).map { name + "/" + $0 } : [name]
    }
  }

  /// Whether there is a folder at the path.
  public static func isFolder(_ path: String) -> Bool {
    var isFolder: ObjCBool = false
    return FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) && isFolder.boolValue
  }
}
