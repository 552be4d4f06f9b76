// Rate decks: prices by destination prefix and date, as authored.
//
// Rows are fixed-width and hold names by index: a deck may have half a million of them.

public import BillingCalendar
public import Money
public import Tables

/// One deck: all its files together, after updates were applied.
public struct RateDeck: Sendable {
  /// The name, from its file.
  public var name: Label
  /// Currency of every price in it.
  public var currency: Currency
  /// Rows, sorted by (prefix digits left-aligned, length, from). No two share prefix, kind and `fromSeconds`.
  public var rows: [RateDeckRow]
  /// Destination names, sorted by bytes, each once.
  public var destinations: [Label]
  /// Rating group names, sorted by bytes, each once. A row without one has its destination's name.
  public var ratingGroups: [Label]
  /// The different increments of its rows.
  public var increments: [BillingIncrement]
  /// Names of the bands that its rows have prices for, in the order in which they were first met.
  public var bands: [Label] = []
  /// When its bands are, in its zone, for what a supplier charges; empty where the deck does not say. The prices of
  /// customers go by the bands of their plans.
  public var bandTimes: [BandRule] = []
  /// Zone of its dates and bands.
  public var zone = Zone.utc
  /// How it prices by jurisdiction; nil where it does not.
  public var jurisdiction: DeckJurisdiction?
  /// The different sets of further prices of its rows, for `RateDeckRow.variant`.
  public var variants: [DeckPriceVariant] = []
  /// Its files, as the user named them, for `RateDeckRow.file`.
  public var files: [String]

  /// Makes a deck.
  public init(
    name: Label, currency: Currency, rows: [RateDeckRow], destinations: [Label], ratingGroups: [Label],
    increments: [BillingIncrement], files: [String]
  ) {
    self.name = name
    self.currency = currency
    self.rows = rows
    self.destinations = destinations
    self.ratingGroups = ratingGroups
    self.increments = increments
    self.files = files
  }
}

/// One priced prefix from one date on.
public struct RateDeckRow: Sendable, BitwiseCopyable {
  /// What `variant` is where a row has one price only.
  public static let noVariant = UInt32.max

  /// The prefix digits as a number: `0044` is never one, so no leading zero is lost.
  public var prefix: UInt64
  /// How many digits, 1...15.
  public var prefixDigits: UInt8
  /// The kind of usage it prices.
  public var kind: UsageKind
  /// Closed for traffic: an event that matches goes to suspense `destination-closed`.
  public var isBlocked: Bool
  /// Index in `files`.
  public var file: UInt16
  /// Line in that file.
  public var line: UInt32
  /// Index in `destinations`.
  public var destination: UInt32
  /// Index in `ratingGroups`.
  public var ratingGroup: UInt32
  /// Index in `increments`.
  public var increment: UInt32
  /// Index in `variants` of its prices by band or jurisdiction; `noVariant` where it has one price.
  public var variant = RateDeckRow.noVariant
  /// Minimum before increments, in seconds (voice); 0 for none.
  public var minimumSeconds: UInt32
  /// First second of validity, UTC; `Int64.min` for "always".
  public var fromSeconds: Int64
  /// First second at which it no longer holds, UTC; `Int64.max` for "open". A later `from` of the same prefix ends it too.
  public var untilSeconds: Int64
  /// Price of `priceUnits`, in pico. Where the row has prices by jurisdiction it is none of them to charge.
  public var pricePico: Int64
  /// Quantity that `pricePico` pays for, in integer quantity of the kind: 60,000 for a minute of voice.
  public var priceUnits: Int64
  /// Connection fee, in pico.
  public var connectionFeePico: Int64

  /// Makes a row.
  public init(
    prefix: UInt64, prefixDigits: UInt8, kind: UsageKind, isBlocked: Bool, file: UInt16, line: UInt32,
    destination: UInt32, ratingGroup: UInt32, increment: UInt32, minimumSeconds: UInt32, fromSeconds: Int64,
    untilSeconds: Int64, pricePico: Int64, priceUnits: Int64, connectionFeePico: Int64
  ) {
    self.prefix = prefix
    self.prefixDigits = prefixDigits
    self.kind = kind
    self.isBlocked = isBlocked
    self.file = file
    self.line = line
    self.destination = destination
    self.ratingGroup = ratingGroup
    self.increment = increment
    self.minimumSeconds = minimumSeconds
    self.fromSeconds = fromSeconds
    self.untilSeconds = untilSeconds
    self.pricePico = pricePico
    self.priceUnits = priceUnits
    self.connectionFeePico = connectionFeePico
  }
}

/// How a quantity is rounded up before it is priced.
///
/// Steps ascend from 0. Each holds from its `from` up to the next step's; within it the quantity is taken in whole
/// multiples of `size`; an increment that began in a step belongs to that step, also where it reaches past its end.
/// `60/6` is [(from 0, size 60 s), (from 60 s, size 6 s)]. Units: integer quantity of the kind (milliseconds for voice).
public struct BillingIncrement: Sendable, Hashable {
  /// One stretch of the quantity.
  public struct Step: Sendable, Hashable {
    /// Where it begins.
    public var from: Int64
    /// The multiple taken.
    public var size: Int64
    /// Its own price, replacing the row's; nil for the row's.
    public var price: UnitPrice?

    /// Makes a step.
    public init(from: Int64, size: Int64, price: UnitPrice? = nil) {
      self.from = from
      self.size = size
      self.price = price
    }
  }

  /// The steps; the first begins at 0, sizes are positive.
  public var steps: [Step]

  /// Makes an increment from its steps.
  public init(steps: [Step]) { self.steps = steps }

  /// `first/next` in integer quantities; one step where both are equal.
  public init(first: Int64, next: Int64) {
    steps =
      first == next
      ? [Step(from: 0, size: first)] : [Step(from: 0, size: first), Step(from: first, size: next)]
  }
}

/// A price for a quantity.
public struct UnitPrice: Sendable, Hashable {
  /// The price of `units`, in pico.
  public var pico: Int64
  /// The quantity it pays for, in integer quantity of the kind.
  public var units: Int64

  /// Makes a price.
  public init(pico: Int64, units: Int64) {
    self.pico = pico
    self.units = units
  }
}
