// The steps of `ratemill explain` as people read them, and the same as JSON.

internal import OptionTable
internal import RatingEngine
internal import Tables

/// Renders derivations.
struct ExplainReport {
  private let answer: EventExplainer.Answer
  private let writing: UsageText

  init(_ answer: EventExplainer.Answer, showsNumbers: Bool) {
    self.answer = answer
    writing = UsageText(showsNumbers: showsNumbers)
  }

  // MARK: people

  /// All derivations, with a blank line between them.
  func text() -> String { answer.derivations.map(text).joined(separator: "\n") }

  private func text(_ derivation: EventDerivation) -> String {
    var text = "\(MessageText.escaped(derivation.file)):\(derivation.line): \(headline(derivation))\n"
    for step in derivation.steps {
      text += "\n\(step.title)\n"
      let width = step.lines.reduce(0) { max($0, MessageText.escaped($1.name).count) }
      for line in step.lines {
        let name = MessageText.escaped(line.name)
        text += "  \(name)\(String(repeating: " ", count: width - name.count))  \(self.text(line))\n"
      }
    }
    return text
  }

  private func headline(_ derivation: EventDerivation) -> String {
    let account = derivation.account.map { " for account \(writing.quoted($0))" } ?? ""
    switch derivation.door {
    case .rated: return "rated, \(derivation.amount ?? "")\(account)"
    case .duplicate: return "duplicate, not counted"
    case .filtered: return "filtered, \(derivation.reason)\(account)"
    case .suspended: return "suspended, \(derivation.reason)\(account)"
    }
  }

  private func text(_ line: EventDerivation.Line) -> String {
    let mask = { (text: String) in MessageText.escaped(line.holdsNumbers ? writing.masked(text) : text) }
    let quote = line.quote.map { writing.quoted($0, bytesMax: Self.quotedBytesMax) } ?? ""
    let value = line.value.isEmpty ? "" : "→ " + mask(line.value)
    return [quote, value, mask(line.text)].filter { !$0.isEmpty }.joined(separator: " ")
  }

  /// A record of this length is still read by people.
  private static let quotedBytesMax = 2000

  // MARK: JSON

  /// The derivations as one JSON document.
  func document() -> String {
    JSONText.document([
      "records": .number(answer.recordCount),
      "events": .array(answer.derivations.map(value)),
      "damaged": .array(answer.damaged.map { ["name": .string($0.name), "message": .string($0.message)] }),
    ])
  }

  private func value(_ derivation: EventDerivation) -> JSONValue {
    [
      "file": .string(derivation.file), "line": .number(derivation.line),
      "door": .string(derivation.door.rawValue),
      "reason": .stringOrNull(derivation.reason.isEmpty ? nil : derivation.reason),
      "account": .stringOrNull(derivation.account.map { writing.masked($0.description) }),
      "amount": .stringOrNull(derivation.amount),
      "steps": .array(
        derivation.steps.map { step in
          ["step": .string(step.title), "lines": .array(step.lines.map(value))]
        }),
    ]
  }

  /// Members that say nothing are left out: most lines have one or two of the three.
  private func value(_ line: EventDerivation.Line) -> JSONValue {
    let mask = { (text: String) in line.holdsNumbers ? writing.masked(text) : text }
    var members = [JSONMember(name: "name", value: .string(line.name))]
    if let quote = line.quote {
      members.append(JSONMember(name: "quote", value: .string(writing.masked(quote.description))))
    }
    if !line.value.isEmpty { members.append(JSONMember(name: "value", value: .string(mask(line.value)))) }
    if !line.text.isEmpty { members.append(JSONMember(name: "text", value: .string(mask(line.text)))) }
    return .object(members)
  }
}
