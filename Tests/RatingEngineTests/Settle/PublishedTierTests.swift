// Tiers of usage that other billing systems publish with their results. Every case has its number in the collection that
// `PublishedCasesTests` of Invoicing restates, where those of contracts stand.

import Testing

@Suite struct PublishedTierTests {
  private static func plan(_ charge: String, _ more: String = "") -> String {
    "plan: p\ncurrency: EUR\n\(more)charges: [{charge: units, kinds: [event], \(charge)}]\n"
  }
  private static let graduated =
    "steps: [{up_to: 10, price: 10, flat: 2}, {up_to: 20, price: 5, flat: 3}, {price: 5, flat: 3}]"
  private static let volume =
    "steps: [{up_to: 100, price: 2, flat: 10}, {up_to: 200, price: 1}, {price: 0.5, flat: 50}]"
  private static let spend =
    "over: spend, steps: [{up_to: 10, percent: 1, flat: 200}, {up_to: 20, percent: 2, flat: 300}, {percent: 3, flat: 400}]"
  private static let blocks =
    "steps: [{up_to: 1000, price: 1, per: 100}, {up_to: 101000, price: 1, per: 1000}, {price: 0.5, per: 1000}]"

  @Test(arguments: [
    // TI-03, TI-05, TI-06, Lago.
    ("graduated, \(graduated)", "10", "102"), ("graduated, \(graduated)", "12", "115"),
    ("graduated, \(graduated)", "21", "163"),
    // TI-08, TI-09, TI-12, Lago.
    ("volume, \(volume)", "1", "12"), ("volume, \(volume)", "100", "210"),
    ("volume, \(volume)", "200", "200"),
    // TI-26, Kill Bill, with the tiers of TI-25.
    ("volume, steps: [{up_to: 10, price: 1.5}, {up_to: 110, price: 1}, {price: 0.5}]", "111", "55.5"),
    // TI-28, Kill Bill: whole blocks; of 101,001 it charges 102 half blocks begun, 51.00, and we 101.001 of them.
    ("volume, \(blocks)", "1000", "10"), ("volume, \(blocks)", "101000", "101"),
    ("volume, \(blocks)", "101001", "50.5005"), ("volume, \(blocks)", "300000", "150"),
    // TI-31, Lago.
    ("volume, steps: [{price: 0.0006, flat: 10}]", "65000", "49"),
  ]) func tiers(kind: String, units: String, total: String) throws {
    try settle(Self.plan("tiers: {kind: \(kind)}"), "event E1 a event \(units)\ntotal \(total)")
  }

  @Test(arguments: [
    // TI-01, TI-07, Lago: nothing is used, and the first tier's flat part owed.
    ("graduated", graduated, "2"), ("volume", volume, "10"),
  ]) func flatPartsOfNothing(kind: String, steps: String, total: String) throws {
    try settle(
      Self.plan("tiers: {kind: \(kind), bill_flat_on_zero: yes, \(steps)}"), "owner a\ntotal \(total)")
  }

  @Test func freeUnitsBeforePackages() throws {
    // TI-17, Lago: 200 units are free, 121 were used; of 201 one package is begun.
    let plan = Self.plan(
      "tiers: {kind: package, size: 10, price: 100}",
      "allowances: [{allowance: free, quantity: 200, kinds: [event]}]\n")
    try settle(plan, "event E1 a event 121\ntotal 0")
    try settle(plan, "event E1 a event 200\ntotal 0")
    try settle(plan, "event E1 a event 201\ntotal 100")
  }

  @Test(arguments: [
    // TI-19, TI-21, TI-22, Lago.
    ("10", "200.1"), ("12", "500.14"), ("21", "900.33"),
  ]) func graduatedPercentages(amount: String, total: String) throws {
    try settle(
      Self.plan("tiers: {kind: graduated-percentage, \(Self.spend)}"),
      "event E1 a event 1 amount=\(amount)\ntotal \(total)")
  }

  @Test func freeEventsOfAPercentage() throws {
    // TI-23, Lago: two of four events and 250.00 of 800.00 are free: 7.15 and twice 2.00. The third event crosses the free
    // amount, with which its share begins.
    try settle(
      "plan: p\ncurrency: EUR\ncharges: [{charge: fees, kinds: [event], price: recorded, percentage: {percent: 1.3, fixed: 2, free_events: 3, free_amount: 250}}]\n",
      "event E1 a event 1 amount=50\nevent E2 a event 1 amount=100\nevent E3 a event 1 amount=250\nevent E4 a event 1 amount=400\ntotal 11.15"
    )
  }
}
