// Doors 4 to 6 for one record: whose it is, whether it is billed, and what it costs.

import BillingCalendar
import Money

/// Works out one record of the reference rater.
struct ReferencePricing {
  let tariff: Tariff
  let record: ReferenceRecord

  func outcome() -> ReferenceRater.Outcome {
    do throws(PriceTooLarge) {
      return try ratedOutcome()
    } catch {
      return .suspended("amount-too-large")
    }
  }

  private func ratedOutcome() throws(PriceTooLarge) -> ReferenceRater.Outcome {
    // Door 4.
    guard let service = guided() else { return .suspended("unknown-service") }
    guard let account = tariff.accounts.first(where: { $0.id == service.account }),
      let plan = plan(of: account)
    else { return .suspended("no-plan") }
    // Door 5.
    for rule in plan.notBilled where holds(rule, account) { return .filtered(rule.reason) }
    // Door 6.
    var row: Tariff.Row?
    var jurisdiction = ""
    if let deckName = plan.lookUp[record.kind] {
      guard let number = record.to else { return .suspended("bad-number") }
      guard let deck = tariff.decks.first(where: { $0.name == deckName }),
        let found = ReferenceDeck(tariff: tariff, deck: deck, record: record).found(number)
      else { return .suspended("no-price") }
      if found.row.isBlocked { return .suspended("destination-closed") }
      guard found.hasPrice else { return .suspended("no-price") }
      (row, jurisdiction) = (found.row, found.jurisdiction)
    }
    let group = row?.group ?? String(decoding: record.cells["meter"] ?? [], as: UTF8.self)
    guard let charge = plan.charges.first(where: { takes($0, row, account, group: group) }) else {
      return .suspended("no-charge")
    }
    if charge.recorded != nil {
      if record.amount == nil { return .suspended("missing-amount") }
      let currency = record.cells["amount_currency"]
      if let currency, currency != Array(plan.currency.utf8) { return .suspended("other-currency") }
    }
    let terms = ReferenceTerms(
      tariff: tariff, record: record, account: account, plan: plan, charge: charge, row: row, group: group)
    try terms.checkPrice()
    guard let quantity = record.quantity else { return .suspended("missing-quantity") }
    if quantity < 0, record.kind == .voice { return .suspended("negative-quantity") }
    let cost = try ReferenceCost(tariff: tariff, record: record).outcome(quantity)
    var cells = cells(service, account, plan, charge, row, group)
    cells["supplier"] = cost?.supplier
    cells["cost_currency"] = cost?.currency
    cells["jurisdiction"] = jurisdiction.isEmpty ? cost?.jurisdiction : jurisdiction
    let parts = try terms.parts(quantity)
    return .rated(
      parts.map { part in
        var own = cells
        own["band"] = part.band
        if let price = part.unitPrice {
          own["unit_price"] = ReferenceTable.number(Int128(price.pico), scale: 12)
          own["per"] = ReferenceTable.number(
            Int128(price.quantity), scale: ReferenceTable.digits(record.kind))
        }
        return ReferenceCharge(
          cells: own, raw: part.raw, billed: part.billed, amount: part.amount, cost: cost?.amount,
          kind: record.kind)
      })
  }

  // MARK: door 4

  /// The service that the record's fields lead to, an account without a service, or the default account.
  private func guided() -> Tariff.Service? {
    let order =
      record.direction == .inbound
      ? ["account", "account_code", "tenant", "to", "trunk"]
      : ["account", "account_code", "tenant", "extension", "from", "trunk"]
    for field in order {
      let found: Tariff.Service?
      switch field {
      case "account":
        let id = record.cells["account"]
        found = tariff.accounts.first { Array($0.id.utf8) == id }.map { whole($0.id) }
      case "from": found = record.from.flatMap(service(ofNumber:))
      case "to": found = record.to.flatMap(service(ofNumber:))
      default:
        found = own(
          tariff.services.filter {
            $0.kind == field && record.cells[field] == Array($0.key.utf8) && isInForce($0)
          })
      }
      if let found { return found }
    }
    return record.source.defaultAccount.map(whole)
  }

  private func whole(_ account: String) -> Tariff.Service {
    Tariff.Service(kind: "account", key: account, account: account, name: "")
  }

