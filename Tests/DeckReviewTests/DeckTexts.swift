// Decks and usage as a clerk would write them down, for the tests of this room.

import BillingCalendar
import Catalog
import DeckReview
import Money
import Tables
import TestSupport
import UsageFolderSupport
import UsageSummary

/// The deck of a CSV text, in EUR.
func deck(_ text: String, layout: String? = nil, currency: String = "EUR") throws -> RateDeck {
  let folder = try TemporaryFolder()
  try folder.write(text, to: "d.csv")
  if let layout { try folder.write(layout, to: "d.yaml") }
  return try DeckFolder.load(folder.path(of: "d.csv"), currency: Currency(code: currency))
}

/// What two decks do not treat alike: `prefix standing verdict aspects`, with the covering prefixes where they are others.
func changes(_ old: String, _ new: String, at: Int64? = nil) throws -> [String] {
  let comparison = try DeckComparison(
    old: DeckInForce(try deck(old), atSeconds: at), new: DeckInForce(try deck(new), atSeconds: at))
  return comparison.changes.map { change in
    var words = ["\(change.prefix)", change.standing.rawValue, change.verdict.rawValue]
    if !change.aspects.isEmpty { words.append(change.aspects.map(\.rawValue).joined(separator: ",")) }
    if let old = change.old, old.prefix != change.prefix { words.append("was \(old.prefix)") }
    if let new = change.new, new.prefix != change.prefix { words.append("now \(new.prefix)") }
    return words.joined(separator: " ")
  }
}

/// One summary row: a destination that `eventCount` calls used.
func usage(
  _ destination: String, group: String? = nil, eventCount: Int64, raw: Int128, billed: Int128, price: String,
  amount: String, charge: String = "calls"
) -> SummaryRow {
  SummaryRow(
    account: "acme", usagePeriod: UsagePeriod.parse("2026-01-01/2026-02-01")!, plan: "retail",
    charge: Label(charge), serviceKind: .voice, direction: "outbound",
    ratingGroup: Label(group ?? destination),
    destination: Label(destination), unitPrice: pico(price), perQuantity: 60_000,
    currency: Currency(code: "EUR")!, eventCount: eventCount, quantityRaw: raw * 1000,
    quantityBilled: billed * 1000, amount: pico(amount))
}

/// An amount by its text.
func pico(_ text: String) -> Amount {
  switch DecimalText.parse(text, scale: Amount.scale) {
  case .success(let pico): Amount(pico: pico)
  case .failure: preconditionFailure("'\(text)' is no amount")
  }
}

/// The survey of a usage folder with these rows.
func survey(_ rows: [SummaryRow]) throws -> UsageSurvey {
  let folder = try TemporaryFolder()
  try SampleUsageFolder(rows: rows).write(to: folder)
  return try UsageSurvey(try UsageFolder.open(folder.path))
}
