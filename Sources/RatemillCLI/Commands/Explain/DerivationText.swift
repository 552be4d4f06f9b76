// One derivation as people read it, and the same as JSON: what `explain` and `quote` share.

internal import Money
internal import OptionTable
internal import RatingEngine
internal import Tables

/// Renders derivations.
struct DerivationText {
  let writing: UsageText

  /// `rated, EUR 0.02 for account 'acme'`.
  func headline(_ derivation: EventDerivation) -> String {
    let account = derivation.account.map { " for account \(writing.quoted($0))" } ?? ""
    switch derivation.door {
    case .rated: return "rated, \(derivation.amountText ?? "")\(account)"
    case .duplicate: return "duplicate, not counted"
    case .filtered: return "filtered, \(derivation.reason)\(account)"
    case .suspended: return "suspended, \(derivation.reason)\(account)"
    }
  }

  /// Every step with its lines, a blank line before each.
  func steps(_ derivation: EventDerivation) -> String {
    var text = ""
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

  private func text(_ line: EventDerivation.Line) -> String {
    let mask = { (text: String) in MessageText.escaped(line.holdsNumbers ? writing.masked(text) : text) }
    let quote = line.quote.map { writing.quoted($0, bytesMax: Self.quotedBytesMax) } ?? ""
    let value = line.value.isEmpty ? "" : "→ " + mask(line.value)
    return [quote, value, mask(line.text)].filter { !$0.isEmpty }.joined(separator: " ")
  }

  /// A record of this length is still read by people.
  private static let quotedBytesMax = 2000

  // MARK: JSON

  /// What became of the event, and how, as members of its object.
  func members(_ derivation: EventDerivation) -> [JSONMember] {
    [
      JSONMember(name: "door", value: .text(derivation.door.rawValue)),
      JSONMember(
        name: "reason", value: .textOrNull(derivation.reason.isEmpty ? nil : derivation.reason)),
      JSONMember(
        name: "account", value: .textOrNull(derivation.account.map { writing.masked($0.description) })),
      JSONMember(name: "amount", value: .textOrNull(derivation.amount?.description)),
      JSONMember(name: "currency", value: .textOrNull(derivation.currency?.code)),
      JSONMember(name: "supplier", value: .textOrNull(derivation.supplier?.description)),
      JSONMember(name: "cost", value: .textOrNull(derivation.cost?.description)),
      JSONMember(name: "cost_currency", value: .textOrNull(derivation.costCurrency?.code)),
      JSONMember(
        name: "steps",
        value: .array(
          derivation.steps.map { step in
            ["step": .text(step.title), "lines": .array(step.lines.map(value))]
          })),
    ]
  }

  /// Members that say nothing are left out: most lines have one or two of the three.
  private func value(_ line: EventDerivation.Line) -> JSONValue {
    let mask = { (text: String) in line.holdsNumbers ? writing.masked(text) : text }
    var members = [JSONMember(name: "name", value: .text(line.name))]
    if let quote = line.quote {
      members.append(JSONMember(name: "quote", value: .text(writing.masked(quote.description))))
    }
    if !line.value.isEmpty { members.append(JSONMember(name: "value", value: .text(mask(line.value)))) }
    if !line.text.isEmpty { members.append(JSONMember(name: "text", value: .text(mask(line.text)))) }
    return .object(members)
  }
}
