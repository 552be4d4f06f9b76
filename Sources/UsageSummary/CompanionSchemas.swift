// The tables beside the summary in a usage folder: their names, columns and order.

import Tables

/// `allowances.csv`: what became of every allowance in every usage period, also where nothing was used.
///
/// `granted + rolled_in = used + left` and `left = expired + rolled_out`. Sorted by the cells before `granted`.
public enum AllowanceSchema {
  /// The name of the file.
  public static let fileName = "allowances.csv"
  /// All columns in the order of the file.
  public static let columns: [SummaryColumn] = [
    SummaryColumn("owner_kind", .word, "`account` or `pool`", example: "pool"),
    SummaryColumn("owner", .name, "account or pool that holds the allowance", example: "acme-group"),
    SummaryColumn("usage_period", .period, "usage period", example: "2026-01-01/2026-02-01"),
    SummaryColumn(
      "plan", .name, "plan that grants it", empty: "granted by a dated grant", example: "retail-2026"),
    SummaryColumn("allowance", .name, "the allowance", example: "1000-minutes"),
    SummaryColumn("unit", .name, "`s`, `message`, `byte`, `event`, or a currency for money", example: "s"),
    SummaryColumn(
      "member", .name, "account whose share of `used` the row gives", empty: "the row of the whole allowance",
      example: ""),
    SummaryColumn(
      "granted", .decimal, "granted for this period", empty: "the row of a member", example: "60000"),
    SummaryColumn(
      "rolled_in", .decimal, "brought from earlier periods", empty: "the row of a member", example: "0"),
    SummaryColumn("used", .decimal, "taken by usage", example: "41220"),
    SummaryColumn("left", .decimal, "not taken", empty: "the row of a member", example: "18780"),
    SummaryColumn(
      "expired", .decimal,
      "left and lost; below 0 where a billed period has handed on more than is granted now",
      empty: "the row of a member", example: "18780"),
    SummaryColumn(
      "rolled_out", .decimal, "left and carried into the next period", empty: "the row of a member",
      example: "0"),
  ]
}

/// `suspense.csv.zst`: every record that could not be rated, with its bytes, so that it can be fed in again.
///
/// Sorted by source, file and byte offset. Its readers keep mode 0600: it holds what the records hold.
public enum SuspenseSchema {
  /// The name of the file.
  public static let fileName = "suspense.csv.zst"
  /// All columns in the order of the file.
  public static let columns: [SummaryColumn] = [
    SummaryColumn("source", .name, "source of the file", example: "pbx"),
    SummaryColumn("file", .name, "input as the run named it", example: "cdrs/2026-01-03.csv.zst"),
    SummaryColumn("line", .count, "line of the record in the decoded input, from 1", example: "18204"),
    SummaryColumn(
      "byte_offset", .count, "offset of its first byte in the decoded input, from 0", example: "3120447"),
    SummaryColumn("byte_length", .count, "bytes of the record, without its line end", example: "143"),
    SummaryColumn("reason", .word, "reason code", example: "no-price"),
    SummaryColumn(
      "detail", .name, "what the record was refused for, for people", empty: "the reason says it all",
      example: "no row of deck 'retail' fits 88213"),
    SummaryColumn(
      "account", .name, "account that it belongs to", empty: "not known", example: "acme"),
    SummaryColumn("unit", .word, "unit of `quantity`", empty: "`quantity` is empty", example: "s"),
    SummaryColumn(
      "quantity", .decimal, "quantity as recorded", empty: "it could not be read", example: "61"),
    SummaryColumn(
      "amount", .decimal, "amount that the record itself names", empty: "it names none", example: ""),
    SummaryColumn(
      "key", .hash, "hash of its key and content, by which copies are known: 32 hex digits",
      empty: "it was not compared", example: "8c1f0ab35e7d924410c6e2b9f7a3d501"),
    SummaryColumn(
      "hash", .hash, "SHA-256 of the whole record where `original` holds only its first 64 KiB",
      empty: "`original` is whole", example: ""),
    SummaryColumn("encoding", .word, "how `original` is written: `text` as it is, or `hex`", example: "text"),
    SummaryColumn(
      "original", .name, "the record's bytes", empty: "an empty record",
      example: "2026-01-03T10:00:00Z;88213;61"),
  ]
}

