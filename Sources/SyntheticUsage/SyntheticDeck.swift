// A made-up rate deck: its rows, and the prefixes that calls are made to.
//
// It shares nothing with the decks of the catalog: this one judges that one.

/// One row: a price of a prefix from one date on.
struct SyntheticDeckRow: Sendable, Hashable {
  var prefix: UInt64
  var digitCount: UInt8
  /// Index in `NumberingCountry.all`.
  var country: UInt8
  /// 0 for the country itself; 1 to 4 mobile networks, 5 special services, 6 and more areas.
  var network: UInt8
  var isClosed: Bool
  /// Seconds of the increments and of the minimum before them.
  var firstSeconds: UInt8
  var nextSeconds: UInt8
  var minimumSeconds: UInt8
  /// Millionths of the currency unit.
  var minutePriceMicro: Int32
  var connectionFeeMicro: Int32
  /// First second of validity; `Int64.min` where the row gives none.
  var fromSeconds: Int64
  /// First second at which it no longer holds; `Int64.max` where the row gives none.
  var untilSeconds: Int64
}

extension SyntheticDeckRow {
  /// The prefix with digits after it as the number of 15 digits that it is the beginning of.
  var alignedPrefix: UInt64 { SyntheticNumber.align(prefix, digitCount: Int(digitCount)) }

  /// Order of the file: by digits, then short before long, then by date.
  static func isBefore(_ a: SyntheticDeckRow, _ b: SyntheticDeckRow) -> Bool {
    let (left, right) = (a.alignedPrefix, b.alignedPrefix)
    if left != right { return left < right }
    return a.digitCount != b.digitCount ? a.digitCount < b.digitCount : a.fromSeconds < b.fromSeconds
  }

  /// What the row calls its destination.
  var destination: String {
    let country = NumberingCountry.all[Int(country)].name
    switch network {
    case 0: return country
    case 1...4: return "\(country) Mobile \(network)"
    case 5: return "\(country) Special"
    default: return "\(country) Area \(network - 5)"
    }
  }

  /// The rating group: what plans charge alike.
  var ratingGroup: SyntheticRatingGroup {
    if network == 5 { return .special }
    if (1...4).contains(network) { return .mobile }
    switch NumberingCountry.all[Int(country)].region {
    case .domestic: return .domestic
    case .europe: return .europe
    case .world: return .world
    }
  }
}

/// Groups of destinations.
enum SyntheticRatingGroup: String, Sendable { case domestic, europe, world, mobile, special }

/// Numbers as digits.
enum SyntheticNumber {
  /// The most digits that a number has.
  static let digitCountMax = 15
  static let powersOfTen: [UInt64] = (0...19).map { count in (0..<count).reduce(1) { power, _ in power * 10 }
  }

  /// `digits` with zeros after them, so that there are 15.
  @inline(__always) static func align(_ digits: UInt64, digitCount: Int) -> UInt64 {
    digits &* powersOfTen[digitCountMax - digitCount]
  }

  /// How many digits a number has; 1 for 0.
  static func digitCount(_ number: UInt64) -> Int {
    var count = 1
    while count < powersOfTen.count - 1, number >= powersOfTen[count] { count += 1 }
    return count
  }
}

/// A prefix that calls are made to: digits and how many, in eight bytes.
struct CalledPrefix: Sendable, Hashable {
  private let packed: UInt64

  init(_ prefix: UInt64, digitCount: Int) { packed = prefix << 4 | UInt64(digitCount) }

  var prefix: UInt64 { packed >> 4 }
  var digitCount: Int { Int(packed & 15) }
}

/// A deck. A class, so that handing it on touches one reference count and not those of its arrays.
final class SyntheticDeck: Sendable {
  /// Its name in the catalog.
  let name: String
  let currency: SyntheticCurrency
  /// In the order of the file.
  let rows: [SyntheticDeckRow]
  /// Open prefixes, the likeliest first.
  let openPrefixes: [CalledPrefix]
  let openItems: SkewedItems
  /// Prefixes closed for traffic; may be empty.
  let closedPrefixes: [CalledPrefix]
  /// How many of the first countries have a row.
  let countryCount: Int
  let search: PrefixSearch

  init(
    name: String, currency: SyntheticCurrency, rows: [SyntheticDeckRow], openPrefixes: [CalledPrefix],
    closedPrefixes: [CalledPrefix], countryCount: Int
  ) {
    self.name = name
    self.currency = currency
    self.rows = rows
    self.openPrefixes = openPrefixes
    openItems = SkewedItems(count: openPrefixes.count)
    self.closedPrefixes = closedPrefixes
    self.countryCount = countryCount
    search = PrefixSearch(rows)
  }
}

/// The currencies of the decks and plans.
enum SyntheticCurrency: Int, Sendable, CaseIterable {
  case eur, usd
  var code: String { self == .eur ? "EUR" : "USD" }
}
