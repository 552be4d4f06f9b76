// What can be typed after `ratemill rate`.

internal import OptionTable

/// The options of `rate` as typed.
struct RateOptions: CommandOptions {
  var shared = SharedOptions()
  var by: [ByKey]?
  var output: String?
  var writesDetail = false
  var masksDetail = false
  var keepsDuplicates = false
  var skipsDamagedFiles = false
  var expectedRecords: Int?
  var expectedBytes: Int?
  var suspenseMax: CountOrPercent?
  var horizonDays: Int?
  var recordMax: Int?
  var threads: Int?
  var memory: Int?
  var spoolsInput = false

  static let table: [OptionSpec<RateOptions>] =
    [.catalog(), .source] + store + output + admission + machine + [
      .showNumbers, .quiet, .progress, .color, .help, .version,
    ]

  private static let store: [OptionSpec<RateOptions>] = [
    .store(
      "Commit the run to the billing store in DIR",
      details: """
        A store remembers what was rated: files and records that an earlier run has read are recognised, whatever \
        their names or compression, so that the same folder can be rated every night. DIR becomes a store where \
        nothing is there yet. One command at a time changes a store; another waits some seconds and then ends with \
        status 6.
        """)
  ]

  private static let output: [OptionSpec<RateOptions>] = [
    .out(
      "Write summary, suspense and run report to DIR",
      details: """
        Holds summary.csv.zst (what invoices are made of), allowances.csv, suspense.csv.zst (each record that could \
        not be rated, with its reason, place and bytes), suspense-digest.csv, manifest.json and run.json. The folder \
        appears complete or not at all.
        """),
    .value(
      "by", "KEYS", in: OptionGroup.output, into: \.by, OptionValue.list(of: ByKey.self, noun: "key"),
      "Write one CSV table of sums by these columns",
      details: """
        KEYS are separated by commas: \(ByKey.allCases.map(\.rawValue).joined(separator: ", ")). 'day' is the \
        local date of the charging start in the account's zone. Currency and unit are always columns: amounts of \
        different currencies are never added.
        """),
    .value(
      "output", "FILE", short: "o", in: OptionGroup.output, into: \.output, OptionValue.file,
      "Write the table of --by to FILE; - is stdout [-]",
      details: "Nothing is written before all totals are proved, also not to standard output."),
    .flag(
      "detail", in: OptionGroup.output, into: \.writesDetail, "Write every rated event to --out as well",
      details: """
        One row for each rated part, sorted by account, service and time, with an index by account. It takes about \
        as much room as the usage itself.
        """),
    .flag(
      "mask-detail", in: OptionGroup.output, into: \.masksDetail,
      "Hide digits of the other numbers in --detail",
      details: """
        Only the first five digits are written of the number at the other end: that called by the account, or that which \
        called it. What is billed does not change; itemised bills made from such a folder cannot show more. \
        Ids of records stay as they are.
        """),
    .force,
    .json(
      details: """
        The report that people read on standard error: counts, amounts by currency, suspense by reason, and how \
        long it took. Cannot be combined with a table on standard output; use -o FILE for the table.
        """),
  ]

  private static let admission: [OptionSpec<RateOptions>] = [
    .flag(
      "no-dedupe", in: OptionGroup.admission, into: \.keepsDuplicates, "Rate every copy of a record",
      details: """
        Normally a record is rated once, however often it was sent; two records with one key and different content \
        go to suspense, both of them.
        """),
    .flag(
      "skip-damaged-files", in: OptionGroup.admission, into: \.skipsDamagedFiles,
      "Leave out damaged files; then exit 1",
      details: """
        A file counts whole or not at all. Normally one that is cut off, corrupt or short of its control totals \
        ends the run with status 4; with this option nothing of it counts and the report says what is missing.
        """),
    .value(
      "expect-records", "N", in: OptionGroup.admission, into: \.expectedRecords, OptionValue.wholeNumber(),
      "Fail unless N records were read",
      details: "Counts all inputs together. A plain pipe cannot prove that it is complete; this proves it."),
    .value(
      "expect-bytes", "N", in: OptionGroup.admission, into: \.expectedBytes, OptionValue.wholeNumber(),
      "Fail unless N bytes were read",
      details: "Counts all inputs together, after decompression."),
    .value(
      "max-suspense", "N|P%", in: OptionGroup.admission, into: \.suspenseMax, OptionValue.countOrPercent,
      "Exit 1 above this many suspended records [0]",
      details: """
        A count such as 100, or a share of the records read such as 0.5%. The outputs are written either way; only \
        the exit status differs.
        """),
    .value(
      "horizon", "DAYS", in: OptionGroup.admission, into: \.horizonDays,
      OptionValue.wholeNumber(in: 1...36_500),
      "Look for copies in runs of the last DAYS only",
      details: """
        A store of many years has many keys; with a horizon the time and room for them do not grow. Records that began \
        before it go to suspense as outside-duplicate-window, unless they are known from the same file; 'ratemill \
        recycle' compares them with all runs. Only with --store.
        """),
  ]

  private static let machine: [OptionSpec<RateOptions>] = [
    .value(
      "threads", "N", short: "j", in: OptionGroup.machine, into: \.threads,
      OptionValue.wholeNumber(in: 0...RateConfiguration.threadCountMax),
      "Work with N threads; 0 is one per core [0]",
      details: "The outputs are the same bytes for any number."),
    .value(
      "memory", "SIZE", in: OptionGroup.machine, into: \.memory,
      OptionValue.size(in: RateConfiguration.memoryBytesRange), "Go to disk above SIZE [1GiB]",
      details: """
        Bounds what grows with the usage: duplicate keys, partial sums, sorted outputs. The loaded catalog and up \
        to 256 MiB of buffers come on top. SIZE is a number with K, M or G (KiB, MiB, GiB).
        """),
    .flag(
      "spool", in: OptionGroup.machine, into: \.spoolsInput,
      "Keep standard input on disk for a second reading",
      details: """
        Records with one key and different content make ratemill read the usage again, and a pipe can be read once \
        only. The copy is as large as what comes in, lies in $TMPDIR and is gone with the run. Files need no copy; \
        --skip-damaged-files and formats that choose among the rows of a call always keep one.
        """),
    .value(
      "max-record", "SIZE", in: OptionGroup.machine, into: \.recordMax,
      OptionValue.size(in: RateConfiguration.recordBytesRange), "Suspend records longer than SIZE [1MiB]",
      details:
        "Such a record keeps its first 64 KiB, length and hash in suspense, and reading goes on after it."),
  ]
}