/// `detail.csv.zst`: what every rated event was charged, part by part.
///
/// Sorted by account, service, start and key, each as bytes.
public enum DetailSchema {
  /// The name of the file.
  public static let fileName = "detail.csv.zst"
  /// All columns in the order of the file.
  public static let columns: [SummaryColumn] = [
    SummaryColumn("account", .name, "who pays", example: "acme"),
    SummaryColumn(
      "service", .name, "service that was used", empty: "the account itself, or a default account",
      example: "442071838750"),
    SummaryColumn("start", .time, "charging start", example: "2026-01-03T10:00:00Z"),
    SummaryColumn("key", .name, "key of the record in its source's name space", example: "5f3a9"),
    SummaryColumn("from", .name, "originating number", empty: "the record has none", example: "442071838750"),
    SummaryColumn(
      "to", .name, "number, address or item that was reached", empty: "the record has none",
      example: "447700900123"),
    SummaryColumn("direction", .word, "`outbound`, `inbound` or `internal`", example: "outbound"),
    SummaryColumn("kind", .word, "`voice`, `message`, `data` or `event`", example: "voice"),
    SummaryColumn("plan", .name, "rate plan that priced it", example: "retail-2026"),
    SummaryColumn("charge", .name, "charge of that plan", example: "calls"),
    SummaryColumn(
      "rating_group", .name, "what is charged alike", empty: "the charge looks nothing up",
      example: "UK mobile"),
    SummaryColumn(
      "destination", .name, "destination of the deck row", empty: "no deck row was looked up",
      example: "United Kingdom Mobile"),
    SummaryColumn(
      "band", .name, "time band of the part",
      empty: "the price has no bands", example: ""),
    SummaryColumn("quantity_raw", .decimal, "quantity as recorded", example: "61"),
    SummaryColumn("quantity_billed", .decimal, "quantity after minimum and increments", example: "120"),
    SummaryColumn("quantity_covered", .decimal, "billed quantity that an allowance covered", example: "0"),
    SummaryColumn("unit", .word, "unit of the quantities", example: "s"),
    SummaryColumn(
      "unit_price", .decimal, "price of `per` units", empty: "no price per unit", example: "0.012"),
    SummaryColumn(
      "per", .decimal, "units that `unit_price` pays for", empty: "`unit_price` is empty", example: "60"),
    SummaryColumn(
      "tier_from", .decimal, "where the tier begins, exclusive, in the unit of its counter",
      empty: "the charge has no tiers", example: ""),
    SummaryColumn(
      "tier_up_to", .decimal, "where the tier ends, inclusive",
      empty: "the tier is open, or there are no tiers", example: ""),
    SummaryColumn(
      "allowance", .name, "allowance that covered the part, or paid for it", empty: "nothing covered it",
      example: ""),
    SummaryColumn("amount", .decimal, "what is charged, in `currency`", example: "0.024"),
    SummaryColumn("currency", .currency, "currency of `unit_price` and `amount`", example: "EUR"),
    SummaryColumn(
      "jurisdiction", .word, "`inter`, `intra` or `indeterminate`", empty: "the deck does not price by it",
      example: ""),
    SummaryColumn(
      "supplier", .name, "supplier that carried it", empty: "no row of suppliers.csv takes it",
      example: "carrier-a"),
    SummaryColumn(
      "cost", .decimal, "what the supplier charges, in `cost_currency`",
      empty: "no supplier, or no row of its deck", example: "0.0115"),
    SummaryColumn("cost_currency", .currency, "currency of `cost`", empty: "`cost` is empty", example: "USD"),
    SummaryColumn("file", .name, "input as the run named it", example: "cdrs/2026-01-03.csv.zst"),
    SummaryColumn("line", .count, "line of the record in the decoded input, from 1", example: "18203"),
  ]
}
