// Why an event could not be rated: a closed list of stable codes.

public import Tables

/// A reason for suspense. The raw value is internal; `code` is what files and reports show.
public enum SuspenseReason: UInt8, Sendable, CaseIterable {
  /// The record has too few or too many fields, or is not the JSON object it should be.
  case badRecord = 1
  /// A quote is not closed or stands where the dialect does not allow it.
  case badQuotes
  /// The record is longer than the limit; its first 64 KiB, length and hash are kept.
  case recordTooLong
  /// A time is missing, malformed, impossible, or in a clock change that the source wants looked at.
  case badTime
  /// A quantity is malformed or too large.
  case badQuantity
  /// A word is not one of those that the format lists.
  case badWord
  /// The record needs others, from other files, to be a call.
  case needsAssembly
  /// A field that identifies the record is empty.
  case missingKey
  /// Same key as another record, other content.
  case duplicateConflict
  /// Nobody's: no service, account or default account fits at that time.
  case unknownService
  /// The account has no plan at that time.
  case noPlan
  /// No charge of the plan takes this kind, direction and rating group.
  case noCharge
  /// A number that the price needs cannot be normalised.
  case badNumber
  /// No deck row fits the number at that time.
  case noPrice
  /// The longest prefix is closed for traffic.
  case destinationClosed
  /// The duration or quantity is missing.
  case missingQuantity
  /// The duration or quantity is negative.
  case negativeQuantity
  /// The amount is beyond what a currency amount can be.
  case amountTooLarge
  /// A recorded amount is malformed or too large.
  case badAmount
  /// The charge is of the recorded amount, and the record has none.
  case missingAmount
  /// The recorded amount is in another currency than the plan.
  case otherCurrency
  /// The record began before the time back to which it can be told whether it is a duplicate.
  case outsideDuplicateWindow
  /// The charge counts items, and the record names none.
  case missingItem

  /// The stable code in files, reports and documentation.
  public var code: String {
    switch self {
    case .badRecord: "bad-record"
    case .badQuotes: "bad-quotes"
    case .recordTooLong: "record-too-long"
    case .badTime: "bad-time"
    case .badQuantity: "bad-quantity"
    case .badWord: "bad-word"
    case .needsAssembly: "needs-assembly"
    case .missingKey: "missing-key"
    case .duplicateConflict: "duplicate-conflict"
    case .unknownService: "unknown-service"
    case .noPlan: "no-plan"
    case .noCharge: "no-charge"
    case .badNumber: "bad-number"
    case .noPrice: "no-price"
    case .destinationClosed: "destination-closed"
    case .missingQuantity: "missing-quantity"
    case .negativeQuantity: "negative-quantity"
    case .amountTooLarge: "amount-too-large"
    case .badAmount: "bad-amount"
    case .missingAmount: "missing-amount"
    case .otherCurrency: "other-currency"
    case .outsideDuplicateWindow: "outside-duplicate-window"
    case .missingItem: "missing-item"
    }
  }

  /// What it means, for those who look at one record.
  public var meaning: String {
    switch self {
    case .badRecord:
      "it has too few or too many fields, or is no JSON object in which each key that is read stands once"
    case .badQuotes: "a quote is not closed, or stands where the format does not allow it"
    case .recordTooLong: "it is longer than the limit"
    case .badTime:
      "a time is missing, malformed or impossible, or falls into a clock change that the source wants looked at"
    case .badQuantity: "its quantity is malformed, too large, or in a unit that is not known"
    case .badWord: "a word is not one of those that the format lists"
    case .needsAssembly: "it needs others, from other files, to be a call"
    case .missingKey: "every field that identifies it is empty; a sequence alone identifies nothing"
    case .duplicateConflict: "another record has the same key and other content"
    case .unknownService: "no service, account or default account fits it at that time"
    case .noPlan: "its account has no plan at that time"
    case .noCharge: "no charge of the plan takes it"
    case .badNumber: "the number that its price needs is no number"
    case .noPrice: "no row of the deck fits its number at that time"
    case .destinationClosed: "the longest prefix that fits its number is blocked"
    case .missingQuantity: "its quantity is missing"
    case .negativeQuantity: "its duration is negative"
    case .amountTooLarge: "its amount is beyond what a currency amount can be"
    case .badAmount: "its recorded amount is malformed or too large"
    case .missingAmount: "it is charged by its recorded amount, and has none"
    case .otherCurrency: "its recorded amount is in another currency than its plan"
    case .missingItem: "its charge counts items, and it names none"
    case .outsideDuplicateWindow: "it began before the time back to which duplicates can be recognised"
    }
  }

  /// What to do about it, for the last lines of a report.
  public var remedy: String {
    switch self {
    case .badRecord, .badQuotes, .badWord: "compare the records with the format: ratemill check --sample FILE"
    case .recordTooLong: "raise --max-record or mend the export"
    case .badTime, .badQuantity, .badAmount, .missingKey: "ask for the export again or correct the records"
    case .needsAssembly: "join the parts of these calls before rating"
    case .duplicateConflict: "ask the sender which copy is right"
    case .unknownService: "add the numbers or trunks to services.csv"
    case .noPlan: "give the account a plan for these dates in accounts.csv"
    case .noCharge: "add a charge to the plan, or a not_billed rule"
    case .badNumber: "correct the numbers, or the source's country in sources.csv"
    case .noPrice: "add the prefixes to the rate deck"
    case .destinationClosed: "open the destination in the rate deck, or block it on the switch"
    case .missingQuantity, .negativeQuantity, .amountTooLarge: "correct the records"
    case .missingAmount: "ask for an export with amounts, or give the charge a price"
    case .missingItem: "ask for an export that names each item, or give the charge another gauge"
    case .otherCurrency: "give the account a plan in the currency of its usage"
    case .outsideDuplicateWindow:
      "recycle them with the keys of all runs; where these were purged, write them off or rate them in another store"
    }
  }

  /// Codes by raw value.
  static let codes: [Label] = allCases.reduce(into: []) { codes, reason in
    while codes.count <= Int(reason.rawValue) { codes.append(.empty) }
    codes[Int(reason.rawValue)] = Label(reason.code)
  }

  /// Whether the record left at the first door: it could not be read, so it is not compared for duplicates.
  var isUnparsable: Bool { rawValue <= SuspenseReason.missingKey.rawValue || self == .badAmount }

  /// Whether records of this reason code could not be read, whatever the catalog says of prices.
  public static func isUnparsable(code: Label) -> Bool {
    allCases.contains { $0.isUnparsable && Label($0.code) == code }
  }
}
