// What a test says usage costs and whose it is: the model that the engine's catalog is made from and that the reference
// rater reads as it stands. It knows no compiled form and no table of the engine.

import BillingCalendar
import Money

/// Everything that decides what usage costs. Dates are local days of the account, instants are seconds since 1970 in UTC.
struct Tariff {
  var sources: [Source] = []
  var accounts: [Account] = []
  var services: [Service] = []
  var decks: [Deck] = []
  var plans: [Plan] = []
  /// Lists of holidays: days of one year, or month and day of every year.
  var holidays: [String: [Holiday]] = [:]
  var overrides: [Override] = []
  var suppliers: [Supplier] = []
  /// States by the digits that North American numbers begin with, without the 1.
  var states: [String: String] = [:]

  enum Kind: String, CaseIterable { case voice, message, data, event }
  enum Direction: String, CaseIterable { case outbound, inbound, `internal` }

  struct Source {
    var name: String
    var pattern: String
    var format = "ratemill-csv"
    var zone = Zone.utc
    var dialling = Dialling()
    var defaultAccount: String?
    var namespace: String?
    var overlap = "first"
    var gap = "forward"
  }

  /// How dialled digits become international ones.
  struct Dialling {
    var countryCode = ""
    var internationalPrefixes = ["00", "011"]
    var nationalPrefix = ""
    var isBareNational = false
    var shortCodes: [String] = []
  }

  struct Account {
    var id: String
    var zone = Zone.utc
    var cycleDay = 1
    var plans: [(plan: String, from: CivilDate?, until: CivilDate?)]
  }

  struct Service {
    /// `number`, `range`, or the word of a text key.
    var kind: String
    var key: String
    /// The last number of a range.
    var lastKey = ""
    var account: String
    var name: String
    var site = ""
    var costCentre = ""
    var from: CivilDate?
    var until: CivilDate?
    /// The only source it holds for.
    var source: String?
  }

  struct Deck {
    var name: String
    var currency = "EUR"
    var rows: [Row] = []
    var zone = Zone.utc
    /// When its bands are, in its zone, for what a supplier charges.
    var bandTimes: [Band] = []
    /// Nil where it does not price by jurisdiction.
    var jurisdiction: ByJurisdiction?
  }

  struct ByJurisdiction {
    var usesRoutingNumber = false
  }

  /// Who carries which usage at which prices: the first that fits.
  struct Supplier {
    var name: String
    var deck: String
    /// `*` stands for any text.
    var trunks: [String]
    var kinds: [Kind] = []
    var directions: [Direction] = []
    /// Days in the deck's zone.
    var from: CivilDate?
    var until: CivilDate?
  }

  struct Row {
    var prefix: String
    var kind = Kind.voice
    var isBlocked = false
    var destination: String
    var group: String
    var increment = Increment.seconds(1, 1)
    var minimumSeconds = 0
    var from: Int64?
    var until: Int64?
    var price: Price
    var feePico: Int64 = 0
    var bandPrices: [String: RowBandPrice] = [:]
    /// Prices by jurisdiction in pico, instead of `price`; nil where the row has one price.
    var jurisdictionPrices: JurisdictionPrices?
  }

  struct JurisdictionPrices {
    var inter: Int64?
    var intra: Int64?
    var indeterminate: Int64?
  }

  /// What a row costs in one band; the price is for the row's quantity.
  struct RowBandPrice {
    var pico: Int64
    var feePico: Int64?
    var increment: Increment?
  }

  /// A price in pico for a quantity of the kind: milliseconds, messages, bytes, millionths of an event.
  struct Price: Hashable {
    var pico: Int64
    var quantity: Int64
  }

  struct Increment: Hashable {
    struct Step: Hashable {
      var from: Int64
      var size: Int64
      var price: Price?
    }
    var steps: [Step]

