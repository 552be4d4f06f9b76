// The tests that plans carry, tried with the engine that bills: example events and what they must cost.

import BillingCalendar
public import Catalog
import Money
import Tables

/// Tries the tests of plans.
public enum PlanTests {
  /// A test that comes out otherwise than it says is an error; that the tests of a plan could not be tried is a warning with
  /// the reason.
  ///
  /// Every plan is tried on an account of its own in the zone of the catalog's defaults, which has used nothing else.
  /// - Complexity: O(rows of the decks that plans with tests look up + tests).
  public static func findings(_ catalog: Catalog) -> [CatalogFinding] {
    var findings: [CatalogFinding] = []
    let dialled = DialledNumbers(catalog)
    for plan in catalog.plans where !plan.examples.isEmpty {
      do throws(RunFault) {
        let zone = catalog.defaults.zone
        let quoter = try EventQuoter(plans: [plan], of: catalog, zone: zone, dialsAsInCountry: false)
        findings += plan.examples.compactMap { example in
          doubt(about: example, of: plan, dialled) ?? finding(example, of: plan, quoter, zone)
        }
      } catch {
        let count = plan.examples.count
        findings.append(
          CatalogFinding(
            severity: .warning, file: plan.file, line: plan.examples[0].line, column: plan.examples[0].column,
            message: "\(count == 1 ? "the test" : "the \(count) tests") of plan '\(plan.name)' "
              + "\(count == 1 ? "was" : "were") not run: \(error)"))
      }
    }
    return findings
  }

  /// A number that may be meant otherwise than it is read, as a finding.
  private static func doubt(about example: PlanExample, of plan: RatePlan, _ dialled: DialledNumbers)
    -> CatalogFinding?
  {
    for number in [example.event.to, example.event.from] {
      guard let doubt = dialled.doubtInTest(about: number) else { continue }
      return CatalogFinding(
        severity: .error, file: plan.file, line: example.line, column: example.column,
        message: "the number '\(number)' of the test of plan '\(plan.name)' \(doubt)")
    }
    return nil
  }

  private static func finding(_ example: PlanExample, of plan: RatePlan, _ quoter: EventQuoter, _ zone: Zone)
    -> CatalogFinding?
  {
    let derivation = quoter.quote(event(example, zone), account: plan.name)
    let expected = words(example.outcome, plan)
    let found = words(derivation, like: example.outcome, plan)
    guard expected != found else { return nil }
    return CatalogFinding(
      severity: .error, file: plan.file, line: example.line, column: example.column,
      message: "the test of plan '\(plan.name)' expects \(expected), and comes to \(found)",
      hint: "correct the plan, its deck, or what the test expects")
  }

  private static func event(_ example: PlanExample, _ zone: Zone) -> HypotheticalEvent {
    let event = example.event
    return HypotheticalEvent(
      kind: event.kind, direction: event.direction, from: event.from, to: event.to,
      ratingGroup: event.ratingGroup,
      startMillis: zone.instant(localSeconds: event.startLocalSeconds).utcSeconds * 1000,
      quantity: event.quantity, recordedAmount: event.recordedAmount, isAnswered: event.isAnswered)
  }

  // MARK: words

  private static func words(_ outcome: PlanExample.Outcome, _ plan: RatePlan) -> String {
    switch outcome {
    case .filtered(let reason): return "filtered: \(reason)"
    case .suspended(let reason): return "suspense: \(reason)"
    case .rated(let amount, let charge, let band):
      return words(amount, plan, charge: charge, band: band)
    }
  }

  /// What came, said as far as the test asks.
  private static func words(
    _ derivation: EventDerivation, like outcome: PlanExample.Outcome, _ plan: RatePlan
  )
    -> String
  {
    switch derivation.door {
    case .filtered: return "filtered: \(derivation.reason)"
    case .suspended, .duplicate: return "suspense: \(derivation.reason)"
    case .rated:
      guard case .rated(_, let charge, let band) = outcome else {
        return words(derivation.amount ?? .zero, plan, charge: derivation.charge, band: nil)
      }
      return words(
        derivation.amount ?? .zero, plan, charge: charge == nil ? nil : derivation.charge,
        band: band == nil ? nil : derivation.band ?? .empty)
    }
  }

  private static func words(_ amount: Amount, _ plan: RatePlan, charge: Label?, band: Label?) -> String {
    var text = Texts.amount(amount, plan.currency)
    if let charge { text += " by charge '\(charge)'" }
    if let band { text += band.isEmpty ? " in no band" : " in band '\(band)'" }
    return text
  }
}
