// How a deck's files are laid out: what decks/NAME.yaml says, with the defaults where it says nothing.

import BillingCalendar
import Money
import Tables

/// The columns of a deck, with the names that the trade gives them.
enum DeckColumn: Int, TableColumn {
  case prefix, destination, price, increment, incrementFirst, incrementNext, minimum, connectionFee, from,
    until
  case ratingGroup, status, kind, currency, band, inter, intra, indeterminate

  /// The three prices by jurisdiction.
  static let jurisdictions: [DeckColumn] = [.inter, .intra, .indeterminate]

  var names: [String] {
    switch self {
    case .prefix: ["prefix", "code", "dial_code", "dialcode", "dial_codes"]
    case .destination: ["destination", "description", "name", "country"]
    case .price: ["price", "rate", "rate_per_min", "price_per_min", "per_minute", "sell"]
    case .increment: ["increment"]
    case .incrementFirst: ["increment_first"]
    case .incrementNext: ["increment_next"]
    case .minimum: ["minimum"]
    case .connectionFee: ["connection_fee", "setup", "connect_cost", "connection_cost"]
    case .from: ["from", "effective", "effective_from", "valid_from", "effective_date"]
    case .until: ["until", "end", "end_date", "valid_to"]
    case .ratingGroup: ["rating_group", "class", "group"]
    case .status: ["status"]
    case .kind: ["kind"]
    case .currency: ["currency"]
    case .band: ["band"]
    case .inter: ["inter", "inter_rate", "interstate", "interstate_rate"]
    case .intra: ["intra", "intra_rate", "intrastate", "intrastate_rate"]
    case .indeterminate: ["indeterminate", "indeterminate_rate", "ij", "ij_rate"]
    }
  }

  var isNeeded: Bool { self == .prefix || self == .price }
}

/// The layout of one deck.
struct DeckLayout {
  /// What the first line after `skipLines` is.
  enum HeaderMode: String, CaseIterable { case names, none, skip }
  /// How several prefixes stand in one cell.
  enum PrefixStyle: String, CaseIterable { case list, ranges }

  /// Where a column is found.
  enum Place: Hashable {
    /// Cell index in the row, from 0.
    case index(Int)
    /// Name in the header, in the form of `TableHeader.key`.
    case name(Label)
  }

  /// What an update says about the rows that it does not have.
  enum Declaration: String, CaseIterable {
    /// All prefixes that it does not have end.
    case full
    /// Prefixes that it does not have end where it has others of their country.
    case country
    /// They stay.
    case partial
  }

  /// One file of a deck.
  struct File: Hashable {
    /// Name inside `decks/`.
    var name: String
    var declaration: Declaration
    /// First second, UTC, at which it holds; `Int64.min` for the first file.
    var fromSeconds: Int64
    /// Where the layout names it.
    var line: Int
  }

  /// A price in the file, multiplied by this fraction, is in currency units.
  struct PriceUnit: Hashable {
    var numerator: Int64 = 1
    var denominator: Int64 = 1
  }

  /// The quantity that a price pays for, as the layout writes it.
  enum PricePer: Hashable {
    /// Whole units of the row's own kind: seconds, messages, bytes, events.
    case units(Int64)
    /// An integer quantity of one kind.
    case quantity(Int64, of: UsageKind)
  }

  var currency: Currency?
  var zone: Zone
  var delimiter = UInt8(ascii: ",")
  var header = HeaderMode.names
  var skipLines = 0
  var columns: [DeckColumn: Place] = [:]
  var priceUnit = PriceUnit()
  var pricePer: PricePer?
  var decimalMark = UInt8(ascii: ".")
  /// nil for `YYYY-MM-DD`, also with a time.
  var datePattern: DeckDatePattern?
  var prefixStyle = PrefixStyle.list
  /// `first/next` of rows without one, as written; nil for one unit of the kind.
  var increment: Label?
  var files: [File]
  /// Columns with the price of one band each.
  var bandColumns: [BandColumn] = []
  /// When the bands are, for what a supplier charges.
  var bandTimes: [BandRule] = []
  /// nil where prices do not depend on jurisdiction.
  var jurisdiction: DeckJurisdiction?

  /// A column with the price of a band.
  struct BandColumn: Hashable {
    var band: Label
    var place: Place
  }

  /// Whether a file must have this column.
  func needs(_ column: DeckColumn) -> Bool {
    guard jurisdiction != nil else { return column.isNeeded }
    return column == .prefix || column == .inter || column == .intra
  }
}

extension DeckLayout {
  /// The layout of a deck without a YAML file: one CSV, everything by default.
  init(fileName: String, zone: Zone, currency: Currency?) {
    self.zone = zone
    self.currency = currency
    files = [File(name: fileName, declaration: .full, fromSeconds: .min, line: 0)]
  }

  /// The quantity, in integer quantity of `kind`, that a price of that kind pays for.
  func priceUnits(of kind: UsageKind) -> Int64 {
    switch pricePer {
    case .units(let count): return count * kind.onePerUnit
    case .quantity(let quantity, of: kind): return quantity
    case .quantity, nil: return kind == .voice ? 60 * kind.onePerUnit : kind.onePerUnit
    }
  }
}
