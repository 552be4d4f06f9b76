// What one event costs, increment by increment: bands, changes of prices, free quantities, recorded amounts.

import BillingCalendar
import Money

/// The terms under which one event of the reference rater is priced.
struct ReferenceTerms {
  let tariff: Tariff
  let record: ReferenceRecord
  let account: Tariff.Account
  let plan: Tariff.Plan
  let charge: Tariff.Charge
  let row: Tariff.Row?
  let group: String

  /// What of an event falls into one row.
  struct Part {
    var band: String
    /// Nil for a recorded amount.
    var unitPrice: Tariff.Price?
    var raw: Int64
    var billed: Int64
    var amount: Amount
  }

  /// Increments one after the other in one band.
  private struct Run {
    var band: String
    /// The time that it covers, from the first charged millisecond on.
    var from: Int64
    var until: Int64
    var quantityByPrice: [Tariff.Price: Int64] = [:]
    var billed: Int64 { quantityByPrice.values.reduce(0, +) }
  }

  // MARK: the event

  /// The rows of an event, the first one first.
  func parts(_ quantity: Int64) throws(PriceTooLarge) -> [Part] {
    if let recorded = charge.recorded, let amount = record.amount {
      return [recordedPart(recorded, amount, quantity)]
    }
    let sign: Int64 = quantity < 0 ? -1 : 1
    let left = max(0, abs(quantity) - charge.freeQuantity)
    let charged = wholeSeconds(left)
    let isZeroCharged =
      quantity == 0 && record.kind == .voice && record.isAnswered && plan.chargesAnsweredZero
    let minimum = Int64(charge.minimumSeconds ?? row?.minimumSeconds ?? 0) * 1000
    let wanted = charged > 0 ? max(charged, minimum) : isZeroCharged ? 1 : 0
    let origin = record.chargingStart + (charged > 0 ? charge.freeQuantity : 0)
    let runs = try runs(wanted, origin: origin)

    let startBand = band(at: record.chargingStart)
    var owesFee = quantity >= 0
    if plan.feeRule == "chargeable" { owesFee = owesFee && runs.contains { $0.billed > 0 } }
    if plan.feeRule == "answered" { owesFee = owesFee && quantity > 0 }
    let startPrice = try price(in: startBand)
    var exact = Fraction(owesFee ? Int128(startPrice.feePico) : 0)
    if runs.isEmpty {
      return [
        Part(
          band: startBand, unitPrice: startPrice.unit, raw: quantity, billed: 0,
          amount: Amount(pico: Int128(sign) * limited(exact)))
      ]
    }
    var parts: [Part] = []
    var before: Int128 = 0
    var rest = abs(quantity)
    for run in runs {
      for (price, part) in run.quantityByPrice {
        exact = exact + Fraction(Int128(price.pico) * Int128(part), over: Int128(price.quantity))
      }
      let after = limited(exact)
      let raw = max(0, min(run.until, left) - run.from)
      rest -= raw
      if !parts.contains(where: { $0.band == run.band }) {
        parts.append(
          Part(band: run.band, unitPrice: try price(in: run.band).unit, raw: 0, billed: 0, amount: .zero))
      }
      for index in parts.indices where parts[index].band == run.band {
        parts[index].raw += sign * raw
        parts[index].billed += sign * run.billed
        parts[index].amount += Amount(pico: Int128(sign) * (after - before))
      }
      before = after
    }
    parts[0].raw += sign * rest
    return parts
  }

  /// Throws where the price that the event begins with is too large for one.
  func checkPrice() throws(PriceTooLarge) {
    if charge.recorded == nil { _ = try price(in: band(at: record.chargingStart)) }
  }

  private func wholeSeconds(_ quantity: Int64) -> Int64 {
    guard record.kind == .voice, !plan.keepsMilliseconds, quantity % 1000 != 0 else { return quantity }
    return quantity + 1000 - quantity % 1000
  }

  /// Rounded once, then the most, then the least; 0 stays 0.
  private func limited(_ exact: Fraction) -> Int128 {
    let step = (plan.scale..<12).reduce(Int128(1)) { power, _ in power * 10 }
    var amount = exact.rounded(to: step, plan.mode.rawValue)
    if let most = charge.most { amount = min(amount, most.pico) }
    if let least = charge.least, exact != Fraction(0) { amount = max(amount, least.pico) }
    return amount
  }

