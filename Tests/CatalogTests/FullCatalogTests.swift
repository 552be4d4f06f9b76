// A folder that uses everything that can be written, and what is only wrong between its files.

import BillingCalendar
import Money
import Tables
import Testing

@testable import Catalog

/// A catalog with every table and every part of a plan; nil in `changes` removes a file.
private func files(_ changes: [String: String?] = [:]) -> [String: [UInt8]] {
  var files: [String: String] = [
    "catalog.yaml": "zone: Europe/Berlin\ncurrency: EUR\ncountry: DE\n",
    "accounts.csv": "account,plan,pool\nA,plus,P\nB,plus,P\nC,business,\n",
    "holidays.csv": "list,date,name\nde,01-01,New Year\nde,2026-04-03,Good Friday\n",
    "grants.csv":
      "owner,allowance,quantity,kinds,charges,from,until\nP,pack,500 min,voice,calls,2026-01-01,\n",
    "overrides.csv": "account,charge,prefix,percent\nC,calls,4930,-50\n",
    "suppliers.csv": "supplier,deck,trunks\nCarrier,buy,*\n",
    "fx.csv": "from,to,date,rate\nUSD,EUR,2026-01-01,0.925\n",
    "jurisdiction.csv": "npanxx,state\n212,NY\n",
    "decks/retail.csv":
      "prefix,destination,rating group,price,band\n49,Germany,Germany,0.02,\n49,Germany,Germany,0.03,peak\n4915,Germany mobile,Germany mobile,0.1,\n",
    "decks/buy.csv": "prefix,price,day\n49,0.01,0.015\n",
    "decks/buy.yaml":
      "currency: USD\nbands: {day: day}\nband_times: [{band: day, from: \"08:00\", until: \"18:00\"}]\n",
    "decks/us.csv": "prefix,inter,intra\n1212,0.01,0.02\n",
    "decks/us.yaml": "jurisdiction: us\nlrn: yes\n",
    "plans/business.yaml": """
    plan: business
    look_up: {voice: retail}
    bands:
    - {band: holiday, holidays: de}
    - {band: weekend, days: [sat, sun]}
    - {band: peak, days: [mon-fri], from: "08:00", until: "18:00"}
    - {band: summer, dates: {from: 2026-07-01, until: 2026-09-01}}
    crossing: split-each
    order: dearest-first
    charges:
    - charge: calls
      kinds: [voice]
      price: deck
      bands: {peak: {percent: 20}, weekend: {price: 0.01, per: 1 min, connection_fee: 0.01, increment: 60/60}}
      free_quantity: 5
      period_maximum: 50.00
    - charge: sms
      kinds: [message]
      tiers:
        kind: graduated
        counts: all
        steps: [{up_to: 100, price: 0.07, cap: 5}, {price: 0.05}]
      counter: account
      counter_by: [rating_group, day]
    - charge: cloud
      kinds: [event]
      rating_groups: [aws]
      price: recorded
      markup: 10%
    - charge: seats
      kinds: [event]
      price: 2.50
      gauge: {measure: count, at: last-day}
    allowances:
    - {allowance: minutes, quantity: 1000 min, kinds: [voice], rating_groups: [Germany], bands: [peak], shared: pool}
    - {allowance: credit, amount: 10.00, priority: 200, rollover: {periods: 1, cap: 5}}
    prices:
    - {rating_groups: [Germany mobile], percent: -10}
    tests:
    - {event: {to: 4930123, start: "2026-05-04 10:00:00", quantity: 60}, charge: calls, amount: 0.036, band: peak}

    """,
    "plans/plus.yaml": """
    plan: plus
    extends: business
    remove: {allowances: [credit]}
    charges:
    - {charge: seats, price: 2.00}
    allowances:
    - {allowance: minutes, quantity: 2000 min}

    """,
  ]
  for (name, text) in changes { files[name] = text }
  return files.mapValues { Array($0.utf8) }
}

/// The catalog of a folder, and its findings with the folder's path left out.
private func load(_ changes: [String: String?] = [:]) -> (catalog: Catalog?, findings: [String]) {
  let folder = TemporaryFolder(files(changes))
  func shown(_ findings: [CatalogFinding]) -> [String] {
    findings.map { String($0.description.dropFirst(folder.path.count + 1)) }
  }
  do throws(CatalogFault) {
    let catalog = try CatalogFolder.load(folder.path)
    return (catalog, shown(catalog.warnings))
  } catch {
    return (nil, shown(error.findings))
  }
}

