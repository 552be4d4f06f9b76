// The itemised calls of a run, read side by side with its accounts.
//
// Both files are sorted by account, so one pass over the detail serves all drafts; the index of the detail, by which one account
// is found alone, is not needed. Several details (of runs that were rated with different catalogs) are read as one.

import BillingCalendar
import Catalog
import DurableFiles
import Money
import Tables
import UsageSummary

/// How calls are listed.
public struct CallListing: Hashable, Sendable {
  /// Whether the other party's number stands in full.
  public var showsNumbers: Bool

  /// Makes a choice.
  public init(showsNumbers: Bool) { self.showsNumbers = showsNumbers }
}

/// A call, message or other event, or a part of one, as an appendix lists it.
struct ItemisedCall: Hashable, Sendable {
  var group: CallGroup
  /// The client's own line; empty for the account itself.
  var service: Label
  /// On the clocks of the account, to the second.
  var start: String
  /// The other number, masked unless asked otherwise.
  var party: Label
  var direction: Label
  var destination: Label
  var quantityBilled: Int128
  var quantityCovered: Int128
  var amount: Amount
}

/// What a line of usage is made of: calls of one group add up to it.
struct CallGroup: Hashable, Sendable {
  var period: UsagePeriod
  var currency: Currency
  var kind: ServiceKind
  /// The name of the line.
  var name: Label
}

/// The calls of one account.
struct AccountCalls: Sendable {
  /// More than so many lie in a file of their own: a page of hundreds of sheets helps nobody.
  static let listedMax = 1000

  /// The calls by service and start; none where they lie in a file.
  var listed: [ItemisedCall] = []
  /// The file, where there is one.
  var file: AttachedCalls?
  /// What the calls of each group add up to.
  var sums: [CallGroup: Amount] = [:]
}

/// A file of calls that belongs to a document.
struct AttachedCalls: Hashable, Sendable {
  var name: String
  var rowCount: Int
  var hash: String

  /// Its name beside the invoice of that number.
  static func name(for number: Label) -> String { "\(number)-calls.csv" }
}

/// Reads the calls of account after account. Memory: `AccountCalls.listedMax` calls.
struct CallBook {
  private let usages: [UsageFolder]
  private let listing: CallListing
  private let choice: UsagePeriodChoice?
  private let readers: [DetailReader]
  /// The next row of each detail.
  private var rows: [DetailRow?] = []

  /// Opens the details of `usages`. Throws where one has none.
  init(
    _ usages: [UsageFolder], _ listing: CallListing, choice: UsagePeriodChoice?
  ) throws(InvoiceDraftFault) {
    self.usages = usages
    self.listing = listing
    self.choice = choice
    var readers: [DetailReader] = []
    do throws(UsageFolderFault) {
      for usage in usages {
        guard let reader = try usage.detailReader() else { throw Self.missing(usage) }
        readers.append(reader)
        rows.append(try reader.next())
      }
    } catch { throw .usage(error) }
    self.readers = readers
  }

  /// The detail with the next row: by account, service and start; of equal ones the first detail.
  private var nextIndex: Int? {
    var least: Int?
    for (index, row) in rows.enumerated() {
      guard let row else { continue }
      guard let other = least.flatMap({ rows[$0] }) else {
        least = index
        continue
      }
      if (row.account, row.service, row.startMillis) < (other.account, other.service, other.startMillis) {
        least = index
      }
    }
    return least
  }

  private static func missing(_ usage: UsageFolder) -> UsageFolderFault {
    UsageFolderFault(
      .unreadable, file: usage.path, message: "there is no \(DetailSchema.fileName) to itemise calls from",
      hint: "rate again with --detail")
  }

  /// The calls of `account`, which comes after those asked for before; `fileName` is that of a file, should it be needed.
  mutating func calls(
    of account: Account, fileName: String, in folder: PublishedFolder?
  ) throws(InvoiceDraftFault) -> AccountCalls {
    var calls = AccountCalls()
    var file: CallFile?
    while let index = nextIndex, let current = rows[index], current.account <= account.id {
      if current.account == account.id, let call = call(current, account) {
        calls.sums[call.group, default: .zero] += call.amount
        do throws(FileFault) {
          if file == nil, calls.listed.count == AccountCalls.listedMax {
            file = try CallFile(fileName, in: folder)
            for earlier in calls.listed { try file?.write(earlier) }
            calls.listed = []
          }
          if file != nil { try file?.write(call) } else { calls.listed.append(call) }
        } catch { throw .output(error) }
      }
      do throws(UsageFolderFault) { rows[index] = try readers[index].next() } catch { throw .usage(error) }
    }
    do throws(FileFault) { calls.file = try file?.finish() } catch { throw .output(error) }
    return calls
  }

  /// Proves, at the end, that the rows were those that the folder's manifest names.
  mutating func checkEnd() throws(InvoiceDraftFault) {
    do throws(UsageFolderFault) {
      for (index, reader) in readers.enumerated() {
        while rows[index] != nil { rows[index] = try reader.next() }
        try usages[index].check(reader)
      }
    } catch { throw .usage(error) }
  }

  // Nil where the period is not asked for.
  private func call(_ row: DetailRow, _ account: Account) -> ItemisedCall? {
    let day = account.zone.localDay(atSeconds: Instant.seconds(ofMillis: row.startMillis))
    let period = UsagePeriod.containing(day, cycleDay: Int32(account.cycleDay))
    guard choice?.contains(period) ?? true else { return nil }
    let other = row.direction == "inbound" ? row.from : row.to
    return ItemisedCall(
      group: CallGroup(
        period: period, currency: row.currency, kind: row.kind,
        name: row.ratingGroup.isEmpty ? row.charge : row.ratingGroup),
      service: row.service,
      start: PrintedCall.start(row.startMillis, in: account.zone),
      party: listing.showsNumbers ? other : PrintedCall.masked(other), direction: row.direction,
      destination: row.destination, quantityBilled: row.quantityBilled, quantityCovered: row.quantityCovered,
      amount: row.amount)
  }
}
