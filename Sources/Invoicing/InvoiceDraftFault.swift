// Why drafts cannot be made. Nothing is published then.

public import DurableFiles
public import Money
public import Tables
public import UsageSummary

/// What stops a draft run.
public enum InvoiceDraftFault: Error, Sendable {
  /// The usage folder is not whole.
  case usage(UsageFolderFault)
  /// An output file could not be written.
  case output(FileFault)
  /// Accounts with usage that the catalog does not have, in order.
  case unknownAccounts([Label])
  /// A usage period that is none of its account's, because the account's cycle day was changed after rating.
  case otherCycle(account: Label, period: String, cycleDay: Int)
  /// The charge of a contract does not fit any amount.
  case amountTooLarge(LineOrigin)
  /// The calls that an appendix would list do not add up to their line.
  case callsDoNotMeet(account: Label, line: Label, calls: Amount, exact: Amount)
}

extension InvoiceDraftFault: CustomStringConvertible {
  /// What is wrong and what to do.
  public var description: String {
    switch self {
    case .usage(let fault): return fault.description
    case .output(let fault): return fault.description
    case .unknownAccounts(let accounts):
      let named = accounts.prefix(5).map { "'\($0)'" }.joined(separator: ", ")
      let more = accounts.count > 5 ? " and \(accounts.count - 5) more" : ""
      return "accounts.csv: no account \(named)\(more), but the usage has charges for it; "
        + "draft with the catalog that the usage was rated with, or add the account"
    case .otherCycle(let account, let period, let cycleDay):
      return
        "accounts.csv: the usage of account '\(account)' has the period \(period), which cycle day \(cycleDay) "
        + "does not make; rate again with this catalog"
    case .callsDoNotMeet(let account, let line, let calls, let exact):
      return
        "account '\(account)': the calls of '\(line)' add up to \(calls), the line to \(exact); draft without --itemise"
    case .amountTooLarge(let origin):
      return "\(origin): the amount is too large; check price and quantity"
    }
  }
}