@Suite struct FullCatalogTests {
  @Test func aFolderWithEverythingLoads() throws {
    let (loaded, findings) = load()
    #expect(findings == [])
    let catalog = try #require(loaded)
    #expect(catalog.holidays.map(\.name) == ["de"])
    #expect(catalog.grants.map(\.owner) == [.pool("P")])
    #expect(catalog.accountPrices.map { catalog.accounts[$0.accountIndex].id } == ["C"])
    #expect(catalog.suppliers.map { catalog.decks[$0.deckIndex].name } == ["buy"])
    #expect(catalog.exchangeRates.count == 1)
    #expect(catalog.states.rows.map(\.state) == ["NY"])
    #expect(catalog.decks.map(\.name) == ["buy", "retail", "us"])
    #expect(catalog.decks.map(\.bands) == [["day"], ["peak"], []])
    #expect(catalog.decks[0].bandTimes.map(\.fromSecond) == [28_800])
    #expect(catalog.decks[2].jurisdiction?.usesRoutingNumber == true)
    #expect(catalog.plans.map(\.name) == ["business", "plus"])
    let plus = catalog.plans[1]
    #expect(plus.parent == "business")
    #expect(plus.allowances.map(\.size) == [.quantity(120_000_000, of: .voice)])
    #expect(plus.charges.map(\.name) == ["calls", "sms", "cloud", "seats"])
    #expect(plus.crossing == .splitEach)
    #expect(catalog.plans[0].bands.map(\.holidayList) == [0, nil, nil, nil])
  }

