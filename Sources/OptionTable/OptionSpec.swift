// One option: its row, and how its value gets into the typed options of a command.

/// One declaration that drives parsing, help, completion and tests of an option.
///
/// `Raw` holds what was typed, every field optional or defaulted; what it means is decided in a second step, by the
/// command.
public struct OptionSpec<Raw>: Sendable {
  /// The words.
  public let row: OptionRow
  /// Puts a value into `Raw`; flags get an empty text.
  let apply: @Sendable (inout Raw, String) throws(UsageError) -> Void

  /// An option without value that sets a field to true.
  public static func flag(
    _ long: String, short: Character? = nil, in group: String,
    into field: WritableKeyPath<Raw, Bool> & Sendable,
    _ summary: String, details: String? = nil
  ) -> OptionSpec {
    let row = OptionRow(
      long: long, short: short, group: group, valueName: nil, summary: summary, details: details,
      arity: .flag,
      hint: .none)
    return OptionSpec(row: row) { raw, _ in raw[keyPath: field] = true }
  }

  /// An option with one value, at most once.
  public static func value<Value>(
    _ long: String, _ valueName: String, short: Character? = nil, in group: String,
    into field: WritableKeyPath<Raw, Value?> & Sendable, _ parser: ValueParser<Value>, _ summary: String,
    details: String? = nil
  ) -> OptionSpec {
    let row = OptionRow(
      long: long, short: short, group: group, valueName: valueName, summary: summary, details: details,
      arity: .value, hint: parser.hint)
    return OptionSpec(row: row) { raw, text throws(UsageError) in
      raw[keyPath: field] = try parser.value(of: text, for: "--" + long)
    }
  }

  /// An option with one value each time it is given; the values keep the order of the command line.
  public static func values<Value>(
    _ long: String, _ valueName: String, short: Character? = nil, in group: String,
    into field: WritableKeyPath<Raw, [Value]> & Sendable, _ parser: ValueParser<Value>, _ summary: String,
    details: String? = nil
  ) -> OptionSpec {
    let row = OptionRow(
      long: long, short: short, group: group, valueName: valueName, summary: summary, details: details,
      arity: .repeatable, hint: parser.hint)
    return OptionSpec(row: row) { raw, text throws(UsageError) in
      raw[keyPath: field].append(try parser.value(of: text, for: "--" + long))
    }
  }
}
