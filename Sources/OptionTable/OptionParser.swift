// Reads a command line against a table of options.
//
// Pure: no I/O, no exit, no knowledge of what the options mean. Switches, or exactly one value; no optional values, no
// abbreviated names, no bundled letters: a line that works today must not change its meaning when an option is added.

/// What was typed: the options, and the words that are not options.
public struct ParsedArguments<Raw> {
  /// The typed options, as the table filled them.
  public var raw: Raw
  /// The other words, in order; a lone `-` is one of them.
  public var inputs: [String]
}

/// A parser made from one table.
public struct OptionParser<Raw> {
  private let table: [OptionSpec<Raw>]
  // Small tables (under 40 rows) are searched in order; a dictionary would cost more to build than it saves.

  /// Makes a parser of these options.
  public init(_ table: [OptionSpec<Raw>]) { self.table = table }

  /// Reads the words after the command's name into `raw`.
  ///
  /// `--key value`, `--key=value`, `-k value`, `-kvalue` and `-k=value` are the same; options and inputs may mix; `--`
  /// ends the options; `-` alone is an input or a value.
  public func parse(_ arguments: [String], into raw: Raw) throws(UsageError) -> ParsedArguments<Raw> {
    var parsed = ParsedArguments(raw: raw, inputs: [])
    var given: Set<String> = []
    var rest = arguments[...]
    while let word = rest.popFirst() {
      if word.unicodeScalars.contains("\u{FFFD}") {
        throw UsageError("\(MessageText.quoted(word)) is not valid UTF-8; rename the file or name its folder")
      }
      if word == "--" {
        parsed.inputs += rest
        break
      }
      guard OptionParser.isOption(word) else {
        parsed.inputs.append(word)
        continue
      }
      let typed = try find(word)
      let row = typed.option.row
      if row.arity != .repeatable, !given.insert(row.long).inserted {
        throw UsageError("--\(row.long): given twice; give it once")
      }
      let value = try value(of: typed, taking: &rest)
      try typed.option.apply(&parsed.raw, value)
    }
    return parsed
  }

  /// Whether a word is read as an option: it begins with a hyphen and is more than that.
  static func isOption(_ word: String) -> Bool { word.hasPrefix("-") && word != "-" }

  /// An option as it stood on the line, with the value that was joined to it.
  private struct TypedOption {
    let option: OptionSpec<Raw>
    let joinedValue: String?
  }

  private func find(_ word: String) throws(UsageError) -> TypedOption {
    if word.hasPrefix("--") {
      let body = word.dropFirst(2)
      let name = body.prefix { $0 != "=" }
      let value = name.endIndex < body.endIndex ? String(body[body.index(after: name.endIndex)...]) : nil
      guard let option = table.first(where: { $0.row.long == name }) else {
        throw unknown(word, name: String(name))
      }
      return TypedOption(option: option, joinedValue: value)
    }
    let body = word.dropFirst()
    guard let option = table.first(where: { $0.row.short == body.first }) else {
      throw unknown(word, name: String(body.prefix { $0 != "=" }))
    }
    let joined = body.dropFirst()
    if joined.isEmpty { return TypedOption(option: option, joinedValue: nil) }
    // `-json` or `-qj4`: letters behind a switch are neither its value nor further switches.
    if option.row.arity == .flag, joined.first != "=" { throw unknown(word, name: String(body)) }
    return TypedOption(option: option, joinedValue: String(joined.first == "=" ? joined.dropFirst() : joined))
  }

  private func value(of typed: TypedOption, taking rest: inout ArraySlice<String>) throws(UsageError)
    -> String
  {
    let row = typed.option.row
    guard let valueName = row.valueName else {
      if let value = typed.joinedValue {
        throw UsageError("--\(row.long): takes no value, got \(MessageText.quoted(value))")
      }
      return ""
    }
    if let value = typed.joinedValue { return value }
    guard let next = rest.first else { throw UsageError("--\(row.long): expected \(valueName) after it") }
    // Taking the next option as a value would hide a forgotten one: `--out --json` would write to a folder `--json`.
    if OptionParser.isOption(next) {
      let quoted = MessageText.quoted(next)
      throw UsageError(
        "--\(row.long): expected \(valueName) after it, got \(quoted); write --\(row.long)=\(valueName) for one that begins with -"
      )
    }
    rest.removeFirst()
    return next
  }

  private func unknown(_ word: String, name: String) -> UsageError {
    let names = table.map(\.row.long)
    let shown = word.hasPrefix("--") ? "--" + name : word
    return UsageError(
      "unknown option \(MessageText.quoted(shown))\(Suggestion.question(for: name, among: names, prefix: "--"))"
    )
  }
}
