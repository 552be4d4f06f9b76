// The key of a row as it stands in the file: what merging summaries compares.

/// Key cells of one row, one after the other.
///
/// Ordered as rows of a summary are: cell by cell, each as bytes.
public struct SummaryKey: Hashable, Sendable, Comparable {
  // The bytes of all cells, and where each ends.
  private var bytes: [UInt8]
  private var ends: [Int]

  init(bytes: [UInt8], ends: [Int]) {
    self.bytes = bytes
    self.ends = ends
  }

  /// Orders by the first cell that differs.
  public static func < (a: SummaryKey, b: SummaryKey) -> Bool {
    a.bytes.withUnsafeBufferPointer { left in
      b.bytes.withUnsafeBufferPointer { right in
        var (from, other) = (0, 0)
        for (end, otherEnd) in zip(a.ends, b.ends) {
          let (mine, its) = (left[from..<end], right[other..<otherEnd])
          if !mine.elementsEqual(its) { return mine.lexicographicallyPrecedes(its) }
          (from, other) = (end, otherEnd)
        }
        return false
      }
    }
  }
}
