// The name of a suspended record: the run that has read it, and its number there. It never changes.

/// Names one suspended record, such as `3-17`: the 17th row of the suspense of run 3.
public struct SuspenseID: Hashable, Sendable, Comparable, CustomStringConvertible {
  /// Number of the run that has read the record.
  public var runNumber: Int
  /// Row of its suspense file, from 1.
  public var row: Int

  /// Takes the two.
  public init(runNumber: Int, row: Int) {
    self.runNumber = runNumber
    self.row = row
  }

  /// Reads `3-17`; nil for anything else.
  public static func parse(_ text: String) -> SuspenseID? {
    let parts = text.split(separator: "-", omittingEmptySubsequences: false)
    guard parts.count == 2, let run = number(parts[0]), let row = number(parts[1]) else { return nil }
    return SuspenseID(runNumber: run, row: row)
  }

  private static func number(_ text: Substring) -> Int? {
    guard text.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }),
      let number = Int(text),
      number > 0
    else { return nil }
    return number
  }

  /// `3-17`.
  public var description: String { "\(runNumber)-\(row)" }

  /// Order of runs, then of rows.
  public static func < (a: SuspenseID, b: SuspenseID) -> Bool {
    (a.runNumber, a.row) < (b.runNumber, b.row)
  }
}
