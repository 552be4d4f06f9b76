// Whose event it is: which field found which row, the account, its plan, its days, and the rules that bill nothing.

import BillingCalendar
import Catalog
import Tables

extension DerivationWriter {
  // MARK: guiding

  /// The fields that were looked up, in order, up to the one that found a service.
  ///
  /// Asks the rater again, once for each field, so it comes last.
  func guideLines(_ stage: RecordRater.Stage) -> [Line] {
    var lines: [Line] = []
    let direction = rater.direction
    let roles = (rater.format.guide[direction] ?? []).filter { role in
      [.from, .to].contains(role) || rater.plan.roles.contains { $0.rule.role == role }
    }
    if roles.isEmpty {
      lines.append(Line("looked up", "nothing: the format guides \(direction.name) events by no field"))
    }
    var absent: [String] = []
    for (role, field) in zip(roles, rater.plan.guide[Int(direction.rawValue)]) {
      let text = event.record.field(role.name)
      guard let key = text?.value, !key.isEmpty else {
        absent.append(role.name.description)
        continue
      }
      if let entry = rater.isGuided(by: field, event.record.bytes, textOffset: event.textOffset) {
        return absentLines(absent) + lines + [foundLine(role, key, entry)]
      }
      lines.append(missedLine(role, key, isNumber: text?.note != "no number"))
    }
    if stage == .account {
      lines.append(Line("account", "none: the source '\(rater.source.name)' has no default account"))
    } else {
      lines.append(
        Line(
          "default",
          "the default account of source '\(rater.source.name)' takes it (sources.csv:\(rater.source.line))"))
    }
    return absentLines(absent) + lines
  }

  private func absentLines(_ names: [String]) -> [Line] {
    names.isEmpty ? [] : [Line("absent", "\(names.joined(separator: ", ")): nothing to look up")]
  }

  /// The account that the rater found, with the default account where no field found one.
  func accountLine() -> Line {
    let account = rater.account
    let entry = rater.setup.catalog.services.entries[Int(rater.rater.entry[0])]
    let identity = rater.setup.catalog.identities[Int(entry.identity)]
    var text = "'\(account.id)'"
    if account.name != account.id { text += " (\(account.name))" }
    if !identity.service.isEmpty { text += ", service '\(identity.service)'" }
    if !identity.site.isEmpty { text += ", site '\(identity.site)'" }
    if !identity.costCentre.isEmpty { text += ", cost centre '\(identity.costCentre)'" }
    return Line("account", text, holdsNumbers: true)
  }

  private func foundLine(_ role: FieldRole, _ key: String, _ entry: ServiceIndex.Entry) -> Line {
    let account = catalog.accounts[Int(entry.account)]
    guard role != .account else {
      return Line(
        "account id", quote: Label(key), "is account '\(account.id)' (accounts.csv:\(account.line))")
    }
    let row = candidates(role, key).first { service in
      catalog.accounts[service.accountIndex].id == account.id && isInForce(service)
    }
    guard let row else { return Line(role.name.description, quote: Label(key), "belongs to '\(account.id)'") }
    return Line(
      role.name.description, quote: Label(key),
      "belongs to '\(account.id)': services.csv:\(row.line), \(Self.words(row)), \(Texts.span(from: row.from, until: row.until))",
      holdsNumbers: true)
  }

  private func missedLine(_ role: FieldRole, _ key: String, isNumber: Bool) -> Line {
    let name = role.name.description
    if role == .account { return Line(name, quote: Label(key), "is no account of accounts.csv") }
    if [.from, .to].contains(role), !isNumber {
      return Line(name, quote: Label(key), "is no number: nothing to look up")
    }
    let near = candidates(role, key)
    guard let row = near.first else { return Line(name, quote: Label(key), "no row of services.csv has it") }
    let why =
      row.source.isEmpty || row.source == rater.source.name
      ? Texts.span(from: row.from, until: row.until) : "for source '\(row.source)' only"
    return Line(name, quote: Label(key), "not in force: services.csv:\(row.line) has it \(why)")
  }

  /// Rows of services.csv with this key, whatever their dates, in the order in which they win: number before range,
  /// narrow before wide, a row for this source before one for any.
  private func candidates(_ role: FieldRole, _ key: String) -> [ServiceKey] {
    let label = Label(key)
    func fits(_ service: ServiceKey) -> Bool {
      switch (role, service.kind) {
      case (.from, .number), (.to, .number): service.key == label
      case (.from, .range), (.to, .range):
        service.key.bytes.count == label.bytes.count && service.key <= label && label <= service.lastKey
      case (.service(let word), .text(let kind)): word == kind && service.key == label
      default: false
      }
    }
    func rank(_ service: ServiceKey) -> (Int, Int, UInt64, Int) {
      let isOwn = service.source == rater.source.name
      let isRange = service.kind == .range
      return (isRange ? 1 : 0, isOwn ? 0 : 1, isRange ? Self.width(service) : 0, service.line)
    }
    return catalog.services.filter(fits).sorted { rank($0) < rank($1) }
  }

  private static func width(_ range: ServiceKey) -> UInt64 {
    func number(_ label: Label) -> UInt64 { label.bytes.reduce(0) { $0 &* 10 &+ UInt64($1 &- 48) } }
    return number(range.lastKey) &- number(range.key)
  }

