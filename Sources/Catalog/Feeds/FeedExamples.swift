// Tries the examples of a feed: what its author says of a line must be what is read from it.

import Tables

/// Tries examples.
enum FeedExamples {
  /// Adds what does not come out as written to `findings`.
  static func check(_ feed: FeedDescriptor, _ accounts: FeedAccounts, findings: YamlFindings) {
    var layout = feed.layout
    // An example is a header and a line, without what stands above them in a file.
    layout.skipLines = 0
    for example in feed.examples {
      var text = example.header.bytes
      if layout.header != .none { text.append(10) }
      text += example.line.bytes
      text.append(10)
      let (rows, faults) = text.withUnsafeBufferPointer {
        FeedTranslation.read($0, file: feed.origin, namePart: .empty, layout, accounts)
      }
      if let fault = faults.sorted().first {
        findings.error("the example cannot be read: \(fault.message)", at: example.place, hint: fault.hint)
        continue
      }
      compare(rows.first, example, findings)
    }
  }

  private static func compare(_ row: FeedRow?, _ example: FeedExample, _ findings: YamlFindings) {
    guard let expected = example.expected else {
      if row != nil {
        findings.error(
          "the example is read, and not left out", at: example.place, hint: "look at 'only' and 'leave_out'")
      }
      return
    }
    guard let row else {
      return findings.error(
        "the example is left out", at: example.place, hint: "look at 'only' and 'leave_out'")
    }
    for (column, text, place) in expected where (row.cells[column] ?? .empty) != text {
      let read = row.cells[column].map { Quoted.text($0) } ?? "nothing"
      findings.error(
        "the example's \(column.rawValue) is read as \(read), not as \(Quoted.text(text))", at: place)
    }
  }
}
