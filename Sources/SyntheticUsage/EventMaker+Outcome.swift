// What must become of a record, worked out from how it was made.
//
// The doors are those of RULES 1, in their order. Nothing is read back from the written text.

/// Why a record is suspended.
enum SyntheticSuspense: Int, CaseIterable, Sendable {
  case badRecord, badTime, badQuantity, duplicateConflict, unknownService, badNumber, noPrice,
    destinationClosed

  var code: String {
    switch self {
    case .badRecord: "bad-record"
    case .badTime: "bad-time"
    case .badQuantity: "bad-quantity"
    case .duplicateConflict: "duplicate-conflict"
    case .unknownService: "unknown-service"
    case .badNumber: "bad-number"
    case .noPrice: "no-price"
    case .destinationClosed: "destination-closed"
    }
  }
}

/// Why a record is on purpose not billed.
enum SyntheticFilter: Int, CaseIterable, Sendable {
  case inbound, unanswered
  var code: String { self == .inbound ? "inbound" : "unanswered" }
}

/// Which door a record leaves by.
enum SyntheticOutcome: Equatable {
  case suspended(SyntheticSuspense)
  case duplicate
  case filtered(SyntheticFilter)
  case rated(SyntheticCharge, kind: SyntheticEvent.Kind, raw: Int64, SyntheticCurrency)
}

extension EventMaker {
  /// What must become of the record with an index, whose original and content the caller has.
  func outcome(of index: Int, original: Int, _ event: SyntheticEvent) -> SyntheticOutcome {
    if let reason = Self.unreadableReason(event.role) { return .suspended(reason) }
    if world.hasConflicts, isInConflict(original) { return .suspended(.duplicateConflict) }
    return index == original ? outcome(of: event) : .duplicate
  }

  private static func unreadableReason(_ role: RecordRole) -> SyntheticSuspense? {
    switch role {
    case .badTime: .badTime
    case .badQuantity: .badQuantity
    case .truncated, .extraField: .badRecord
    default: nil
    }
  }

  /// What must become of a record that can be read and comes once.
  private func outcome(of event: SyntheticEvent) -> SyntheticOutcome {
    guard let account = owner(of: event) else { return .suspended(.unknownService) }
    if event.isInbound { return .filtered(.inbound) }
    if event.kind == .voice, event.answer != .answered { return .filtered(.unanswered) }
    let plan = world.accounts.plan(account, atSeconds: event.chargingSeconds)
    switch event.kind {
    case .message: return rated(plan.messages(event.quantity), event, plan)
    case .data: return rated(plan.data(bytes: event.quantity), event, plan)
    case .voice: break
    }
    if event.role == .badNumber { return .suspended(.badNumber) }
    let deck = world.deck(of: plan)
    let row = deck.search.row(
      of: event.to, digitCount: SyntheticNumber.digitCount(event.to), atSeconds: event.chargingSeconds)
    guard let row else { return .suspended(.noPrice) }
    if row.isClosed { return .suspended(.destinationClosed) }
    return rated(plan.voice(millis: event.quantity, row: row), event, plan)
  }

  private func owner(of event: SyntheticEvent) -> Int? {
    if event.role == .stranger { return nil }
    if event.isByTrunkOnly { return event.account }
    return world.accounts.owner(event.account, event.numberOrdinal, atSeconds: event.chargingSeconds)
  }

  private func rated(
    _ charge: SyntheticCharge, _ event: SyntheticEvent, _ plan: SyntheticPlan
  ) -> SyntheticOutcome {
    .rated(charge, kind: event.kind, raw: event.quantity, plan.currency)
  }
}