  private func isInForce(_ service: ServiceKey) -> Bool {
    guard service.source.isEmpty || service.source == rater.source.name else { return false }
    let zone = catalog.accounts[service.accountIndex].zone
    return service.from.map { chargingSeconds >= zone.midnight(of: $0) } ?? true
      && service.until.map { chargingSeconds < zone.midnight(of: $0) } ?? true
  }

  private static func words(_ service: ServiceKey) -> String {
    switch service.kind {
    case .number: "number \(service.key)"
    case .range: "range \(service.key)-\(service.lastKey)"
    case .text(let kind): "\(kind) '\(service.key)'"
    }
  }

  // MARK: plan and days

  /// The plans of the account, and which of them holds.
  func planLines(_ stage: RecordRater.Stage) -> [Line] {
    let account = rater.account
    let zone = account.zone
    var lines = account.plans.map { assignment in
      let plan = catalog.plans[assignment.planIndex]
      let from = assignment.from.map { zone.midnight(of: $0) } ?? .min
      let until = assignment.until.map { zone.midnight(of: $0) } ?? .max
      let word = chargingSeconds < from ? "not yet" : chargingSeconds >= until ? "no longer" : "in force"
      return Line(
        "plan",
        "'\(plan.name)' (\(plan.file)) \(Texts.span(from: assignment.from, until: assignment.until)): \(word)"
      )
    }
    if lines.isEmpty { lines.append(Line("plan", "account '\(account.id)' has none")) }
    if account.plans.contains(where: { $0.from != nil || $0.until != nil }) {
      lines.append(Line("dates", "are midnights of \(zone)"))
    }
    return lines
  }

  /// Local day and usage period.
  func timeStep() -> Step {
    let zone = rater.account.zone
    return Step(
      title: "when",
      lines: [
        Line(
          "local time", "\(Instant.text(millis: chargingStart, in: zone)) in \(zone), the zone of the account"
        ),
        Line("usage period", "\(usagePeriod): cycle day \(rater.account.cycleDay)"),
      ])
  }

  /// The usage period that the charging start falls in.
  var usagePeriod: UsagePeriod {
    let account = rater.account
    guard let cycle = UsageCycle(zone: account.zone, cycleDay: Int32(account.cycleDay)) else {
      preconditionFailure("the cycle day of an account is 1 to 31")
    }
    return cycle.span(containingUTC: chargingSeconds).period
  }

  // MARK: not billed

  /// The rules of the plan up to the one that holds.
  func rulesStep(_ stage: RecordRater.Stage) -> Step {
    let rules = rater.ratePlan.notBilled
    var lines: [Line] = []
    let isFiltered = batch.door[0] == Door.filtered
    let reason = isFiltered ? rater.setup.filterReasons[Int(batch.reason[0])] : nil
    for rule in rules {
      let why = refusal(rule)
      if rule.reason == reason, why == nil {
        lines.append(Line(rule.reason.description, "holds: \(Self.words(rule))"))
        break
      }
      // What is left is the on-net test, which only the engine makes.
      lines.append(
        Line(rule.reason.description, "does not hold: \(why ?? "the other end is not on the net")"))
    }
    if rules.isEmpty { lines.append(Line("none", "the plan bills everything")) }
    return Step(title: "not billed", lines: lines)
  }

  /// The first condition of a rule that the event does not meet; nil where it meets all that can be seen here.
  private func refusal(_ rule: NotBilledRule) -> String? {
    let (kind, direction, isAnswered) = (rater.kind, rater.direction, batch.isAnswered[0] != 0)
    if !rule.kinds.isEmpty, !rule.kinds.contains(kind) { return "the kind is \(kind.name)" }
    if !rule.directions.isEmpty, !rule.directions.contains(direction) {
      return "the direction is \(direction.name)"
    }
    if let wanted = rule.isAnswered, wanted != isAnswered {
      return "it was \(isAnswered ? "" : "not ")answered"
    }
    if !rule.numberPrefixes.isEmpty {
      let other =
        direction == .inbound
        ? PhoneNumber.text(digits: batch.fromDigits[0], count: batch.fromCount[0])
        : PhoneNumber.text(digits: batch.toDigits[0], count: batch.toCount[0])
      if !rule.numberPrefixes.contains(where: { other.hasPrefix($0.description) }) {
        return "the other number begins otherwise"
      }
    }
    if !rule.dispositions.isEmpty {
      let disposition = event.record.field("disposition")?.text ?? .empty
      if !rule.dispositions.contains(disposition) { return "the disposition is '\(disposition)'" }
    }
    return nil
  }

  private static func words(_ rule: NotBilledRule) -> String {
    var parts: [String] = []
    if !rule.kinds.isEmpty { parts.append("kind \(rule.kinds.map(\.name).joined(separator: ", "))") }
    if !rule.directions.isEmpty {
      parts.append("direction \(rule.directions.map(\.name).joined(separator: ", "))")
    }
    if let isAnswered = rule.isAnswered { parts.append(isAnswered ? "answered" : "not answered") }
    if !rule.numberPrefixes.isEmpty {
      parts.append("to \(rule.numberPrefixes.map(\.description).joined(separator: ", "))…")
    }
    if let onNet = rule.onNet {
      parts.append(onNet == .account ? "between services of the account" : "to a known service")
    }
    if !rule.dispositions.isEmpty {
      parts.append("disposition \(rule.dispositions.map { "'\($0)'" }.joined(separator: ", "))")
    }
    return parts.joined(separator: ", ")
  }
}