    static func seconds(_ first: Int64, _ next: Int64) -> Increment {
      first == next
        ? Increment(steps: [Step(from: 0, size: first * 1000)])
        : Increment(steps: [Step(from: 0, size: first * 1000), Step(from: first * 1000, size: next * 1000)])
    }
    static let single = Increment(steps: [Step(from: 0, size: 1)])
  }

  struct Plan {
    var name: String
    var currency = "EUR"
    var scale = 6
    var mode = RoundingMode.halfUp
    var keepsMilliseconds = false
    /// Deck by kind.
    var lookUp: [Kind: String] = [:]
    /// `chargeable`, `answered` or `always`.
    var feeRule = "chargeable"
    var chargesAnsweredZero = false
    var notBilled: [NotBilled] = []
    var charges: [Charge] = []
    var bands: [Band] = []
    /// `split-carry`, `split-each` or `start`.
    var crossing = "split-carry"
    var changes: [Change] = []
  }

  /// One entry of a plan's bands: all its conditions hold.
  struct Band {
    var name: String
    var holidays: String?
    /// 1 is Monday; empty for every day.
    var weekdays: Set<Int> = []
    var fromSecond = 0
    var untilSecond = 86_400
    var from: CivilDate?
    var until: CivilDate?
  }

  enum Holiday: Hashable {
    case once(CivilDate)
    case everyYear(month: Int32, day: Int32)
  }

  struct Ratio: Hashable {
    var numerator: Int64
    var denominator: Int64
  }

  enum NewPrice {
    case ratio(Ratio)
    /// A price; nil keeps the quantity that the old one was for.
    case price(pico: Int64, quantity: Int64?)
  }

  struct Change {
    var kinds: [Kind] = []
    var directions: [Direction] = []
    var groups: [String]?
    var prefixes: [String] = []
    var charges: [String] = []
    var from: CivilDate?
    var until: CivilDate?
    var price: NewPrice
    var changesFees = false
  }

  /// A price that one account has for itself; empty conditions hold for all.
  struct Override {
    var account: String
    var charge = ""
    var group = ""
    var prefix = ""
    var kind: Kind?
    var from: CivilDate?
    var until: CivilDate?
    var price: NewPrice
  }

  struct NotBilled {
    var reason: String
    var kinds: [Kind] = []
    var directions: [Direction] = []
    var isAnswered: Bool?
    var prefixes: [String] = []
    var codes: [String] = []
    /// `account` or `any`.
    var onNet: String?
    var dispositions: [String] = []
  }

  struct Charge {
    var name: String
    var kinds: [Kind] = []
    var directions: [Direction] = []
    var groups: [String]?
    /// Nil: the price of the deck row.
    var price: Price?
    var increment: Increment?
    var minimumSeconds: Int?
    var feePico: Int64?
    var least: Amount?
    var most: Amount?
    /// Nil where it has a price.
    var recorded: Recorded?
    var freeQuantity: Int64 = 0
    var from: CivilDate?
    var until: CivilDate?
    var bands: [String: ChargeBand] = [:]
  }

  /// What a charge makes of the record's own amount.
  enum Recorded {
    case scaled(Ratio)
    case percentage(share: Ratio, fixed: Amount, minimum: Amount?, maximum: Amount?)
  }

  /// What a charge does differently in one band.
  struct ChargeBand {
    var price: NewPrice?
    var feePico: Int64?
    var increment: Increment?
  }
}

extension Tariff {
  /// One plan of one charge, 0.000001 for a second, for all accounts.
  static func plain(_ sources: [Source], accounts: [String] = ["a"]) -> Tariff {
    var tariff = Tariff()
    tariff.sources = sources
    tariff.accounts = accounts.map { Account(id: $0, plans: [("plan", nil, nil)]) }
    tariff.plans = [
      Plan(
        name: "plan", charges: [Charge(name: "usage", price: Price(pico: 1_000_000_000, quantity: 1000))])
    ]
    return tariff
  }
}
