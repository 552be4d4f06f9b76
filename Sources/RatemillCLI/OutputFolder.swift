// The folder of --out, looked at before the work begins.

internal import DurableFiles

/// What must hold of an output folder before hours of work are spent on it.
enum OutputFolder {
  /// Refuses a folder that holds anything, unless it may be replaced, and one that could not be published.
  ///
  /// This is the early look; publishing decides. It leaves nothing behind. `marker` is the file that an earlier output of the
  /// same command holds.
  static func prepare(_ path: String, marker: String, replaces: Bool) throws(FileFault) {
    if let store = OutputFile.storeFolder(around: path) {
      throw FileFault(refusing: path, detail: "it lies in the billing store '\(store)'; name another folder")
    }
    // Finds what publishing would: files, mount points, no permission, no folder above.
    try PublishedFolder.begin(at: path, marker: marker, replaces: replaces).discard()
  }
}
