// Correcting a suspended record: what takes its place must be one record too.

public import BillingStore
import Catalog
import RatingEngine
public import Tables
import UsageSummary

/// Corrects suspended records.
public enum StoreCorrecting {
  /// Keeps corrected bytes of a suspended record, to be rated in place of the original ones; returns the seal of the audit trail.
  ///
  /// They must be exactly one record of the format by which the original was read: line ends inside are allowed where that allows
  /// them; blank lines around are dropped. Throws `refused` for other bytes, and where the record does not wait.
  public static func correct(
    _ id: SuspenseID, as bytes: Label, reason: String, in store: BillingStore
  ) throws(OperationFault) -> String {
    let found = try OperationFault.ofStore {
      () throws(StoreFault) -> (record: SuspendedRecord, run: RunRecord)? in
      guard let record = try store.suspended(id) else { return nil }
      return (record, try store.run(named: record.runID))
    }
    var bytes = bytes
    if let (record, run) = found {
      let catalog = try OperationFault.load(store.catalogPath(run.ratingHash))
      let source = catalog.sources.first { $0.name == record.row.source }
      let headers = try OperationFault.ofStore { () throws(StoreFault) in
        try store.fileHeaders(ofRun: run.id)
      }
      if let source {
        let count = RecordCount(
          of: bytes.bytes, catalog.formats[source.formatIndex],
          header: headers[record.row.file] ?? [])
        if let why = count.refusal {
          throw .store(.refused("the correction of record \(id) \(why)"))
        }
        if case .one(let range) = count { bytes = Label(bytes: Array(bytes.bytes[range])) }
      }
    }
    let record = bytes
    return try OperationFault.ofStore { () throws(StoreFault) in
      try store.correct(id, as: record, reason: reason)
    }
  }
}

extension RecordCount {
  /// Why a text cannot stand for one record; nil where it can.
  fileprivate var refusal: String? {
    switch self {
    case .one: nil
    case .none:
      "is no record, but a blank line, a comment or a trailer; to drop the record, write it off"
    case .several(let count):
      "is \(count) records; remove the line end inside: one record takes the place of one"
    case .open: "has a quote that is not closed; it would go on in the records after it"
    }
  }
}
