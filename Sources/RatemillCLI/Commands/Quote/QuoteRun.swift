// The work of `ratemill quote`: catalog and event in, steps out.

internal import BillingCalendar
internal import Catalog
internal import Glibc
internal import RatingEngine
internal import Tables

/// One call of `quote`.
struct QuoteRun {
  private let configuration: QuoteConfiguration
  private let console: Console

  init(_ configuration: QuoteConfiguration, console: Console) {
    self.configuration = configuration
    self.console = console
  }

  /// Does it and says how it ended.
  func run() -> ExitStatus {
    do {
      let catalog = try CatalogFolder.load(configuration.catalogPath)
      let dialled = DialledNumbers(catalog)
      for (option, number) in [("--to", configuration.to), ("--from", configuration.from)] {
        guard let doubt = dialled.doubt(about: Label(number)) else { continue }
        return console.fail(.usage, "\(option): \(console.quoted(number)) \(doubt)")
      }
      switch configuration.payer {
      case .account(let name):
        guard let account = catalog.accounts.first(where: { $0.id == Label(name) }) else {
          return unknown("--account", "account", name, among: catalog.accounts.map(\.id))
        }
        return print(
          try EventQuoter(accountsOf: catalog).quote(event(in: account.zone), account: account.id), payer: "")
      case .plan(let name):
        guard let plan = catalog.plans.first(where: { $0.name == Label(name) }) else {
          return unknown("--plan", "plan", name, among: catalog.plans.map(\.name))
        }
        let zone = catalog.defaults.zone
        let quoter = try EventQuoter(plans: [plan], of: catalog, zone: zone, dialsAsInCountry: true)
        return print(
          quoter.quote(event(in: zone), account: plan.name), payer: " on plan \(console.quoted(name))")
      }
    } catch {
      return FaultLines.fail(error, catalogPath: configuration.catalogPath, console: console)
    }
  }

  private func event(in zone: Zone) -> HypotheticalEvent {
    HypotheticalEvent(
      kind: configuration.kind, direction: configuration.direction, from: Label(configuration.from),
      to: Label(configuration.to), trunk: Label(configuration.trunk),
      routingNumber: Label(configuration.routingNumber), ratingGroup: Label(configuration.meter),
      startMillis: configuration.at?.millis(in: zone) ?? Self.nowMillis(), quantity: configuration.quantity,
      recordedAmount: configuration.amount)
  }

  private static func nowMillis() -> Int64 { Int64(time(nil)) * 1000 }

  private func print(_ derivation: EventDerivation, payer: String) -> ExitStatus {
    let writing = DerivationText(writing: UsageText(showsNumbers: configuration.showsNumbers))
    if configuration.printsJSON {
      return console.finish(JSONText.document(.object(writing.members(derivation))))
    }
    return console.finish(writing.headline(derivation) + payer + "\n" + writing.steps(derivation))
  }

  private func unknown(_ option: String, _ what: String, _ name: String, among names: [Label]) -> ExitStatus {
    let hint = NearestName.find(Label(name), in: names).map { "; did you mean '\($0)'?" } ?? ""
    return console.fail(.usage, "\(option): there is no \(what) \(console.quoted(name))\(hint)")
  }
}
