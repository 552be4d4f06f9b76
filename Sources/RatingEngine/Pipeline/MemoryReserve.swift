// Memory that is made ready while the catalog is read.
//
// Reading a catalog keeps one core busy; the other may as well back the memory that a large input will need. Measured on a
// virtual machine whose fresh pages cost 3 s a GB: a tenth of the run.

import CMachine

/// Makes memory ready ahead of a run.
public enum MemoryReserve {
  /// Begins for inputs of these names; small ones need nothing. A pipe is taken for a large one.
  ///
  /// - Parameter memoryBytes: what the run may use for what grows with the input; a part of it at most is made ready.
  public static func begin(for names: [String], memoryBytes: Int) {
    let stored = names.reduce(0) { total, name in
      total + (name == "-" ? pipeBytes : Int(FileSize.of(name) ?? 0))
    }
    let tables = min(stored / 8, memoryBytes / 16, tableBytesMax)
    if tables >= tableBytesMin { cm_reserve_start(tables, min(stored / 4, memoryBytes / 8, blockBytesMax)) }
  }

  /// Ends it: from now on all cores have work.
  static func end() { cm_reserve_stop() }

  private static let tableBytesMin = 8 << 20
  private static let tableBytesMax = 64 << 20
  private static let blockBytesMax = 192 << 20
  private static let pipeBytes = 256 << 20
}
