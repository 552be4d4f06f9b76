// Why a verb could not be done: a fault of one of the rooms that it joins.

public import BillingStore
public import Catalog
import DurableFiles
public import Invoicing
public import RatingEngine

/// A fault that ends an operation; nothing was committed.
public enum OperationFault: Error, Sendable {
  /// Rating could not go on.
  case run(RunFault)
  /// The store cannot do it.
  case store(StoreFault)
  /// The catalog is invalid.
  case catalog(CatalogFault)
  /// Invoices cannot be drafted.
  case drafting(InvoiceDraftFault)
  /// A document of the invoice stage cannot be read.
  case document(DraftsFolderFault)

  /// What is wrong, on one line, for where it is a remark and no end.
  var shortText: String {
    switch self {
    case .run(let fault): "\(fault)"
    case .store(let fault): "\(fault)"
    case .catalog(let fault): fault.findings.first.map { "\($0)" } ?? "the catalog is faulty"
    case .drafting(let fault): fault.description
    case .document(let fault): fault.description
    }
  }

  /// Does something with documents of the invoice stage; its fault becomes one of the operation.
  static func ofDocuments<Result>(
    _ body: () throws(DraftsFolderFault) -> Result
  ) throws(OperationFault) -> Result {
    do throws(DraftsFolderFault) { return try body() } catch { throw .document(error) }
  }

  /// Loads a catalog; its fault becomes one of the operation.
  static func load(_ folder: String) throws(OperationFault) -> Catalog {
    do throws(CatalogFault) { return try CatalogFolder.load(folder) } catch { throw .catalog(error) }
  }

  /// Does something with a store; its fault becomes one of the operation.
  static func ofStore<Result>(_ body: () throws(StoreFault) -> Result) throws(OperationFault) -> Result {
    do throws(StoreFault) { return try body() } catch { throw .store(error) }
  }

  /// Does something with files; its fault becomes one of the operation.
  static func ofFiles<Result>(_ body: () throws(FileFault) -> Result) throws(OperationFault) -> Result {
    do throws(FileFault) { return try body() } catch { throw .store(.file(error)) }
  }

  /// Does something with the engine; its fault becomes one of the operation.
  static func ofRun<Result>(_ body: () throws(RunFault) -> Result) throws(OperationFault) -> Result {
    do throws(RunFault) { return try body() } catch { throw .run(error) }
  }
}