  /// Increment by increment: each belongs to the step and the band in which it begins.
  private func runs(_ wanted: Int64, origin: Int64) throws(PriceTooLarge) -> [Run] {
    let crosses = record.kind == .voice && plan.crossing != "start" && !plan.bands.isEmpty
    let startBand = band(at: record.chargingStart)
    if plan.crossing == "split-each", crosses {
      var runs: [Run] = []
      for stay in stays(wanted, origin: origin) {
        var run = Run(band: stay.band, from: stay.from, until: stay.until)
        try take(stay.until - stay.from, into: &run)
        runs.append(run)
      }
      return runs
    }
    var runs: [Run] = []
    var at: Int64 = 0
    // What a band costs is the same for every increment.
    var prices: [String: (unit: Tariff.Price, increment: Tariff.Increment, feePico: Int64)] = [:]
    while at < wanted {
      let band = crosses ? self.band(at: origin + at) : startBand
      let price = if let known = prices[band] { known } else { try self.price(in: band) }
      prices[band] = price
      let steps = price.increment.steps
      let index = steps.lastIndex { $0.from <= at } ?? 0
      var size = steps[index].size
      // In one band, increments of one unit need not be counted one by one.
      if size == 1, !crosses {
        size = (index + 1 < steps.count ? min(steps[index + 1].from, wanted) : wanted) - at
      }
      if runs.last?.band != band { runs.append(Run(band: band, from: at, until: at)) }
      runs[runs.count - 1].quantityByPrice[steps[index].price ?? price.unit, default: 0] += size
      at += size
      runs[runs.count - 1].until = at
    }
    return runs
  }

  /// Takes a quantity of its own, steps from 0.
  private func take(_ wanted: Int64, into run: inout Run) throws(PriceTooLarge) {
    let price = try price(in: run.band)
    let steps = price.increment.steps
    var at: Int64 = 0
    while at < wanted {
      let index = steps.lastIndex { $0.from <= at } ?? 0
      run.quantityByPrice[steps[index].price ?? price.unit, default: 0] += steps[index].size
      at += steps[index].size
    }
  }

  /// The stretches of a call that lie in one band, found second by second.
  private func stays(_ wanted: Int64, origin: Int64) -> [(band: String, from: Int64, until: Int64)] {
    var stays: [(band: String, from: Int64, until: Int64)] = []
    var at: Int64 = 0
    while at < wanted {
      let band = self.band(at: origin + at)
      // To the next full second of the clock.
      let next = at + 1000 - ((origin + at) % 1000 + 1000) % 1000
      if stays.last?.band == band {
        stays[stays.count - 1].until = min(next, wanted)
      } else {
        stays.append((band, at, min(next, wanted)))
      }
      at = next
    }
    return stays
  }

  // MARK: recorded amounts

  private func recordedPart(_ recorded: Tariff.Recorded, _ pico: Int128, _ quantity: Int64) -> Part {
    let magnitude = pico < 0 ? -pico : pico
    let step = (plan.scale..<12).reduce(Int128(1)) { power, _ in power * 10 }
    var amount: Int128
    var isNothing: Bool
    switch recorded {
    case .scaled(let ratio):
      let exact = Fraction(magnitude * Int128(ratio.numerator), over: Int128(ratio.denominator))
      isNothing = exact == Fraction(0)
      amount = exact.rounded(to: step, plan.mode.rawValue)
    case .percentage(let share, let fixed, let minimum, let maximum):
      let fee = pico < 0 || quantity < 0 ? Fraction(0) : Fraction(fixed.pico)
      let exact = fee + Fraction(magnitude * Int128(share.numerator), over: Int128(share.denominator))
      isNothing = exact == Fraction(0)
      amount = exact.rounded(to: step, plan.mode.rawValue)
      if let maximum { amount = min(amount, maximum.pico) }
      if let minimum, !isNothing { amount = max(amount, minimum.pico) }
    }
    if let most = charge.most { amount = min(amount, most.pico) }
    if let least = charge.least, !isNothing { amount = max(amount, least.pico) }
    return Part(
      band: band(at: record.chargingStart), unitPrice: nil, raw: quantity, billed: wholeSeconds(quantity),
      amount: Amount(pico: pico < 0 ? -amount : amount))
  }
}

// MARK: bands and prices

extension ReferenceTerms {
  /// The first entry that holds on the account's clocks; none: the empty band.
  func band(at millis: Int64) -> String {
    if plan.bands.isEmpty { return "" }
    let seconds = millis >= 0 ? millis / 1000 : (millis - 999) / 1000
    let local = seconds + Int64(account.zone.offset(atUTC: seconds))
    let second = Int((local % 86_400 + 86_400) % 86_400)
    let day = CivilDate(dayNumber: Int32((local - Int64(second)) / 86_400))
    let entry = plan.bands.first { band in
      (band.weekdays.isEmpty || band.weekdays.contains(Int(day.weekday)))
        && second >= band.fromSecond && second < band.untilSecond
        && (band.from.map { $0 <= day } ?? true) && (band.until.map { day < $0 } ?? true)
        && (band.holidays.map { isHoliday(day, $0) } ?? true)
    }
    return entry?.name ?? ""
  }

