// `ratemill rate`: usage in, charges out.

internal import OptionTable

/// Rates usage files.
enum RateCommand: Command {
  static let table = RateOptions.table

  static let spec = CommandSpec(
    name: "rate",
    summary: "Rate usage files into charges that add up",
    about: [
      """
      Reads call records and usage logs (plain, gzip or zstd, known by their content), finds account, plan and price \
      of every event at its own date, and adds the charges up. Money is exact. Every record ends up rated, filtered, \
      duplicate or suspended, and the run proves it before anything is published.
      """,
      """
      INPUT is a file, a folder (every file in it), a pattern in quotes, or - for standard input. Which format a \
      file has is said by sources.csv in the catalog, found by the file's name.
      """,
      """
      What could not be rated waits in suspense with its reason, place and bytes. Correct the catalog and rate again; \
      nothing is lost and nothing is priced at zero by mistake.
      """,
    ],
    usage: [
      "--catalog DIR --out DIR [--by KEYS -o FILE] [OPTION...] INPUT...",
      "--catalog DIR --store DIR [OPTION...] INPUT...",
      "--catalog DIR --by KEYS [-o FILE] [OPTION...] INPUT...",
    ],
    examples: [
      CommandExample("Rate a folder of exports", "ratemill rate --catalog catalog --out june usage/2026-06"),
      CommandExample(
        "Look at the charges of a pipe by account and day",
        "ratemill rate --catalog catalog --source pbx --by account,day - < cdr.zst"),
      CommandExample(
        "Rate every night; complain only above one record in a thousand",
        "ratemill rate -q --catalog catalog --store store --max-suspense 0.1% inbox"),
      CommandExample(
        "Prove that a pipe came through whole",
        "ssh switch cat day.csv | ratemill rate --catalog catalog --out day \\\n"
          + "      --source switch --expect-records 1204311 -"),
    ],
    operands: Operands("INPUT", count: 1...Int.max, hint: .file),
    options: table.map(\.row),
    statuses: ExitStatus.lines([
      .done, .findings, .usage, .catalogInvalid, .filesFailed, .totalsDoNotMeet, .busy, .interrupted,
    ]))

  static func configuration(
    _ options: RateOptions, inputs: [String], in surroundings: Surroundings
  ) throws(UsageError) -> RateConfiguration {
    try RateConfiguration(options, inputs: inputs, in: surroundings)
  }

  static func run(_ configuration: RateConfiguration, console: Console) -> ExitStatus {
    RateRun(configuration, console: console).run()
  }
}
