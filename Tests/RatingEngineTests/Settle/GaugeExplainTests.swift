// What a clerk is told of a sample: what its item comes to, what all samples do, and what that costs.

import BillingCalendar
import Catalog
import Money
import Tables
import TestSupport
import Testing

@testable import RatingEngine

@Suite struct GaugeExplainTests {
  private static func catalog(_ gauge: String, prices: String = "") throws -> Catalog {
    let folder = try TemporaryFolder()
    let files = [
      "catalog.yaml": "currency: EUR\n", "sources.csv": "source,pattern,format\nnas,nas*,ratemill-csv\n",
      "accounts.csv": "account,plan,from,until\nacme,p,,2026-01-21\n",
      "plans/p.yaml":
        "plan: p\n\(prices)allowances:\n  - {allowance: included, quantity: 2, kinds: [event]}\ncharges:\n"
        + "  - {charge: seats, kinds: [event], rating_groups: [seat], gauge: \(gauge), price: 5}\n",
    ]
    for (name, text) in files { try folder.write(text, to: "c/" + name) }
    return try CatalogFolder.load(folder.path(of: "c"))
  }

  /// Line 3 is asked about. The plan holds on 20 of 31 days: of the 2 included events 1.29 are left, so 1.
  private static let samples = """
    id,start,account,kind,meter,item,billable
    1,2026-01-02T00:00:00Z,acme,event,seat,ann,4
    2,2026-01-05T00:00:00Z,acme,event,seat,ann,7
    3,2026-01-05T00:00:00Z,acme,event,seat,bob,9
    4,2026-01-11T00:00:00Z,acme,event,seat,ann,1
    5,2026-01-11T00:00:00Z,acme,event,other,cid,100

    """

  private static func lines(
    _ gauge: String, prices: String = "", ownerEventsMax: Int? = nil
  ) throws -> [String: String] {
    let trial = try Trial("nas.csv", samples)
    var options = RatingOptions()
    options.ownerEventsMax = ownerEventsMax
    let explainer = try EventExplainer(catalog: catalog(gauge, prices: prices), options: options)
    let answer = try explainer.explain(.place(input: trial.inputs[0], line: 3), in: trial.inputs)
    let derivation = try #require(answer.derivations.first)
    var lines: [String: String] = [:]
    for step in derivation.steps {
      for line in step.lines { lines["\(step.title) \(line.name)"] = line.text }
    }
    lines["amount"] = derivation.amount?.description
    return lines
  }

  @Test(
    arguments: [
      (
        "max", "7 events", "3 samples, the greatest of its values: 7 events",
        "4 samples of 2 items, its items added up: 16 events", "75"
      ),
      (
        "last", "7 events", "3 samples, the last of its values: 1 event",
        "4 samples of 2 items, its items added up: 10 events", "45"
      ),
      // ann: 4 × 3 days + 7 × 6 + 1 × 10 = 64 of 31 days; bob: 9 × 16 = 144; together 208.
      (
        "average", "7 events, held for 518400 s of the 2678400 s of the period",
        "3 samples, each value × the time that it held ÷ the period, rounded half-up: 2.064516 events",
        "4 samples of 2 items, its items added up before rounding: 6.709677 events", "28.548385"
      ),
      (
        "p95", "7 events",
        "3 samples, the value of rank 3, the smallest first: 95 of 100 do not exceed it: 7 events",
        "4 samples of 2 items, its items added up: 16 events", "75"
      ),
      (
        "distinct", "7 events", "3 samples, one for an item that was seen: 1 event",
        "4 samples of 2 items, its items added up: 2 events", "5"
      ),
      (
        "{measure: count, at: 5}", "7 events",
        "3 samples, one where its last value on 2026-01-05 is above 0: 1 event",
        "4 samples of 2 items, its items added up: 2 events", "5"
      ),
      (
        "peak-of-sum", "7 events", nil,
        "4 samples, the greatest sum of all samples of one instant: 16 events", "75"
      ),
    ] as [(String, String, String?, String, String)])
  func aSampleIsSetBesideItsItemAndTheOthers(
    gauge: String, sample: String, item: String?, all: String, amount: String
  ) throws {
    for most in [nil, 0] {
      let lines = try Self.lines(gauge, ownerEventsMax: most)
      #expect(lines["quantity sample"] == sample)
      #expect(lines["quantity its item"] == item)
      #expect(lines["quantity all samples"] == all)
      #expect(lines["amount"] == amount)
      #expect(lines["outcome rated"]?.hasPrefix("as a sample: its gauge comes to EUR ") == true)
    }
  }

  /// Changes of prices do not reach gauges, so none is shown.
  @Test func thePriceIsTheChargesOwnWhateverThePlanChanges() throws {
    let lines = try Self.lines("max", prices: "prices:\n  - {percent: -50}\n")
    #expect(lines["charge price"] == "EUR 5.00 per 1 event (the charge's own)")
    #expect(lines["charge increment"] == nil && lines["charge price change"] == nil)
    #expect(lines["amount"] == "75")
  }

  @Test func aQuoteIsOfTheOnlySample() throws {
    let quoter = try EventQuoter(accountsOf: Self.catalog("average"))
    let derivation = quoter.quote(
      HypotheticalEvent(
        kind: .event, direction: .outbound, ratingGroup: "seat", startMillis: 1_767_571_200_000,
        quantity: 31_000_000), account: "acme")
    // From 5 January to the end of the plan, 16 of 31 days: 16, of which one is included.
    #expect(derivation.amount?.description == "75")
    let lines = derivation.steps.first { $0.title == "quantity" }?.lines.map { "\($0.name): \($0.text)" }
    #expect(
      lines?.prefix(4) == [
        "gauge: as its only sample, when the period 2026-01-01/2026-02-01 is over: its quantity is charged as one event",
        "sample: 31 events, held for 1382400 s of the 2678400 s of the period",
        "its item: 1 sample, each value × the time that it held ÷ the period, rounded half-up: 16 events",
        "all samples: 1 sample of 1 item, its items added up before rounding: 16 events",
      ])
  }
}
