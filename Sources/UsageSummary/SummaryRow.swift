// One row of the usage summary, typed.

public import BillingCalendar
public import Money
public import Tables

/// What one key of schema 1 adds up to. `SummarySchema` says what each column means and when it is empty.
///
/// Units: quantities are integers of 10^−`serviceKind.quantityDigits` of the kind's unit (milliseconds, messages, bytes,
/// millionths of an event); `perQuantity` counts the same; tier bounds are at 10⁻¹² of their counter's unit.
public struct SummaryRow: Hashable, Sendable {
  /// Who pays.
  public var account: Label
  /// Cost centre of the service; empty for none.
  public var costCentre: Label
  /// Service that was used; empty for the account itself.
  public var service: Label
  /// Usage period of the account.
  public var usagePeriod: UsagePeriod
  /// Rate plan.
  public var plan: Label
  /// Charge of the plan.
  public var charge: Label
  /// What is metered; nil for a row without event over several kinds.
  public var serviceKind: ServiceKind?
  /// `outbound`, `inbound`, `internal`, or empty for a row without event.
  public var direction: Label
  /// What is charged alike; empty where nothing was looked up.
  public var ratingGroup: Label
  /// Destination of the deck row; empty where nothing was looked up.
  public var destination: Label
  /// `inter`, `intra`, `indeterminate`, or empty.
  public var jurisdiction: Label
  /// Time band; empty for none.
  public var band: Label
  /// Price of `perQuantity`; nil where there is none per unit.
  public var unitPrice: Amount?
  /// Quantity that `unitPrice` pays for; nil with it.
  public var perQuantity: Int128?
  /// Where the tier begins, exclusive; nil without tiers.
  public var tierFrom: Int128?
  /// Where the tier ends, inclusive; nil where it is open or there are no tiers.
  public var tierUpTo: Int128?
  /// Allowance that covered it; empty for none.
  public var allowance: Label
  /// Supplier that carried it; empty for none.
  public var supplier: Label
  /// Currency of `unitPrice` and `amount`.
  public var currency: Currency
  /// Currency of `cost`; nil with it.
  public var costCurrency: Currency?
  /// Events.
  public var eventCount: Int64
  /// Quantity as recorded.
  public var quantityRaw: Int128
  /// Quantity after minimum and increments.
  public var quantityBilled: Int128
  /// Billed quantity that an allowance covered.
  public var quantityCovered: Int128
  /// What is charged.
  public var amount: Amount
  /// What the supplier charges; nil where it is not known.
  public var cost: Amount?

  /// Digits of a tier bound.
  public static let tierScale = 12

  /// Makes a row; what is not given is empty, nil or zero.
  public init(
    account: Label, costCentre: Label = .empty, service: Label = .empty, usagePeriod: UsagePeriod,
    plan: Label,
    charge: Label, serviceKind: ServiceKind?, direction: Label = .empty, ratingGroup: Label = .empty,
    destination: Label = .empty, jurisdiction: Label = .empty, band: Label = .empty, unitPrice: Amount? = nil,
    perQuantity: Int128? = nil, tierFrom: Int128? = nil, tierUpTo: Int128? = nil, allowance: Label = .empty,
    supplier: Label = .empty, currency: Currency, costCurrency: Currency? = nil, eventCount: Int64,
    quantityRaw: Int128 = 0, quantityBilled: Int128 = 0, quantityCovered: Int128 = 0, amount: Amount,
    cost: Amount? = nil
  ) {
    self.account = account
    self.costCentre = costCentre
    self.service = service
    self.usagePeriod = usagePeriod
    self.plan = plan
    self.charge = charge
    self.serviceKind = serviceKind
    self.direction = direction
    self.ratingGroup = ratingGroup
    self.destination = destination
    self.jurisdiction = jurisdiction
    self.band = band
    self.unitPrice = unitPrice
    self.perQuantity = perQuantity
    self.tierFrom = tierFrom
    self.tierUpTo = tierUpTo
    self.allowance = allowance
    self.supplier = supplier
    self.currency = currency
    self.costCurrency = costCurrency
    self.eventCount = eventCount
    self.quantityRaw = quantityRaw
    self.quantityBilled = quantityBilled
    self.quantityCovered = quantityCovered
    self.amount = amount
    self.cost = cost
  }
}

/// What rows add up: numbers alone, without the names of their key.
///
/// Units are those of `SummaryRow`.
public struct SummaryMeasures: Hashable, Sendable, BitwiseCopyable {
  /// Events.
  public var eventCount: Int64
  /// Quantity as recorded.
  public var quantityRaw: Int128
  /// Quantity after minimum and increments.
  public var quantityBilled: Int128
  /// Billed quantity that an allowance covered.
  public var quantityCovered: Int128
  /// What is charged.
  public var amount: Amount
  /// What the supplier charges; nil where it is not known.
  public var cost: Amount?
}

extension SummaryRow {
  /// What is added up under its key.
  public var measures: SummaryMeasures {
    SummaryMeasures(
      eventCount: eventCount, quantityRaw: quantityRaw, quantityBilled: quantityBilled,
      quantityCovered: quantityCovered, amount: amount, cost: cost)
  }
}
