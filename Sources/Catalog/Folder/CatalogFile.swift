// One file of the folder, read whole: its text, decompressed where it is compressed, and the digest of its stored bytes.

import Tables

/// A file of the catalog folder.
struct CatalogFile {
  /// Its path inside the folder: `decks/retail.csv.zst`.
  var innerPath: String
  /// The path as the user named it.
  var path: String
  /// Its text, decompressed.
  var text: [UInt8]
  /// Length of the stored bytes.
  var storedCount: Int
  /// SHA-256 of the stored bytes.
  var digest: PendingDigest
}

/// The folder that is being read: how its files are named and listed.
struct CatalogFiles {
  /// The folder as the user gave it, without a `/` at its end; empty for the folder where the program was started.
  let folder: String

  init(folder: String) {
    var name = folder[...]
    while name.count > 1, name.hasSuffix("/") { name = name.dropLast() }
    self.folder = String(name)
  }

  /// The path as the user would write it.
  func path(_ innerPath: String) -> String {
    if folder.isEmpty { return innerPath }
    return folder == "/" ? "/" + innerPath : folder + "/" + innerPath
  }

  /// The names in a folder inside, sorted by bytes, without those that begin with a dot; nil where there is no such folder.
  func names(in innerFolder: String) throws(CatalogFinding) -> [String]? {
    let named = innerFolder.isEmpty ? folder : path(innerFolder)
    let path = named.isEmpty ? "." : named
    do throws(TableFileFault) {
      return try TableFile.names(inFolder: path)?.filter { !$0.hasPrefix(".") }
    } catch {
      throw Self.fault(path, "cannot read the folder: \(error)")
    }
  }

  /// Reads a file.
  func read(_ innerPath: String) throws(CatalogFinding) -> CatalogFile {
    let path = path(innerPath)
    let stored: [UInt8]
    do throws(TableFileFault) {
      stored = try TableFile.read(path)
    } catch {
      throw Self.fault(path, "cannot read the file: \(error)")
    }
    let digest = PendingDigest(stored)
    do throws(CompressedText.Fault) {
      let text = try CompressedText.decompressed(stored)
      return CatalogFile(
        innerPath: innerPath, path: path, text: text, storedCount: stored.count, digest: digest)
    } catch {
      throw Self.fault(path, error.message, hint: "compress the file again")
    }
  }

  private static func fault(_ path: String, _ message: String, hint: String = "") -> CatalogFinding {
    CatalogFinding(severity: .error, file: path, line: 0, column: 0, message: message, hint: hint)
  }
}
