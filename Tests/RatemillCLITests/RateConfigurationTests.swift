// What a line of `ratemill rate` means, and what it says to a line without meaning.

import OptionTable
import Testing

@testable import RatemillCLI

private func configuration(_ line: String, in surroundings: Surroundings = Surroundings()) throws(UsageError)
  -> RateConfiguration
{
  let words = line.split(separator: " ").map(String.init)
  return try RateCommand.configuration(arguments: words, in: surroundings).configuration
}

@Suite struct RateConfigurationTests {
  @Test func theDefaultsAreThoseOfHelp() throws {
    let rate = try configuration("--catalog c --out o in", in: Surroundings(coreCount: 3))
    #expect(rate.catalogPath == "c")
    #expect(rate.outPath == "o")
    #expect(rate.inputs == ["in"])
    #expect(rate.sourceName == nil)
    #expect(rate.table == nil)
    #expect(rate.suspenseMax == .count(0))
    #expect(rate.threadCount == 3)
    #expect(rate.memoryBytesMax == 1_073_741_824)
    #expect(rate.recordBytesMax == 1_048_576)
    #expect(rate.expectedRecordCount == nil)
    #expect(rate.expectedByteCount == nil)
    #expect(rate.deduplicates)
    let switches = [
      rate.replacesOutput, rate.writesDetail, rate.printsJSON, rate.skipsDamagedFiles, rate.showsNumbers,
    ]
    #expect(switches == [false, false, false, false, false])
  }

  @Test func everyOptionReachesTheConfiguration() throws {
    let rate = try configuration(
      """
      --catalog c --source s --out o --by day,account -o t.csv --detail --force --json --no-dedupe \
      --skip-damaged-files --expect-records 5 --expect-bytes 6 --max-suspense 2% -j 4 --memory 2G --max-record 2K \
      --show-numbers a b
      """)
    #expect(rate.inputs == ["a", "b"])
    #expect(rate.sourceName == "s")
    #expect(rate.table == RateConfiguration.Table(keys: [.day, .account], target: .file("t.csv")))
    #expect(rate.suspenseMax == .share(millionths: 20_000))
    #expect(rate.threadCount == 4)
    #expect(rate.memoryBytesMax == 2_147_483_648)
    #expect(rate.recordBytesMax == 2_048)
    #expect(rate.expectedRecordCount == 5)
    #expect(rate.expectedByteCount == 6)
    #expect(!rate.deduplicates)
    let switches = [
      rate.replacesOutput, rate.writesDetail, rate.printsJSON, rate.skipsDamagedFiles, rate.showsNumbers,
    ]
    #expect(switches == [true, true, true, true, true])
  }

  @Test func aTableGoesToStandardOutputUnlessToldOtherwise() throws {
    #expect(try configuration("--catalog c --by day in").table?.target == .standardOutput)
    #expect(try configuration("--catalog c --by day -o - in").table?.target == .standardOutput)
    #expect(try configuration("--catalog c --by day -o f in").table?.target == .file("f"))
  }

  @Test func noThreadsMeansOnePerCore() throws {
    #expect(try configuration("--catalog c --out o -j0 in", in: Surroundings(coreCount: 7)).threadCount == 7)
  }

  @Test(arguments: [
    ("", "rate: no INPUT; name files or folders, or - for standard input"),
    ("--catalog c --out o", "rate: no INPUT; name files or folders, or - for standard input"),
    ("in", "--catalog is missing; add --catalog DIR, the folder with accounts, decks, plans and sources"),
    (
      "--catalog c in",
      "nothing to write; add --out DIR for summary, suspense and run report, --store DIR to commit the run to a "
        + "billing store, or --by KEYS for one table"
    ),
    (
      "--catalog c --horizon 90 in",
      "--horizon needs --store DIR: it says with which runs of a store records are compared"
    ),
    (
      "--catalog c --horizon 90 --out o in",
      "--horizon needs --store DIR: it says with which runs of a store records are compared"
    ),
    ("--catalog c --store s --out o in", "--store and --out are two places for one run; give one of them"),
    ("--catalog c --store s --by day in", "--store keeps runs, not tables; rate with --by alone for a table"),
    (
      "--catalog c --store s --no-dedupe in",
      "a store never bills a record twice; leave --no-dedupe out, or use --out DIR"
    ),
    ("--catalog c -o t in", "-o needs a table to write; add --by KEYS, or use --out DIR"),
    ("--catalog c --out o -o t in", "-o needs a table to write; add --by KEYS, or use --out DIR"),
    ("--catalog c --by day --detail in", "--detail needs a folder to write to; add --out DIR"),
    ("--catalog c --by day --force in", "--force is about the folder of --out; add --out DIR"),
    (
      "--catalog c --by day --json in",
      "--json and the table of --by cannot both go to standard output; add -o FILE"
    ),
    (
      "--catalog c --out o --by day -o - --json in",
      "--json and the table of --by cannot both go to standard output; add -o FILE"
    ),
    ("--catalog c --out o - -", "standard input (-) is named twice; it can be read once"),
  ])
  func aContradictionSaysWhatToAdd(line: String, message: String) {
    #expect(throws: UsageError(message)) { try configuration(line) }
  }

  @Test func usageIsNotReadFromATerminal() throws {
    let terminal = Surroundings(standardInputIsTerminal: true)
    #expect(throws: UsageError("standard input (-) is a terminal; pipe usage into it, or name files")) {
      try configuration("--catalog c --out o -", in: terminal)
    }
    #expect(try configuration("--catalog c --out o in", in: terminal).inputs == ["in"])
    #expect(try configuration("--catalog c --out o -").inputs == ["-"])
  }

  @Test func anEmptyInputIsRefused() {
    #expect(throws: UsageError("rate: INPUT is empty; name a file, a folder or -")) {
      try RateCommand.configuration(arguments: ["--catalog", "c", "--out", "o", ""], in: Surroundings())
    }
  }

  @Test func theKeysAreTheColumnsOfTheSummaryAndTheDay() {
    let summary = """
      account,cost_centre,service,usage_period,plan,charge,service_kind,direction,rating_group,destination,\
      jurisdiction,band,unit_price,per,tier_from,tier_up_to,allowance,supplier,currency,cost_currency
      """
    let keys = Set(ByKey.allCases.map(\.rawValue))
    #expect(keys == Set(summary.split(separator: ",").map(String.init) + ["day"]))
  }
}
