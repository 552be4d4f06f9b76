// Further prices of deck rows: by band, or by jurisdiction. Few rows differ in all of them, so that sets are kept once.

/// Prices of a row besides its own.
public struct DeckPriceVariant: Sendable, Hashable {
  /// Prices by jurisdiction, instead of the row's; nil where it has none.
  public var jurisdiction: JurisdictionPrices?
  /// Prices by band, in the order of `RateDeck.bands`; a band that is not there has the row's.
  public var bands: [DeckBandPrice]

  /// Makes a set.
  public init(jurisdiction: JurisdictionPrices? = nil, bands: [DeckBandPrice] = []) {
    self.jurisdiction = jurisdiction
    self.bands = bands
  }
}

/// Prices of a row by jurisdiction, in pico, for the row's `priceUnits`; nil where the deck has none.
public struct JurisdictionPrices: Sendable, Hashable {
  /// Between two states.
  public var interPico: Int64?
  /// Within one state.
  public var intraPico: Int64?
  /// Where the state of an end is not known; nil: as between two.
  public var indeterminatePico: Int64?

  /// Makes prices.
  public init(interPico: Int64?, intraPico: Int64?, indeterminatePico: Int64?) {
    self.interPico = interPico
    self.intraPico = intraPico
    self.indeterminatePico = indeterminatePico
  }
}

/// The price of a row in one band. The minimum is always the row's.
public struct DeckBandPrice: Sendable, Hashable {
  /// Index in `RateDeck.bands`.
  public var band: UInt32
  /// Price of the row's `priceUnits`, in pico.
  public var pricePico: Int64
  /// Its own connection fee, in pico; nil for the row's.
  public var connectionFeePico: Int64?
  /// Index in `RateDeck.increments` of its own increment; nil for the row's.
  public var increment: UInt32?

  /// Makes a price.
  public init(band: UInt32, pricePico: Int64, connectionFeePico: Int64?, increment: UInt32?) {
    self.band = band
    self.pricePico = pricePico
    self.connectionFeePico = connectionFeePico
    self.increment = increment
  }
}

/// How a deck prices by jurisdiction: by the states of both ends of a North American call.
public struct DeckJurisdiction: Sendable, Hashable {
  /// Whether the location routing number decides, where the record carries it.
  public var usesRoutingNumber: Bool

  /// Makes a rule.
  public init(usesRoutingNumber: Bool) { self.usesRoutingNumber = usesRoutingNumber }
}
