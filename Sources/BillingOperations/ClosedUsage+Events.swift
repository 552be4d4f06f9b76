// Which stored events are closed, and which catalogs have priced them.

import BillingCalendar
import BillingStore
import RatingEngine
import Tables

extension ClosedUsage {
  /// The events that are closed; no event is in two of them.
  var boxes: [EventBox] {
    Dictionary(grouping: accounts, by: \.value.endSecond).sorted { $0.key < $1.key }.map { end, accounts in
      EventBox(until: end * 1000, accounts: Set(accounts.map(\.key)))
    }
  }

  /// The last closed period, by account.
  var periods: [Label: UsagePeriod] { accounts.mapValues(\.until) }

  /// Whether every event of a layer is closed: it stays as it was priced.
  func holds(_ layer: RunLayer) -> Bool {
    guard let until = layer.until, let accounts = layer.accounts else { return false }
    return accounts.allSatisfy { account in
      self.accounts[account].map { until <= $0.endSecond * 1000 } ?? false
    }
  }

  /// The layers of a run that was rated again but for what is closed: that stays with the catalogs that have priced it.
  func layers(_ again: [RunLayer], above before: [RunLayer]) -> [RunLayer] {
    let layers = again + boxes.flatMap { box in before.compactMap { $0.inside(box) } }
    // The last one of equals holds all that the others do.
    return layers.indices.filter { !layers[($0 + 1)...].contains(layers[$0]) }.map { layers[$0] }
  }
}

extension RunLayer {
  /// What a layer and a box have in common; nil for nothing.
  fileprivate func inside(_ box: EventBox) -> RunLayer? {
    let from = [from, box.from].compactMap { $0 }.max()
    let until = [until, box.until].compactMap { $0 }.min()
    if let from, let until, from >= until { return nil }
    let own = accounts.map { Set($0) }
    let common = box.accounts.map { own?.intersection($0) ?? $0 } ?? own
    if let common, common.isEmpty { return nil }
    return RunLayer(ratingHash: ratingHash, from: from, until: until, accounts: common?.sorted())
  }
}
