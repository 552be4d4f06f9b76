// The steps of `ratemill explain` as people read them, and the same as JSON.

internal import OptionTable
internal import RatingEngine
internal import Tables

/// Renders the answer of a search.
struct ExplainReport {
  private let answer: EventExplainer.Answer
  private let writing: DerivationText

  init(_ answer: EventExplainer.Answer, showsNumbers: Bool) {
    self.answer = answer
    writing = DerivationText(writing: UsageText(showsNumbers: showsNumbers))
  }

  /// All derivations, with a blank line between them.
  func text() -> String {
    answer.derivations.map { derivation in
      "\(MessageText.escaped(derivation.file)):\(derivation.line): \(writing.headline(derivation))\n"
        + writing.steps(derivation)
    }.joined(separator: "\n")
  }

  /// The derivations as one JSON document.
  func document() -> String {
    JSONText.document([
      "records": .integer(answer.recordCount),
      "events": .array(
        answer.derivations.map { derivation in
          .object(
            [
              JSONMember(name: "file", value: .text(derivation.file)),
              JSONMember(name: "line", value: .integer(derivation.line)),
            ] + writing.members(derivation))
        }),
      "damaged": .array(answer.damaged.map { ["name": .text($0.name), "message": .text($0.message)] }),
    ])
  }
}
