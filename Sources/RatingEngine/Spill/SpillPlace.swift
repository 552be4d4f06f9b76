// Where stores put what does not fit their share of memory.

import DurableFiles

/// The folder of temporary files, and the calls that reach it.
struct SpillPlace: Sendable {
  /// Nil for the system's folder for such files.
  var folder: String?
  /// The seam where tests make calls fail.
  var operations: any FileOperations = SystemFileOperations()

  /// How messages name a temporary file.
  var shown: String { (folder ?? SpillFile.standardFolder) + " (temporary file)" }

  /// Makes an empty temporary file for a store that holds `memoryBytes`: its buffer is a small part of them.
  func makeFile(memoryBytes: Int) throws(FileFault) -> SpillFile {
    try SpillFile(
      in: folder ?? SpillFile.standardFolder,
      bufferBytes: max(4 << 10, min(SpillFile.bufferBytesDefault, memoryBytes / 8)), operations: operations)
  }
}
