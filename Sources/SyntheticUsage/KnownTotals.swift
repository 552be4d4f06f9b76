// What rating must find in made-up usage: counts by door, amounts and quantities, in exact integers.

public import Money

/// The totals of made-up usage. Its names are those of the report of `ratemill rate --json`.
public struct KnownTotals: Sendable, Equatable {
  /// Quantities of rated events, in integer quantity of their kind: milliseconds, messages, bytes.
  public struct Quantity: Sendable, Equatable {
    /// As recorded.
    public var raw: Int128 = 0
    /// After minimum and increments.
    public var billed: Int128 = 0
  }

  /// Records in all files.
  public private(set) var read = 0
  /// Records that were charged.
  public private(set) var rated = 0
  /// Records that came a second time.
  public private(set) var duplicate = 0

  private var filteredCounts = [Int](repeating: 0, count: SyntheticFilter.allCases.count)
  private var suspendedCounts = [Int](repeating: 0, count: SyntheticSuspense.allCases.count)
  // By kind of usage; the unit is in the JSON.
  private var quantitySums = [Quantity](repeating: Quantity(), count: 3)
  private var ratedCounts = [Int](repeating: 0, count: 3)
  private var amountsMicro = [Int128](repeating: 0, count: SyntheticCurrency.allCases.count)
  private var chargedCounts = [Int](repeating: 0, count: SyntheticCurrency.allCases.count)

  /// Nothing read.
  public init() {}

  /// Records that are on purpose not billed.
  public var filtered: Int { filteredCounts.reduce(0, +) }
  /// Records that cannot be rated.
  public var suspended: Int { suspendedCounts.reduce(0, +) }

  /// Filtered records by the reason of the not-billed rule; reasons without records are left out.
  public var filteredByReason: [String: Int] {
    Dictionary(uniqueKeysWithValues: SyntheticFilter.allCases.map { ($0.code, filteredCounts[$0.rawValue]) })
      .filter { $0.value > 0 }
  }

  /// Suspended records by reason code; reasons without records are left out.
  public var suspendedByReason: [String: Int] {
    Dictionary(
      uniqueKeysWithValues: SyntheticSuspense.allCases.map { ($0.code, suspendedCounts[$0.rawValue]) }
    )
    .filter { $0.value > 0 }
  }

  /// What rated events are charged, by currency; currencies of no rated event are left out.
  public var amounts: [Currency: Amount] {
    var amounts: [Currency: Amount] = [:]
    for currency in SyntheticCurrency.allCases where chargedCounts[currency.rawValue] > 0 {
      guard let code = Currency(code: currency.code) else {
        preconditionFailure("currencies have three letters")
      }
      amounts[code] = Amount(pico: amountsMicro[currency.rawValue] * 1_000_000)
    }
    return amounts
  }

  /// Quantities of rated events by unit, `s` in milliseconds; units of no rated event are left out.
  public var quantities: [String: Quantity] {
    var quantities: [String: Quantity] = [:]
    for (index, unit) in ["s", "message", "byte"].enumerated() where ratedCounts[index] > 0 {
      quantities[unit] = quantitySums[index]
    }
    return quantities
  }

  /// Counts a record.
  mutating func add(_ outcome: SyntheticOutcome) {
    read += 1
    switch outcome {
    case .suspended(let reason): suspendedCounts[reason.rawValue] += 1
    case .duplicate: duplicate += 1
    case .filtered(let reason): filteredCounts[reason.rawValue] += 1
    case .rated(let charge, let kind, let raw, let currency):
      rated += 1
      let unit = Int(kind.rawValue)
      ratedCounts[unit] += 1
      quantitySums[unit].raw += Int128(raw)
      quantitySums[unit].billed += Int128(charge.billed)
      chargedCounts[currency.rawValue] += 1
      amountsMicro[currency.rawValue] += Int128(charge.amountMicro)
    }
  }

  /// Adds the totals of other records.
  static func += (a: inout KnownTotals, b: KnownTotals) {
    a.read += b.read
    a.rated += b.rated
    a.duplicate += b.duplicate
    for index in b.filteredCounts.indices { a.filteredCounts[index] += b.filteredCounts[index] }
    for index in b.suspendedCounts.indices { a.suspendedCounts[index] += b.suspendedCounts[index] }
    for index in b.quantitySums.indices {
      a.quantitySums[index].raw += b.quantitySums[index].raw
      a.quantitySums[index].billed += b.quantitySums[index].billed
      a.ratedCounts[index] += b.ratedCounts[index]
    }
    for index in b.amountsMicro.indices {
      a.amountsMicro[index] += b.amountsMicro[index]
      a.chargedCounts[index] += b.chargedCounts[index]
    }
  }
}
