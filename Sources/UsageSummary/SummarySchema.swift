// Schema 1 of the usage summary: the one list of its columns that writer, reader, README and tests share.

public import Tables

/// One column of a table in a usage folder.
public struct SummaryColumn: Sendable, Hashable {
  /// What the text of a cell is.
  public enum Form: String, Sendable {
    /// Any bytes.
    case name
    /// One word of a closed list.
    case word
    /// `YYYY-MM-DD/YYYY-MM-DD`.
    case period
    /// A whole number.
    case count
    /// A decimal number in its shortest form: no zeros at the ends, no `+`, no exponent.
    case decimal
    /// Three capital letters.
    case currency
    /// 64 hexadecimal digits.
    case hash
    /// A time in UTC, `YYYY-MM-DDThh:mm:ss.fffZ` or without fraction.
    case time
  }

  /// The name in the header.
  public let name: Label
  /// What the text of a cell is.
  public let form: Form
  /// What it says, in one sentence without a point.
  public let meaning: String
  /// What an empty cell says; nil where a cell is never empty.
  public let emptyMeaning: String?
  /// A cell as it may stand in a file; empty where the example is an empty cell.
  public let example: String

  init(_ name: Label, _ form: Form, _ meaning: String, empty: String? = nil, example: String) {
    self.name = name
    self.form = form
    self.meaning = meaning
    self.emptyMeaning = empty
    self.example = example
  }
}

/// Schema 1 of `summary.csv.zst`, the contract between rating and invoicing.
///
/// Rows are unique by key and sorted by it: key cells compared one after the other, each as bytes.
public enum SummarySchema {
  /// The number of this schema; a reader refuses any other.
  public static let version = 1
  /// The name of the file.
  public static let fileName = "summary.csv.zst"
  /// The name of a file of the same schema whose rows are to be added to those of the summary, negative ones as well: a billing
  /// store keeps the summary of a run with it where little of it was rated again. Only stores have it.
  public static let correctionsFileName = "corrections.csv.zst"

  /// Both.
  public static let fileNames = [fileName, correctionsFileName]

  /// The key: what makes two rows different. Source: the design of the usage summary.
  public static let keyColumns: [SummaryColumn] = [
    SummaryColumn("account", .name, "who pays", example: "acme"),
    SummaryColumn(
      "cost_centre", .name, "cost centre of the service", empty: "the service has none", example: "sales"),
    SummaryColumn(
      "service", .name, "service that was used, such as a number or a trunk",
      empty: "the account itself, or the default account of the source", example: "442071838750"),
    SummaryColumn(
      "usage_period", .period, "usage period of the account that holds the charging start",
      example: "2026-01-01/2026-02-01"),
    SummaryColumn("plan", .name, "rate plan that priced it", example: "retail-2026"),
    SummaryColumn("charge", .name, "charge of that plan", example: "calls"),
    SummaryColumn(
      "service_kind", .word, "what is metered: `voice`, `message`, `data` or `event`",
      empty: "a row without event over several kinds, such as a period minimum", example: "voice"),
    SummaryColumn(
      "direction", .word, "`outbound`, `inbound` or `internal`", empty: "a row without event",
      example: "outbound"),
    SummaryColumn(
      "rating_group", .name, "what is charged alike: group of the deck row, or the meter",
      empty: "the charge looks nothing up", example: "UK mobile"),
    SummaryColumn(
      "destination", .name, "destination of the deck row", empty: "no deck row was looked up",
      example: "United Kingdom Mobile"),
    SummaryColumn(
      "jurisdiction", .word, "`inter`, `intra` or `indeterminate`", empty: "the deck does not price by it",
      example: ""),
    SummaryColumn(
      "band", .name, "time band that the part fell into", empty: "the price has no bands", example: ""),
    SummaryColumn(
      "unit_price", .decimal, "price of `per` units, in the currency",
      empty: "no price per unit: a fee alone, a flat amount, a recorded amount", example: "0.012"),
    SummaryColumn(
      "per", .decimal, "units that `unit_price` pays for, in the row's unit", empty: "`unit_price` is empty",
      example: "60"),
    SummaryColumn(
      "tier_from", .decimal, "where the tier begins, exclusive, in the unit of its counter",
      empty: "the charge has no tiers", example: ""),
    SummaryColumn(
      "tier_up_to", .decimal, "where the tier ends, inclusive",
      empty: "the tier is open, or there are no tiers",
      example: ""),
    SummaryColumn(
      "allowance", .name, "allowance that covered it, or that a negative row without event gives back",
      empty: "nothing covered it", example: ""),
    SummaryColumn(
      "supplier", .name, "supplier that carried it", empty: "no supplier deck fits", example: "carrier-a"),
    SummaryColumn("currency", .currency, "currency of `unit_price` and `amount`", example: "EUR"),
    SummaryColumn(
      "cost_currency", .currency, "currency of `cost`", empty: "`cost` is empty", example: "USD"),
  ]

  /// What is added up under a key.
  public static let measureColumns: [SummaryColumn] = [
    SummaryColumn(
      "event_count", .count, "events; one that falls into several rows counts in the row of its first part",
      example: "412"),
    SummaryColumn("quantity_raw", .decimal, "quantity as recorded", example: "51230.5"),
    SummaryColumn("quantity_billed", .decimal, "quantity after minimum and increments", example: "55260"),
    SummaryColumn("quantity_covered", .decimal, "billed quantity that an allowance covered", example: "0"),
    SummaryColumn(
      "unit", .word, "unit of the quantities: `s`, `message`, `byte` or `event`",
      empty: "`service_kind` is empty; the quantities are 0", example: "s"),
    SummaryColumn("amount", .decimal, "what is charged, in `currency`", example: "11.052"),
    SummaryColumn(
      "cost", .decimal, "what the supplier charges, in `cost_currency`",
      empty: "no supplier, or the supplier's deck has no row (counted and listed, never 0)", example: "7.3"),
  ]

  /// All columns in the order of the file.
  public static let columns = keyColumns + measureColumns

  /// The header line, with its newline.
  public static let header: [UInt8] = SummaryColumn.header(of: columns)
}

extension SummaryColumn {
  /// The header line of a table with these columns, with its newline.
  public static func header(of columns: [SummaryColumn]) -> [UInt8] {
    var bytes: [UInt8] = []
    CSVText.appendRow(columns.map(\.name), to: &bytes)
    return bytes
  }

  /// The table of these columns as Markdown, as the README shows it.
  public static func markdown(of columns: [SummaryColumn]) -> String {
    var text = "| column | form | what it says | empty means | example |\n|---|---|---|---|---|\n"
    for column in columns {
      let example = column.example.isEmpty ? "(empty)" : "`\(column.example)`"
      text +=
        "| `\(column.name)` | \(column.form.rawValue) | \(column.meaning) | \(column.emptyMeaning ?? "never")"
        + " | \(example) |\n"
    }
    return text
  }
}
