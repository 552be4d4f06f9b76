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
    for (line, inputs) in [("--event a.csv:7", ["a.csv"]), ("--event a.csv:7 in", ["in"])] {
      guard case .event(let event) = try read(ExplainCommand.self, "--catalog c \(line)") else {
        Issue.record("no event")
        return
      }
      #expect(event.inputs == inputs)
    }
    #expect(throws: UsageError("no INPUT; name the files to look for event 'k' in")) {
      try read(ExplainCommand.self, "--catalog c --event k")
    }
    #expect(throws: UsageError.self) { try read(ExplainCommand.self, "--event k in") }
    #expect(throws: UsageError.self) { try read(ExplainCommand.self, "--catalog c in") }
  }

  @Test func explainTakesALineOfAnInvoice() throws {
    guard case .invoiceLine(let line) = try read(ExplainCommand.self, "--store s --invoice INV-1 --line 2")
    else {
      Issue.record("no line")
      return
    }
    #expect([line.storePath, line.invoice] == ["s", "INV-1"] && line.lines == [2])
    for words in [
      "--store s --invoice INV-1", "--store s --line 2", "--invoice INV-1 --line 2",
      "--store s --invoice INV-1 --line 2 in", "--store s --invoice INV-1 --line 2 --event e",
      "--store s --invoice INV-1 --line 0",
    ] {
      #expect(throws: UsageError.self) { try read(ExplainCommand.self, words) }
    }
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
    #expect(draft.catalogPath == "c")
    #expect(draft.way == .folder(usage: "u", out: "o", replacesOutput: false))
    #expect(throws: UsageError.self) { try read(InvoiceDraftCommand.self, line) }
  }

  @Test(arguments: [
    "--usage u", "--out o", "--earlier e",
  ]) func draftsOfAStoreNeedAPeriodAndNoFolders(extra: String) throws {
    let store = "--catalog c --store s --period 2026-06"
    guard case .store("s", let choice) = try read(InvoiceDraftCommand.self, store).way else {
      Issue.record("no store")
      return
    }
    #expect(choice.description == "2026-06")
    #expect(throws: UsageError.self) { try read(InvoiceDraftCommand.self, "\(store) \(extra)") }
    #expect(throws: UsageError.self) { try read(InvoiceDraftCommand.self, "--catalog c --store s") }
  }

  @Test func reviewsTakeAFolderOrAStore() throws {
    let folder = try read(InvoiceReviewCommand.self, "--catalog c --usage u --drafts d --earlier e")
    #expect(folder.place == .folder(drafts: "d", catalog: "c", usage: "u", earlier: ["e"]))
    #expect(try read(InvoiceReviewCommand.self, "--store s").place == .store("s", nil))
    for line in [
      "--store s --drafts d", "--store s --catalog c", "--drafts d --period 2026-06", "--drafts d",
    ] {
      #expect(throws: UsageError.self) { try read(InvoiceReviewCommand.self, line) }
    }
  }

  @Test func decisionsNeedSomethingAndAReason() throws {
    let approve = try read(InvoiceApproveCommand.self, "--store s --who Ines acme")
    #expect(approve.drafts == ["acme"] && approve.by == "Ines" && approve.reason == "")
    #expect(throws: UsageError.self) { try read(InvoiceApproveCommand.self, "--store s --who Ines") }
    #expect(throws: UsageError.self) { try read(InvoiceApproveCommand.self, "--store s --all acme") }
    for line in ["--store s --who Ines acme", "--store s --charge C-1"] {
      #expect(throws: UsageError.self) { try read(InvoiceHoldCommand.self, line) }
      #expect(throws: UsageError.self) { try read(InvoiceRejectCommand.self, line) }
    }
  }

  @Test func creditNotesNeedAReason() throws {
    let credit = try read(
      InvoiceCreditCommand.self, "--store s --reason r --line 2 --line 3 --date 2026-07-01 INV-1")
    #expect(credit.lines == [2, 3] && credit.number == "INV-1" && credit.date.description == "2026-07-01")
    #expect(throws: UsageError.self) { try read(InvoiceCreditCommand.self, "--store s INV-1") }
    #expect(throws: UsageError.self) { try read(InvoiceCreditCommand.self, "--store s --reason r") }
    #expect(throws: UsageError.self) {
      try read(InvoiceCreditCommand.self, "--store s --reason r --line 0 INV-1")
    }
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
