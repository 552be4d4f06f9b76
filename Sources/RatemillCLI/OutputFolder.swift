// The folder of --out, looked at before the work begins.

internal import DurableFiles

/// What must hold of an output folder before hours of work are spent on it.
enum OutputFolder {
  /// Refuses a folder that holds anything, unless it may be replaced, and one that could not be published.
  ///
  /// This is the early look; publishing decides. It leaves nothing behind. `marker` is the file that an earlier output of the
  /// same command holds.
  static func prepare(_ path: String, marker: String, replaces: Bool) throws(FileFault) {
    if !replaces, !SystemFileOperations().names(in: path).names.isEmpty {
      throw FileFault(
        refusing: path, detail: "the folder is not empty; name another, or add --force to replace it")
    }
    // Finds what publishing would: foreign files, mount points, no permission, no folder above.
    try PublishedFolder.begin(at: path, marker: marker).discard()
  }
}
