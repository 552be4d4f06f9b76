// What a line of the smaller commands means.

import BillingCalendar
import OptionTable
import Testing

@testable import RatemillCLI

private func read<C: Command>(
  _ command: C.Type, _ line: String, _ surroundings: Surroundings = Surroundings()
)
  throws(UsageError) -> C.Configuration
{
  try C.configuration(arguments: line.split(separator: " ").map(String.init), in: surroundings).configuration
}

@Suite struct CommandConfigurationTests {
  @Test func checkNeedsACatalogOrASample() throws {
    #expect(try read(CheckCommand.self, "--catalog c").catalogPath == "c")
    #expect(try read(CheckCommand.self, "--sample f").samplePath == "f")
    #expect(try read(CheckCommand.self, "--sample f --catalog c --source s").sourceName == "s")
    #expect(throws: UsageError("nothing to check; add --catalog DIR, --sample FILE, or both")) {
      try read(CheckCommand.self, "")
    }
    #expect(throws: UsageError.self) { try read(CheckCommand.self, "--catalog c --source s") }
    #expect(throws: UsageError.self) { try read(CheckCommand.self, "--sample f --source s") }
    #expect(throws: UsageError("standard input (-) is a terminal; pipe usage into it, or name files")) {
      try read(CheckCommand.self, "--sample -", Surroundings(standardInputIsTerminal: true))
    }
  }

  @Test(arguments: [
    ("a.csv:7", "a.csv", 7), ("in/a:b.csv:18204", "in/a:b.csv", 18_204), ("a:007", "a", 7), ("-:3", "-", 3),
    ("é.csv:1", "é.csv", 1),
  ])
  func anEventMayBeALine(text: String, path: String, line: Int) {
    #expect(EventAddress(text).place == EventAddress.Place(path: path, line: line))
    #expect(EventAddress(text).key == text)
  }

  @Test(arguments: [
    "1780272005.118", "a.csv", "a.csv:", "a.csv:0", ":7", "7", "a:7b", "a:99999999999999999999", "a:٣",
  ])
  func anythingElseIsTheIdOfAnEvent(text: String) {
    #expect(EventAddress(text).place == nil)
    #expect(EventAddress(text).key == text)
  }

  @Test func explainLooksInTheFileThatTheEventNames() throws {
    #expect(try read(ExplainCommand.self, "--catalog c --event a.csv:7").inputs == ["a.csv"])
    #expect(try read(ExplainCommand.self, "--catalog c --event a.csv:7 in").inputs == ["in"])
    #expect(throws: UsageError("no INPUT; name the files to look for event 'k' in")) {
      try read(ExplainCommand.self, "--catalog c --event k")
    }
    #expect(throws: UsageError.self) { try read(ExplainCommand.self, "--event k in") }
    #expect(throws: UsageError.self) { try read(ExplainCommand.self, "--catalog c in") }
  }

  @Test func formatsTakesOneName() throws {
    #expect(try read(FormatsCommand.self, "").name == nil)
    #expect(try read(FormatsCommand.self, "pbx --catalog c").name == "pbx")
    #expect(throws: UsageError("formats: takes one NAME, got 'b'")) { try read(FormatsCommand.self, "a b") }
  }

  @Test func generateHasDefaultsForAllButSizeAndPlace() throws {
    let small = try read(GenerateCommand.self, "--events 5 --out o")
    #expect(small.eventCount == 5)
    #expect(small.outPath == "o")
    #expect([small.deckRowCount, small.accountCount, small.dayCount] == [10_000, 1_000, 1])
    #expect(small.seed == 1)
    let whole = try read(
      GenerateCommand.self, "--events 5 --out o --seed 9 --deck-rows 2 --accounts 3 --days 4 --force --json")
    #expect([whole.deckRowCount, whole.accountCount, whole.dayCount] == [2, 3, 4])
    #expect(whole.seed == 9)
    #expect(whole.replacesOutput && whole.printsJSON)
    #expect(throws: UsageError("--events is missing; add --events N, the number of records to make")) {
      try read(GenerateCommand.self, "--out o")
    }
    #expect(throws: UsageError("--out is missing; add --out DIR, the folder to make")) {
      try read(GenerateCommand.self, "--events 5")
    }
  }

  @Test(arguments: [
    "--usage u --out o", "--catalog c --out o", "--catalog c --usage u", "--catalog c --usage u --out o x",
  ])
  func invoiceDraftNeedsThreeFolders(line: String) throws {
    let draft = try read(InvoiceDraftCommand.self, "--catalog c --usage u --out o")
    #expect([draft.catalogPath, draft.usagePath, draft.outPath] == ["c", "u", "o"])
    #expect(throws: UsageError.self) { try read(InvoiceDraftCommand.self, line) }
  }

  @Test func invoiceDraftTakesAMonthOrAPeriod() throws {
    let folders = "--catalog c --usage u --out o"
    #expect(try read(InvoiceDraftCommand.self, folders).period == nil)
    for period in ["2026-06", "2026-06-15/2026-07-15"] {
      let draft = try read(InvoiceDraftCommand.self, "\(folders) --period \(period)")
      #expect(draft.period?.description == period)
    }
    for period in ["2026-13", "2026-06-15", "2026-06-15/2026-06-15", "2026"] {
      #expect(throws: UsageError.self) {
        try read(InvoiceDraftCommand.self, "\(folders) --period \(period)")
      }
    }
  }

  @Test func helpTakesACommandOfOneOrTwoWords() throws {
    #expect(try read(HelpCommand.self, "").commandName == nil)
    #expect(try read(HelpCommand.self, "rate").commandName == "rate")
    #expect(try read(HelpCommand.self, "invoice draft").commandName == "invoice draft")
    #expect(try read(HelpCommand.self, "deck").commandName == "deck diff")
    #expect(throws: UsageError("help: takes one COMMAND, got 'check'")) {
      try read(HelpCommand.self, "rate check")
    }
    #expect(throws: UsageError("unknown command 'rat'; did you mean 'rate'?")) {
      try read(HelpCommand.self, "rat")
    }
  }

  @Test func completionTakesAShell() throws {
    #expect(try read(CompletionCommand.self, "zsh").shell == .zsh)
    #expect(throws: UsageError("completion: expected bash, zsh or fish, got 'csh'; did you mean 'zsh'?")) {
      try read(CompletionCommand.self, "csh")
    }
    #expect(throws: UsageError("completion: SHELL is missing; add bash, zsh or fish")) {
      try read(CompletionCommand.self, "")
    }
  }
}
