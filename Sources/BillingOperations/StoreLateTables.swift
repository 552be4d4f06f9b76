// Which discounts, taxes, commitments and results of billed periods are written otherwise since their invoices went out.

import BillingCalendar
import BillingStore
import Catalog
import Invoicing
import Tables

/// Looks at the drafts of a year that invoices were made from.
enum StoreLateTables {
  /// What invoices of the year before the chosen period would come to otherwise with the tables of `catalog`, which lies in the folder
  /// `path`. Drafts whose tables are the same bytes are not opened. Complexity: O(drafts × catalog), and the usage of those of which
  /// anything is otherwise.
  static func uncorrected(
    _ choice: UsagePeriodChoice, _ catalog: Catalog, path: String, in store: BillingStore
  ) throws(OperationFault) -> [DraftBasis.Uncorrected] {
    let (records, credited) = try OperationFault.ofStore { () throws(StoreFault) in
      (try self.records(before: choice, in: store), try store.creditedLines())
    }
    var findings: [DraftBasis.Uncorrected] = []
    for (id, records) in records {
      guard mayDiffer(store.draftsPath(id) + "/" + StoreDrafts.Name.catalog, path, catalog) else { continue }
      let drafts: StoreDrafts
      do throws(OperationFault) {
        drafts = try StoreDrafts.open(
          try OperationFault.ofStore { () throws(StoreFault) in try store.drafts(named: id) }, in: store)
      } catch {
        // A catalog that an earlier version took and this one refuses tells nothing.
        if case .catalog = error { continue }
        throw error
      }
      do throws(InvoiceDraftFault) {
        findings += try LateTables(
          usage: drafts.usage, then: drafts.catalog, now: catalog, pinned: drafts.pinned
        ).findings(of: records.map(StoreDrafting.earlier), credited: credited)
      } catch {
        throw .drafting(error)
      }
    }
    return DraftBasis.added(findings)
  }

  /// Standing invoices of the year before, by the drafts that they were made from, the first invoice first.
  private static func records(
    before choice: UsagePeriodChoice, in store: BillingStore
  ) throws(StoreFault) -> [(id: String, records: [InvoiceRecord])] {
    var found: [(id: String, records: [InvoiceRecord])] = []
    for record in try store.invoices() {
      guard record.kind == .invoice, !record.isTakenBack, let id = record.draftID,
        let chosen = choice.period(cycleDay: record.period.cycleDay), record.period < chosen,
        record.period.from >= EarlierCharges.firstDay(before: chosen.from)
      else { continue }
      if let place = found.firstIndex(where: { $0.id == id }) {
        found[place].records.append(record)
      } else {
        found.append((id, [record]))
      }
    }
    return found
  }

  /// Whether a file that these tables are written in is another one.
  private static func mayDiffer(_ then: String, _ now: String, _ catalog: Catalog) -> Bool {
    func bytes(_ path: String) -> [UInt8]? { try? TableFile.read(path) }
    var names = ["discounts.csv", "commitments.csv", "taxes.csv", "exemptions.csv"]
    // Nothing of these without taxes; agreements have discounts, commitments and results, whose values are counts.
    if !catalog.billing.taxes.isEmpty { names += ["accounts.csv", "catalog.yaml"] }
    if !catalog.billing.agreements.isEmpty { return true }
    return names.contains { bytes(then + "/" + $0) != bytes(now + "/" + $0) }
  }
}
