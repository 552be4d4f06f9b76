// The CSV of `--by`: the keys as given, currency and unit, and the sums.

public import DurableFiles

extension RatingResult {
  /// Writes the grouped sums as CSV with a header, sorted by the bytes of the keys.
  ///
  /// `write` is called with pieces of the text in order. Complexity: O(rows) on all cores.
  public func writeGrouped(_ write: (UnsafeRawBufferPointer) throws(FileFault) -> Void) throws(FileFault) {
    ledger.releaseKeys()
    let header = SummaryFormatter.header(setup.tableView)
    var fault: FileFault?
    header.withUnsafeBytes { bytes in
      do throws(FileFault) { try write(bytes) } catch { fault = error }
    }
    if let fault { throw fault }
    rowCounts.table = try SummaryOutput(ledger, setup.tableView).write { _ throws(FileFault) in
      nil
    } write: {
      (bytes, _) throws(FileFault) in
      try write(bytes)
    }
  }
}