  private func isInForce(_ service: Tariff.Service) -> Bool {
    guard service.source == nil || service.source == record.source.name,
      let zone = tariff.accounts.first(where: { $0.id == service.account })?.zone
    else { return false }
    return isIn(service.from, service.until, zone)
  }

  private func isIn(_ from: CivilDate?, _ until: CivilDate?, _ zone: Zone) -> Bool {
    if let from, record.seconds < zone.midnight(of: from) { return false }
    if let until, record.seconds >= zone.midnight(of: until) { return false }
    return true
  }

  /// A row for this source before one for any.
  private func own(_ services: [Tariff.Service]) -> Tariff.Service? {
    services.first { $0.source != nil } ?? services.first
  }

  /// A number before a range, a narrow range before a wide one.
  private func service(ofNumber number: ReferenceText.Number) -> Tariff.Service? {
    let fitting = tariff.services.filter(isInForce)
    if let one = own(fitting.filter { $0.kind == "number" && $0.key == number.digits }) { return one }
    let ranges = fitting.filter {
      $0.kind == "range" && $0.key.count == number.digits.count && $0.key <= number.digits
        && number.digits <= $0.lastKey
    }
    let widths = ranges.map { (Int64($0.lastKey) ?? 0) - (Int64($0.key) ?? 0) }
    guard let narrowest = widths.min() else { return nil }
    return own(zip(ranges, widths).filter { $0.1 == narrowest }.map(\.0))
  }

  private func plan(of account: Tariff.Account) -> Tariff.Plan? {
    let assignment = account.plans.first { isIn($0.from, $0.until, account.zone) }
    return assignment.flatMap { found in tariff.plans.first { $0.name == found.plan } }
  }

  // MARK: door 5

  private func holds(_ rule: Tariff.NotBilled, _ account: Tariff.Account) -> Bool {
    if !rule.kinds.isEmpty, !rule.kinds.contains(record.kind) { return false }
    if !rule.directions.isEmpty, !rule.directions.contains(record.direction) { return false }
    if let isAnswered = rule.isAnswered, isAnswered != record.isAnswered { return false }
    let other = record.direction == .inbound ? record.from : record.to
    if !rule.codes.isEmpty {
      guard let other, rule.codes.contains(other.digits) else { return false }
    }
    if !rule.prefixes.isEmpty {
      guard let other, rule.prefixes.contains(where: { other.digits.hasPrefix($0) }) else { return false }
    }
    if let onNet = rule.onNet {
      guard let other, let service = service(ofNumber: other) else { return false }
      if onNet == "account", service.account != account.id { return false }
    }
    if !rule.dispositions.isEmpty {
      guard let disposition = record.cells["disposition"],
        rule.dispositions.contains(where: { Array($0.utf8) == disposition })
      else { return false }
    }
    return true
  }

  // MARK: door 6

  private func takes(
    _ charge: Tariff.Charge, _ row: Tariff.Row?, _ account: Tariff.Account, group: String
  ) -> Bool {
    if !charge.kinds.isEmpty, !charge.kinds.contains(record.kind) { return false }
    if !charge.directions.isEmpty, !charge.directions.contains(record.direction) { return false }
    if let groups = charge.groups, !groups.contains(group) { return false }
    guard isIn(charge.from, charge.until, account.zone) else { return false }
    // A charge that takes its price from the deck needs a row.
    return charge.price != nil || charge.recorded != nil || row != nil
  }

  private func cells(
    _ service: Tariff.Service, _ account: Tariff.Account, _ plan: Tariff.Plan, _ charge: Tariff.Charge,
    _ row: Tariff.Row?, _ group: String
  ) -> [String: String] {
    // The day whose midnights the charging start lies between.
    var day = account.zone.localDay(atSeconds: record.seconds)
    while account.zone.midnight(of: day.advanced(by: 1)) <= record.seconds { day = day.advanced(by: 1) }
    while account.zone.midnight(of: day) > record.seconds { day = day.advanced(by: -1) }
    let period = UsagePeriod.containing(day, cycleDay: Int32(account.cycleDay))
    return [
      "account": account.id, "cost_centre": service.costCentre, "service": service.name,
      "usage_period": "\(period.from)/\(period.until)", "day": "\(day)", "plan": plan.name,
      "charge": charge.name, "service_kind": record.kind.rawValue, "direction": record.direction.rawValue,
      "rating_group": group, "destination": row?.destination ?? "",
      "currency": plan.currency,
    ]
  }
}
