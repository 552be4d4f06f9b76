// A file that a command writes, looked at beside what the command reads.

internal import Glibc
internal import UsageSummary

/// What must hold of an output file before anything is written.
enum OutputFile {
  /// What a command reads, and its outputs must leave as it is.
  struct Spared {
    /// Single files.
    var files: [String] = []
    /// Catalogs: their tables, decks, plans, formats and feeds.
    var catalogs: [String] = []
    /// Stores and usage folders, with everything below them.
    var folders: [String] = []
  }

  /// Why `path`, given to `option`, cannot be written: it is what the command reads, lies among it, or is a table of a catalog,
  /// and would be gone. Nil where nothing is lost.
  ///
  /// What cannot be found is left to whoever opens it.
  static func refusal(_ path: String, option: String, spared: Spared) -> String? {
    if let place = FilePlace(path), let input = spared.files.first(where: { FilePlace($0) == place }) {
      return "\(option): '\(path)' is the input '\(input)'; name another file"
    }
    let parent = folder(of: path)
    if let store = storeFolder(around: parent) {
      return "\(option): '\(path)' lies in the billing store '\(store)'; name another file"
    }
    if FilePlace(path) != nil, isOutput(parent) {
      return "\(option): '\(path)' is a file of an output of ratemill; name another file"
    }
    if let folder = spared.folders.first(where: { holds($0, parent) }) {
      return "\(option): '\(path)' lies in '\(folder)', which the command reads; name another file"
    }
    if spared.catalogs.contains(where: { isPart(parent, ofCatalog: $0) }) {
      return "\(option): '\(path)' lies in the catalog; name another file"
    }
    // A catalog that the command was not told of is known by its tables, and may get new files.
    if FilePlace(path) != nil,
      [parent, parent + "/.."].contains(where: { isPart(parent, ofCatalog: $0) && isCatalog($0) })
    {
      return "\(option): '\(path)' is a file of a catalog; name another file"
    }
    return nil
  }

  /// Why the folder `path`, given to `option`, cannot be replaced: what the command reads lies in it.
  static func refusal(folder path: String, option: String, spared: Spared) -> String? {
    guard FilePlace(path) != nil else { return nil }
    if let input = spared.files.first(where: { FilePlace($0) != nil && holds(path, folder(of: $0)) }) {
      return "\(option): the input '\(input)' lies in '\(path)', which would be replaced; name another folder"
    }
    if let catalog = spared.catalogs.first(where: { holds(path, $0) }) {
      return
        "\(option): the catalog '\(catalog)' lies in '\(path)', which would be replaced; name another folder"
    }
    return nil
  }

  /// The billing store that a folder is or lies in, or, where there is none yet, would lie in.
  static func storeFolder(around inner: String) -> String? {
    foldersAround(FilePlace(inner) == nil ? folder(of: inner) : inner).first {
      FilePlace($0 + "/" + storeBook) != nil
    }
  }

  private static let storeBook = "book.sqlite"

  /// Whether a folder is what a command has published: such files are sealed by its manifest.
  private static func isOutput(_ folder: String) -> Bool {
    FilePlace(folder + "/" + SummaryManifest.fileName) != nil
  }

  private static let catalogParts = ["", "/decks", "/plans", "/formats", "/feeds"]

  private static func isPart(_ folder: String, ofCatalog catalog: String) -> Bool {
    guard let place = FilePlace(folder) else { return false }
    return catalogParts.contains { FilePlace(catalog + $0) == place }
  }

  private static func isCatalog(_ folder: String) -> Bool {
    ["catalog.yaml", "sources.csv"].contains { FilePlace(folder + "/" + $0) != nil }
  }

  /// Whether `inner` is `outer` or lies below it.
  private static func holds(_ outer: String, _ inner: String) -> Bool {
    guard let place = FilePlace(outer) else { return false }
    return foldersAround(inner).contains { FilePlace($0) == place }
  }

  /// A folder and those around it, up to the root; none where there is nothing.
  private static func foldersAround(_ inner: String) -> [String] {
    var folders: [String] = []
    var (at, folder) = (FilePlace(inner), inner)
    while let here = at {
      folders.append(folder)
      folder += "/.."
      at = FilePlace(folder)
      // The root is above itself.
      if at == here { break }
    }
    return folders
  }

  /// Whether two paths lead to one file or folder.
  static func isSame(_ a: String, _ b: String) -> Bool { FilePlace(a).map { $0 == FilePlace(b) } ?? false }

  /// Whether a folder is a catalog as far as decks go.
  static func holdsDecks(_ folder: String) -> Bool { FilePlace(folder + "/decks") != nil }

  /// The folder in which a file lies.
  static func folder(of path: String) -> String {
    guard let slash = path.lastIndex(of: "/") else { return "." }
    return slash == path.startIndex ? "/" : String(path[..<slash])
  }

  /// What tells files and folders apart, links followed.
  private struct FilePlace: Equatable {
    let device: UInt64
    let inode: UInt64

    /// Nil where there is nothing.
    init?(_ path: String) {
      var status = stat()
      guard stat(path, &status) == 0 else { return nil }
      (device, inode) = (UInt64(status.st_dev), UInt64(status.st_ino))
    }
  }
}
