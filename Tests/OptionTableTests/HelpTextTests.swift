// How help is laid out.

import Testing

@testable import OptionTable

@Suite struct HelpTextTests {
  private static let command = CommandSpec(
    name: "count", summary: "Count things",
    about: [
      "Counts whatever is named, in the order in which it is named, and says so in words that need two lines."
    ],
    usage: ["--many [OPTION...] THING..."],
    examples: [
      CommandExample("Count sheep", "try count sheep"), CommandExample("Count goats", "try count goats"),
      CommandExample("Count both", "try count sheep goats"),
    ],
    operands: Operands("THING", count: 1...9, hint: .file),
    options: [
      OptionSpec<Bool>.flag(
        "many", short: "m", in: "What", into: \.self, "Count many", details: "More than three."
      ).row,
      OptionSpec<Bool>.flag("backwards", in: "How", into: \.self, "Begin at the end").row,
    ],
    statuses: [
      StatusLine(code: 0, label: "done", text: "counted"),
      StatusLine(code: 130, label: "stopped", text: "stopped"),
    ])
  private static let program = ProgramSpec(
    name: "try", summary: "try tries", commands: [command],
    firstExamples: [CommandExample("Try", "try count sheep")])

  @Test func theShortHelpIsOneScreen() {
    #expect(
      HelpText(Self.program).short(Self.command) == """
        Count things

        Examples
          Count sheep
            try count sheep
          Count goats
            try count goats

        Usage
          try count --many [OPTION...] THING...

        What
          -m, --many       Count many

        How
              --backwards  Begin at the end

        Exit: 0 done, 130 stopped
        'try help count' says more about each option

        """)
  }

  @Test func theLongHelpHasEverything() {
    #expect(
      HelpText(Self.program).long(Self.command) == """
        Count things

        Examples
          Count sheep
            try count sheep
          Count goats
            try count goats
          Count both
            try count sheep goats

        Usage
          try count --many [OPTION...] THING...

        Counts whatever is named, in the order in which it is named, and says so in
        words that need two lines.

        What
          -m, --many       Count many
                  More than three.

        How
              --backwards  Begin at the end

        Exit status
            0  counted
          130  stopped

        """)
  }

  @Test func theOverviewListsTheCommands() {
    #expect(
      HelpText(Self.program).overview() == """
        try tries

        Commands
          count  Count things

        Example
          Try
            try count sheep

        'try help COMMAND' explains a command, its options and its exit statuses

        """)
  }

  @Test func headingsAreBoldOnATerminalOnly() {
    #expect(HelpText(Self.program, isBold: true).overview().contains("\n\u{1B}[1mCommands\u{1B}[0m\n"))
    #expect(!HelpText(Self.program).overview().contains("\u{1B}"))
  }

  @Test(arguments: [(79, 1), (80, 1), (81, 2)])
  func aLineHoldsEightyColumns(length: Int, lineCount: Int) {
    let paragraph = String(repeating: "a", count: length - 2) + " b"
    #expect(TextWrap.lines(paragraph).count == lineCount)
    let indented = TextWrap.lines(String(paragraph.dropFirst(10)), indent: 10)
    #expect(indented.count == lineCount)
    #expect(indented.allSatisfy { $0.hasPrefix("          ") })
  }

  @Test func aWordTooLongForALineStaysWhole() {
    let word = String(repeating: "a", count: 100)
    #expect(TextWrap.lines("b \(word) c") == ["b", word, "c"])
    #expect(TextWrap.lines("b \(word)", hanging: 2) == ["b", "  " + word])
  }
}
