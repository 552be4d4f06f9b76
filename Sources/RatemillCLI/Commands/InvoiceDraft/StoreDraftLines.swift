// The report of `invoice draft --store`.

internal import BillingCalendar
internal import BillingOperations
internal import BillingStore
internal import Invoicing
internal import Tables

/// Renders what was drafted in a store.
struct StoreDraftLines {
  private let outcome: StoreDrafting.Outcome
  private let store: BillingStore
  private let printsJSON: Bool
  private let console: Console
  private let lines: InvoiceDraftLines

  init(_ outcome: StoreDrafting.Outcome, _ store: BillingStore, printsJSON: Bool, console: Console) {
    self.outcome = outcome
    self.store = store
    self.printsJSON = printsJSON
    self.console = console
    lines = InvoiceDraftLines(
      outcome.report, out: store.draftsPath(outcome.record.id) + "/documents", printsJSON: printsJSON,
      console: console)
  }

  /// Prints the report and says how the command ended.
  func finish() -> ExitStatus {
    lines.sayDrafts()
    if !outcome.hasUsage {
      console.say("  no usage   no run has any of \(outcome.record.choice): contracts and charges alone")
    }
    if outcome.approvedCount > 0 {
      console.say("  approved   \(ReadableText.count(outcome.approvedCount)) before, and they say the same")
    }
    for flag in outcome.toLookAt {
      let line = "'\(flag.account)' \(InvoiceReviewLines.money(flag)) \(flag.message)"
      console.say("  look at    \(console.path(line))")
    }
    let made = outcome.wasThere ? "the same drafts were there:" : "drafts \(outcome.record.number):"
    console.say("\(made) begin with \(console.path(lines.indexPath))")
    if !outcome.report.drafts.isEmpty {
      console.say(
        "next: ratemill invoice review --store \(console.argument(store.path)), then invoice approve and invoice finalise"
      )
    }
    guard printsJSON else { return .done }
    guard case .object(let members) = lines.document() else { preconditionFailure("a report is an object") }
    let own: [JSONMember] = [
      JSONMember(name: "id", value: .text(outcome.record.id)),
      JSONMember(name: "number", value: .integer(outcome.record.number)),
      JSONMember(name: "period", value: .text(outcome.record.choice.description)),
      JSONMember(name: "was_there", value: .bool(outcome.wasThere)),
      JSONMember(name: "approved_before", value: .integer(outcome.approvedCount)),
    ]
    let flags = JSONMember(name: "look_at", value: .array(outcome.toLookAt.map(InvoiceReviewLines.json)))
    return console.finishReport(JSONText.document(.object(own + members + [flags])))
  }
}
