// What an event would cost: it is written down as a record of the neutral CSV, and explained like any other.
//
// So there is no second way to a price: reading, guiding, deck, charge and rounding are those of a run on a batch of one.

public import BillingCalendar
public import Catalog
import Money
public import Tables

/// Prices events that nobody recorded.
public struct EventQuoter {
  private let explainer: EventExplainer
  private let source: UsageSource
  private let format: FormatDescriptor
  /// Whether the accounts are the catalog's: those made for plans have nothing to tell about whose an event is.
  private let hasAccounts: Bool

  /// For the accounts of a catalog, with their services: numbers are dialled as in the catalog's country, bare ones as its
  /// sources say.
  ///
  /// - Throws: `RunFault.catalog` where no run could use the catalog.
  public init(accountsOf catalog: Catalog) throws(RunFault) {
    if let finding = CatalogReadiness.findings(catalog).first { throw .catalog(finding.description) }
    try self.init(catalog, dialling: DialledNumbers(catalog).plan, hasAccounts: true)
  }

  /// For an account on each of some plans, which has that plan always, in `zone`; its id is the plan's name.
  ///
  /// The other parts of the catalog do not matter. Numbers are dialled as in the catalog's country,
  /// or taken as they stand, which is how plans' own tests write them.
  /// - Throws: `RunFault.catalog` where one of these plans, or a deck that it looks up, cannot be rated.
  public init(plans: [RatePlan], of catalog: Catalog, zone: Zone, dialsAsInCountry: Bool) throws(RunFault) {
    var reduced = catalog
    reduced.plans = plans.sorted { $0.name < $1.name }
    reduced.accounts = reduced.plans.enumerated().map { index, plan in
      Account(
        id: plan.name, name: plan.name, zone: zone, cycleDay: 1, pool: .empty, rounding: .event,
        plans: [PlanAssignment(planIndex: index, from: nil, until: nil)], details: [:], line: 0)
    }
    reduced.services = []
    reduced.contracts = []
    reduced.grants = []
    reduced.accountPrices = []
    reduced.suppliers = []
    let used = Set(reduced.plans.flatMap { $0.deckIndexByKind.compactMap { $0 } })
    for index in reduced.decks.indices where !used.contains(index) {
      let deck = reduced.decks[index]
      reduced.decks[index] = RateDeck(
        name: deck.name, currency: deck.currency, rows: [], destinations: [], ratingGroups: [],
        increments: [],
        files: deck.files)
    }
    var dialling = DialledNumbers(catalog).plan
    if !dialsAsInCountry {
      let shortCodes = dialling.shortCodes
      dialling = .international
      dialling.shortCodes = shortCodes
    }
    try self.init(reduced, dialling: dialling, hasAccounts: false)
  }

  private init(_ catalog: Catalog, dialling: DiallingPlan, hasAccounts: Bool) throws(RunFault) {
    self.hasAccounts = hasAccounts
    guard let format = BuiltInFormats.all().first(where: { $0.name == "ratemill-csv" }) else {
      preconditionFailure("the neutral CSV is built in")
    }
    let source = UsageSource(
      name: "quote", pattern: "quote", formatIndex: 0, zone: .utc,
      country: catalog.defaults.country ?? .empty,
      dialling: dialling, defaultAccountIndex: nil, namespace: "quote", sequence: .empty, expected: .empty,
      control: .empty, overlap: .first, gap: .forward, line: 0)
    var catalog = catalog
    catalog.formats = [format]
    catalog.sources = [source]
    self.source = source
    self.format = format
    explainer = try EventExplainer(catalog: catalog, options: RatingOptions())
  }

  /// What becomes of the event, step by step, as usage of this account.
  ///
  /// The steps begin with the fields: there is no record, file or copy to tell of. An account made for a plan is not told
  /// of either, and the derivation has none.
  public func quote(_ event: HypotheticalEvent, account: Label) -> EventDerivation {
    let text = Self.text(of: event, account: account)
    let sample = SampleText(name: "quote", stored: "plain", bytes: text, isWhole: true, damage: nil)
    do throws(FormatMismatch) {
      let records = try SampleRecords.read(sample, format, source: source)
      let derivations = try explainer.outcomes(of: records, in: sample, source)
      guard derivations.count == 1, var derivation = derivations.first else {
        preconditionFailure("one line of the neutral CSV is one record")
      }
      let untold = hasAccounts ? ["record"] : ["record", "whose"]
      derivation.steps.removeAll { untold.contains($0.title) }
      for index in derivation.steps.indices where derivation.steps[index].title == "fields" {
        derivation.steps[index].lines.removeAll { ["id", "item", "absent"].contains($0.name) }
        if !hasAccounts { derivation.steps[index].lines.removeAll { $0.name == "account" } }
      }
      if !hasAccounts {
        derivation.account = nil
        // What is left to say of a rated one names the account.
        if derivation.door == .rated { derivation.steps.removeAll { $0.title == "outcome" } }
      }
      return derivation
    } catch {
      preconditionFailure("the header written here is that of the neutral CSV: \(error.message)")
    }
  }

  private static func text(of event: HypotheticalEvent, account: Label) -> [UInt8] {
    let billable = DecimalText.format(Int128(event.quantity), scale: event.kind.quantityDigits)
    var cells: [(name: Label, value: Label)] = [
      ("id", "quote"), ("start", Label(Instant.text(millis: event.startMillis))), ("account", account),
      ("from", event.from), ("to", event.to), ("trunk_out", event.trunk), ("lrn", event.routingNumber),
      ("direction", Label(event.direction.name)),
      ("kind", Label(event.kind.name)), ("meter", event.ratingGroup), ("billable", Label(billable)),
      // A sample is of something, and here of the only thing there is.
      ("item", "quote"),
      ("disposition", event.kind != .voice ? .empty : event.isAnswered ? "ANSWERED" : "NO ANSWER"),
    ]
    if let amount = event.recordedAmount { cells.append(("amount", Label(amount.description))) }
    var text: [UInt8] = []
    CSVText.appendRow(cells.map(\.name), to: &text)
    CSVText.appendRow(cells.map(\.value), to: &text)
    return text
  }
}