  private func isHoliday(_ day: CivilDate, _ list: String) -> Bool {
    (tariff.holidays[list] ?? []).contains { holiday in
      switch holiday {
      case .once(let date): date == day
      case .everyYear(let month, let number): day.month == month && day.day == number
      }
    }
  }

  /// Price, increment and fee in a band: the row's, the row's of that band, the charge's, the charge's of that band, and
  /// what changes of prices make of it.
  fileprivate func price(in band: String) throws(PriceTooLarge)
    -> (unit: Tariff.Price, increment: Tariff.Increment, feePico: Int64)
  {
    let standard = record.kind == .voice ? Tariff.Increment.seconds(1, 1) : .single
    let inBand = charge.price == nil ? row?.bandPrices[band] : nil
    var unit = charge.price ?? row?.price ?? Tariff.Price(pico: 0, quantity: 1)
    if let inBand { unit.pico = inBand.pico }
    var increment = charge.increment ?? inBand?.increment ?? row?.increment ?? standard
    var feePico = charge.feePico ?? (charge.price == nil ? inBand?.feePico ?? row?.feePico ?? 0 : 0)
    if let own = charge.bands[band] {
      try apply(own.price, to: &unit, &increment)
      if let fee = own.feePico { feePico = fee }
      if let steps = own.increment { increment = steps }
    }
    let own = tariff.overrides.filter { $0.account == account.id && meets($0) }
    let first = own.max { ranks($1).lexicographicallyPrecedes(ranks($0)) }
    if let first {
      try apply(first.price, to: &unit, &increment)
    } else if let change = plan.changes.first(where: meets) {
      try apply(change.price, to: &unit, &increment)
      if change.changesFees, case .ratio(let ratio) = change.price { feePico = try times(feePico, ratio) }
    }
    return (unit, increment, feePico)
  }

  private func ranks(_ row: Tariff.Override) -> [Int] {
    // The first row of a file wins where all else is equal.
    [-row.prefix.count, row.group.isEmpty ? 1 : 0, row.charge.isEmpty ? 1 : 0]
  }

  private func apply(
    _ new: Tariff.NewPrice?, to unit: inout Tariff.Price, _ increment: inout Tariff.Increment
  ) throws(PriceTooLarge) {
    switch new {
    case .price(let pico, let quantity):
      unit = Tariff.Price(pico: pico, quantity: quantity ?? unit.quantity)
    case .ratio(let ratio):
      unit.pico = try times(unit.pico, ratio)
      for index in increment.steps.indices {
        if let pico = increment.steps[index].price?.pico {
          increment.steps[index].price?.pico = try times(pico, ratio)
        }
      }
    case nil: break
    }
  }

  private func times(_ pico: Int64, _ ratio: Tariff.Ratio) throws(PriceTooLarge) -> Int64 {
    let product = Fraction(Int128(pico) * Int128(ratio.numerator), over: Int128(ratio.denominator))
      .rounded(to: 1, "half-even")
    guard let price = Int64(exactly: product) else { throw PriceTooLarge() }
    return price
  }

  private func meets(_ change: Tariff.Change) -> Bool {
    (change.kinds.isEmpty || change.kinds.contains(record.kind))
      && (change.directions.isEmpty || change.directions.contains(record.direction))
      && (change.groups.map { $0.contains(group) } ?? true)
      && (change.charges.isEmpty || change.charges.contains(charge.name))
      && (change.prefixes.isEmpty || change.prefixes.contains(where: isToOrFrom))
      && isIn(change.from, change.until)
  }

  private func meets(_ row: Tariff.Override) -> Bool {
    (row.kind == nil || row.kind == record.kind) && (row.group.isEmpty || row.group == group)
      && (row.charge.isEmpty || row.charge == charge.name) && (row.prefix.isEmpty || isToOrFrom(row.prefix))
      && isIn(row.from, row.until)
  }

  private func isToOrFrom(_ prefix: String) -> Bool {
    let other = record.direction == .inbound ? record.from : record.to
    return other?.digits.hasPrefix(prefix) ?? false
  }

  private func isIn(_ from: CivilDate?, _ until: CivilDate?) -> Bool {
    if let from, record.seconds < account.zone.midnight(of: from) { return false }
    if let until, record.seconds >= account.zone.midnight(of: until) { return false }
    return true
  }
}

/// A price that changes of prices made larger than a price can be.
struct PriceTooLarge: Error {}
