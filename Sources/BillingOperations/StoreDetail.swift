// The usage of a period with its events: every rated part of them, as one run over all the files would have written it.

public import BillingCalendar
public import BillingStore
import Catalog
import DurableFiles
import Money
import Tables
import UsageSummary

/// Writes usage folders with detail out of a store.
public enum StoreDetail {
  /// Writes the usage of the chosen periods to a usage folder at `out` (`BillingStore.writeUsage`), with `detail.csv.zst` and its index.
  ///
  /// The rows are made of the stored events (`StoreCalls`): each event with the catalog that has priced it, what depends on whole
  /// periods with that of its settlement. Of the rows those of the chosen periods are written, in the order of a run over all files:
  /// where one catalog has priced everything, they have its bytes; records with copies in several files are named by the first of them
  /// (`FirstCopies`). Throws `refused` where records were purged, and where the amounts are not those of the summary. Complexity:
  /// rates all events of the period again; where usage depends on whole periods, all of the store.
  public static func writeUsage(
    of choice: UsagePeriodChoice, to out: String, masksNumbers: Bool = false, in store: BillingStore,
    semantics: Int64, temporaryFolder: String? = nil
  ) throws(OperationFault) -> UsageExport {
    let scratch = try OperationFault.ofFiles { () throws(FileFault) in try ScratchFolder(in: temporaryFolder)
    }
    defer { scratch.remove() }
    let usages = try StoreCalls(store: store).write(
      StoreCalls.Question(choice: choice, masksNumbers: masksNumbers), to: scratch.path, semantics: semantics)
    var catalogs: [Label: Catalog] = [:]
    for hash in Set(usages.map(\.manifest.ratingHash)) {
      catalogs[hash] = try OperationFault.load(store.catalogPath(hash.description))
    }
    let known = catalogs
    return try OperationFault.ofStore { () throws(StoreFault) in
      try store.writeUsage(of: choice, to: out) { folder, sums throws(StoreFault) in
        var parts: [PeriodDetail] = []
        do throws(UsageFolderFault) {
          for usage in usages {
            parts.append(
              try PeriodDetail(usage, known[usage.manifest.ratingHash]?.accounts ?? [], choice))
          }
        } catch { throw .usage(error) }
        return try join(parts, to: folder, sums, store)
      }
    }
  }

  /// Writes the rows of all parts in order.
  private static func join(
    _ parts: [PeriodDetail], to folder: PublishedFolder, _ sums: [Currency: Amount], _ store: BillingStore
  ) throws(StoreFault) -> [SummaryManifest.File] {
    var amounts: [Currency: Amount] = [:]
    let files: [SummaryManifest.File]
    let damage: UsageFolderFault?
    do throws(FileFault) {
      var writer = try DetailFileWriter(in: folder)
      var fault: UsageFolderFault?
      while fault == nil, let next = parts.min(by: { $0.precedes($1) }), let row = next.row {
        amounts[row.currency, default: .zero] += row.amount
        try writer.write(next.bytes)
        do throws(UsageFolderFault) { try next.advance() } catch { fault = error }
      }
      files = try writer.finish()
      damage = fault
    } catch { throw .file(error) }
    if let damage { throw .usage(damage) }
    let isSame = Set(amounts.keys).union(sums.keys).allSatisfy {
      amounts[$0] ?? .zero == sums[$0] ?? .zero
    }
    guard isSame else {
      throw .refused(
        "\(store.path): the events of this period do not come to what its summary says; if another command has changed the "
          + "store meanwhile, try again, else 'ratemill verify --deep' tells more")
    }
    return files
  }
}

/// The rows of one detail that belong to chosen periods.
private final class PeriodDetail {
  private let usage: UsageFolder
  private let reader: DetailReader
  private let accounts: [Label: Account]
  private let choice: UsagePeriodChoice
  /// The next row; nil after the last one.
  private(set) var row: DetailRow?
  private var key = Label.empty
  private var place = (file: Label.empty, line: 0)

  init(_ usage: UsageFolder, _ accounts: [Account], _ choice: UsagePeriodChoice) throws(UsageFolderFault) {
    guard let reader = try usage.detailReader() else {
      preconditionFailure("calls of a store are made with their detail")
    }
    self.usage = usage
    self.reader = reader
    self.accounts = Dictionary(accounts.map { ($0.id, $0) }) { first, _ in first }
    self.choice = choice
    try advance()
  }

  /// The row as it is written.
  var bytes: UnsafeBufferPointer<UInt8> { reader.bytes }

  /// Goes to the next row of the chosen periods; at the end all rows are proved.
  func advance() throws(UsageFolderFault) {
    row = try reader.next()
    while let found = row, !isChosen(found) { row = try reader.next() }
    guard row != nil else { return try usage.check(reader) }
    key = reader.key
    place = (reader.place.file, Int(reader.place.line.description) ?? 0)
  }

  private func isChosen(_ row: DetailRow) -> Bool {
    guard let account = accounts[row.account] else { return false }
    let day = account.zone.localDay(atSeconds: Instant.seconds(ofMillis: row.startMillis))
    return choice.contains(UsagePeriod.containing(day, cycleDay: Int32(account.cycleDay)))
  }

  /// Whether its row comes first.
  func precedes(_ other: PeriodDetail) -> Bool {
    guard let row, let second = other.row else { return row != nil }
    let (a, b) = (
      (row.account, row.service, row.startMillis, key),
      (second.account, second.service, second.startMillis, other.key)
    )
    return a == b ? place < other.place : a < b
  }
}
