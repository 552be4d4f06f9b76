// Help as text, made from the words of a command: short for `-h`, long for `--help`.
//
// Examples come first, because most readers copy one; then options by group. Everything fits 80 columns, whatever the
// terminal: help is also read in mails and pages.

/// Help of a program and of its commands. Every text ends with a newline.
public struct HelpText {
  /// Columns that no line exceeds.
  public static let columnsMax = 80
  /// Examples in the short help.
  static let shortExampleCount = 2

  private let program: ProgramSpec
  private let style: HelpStyle

  /// Help of this program; headings are bold where `isBold` is true.
  public init(_ program: ProgramSpec, isBold: Bool = false) {
    self.program = program
    style = HelpStyle(isBold: isBold)
  }

  /// The list of commands, the first things to try, and where to read on.
  public func overview() -> String {
    var lines = TextWrap.lines(program.summary)
    lines += ["", style.heading("Commands")]
    let width = program.commands.map(\.name.count).max() ?? 0
    for command in program.commands {
      lines += entry("  " + command.name, column: width + 4, command.summary)
    }
    lines += [""] + examples(program.firstExamples)
    lines += ["", "'\(program.name) help COMMAND' explains a command, its options and its exit statuses"]
    return text(lines)
  }

  /// One screen: what it does, two examples, one line for each option, the exit statuses in one line.
  public func short(_ command: CommandSpec) -> String {
    var lines = [command.summary, ""]
    lines += examples(Array(command.examples.prefix(Self.shortExampleCount)))
    lines += [""] + usage(command)
    let column = optionColumn(command)
    for group in command.groups {
      lines += ["", style.heading(group.heading)]
      for option in group.options { lines += entry(Self.left(option), column: column, option.summary) }
    }
    lines += [""]
    lines += TextWrap.lines(
      "Exit: " + command.statuses.map { "\($0.code) \($0.label)" }.joined(separator: ", "), hanging: 2)
    lines += ["'\(program.name) help \(command.name)' says more about each option"]
    return text(lines)
  }

  /// Everything: all examples, what the command does, a paragraph for each option that has one, the exit statuses.
  public func long(_ command: CommandSpec) -> String {
    var lines = [command.summary, ""]
    lines += examples(command.examples)
    lines += [""] + usage(command)
    for paragraph in command.about { lines += [""] + TextWrap.lines(paragraph) }
    let column = optionColumn(command)
    for group in command.groups {
      lines += ["", style.heading(group.heading)]
      for option in group.options {
        lines += entry(Self.left(option), column: column, option.summary)
        if let details = option.details { lines += TextWrap.lines(details, indent: 10) }
      }
    }
    lines += ["", style.heading("Exit status")]
    for status in command.statuses { lines += entry("  \(Self.padded(status.code))", column: 7, status.text) }
    return text(lines)
  }

  private func examples(_ examples: [CommandExample]) -> [String] {
    [style.heading(examples.count == 1 ? "Example" : "Examples")]
      + examples.flatMap { ["  " + $0.purpose, "    " + $0.line] }
  }

  private func usage(_ command: CommandSpec) -> [String] {
    let prefix = "  \(program.name) \(command.name) "
    return [style.heading("Usage")]
      + command.usage.flatMap { form in
        form.isEmpty
          ? [String(prefix.dropLast())]
          : TextWrap.lines(prefix.dropFirst(2) + form, indent: 2, hanging: prefix.count - 2)
      }
  }

  /// A left part, and a text beside it; on the next line where the left part reaches into the text's column.
  private func entry(_ left: String, column: Int, _ text: String) -> [String] {
    let lines = TextWrap.lines(text, indent: column)
    guard left.count + 2 <= column else { return [left] + lines }
    let first = left + String(repeating: " ", count: column - left.count) + lines[0].dropFirst(column)
    return [first] + lines.dropFirst()
  }

  private func optionColumn(_ command: CommandSpec) -> Int {
    (command.options.map { Self.left($0).count }.max() ?? 0) + 2
  }

  private static func left(_ option: OptionRow) -> String {
    "  " + (option.short.map { "-\($0), " } ?? "    ") + option.longForm
  }

  private static func padded(_ code: Int32) -> String {
    let digits = String(code)
    return String(repeating: " ", count: max(0, 3 - digits.count)) + digits
  }

  private func text(_ lines: [String]) -> String { lines.joined(separator: "\n") + "\n" }
}

/// How headings stand out.
private struct HelpStyle {
  let isBold: Bool

  func heading(_ text: String) -> String { isBold ? "\u{1B}[1m\(text)\u{1B}[0m" : text }
}

/// Breaks paragraphs into lines.
enum TextWrap {
  /// The lines of a paragraph, each within 80 columns where its words allow, indented by `indent`; all but the first by
  /// `hanging` more. An empty paragraph is one empty line.
  ///
  /// One character counts as one column: help is written in plain letters.
  static func lines(_ paragraph: some StringProtocol, indent: Int = 0, hanging: Int = 0) -> [String] {
    var lines: [String] = []
    var line = ""
    for word in paragraph.split(separator: " ") {
      let margin = indent + (lines.isEmpty ? 0 : hanging)
      if !line.isEmpty, margin + line.count + 1 + word.count > HelpText.columnsMax {
        lines.append(String(repeating: " ", count: margin) + line)
        line = ""
      }
      line += (line.isEmpty ? "" : " ") + word
    }
    lines.append(String(repeating: " ", count: indent + (lines.isEmpty ? 0 : hanging)) + line)
    return lines
  }
}
