// How a run ends, as the shell sees it.
//
// Owns the numbers and their words, so that help, README and tests cannot disagree.

internal import Glibc
internal import OptionTable

/// The status with which the program ends.
///
/// Outputs exist for `done` and `findings` only.
public enum ExitStatus: Int32, CaseIterable, Sendable {
  /// All done.
  case done = 0
  /// Done, and there is something to look at.
  case findings = 1
  /// The command line cannot be run as typed.
  case usage = 2
  /// The catalog is invalid.
  case catalogInvalid = 3
  /// An input or an output failed.
  case filesFailed = 4
  /// Totals do not meet, or a fault of our own.
  case totalsDoNotMeet = 5
  /// Somebody else holds what is needed.
  case busy = 6
  /// Stopped by a signal.
  case interrupted = 130

  /// One or two words, for the one-line list of the short help.
  public var label: String {
    switch self {
    case .done: "done"
    case .findings: "findings"
    case .usage: "usage"
    case .catalogInvalid: "catalog"
    case .filesFailed: "files"
    case .totalsDoNotMeet: "totals"
    case .busy: "busy"
    case .interrupted: "interrupted"
    }
  }

  /// One line that says when.
  public var text: String {
    switch self {
    case .done: "done"
    case .findings:
      "done, and there is something to look at: suspense above --max-suspense, a skipped file, problems"
    case .usage: "the command line cannot be run as typed; nothing was written"
    case .catalogInvalid: "the catalog is invalid; 'ratemill check --catalog DIR' names every fault"
    case .filesFailed: "an input or output failed (missing, damaged, disk full); nothing was published"
    case .totalsDoNotMeet: "totals do not meet, or an internal error; nothing was published"
    case .busy: "another run holds what this one needs; try again"
    case .interrupted: "interrupted; nothing is half done, and the same command again does what is left"
    }
  }

  /// Ends the process with this status.
  ///
  public func endProcess() -> Never { exit(rawValue) }

  /// The lines of help for these statuses, in the order of their numbers.
  static func lines(_ statuses: Set<ExitStatus>) -> [StatusLine] {
    allCases.filter(statuses.contains).map { StatusLine(code: $0.rawValue, label: $0.label, text: $0.text) }
  }
}
