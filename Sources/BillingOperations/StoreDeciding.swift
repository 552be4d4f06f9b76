// Approving, holding and rejecting drafts and the one-time charges on them: who, when and why, in the book.

public import BillingCalendar
public import BillingStore
import Catalog
import Invoicing
public import Tables

/// Decides about drafts and charges.
public enum StoreDeciding {
  /// What is decided about.
  public struct Question: Sendable {
    /// Drafts by their names, or accounts: all drafts of each.
    public var drafts: [Label] = []
    /// Whether every draft is meant that nobody has decided about.
    public var isAll = false
    /// One-time charges: their ids, or `tickets.csv:T-2044` where two tables have the same.
    public var charges: [Label] = []

    /// Nothing.
    public init() {}
  }

  /// What became of it.
  public struct Outcome: Sendable {
    /// Decisions that were new.
    public var count: Int
    /// Drafts that were left as they are because of charges that nobody has decided about.
    public var waiting: [(draft: Label, charges: [Label])]
    /// The seal of the audit trail.
    public var auditHead: String
  }

  /// Decides about the latest drafts of a period, nil for the latest of all.
  ///
  /// A draft with charges that nobody has decided about is not approved: by its name it is refused, with `isAll` it waits.
  /// A decision about a charge changes the drafts that are made next. What was sent is decided.
  public static func decide(
    _ question: Question, _ verdict: DecisionRecord.Verdict, by: String, reason: String,
    of choice: UsagePeriodChoice?, in store: BillingStore
  ) throws(OperationFault) -> Outcome {
    let drafts = try StoreDrafts.open(choice, in: store)
    return try OperationFault.ofStore { () throws(StoreFault) in
      var waiting: [(draft: Label, charges: [Label])] = []
      var decisions: [DecisionRecord] = []
      for draft in try named(question, drafts, in: store) {
        if verdict == .approve, !draft.undecidedCharges.isEmpty {
          guard question.isAll else { throw undecided(draft) }
          waiting.append((draft.name, draft.undecidedCharges))
          continue
        }
        decisions.append(
          DecisionRecord(
            kind: .draft, subject: draft.contentHash, account: draft.account, verdict: verdict, by: by,
            reason: reason))
      }
      for charge in question.charges {
        let (name, account) = try find(charge, in: drafts.catalog)
        decisions.append(
          DecisionRecord(
            kind: .charge, subject: name, account: account, verdict: verdict, by: by, reason: reason))
      }
      let (count, head) = try store.decide(decisions)
      return Outcome(count: count, waiting: waiting, auditHead: head)
    }
  }

  private static func named(
    _ question: Question, _ drafts: StoreDrafts, in store: BillingStore
  ) throws(StoreFault) -> [DraftsFolder.Draft] {
    let sent = try StoreFinalising.sentNames(drafts.record, in: store)
    if question.isAll {
      let verdicts = try store.decisions(.draft)
      return drafts.drafts.drafts.filter { !sent.contains($0.name) && verdicts[$0.contentHash] == nil }
    }
    var found: [DraftsFolder.Draft] = []
    for name in question.drafts {
      let own = drafts.drafts.drafts.filter { $0.name == name || $0.account == name }
      guard !own.isEmpty else {
        throw .refused(
          "there is no draft '\(name)' of \(drafts.record.choice); 'ratemill invoice list --store \(store.path)' "
            + "lists them")
      }
      if let gone = own.first(where: { sent.contains($0.name) }) {
        throw .refused("'\(gone.name)' is an invoice already; a credit note corrects it")
      }
      found += own.filter { draft in !found.contains { $0.name == draft.name } }
    }
    return found
  }

  private static func undecided(_ draft: DraftsFolder.Draft) -> StoreFault {
    let charges = draft.undecidedCharges.map { "'\($0)'" }.joined(separator: ", ")
    return .refused(
      "nobody has decided about \(charges) on '\(draft.name)'; approve, hold or reject with --charge, then draft "
        + "again")
  }

  /// A charge by its id, as the store names it, with its account.
  private static func find(
    _ id: Label, in catalog: Catalog
  ) throws(StoreFault) -> (name: Label, account: Label) {
    var found: [(Label, Int)] = []
    for charge in catalog.billing.charges where !charge.id.isEmpty {
      let name = DraftBasis.name(ofCharge: charge.id)
      if charge.id == id || name == id { found.append((name, charge.accountIndex)) }
    }
    for ticket in catalog.billing.tickets where ticket.charge != nil {
      let name = DraftBasis.name(ofTicket: ticket.id)
      if ticket.id == id || name == id { found.append((name, ticket.accountIndex)) }
    }
    guard let first = found.first else {
      throw .refused("neither charges.csv nor tickets.csv had a charge '\(id)' when these drafts were made")
    }
    guard found.count == 1 else {
      throw .refused("'\(id)' is a charge and a ticket; write '\(first.0)' or '\(found[1].0)'")
    }
    return (first.0, catalog.accounts[first.1].id)
  }
}
