// The one line that tells how far a run has come.
//
// Pure: it decides what to write and when; the console writes.

internal import OptionTable

/// The state of the progress line on a terminal.
struct ProgressLine {
  /// Ten times a second at most: faster cannot be read, and a terminal over a slow link would hold the run up.
  static let intervalNanoseconds: UInt64 = 100_000_000

  private let columnCount: Int
  private var lastDrawnNanoseconds: UInt64?
  private var isShown = false

  /// A line on a terminal of that many columns.
  init(columnCount: Int) { self.columnCount = columnCount }

  /// What to write to show `text` in place of the last one; nil where the last drawing is too young.
  ///
  /// The text is cut one column short of the edge, because writing in the last column makes some terminals wrap.
  mutating func draw(atNanoseconds now: UInt64, _ text: () -> String) -> String? {
    if let last = lastDrawnNanoseconds, now &- last < Self.intervalNanoseconds { return nil }
    lastDrawnNanoseconds = now
    isShown = true
    return "\r" + MessageText.escaped(text()).prefix(max(1, columnCount - 1)) + "\u{1B}[K"
  }

  /// What to write to take the line away; empty where none is shown.
  mutating func erase() -> String {
    guard isShown else { return "" }
    isShown = false
    return "\r\u{1B}[K"
  }
}
