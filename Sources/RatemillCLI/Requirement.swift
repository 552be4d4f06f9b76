// Checks that several commands make of what was typed.

internal import OptionTable

/// Turns a missing or impossible option into a message that says what to add.
enum Requirement {
  /// The value of an option that the command cannot do without.
  static func given<Value>(_ value: Value?, _ option: String, _ meaning: String) throws(UsageError) -> Value {
    guard let value else { throw UsageError("\(option) is missing; add \(option) \(meaning)") }
    return value
  }

  /// Refuses inputs that cannot be read: `-` twice, or `-` where somebody would have to type the usage.
  static func readable(_ inputs: [String], in surroundings: Surroundings) throws(UsageError) {
    let standardInputCount = inputs.count { $0 == "-" }
    if standardInputCount > 1 { throw UsageError("standard input (-) is named twice; it can be read once") }
    if standardInputCount == 1, surroundings.standardInputIsTerminal {
      throw UsageError("standard input (-) is a terminal; pipe usage into it, or name files")
    }
  }
}
