// Memory that is made ready while the catalog is read.
//
// Reading a catalog keeps one core busy; the other may as well back the memory that a large input will need. Measured on a
// virtual machine whose fresh pages cost 3 s a GB: a tenth of the run.

import CMachine

/// Makes memory ready ahead of a run.
public enum MemoryReserve {
  /// Begins for inputs of these names; small ones and pipes need nothing.
  ///
  /// - Parameter memoryBytes: what the run may use for what grows with the input; an eighth of it at most is made ready.
  public static func begin(for names: [String], memoryBytes: Int) {
    let stored = names.reduce(0) { $0 + Int(FileSize.of($1) ?? 0) }
    let bytes = min(stored / 4, memoryBytes / 8, bytesMax)
    if bytes >= bytesMin { cm_reserve_start(bytes) }
  }

  /// Ends it: from now on all cores have work.
  static func end() { cm_reserve_stop() }

  private static let bytesMin = 16 << 20
  private static let bytesMax = 128 << 20
}