  @Test(arguments: [
    "holidays.csv", "grants.csv", "overrides.csv", "suppliers.csv", "jurisdiction.csv",
  ])
  func everyNewTableDecidesPrices(_ name: String) throws {
    let text = String(decoding: try #require(files()[name]), as: UTF8.self)
    let (first, changed) = (load().catalog, load([name: text + "# noted\n"]).catalog)
    #expect(first?.ratingHash.isEmpty == false)
    #expect(first?.ratingHash != changed?.ratingHash)
    #expect(first?.billingHash == changed?.billingHash)
  }

  @Test func exchangeRatesDecideNoPrice() throws {
    let text = String(decoding: try #require(files()["fx.csv"]), as: UTF8.self)
    let (first, changed) = (load().catalog, load(["fx.csv": text + "# noted\n"]).catalog)
    #expect(first?.ratingHash.isEmpty == false)
    #expect(first?.ratingHash == changed?.ratingHash)
    #expect(first?.billingHash != changed?.billingHash)
  }

  @Test(
    arguments: [
      // files, findings
      (
        ["suppliers.csv": "supplier,deck,trunks\nCarrier,retail,*\n"],
        [
          "suppliers.csv:2: deck 'retail' has prices for band 'peak' and does not say when it is; add 'band_times' to the deck's YAML"
        ]
      ),
      (
        ["grants.csv": "owner,allowance,amount,charges,from\nP,pack,5,call,2026-01-01\n"],
        ["grants.csv:2: no plan of the owner has a charge 'call'; did you mean 'calls'?"]
      ),
      (
        ["grants.csv": "owner,allowance,quantity,kinds,from,consume\nA,pack,60,voice,2026-01-01,raw\n"],
        [
          "grants.csv:2: the grant can meet allowance 'minutes' in one event, and one consumes raw, the other billed quantities; write 'billed' under 'consume'"
        ]
      ),
      (
        ["overrides.csv": "account,charge,percent\nC,call,-50\n"],
        ["overrides.csv:2:3: no plan of the account has a charge 'call'; did you mean 'calls'?"]
      ),
      (
        ["plans/plus.yaml": "plan: plus\nextends: business\norder: time\n"],
        []
      ),
      (
        [
          "accounts.csv": "account,plan,pool\nA,plus,P\nB,business,P\nC,business,\n",
          "plans/plus.yaml": "plan: plus\nextends: business\norder: time\n",
        ],
        [
          "accounts.csv:3: account 'B' in pool 'P' has not the same as 'A' on line 2: order (time and dearest-first); members of a pool share currency, zone, cycle day and order"
        ]
      ),
      (
        ["plans/plus.yaml": "plan: plus\nextends: busines\n"],
        ["plans/plus.yaml:2:10: there is no plan 'busines'; did you mean 'business'?"]
      ),
      (
        ["holidays.csv": nil],
        [
          "plans/business.yaml:4:29: holidays.csv has no list 'de'; write its days to holidays.csv: list,date,name"
        ]
      ),
    ] as [([String: String?], [String])])
  func faultsBetweenFilesAreNamed(_ changes: [String: String?], _ expected: [String]) {
    let (catalog, findings) = load(changes)
    #expect((catalog == nil) == !expected.isEmpty)
    #expect(findings == expected)
  }

  @Test(
    arguments: [
      (
        "grants.csv",
        "owner,allowance,quantity,kinds,rating_groups,from\nC,pack,60,voice,Germani,2026-01-01\n", true
      ),
      (
        "grants.csv",
        "owner,allowance,quantity,kinds,rating_groups,from\nC,pack,60,voice,Germany,2026-01-01\n", false
      ),
      // Without a deck the record itself may say any group.
      (
        "grants.csv",
        "owner,allowance,quantity,kinds,rating_groups,from\nC,pack,60,event,Germani,2026-01-01\n", false
      ),
      ("overrides.csv", "account,rating_group,kind,percent\nC,Germani,voice,5\n", true),
      ("overrides.csv", "account,rating_group,kind,percent\nC,Germany mobile,voice,5\n", false),
      ("overrides.csv", "account,rating_group,percent\nC,Germani,5\n", false),
    ])
  func ratingGroupsOfOwnersAreLookedAt(_ name: String, _ text: String, _ isUnknown: Bool) {
    let (catalog, findings) = load([name: text])
    #expect(catalog != nil)
    let warning =
      "\(name):2: warning: no deck of the owner's plans has the rating group 'Germani'; did you mean 'Germany'?"
    #expect(findings == (isUnknown ? [warning] : []))
  }

  @Test func aRecordedChargeWantsAFormatThatReadsAmounts() {
    let sources = "source,format,pattern\nbox,FORMAT,*.csv\n"
    let own = "format: own\nkind: event\nfields: {account: a, start: s, amount: m}\n"
    let warning =
      "plans/business.yaml:25: warning: charge 'cloud' needs recorded amounts, and no source has a format that reads them; add a field with the role amount"
    #expect(load(["sources.csv": sources.replacing("FORMAT", with: "usage-csv")]).findings == [warning])
    let (catalog, findings) = load([
      "sources.csv": sources.replacing("FORMAT", with: "own"), "formats/own.yaml": own,
    ])
    #expect(findings == [])
    #expect(catalog != nil)
  }

  @Test func whatNoDeckKnowsIsAWarning() {
    let plan = """
      plan: business
      rounding: {scale: 3}
      look_up: {voice: retail}
      charges:
      - {charge: calls, kinds: [voice], price: deck}
      allowances:
      - {allowance: minutes, quantity: 1000 min, kinds: [voice], rating_groups: [Germanny]}
      prices:
      - {kinds: [voice], rating_groups: [Germani], percent: -10}

      """
    let (catalog, findings) = load([
      "plans/business.yaml": plan, "plans/plus.yaml": "plan: plus\nextends: business\n",
    ])
    #expect(catalog != nil)
    let once = [
      "plans/business.yaml:1: warning: deck 'retail' has prices for band 'peak', which the plan does not have; describe it under 'bands'",
      "plans/business.yaml:1: warning: in deck 'retail', 1 s to prefix '49' (line 2) comes to 0 at 3 digits; raise the scale of 'rounding', or the increment",
      "plans/business.yaml:7: warning: no row of 'retail' has the rating group 'Germanny' of allowance 'minutes'; did you mean 'Germany'?",
      "plans/business.yaml:9: warning: no row of 'retail' has the rating group 'Germani' of the price change; did you mean 'Germany'?",
    ]
    #expect(Array(findings.prefix(4)) == once)
    #expect(findings.filter { $0.contains("Germanny") }.count == 1)
  }
}
