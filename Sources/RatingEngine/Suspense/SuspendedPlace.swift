// What was suspended, record by record, for whoever feeds records again and asks which of them came back.

public import DurableFiles
public import Tables
public import UsageSummary

/// One suspended record of a result.
public struct SuspendedPlace: Sendable {
  /// The input as the run named it.
  public var file: String
  /// Offset of its first byte in the decoded input.
  public var byteOffset: Int64
  /// Reason code.
  public var reason: Label
  /// Account; empty where it is not known.
  public var account: Label
  /// What is metered; nil where the quantity is not known.
  public var kind: ServiceKind?
  /// Quantity in the integer unit of the kind; 0 where it is not known.
  public var quantity: Int64
}

extension RatingResult {
  /// Gives every suspended record in the order of the suspense file. Complexity: O(n log n).
  /// - Precondition: the run kept suspense.
  public func forEachSuspended(
    _ body: (SuspendedPlace) throws(FileFault) -> Void
  ) throws(FileFault) {
    let places = RecordPlaces(files)
    try ledger.suspense?.forEach { record throws(FileFault) in
      let address = record.address
      let kind = record.head.knownKind
      try body(
        SuspendedPlace(
          file: files[Int(address.file)].name,
          byteOffset: places.byteOffset(
            file: Int(address.file), unit: Int(address.unit), unitOffset: address.offset),
          reason: Label(SuspenseReason(rawValue: record.head.reason)?.code ?? ""),
          account: record.head.accountID(setup.catalog), kind: kind,
          quantity: kind == nil ? 0 : record.head.quantity))
    }
  }

  /// Writes the lines that stand before the records of each input with suspended records (`FileHeaders`), so that these can be
  /// read again without it; nothing where no input has such lines.
  ///
  /// To be called in `extra` of `publish`, of a run with `keepsKeys` and `keepsSuspense`.
  public func writeHeaders(to folder: PublishedFolder) throws(FileFault) {
    // Also of inputs without suspended records: another catalog may suspend some later.
    let headers = files.filter { !$0.headerText.isEmpty }.map {
      (file: Label($0.name), header: $0.headerText)
    }
    guard !headers.isEmpty else { return }
    let writer = try folder.writer(FileHeaders.fileName, mode: 0o600)
    try writer.write(contentsOf: FileHeaders.text(of: headers))
    try writer.finish()
  }
}
