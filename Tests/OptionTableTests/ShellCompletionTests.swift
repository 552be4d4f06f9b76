// The pieces that completion scripts are made of.

import Testing

@testable import OptionTable

@Suite struct ShellCompletionTests {
  private static let loud = OptionSpec<Bool>.flag("loud", in: "How", into: \.self, "Be loud").row
  private static let program = ProgramSpec(
    name: "try", summary: "",
    commands: ["see", "keep one", "keep all"].map {
      CommandSpec(name: $0, summary: "It's \($0)", usage: [], examples: [], options: [loud], statuses: [])
    }, firstExamples: [])

  @Test func aPairOfWordsBeginsOnce() {
    #expect(ShellCompletion.firstWords(Self.program) == ["see", "keep"])
    let pairs = ShellCompletion.pairs(Self.program)
    #expect(pairs.map(\.first) == ["keep"])
    #expect(pairs[0].second.map(ShellCompletion.secondWord) == ["one", "all"])
  }

  @Test(arguments: [
    (CompletionShell.bash, "'It'\\''s [a\\b]'"), (.zsh, "'It'\\''s [a\\b]'"), (.fish, "'It\\'s [a\\\\b]'"),
  ])
  func quotesAreQuoted(shell: CompletionShell, quoted: String) {
    #expect(ShellCompletion.quoted("It's [a\\b]", shell: shell) == quoted)
  }

  @Test(arguments: CompletionShell.allCases)
  func everyScriptSaysHowToLoadItAndEndsItsLine(shell: CompletionShell) {
    let script = ShellCompletion.script(for: Self.program, shell: shell)
    #expect(script.contains("try completion \(shell.rawValue)"))
    #expect(script.hasSuffix("\n"))
    #expect(!script.hasSuffix("\n\n"))
  }
}
