// The price book: what is sold at which price from which day. A new price holds for every contract on it.

public import BillingCalendar
public import Money
public import Tables

/// Something that is sold, with its prices by date.
public struct PriceBookItem: Sendable, Hashable {
  /// A price from a day on, until the next one in its currency.
  public struct Price: Sendable, Hashable {
    /// First day.
    public var from: CivilDate
    /// Price of one; 0 where there are tiers.
    public var amount: Amount
    /// Prices by quantity, for contracts; nil where one price holds.
    public var tiers: PriceTiers?
    /// Its currency.
    public var currency: Currency
    /// Line in price-book.csv.
    public var line: Int

    /// The price of one where there are so many, in millionths.
    public func ofOne(among quantityMicro: Int64) -> Amount {
      tiers?.price(at: Int128(quantityMicro)) ?? amount
    }
  }

  /// The name by which contracts and charges refer to it.
  public var name: Label
  /// Text on the invoice; the name where the book gives none.
  public var description: Label
  /// What a bundle is made of, for the invoice; empty for no bundle.
  public var includes: [Label]
  /// Class by which taxes know it; empty for the default of the line.
  public var taxClass: Label
  /// Prices, by day.
  public var prices: [Price]

  /// The price in force on a day.
  public func price(in currency: Currency, on day: CivilDate) -> Price? {
    prices.last { $0.currency == currency && $0.from <= day }
  }
}

/// All items by name.
public struct PriceBook: Sendable {
  /// The items, by name as bytes.
  public private(set) var items: [PriceBookItem]
  private var indexByName: [Label: Int]

  /// Takes items with unique names.
  public init(items: [PriceBookItem] = []) {
    self.items = items.sorted { $0.name < $1.name }
    indexByName = Dictionary(
      self.items.enumerated().map { ($0.element.name, $0.offset) }, uniquingKeysWith: { first, _ in first })
  }

  /// The item of a name. Complexity: O(1).
  public subscript(name: Label) -> PriceBookItem? { indexByName[name].map { items[$0] } }
}
