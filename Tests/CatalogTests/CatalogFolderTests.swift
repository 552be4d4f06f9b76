// Whole folders: files in, a catalog or all findings out.

import BillingCalendar
import Glibc
import Money
import Tables
import Testing

@testable import Catalog

/// A folder of the given files that lives as long as this value.
final class TemporaryFolder {
  let path: String

  init(_ files: [String: [UInt8]]) {
    var template = Array(
      (String(cString: getenv("TMPDIR") ?? strdup("/tmp")) + "/catalog-XXXXXX").utf8CString)
    precondition(mkdtemp(&template) != nil, "a temporary folder can be made")
    path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    for (name, bytes) in files { write(bytes, to: name) }
  }

  func write(_ bytes: [UInt8], to name: String) {
    if let slash = name.firstIndex(of: "/") { mkdir(path + "/" + name[..<slash], 0o755) }
    guard let file = fopen(path + "/" + name, "w") else { preconditionFailure("a file can be made: \(name)") }
    fwrite(bytes, 1, bytes.count, file)
    fclose(file)
  }

  deinit {
    for name in (try? TableFile.names(inFolder: path)) ?? [] {
      for inner in (try? TableFile.names(inFolder: path + "/" + name)) ?? [] {
        remove(path + "/" + name + "/" + inner)
      }
      remove(path + "/" + name)
    }
    remove(path)
  }
}

/// The smallest catalog, with `changes` to its files; nil removes one.
private func files(_ changes: [String: String?] = [:]) -> [String: [UInt8]] {
  var files: [String: String] = [
    "catalog.yaml": "zone: Europe/Berlin\ncurrency: EUR\ncountry: DE\n",
    "accounts.csv": "account,plan\nB,retail\nA,retail\n",
    "services.csv": "kind,key,account\nnumber,4930123,A\n",
    "sources.csv": "source,format,pattern\npbx,ratemill-csv,*.csv\n",
    "decks/retail.csv": "prefix,destination,price\n44,UK,0.01\n49,Germany,0.02\n",
    "plans/retail.yaml":
      "plan: retail\nlook_up: {voice: retail}\ncharges:\n  - {charge: calls, kinds: [voice], price: deck}\n",
    "contracts.csv": "account,description,price,from\nA,Line,9.90,2025-01-01\n",
  ]
  for (name, text) in changes { files[name] = text }
  return files.mapValues { Array($0.utf8) }
}

/// The catalog of a folder, and its findings with the folder's path left out.
private func load(_ folder: TemporaryFolder) -> (catalog: Catalog?, findings: [String]) {
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

private func load(_ changes: [String: String?]) -> (catalog: Catalog?, findings: [String]) {
  load(TemporaryFolder(files(changes)))
}

@Suite struct CatalogFolderTests {
  @Test func aFolderBecomesACatalogWithVerifiedReferences() throws {
    let (loaded, findings) = load([:])
    #expect(findings == [])
    let catalog = try #require(loaded)
    #expect(catalog.defaults.zone.name == "Europe/Berlin")
    #expect(catalog.accounts.map(\.id) == ["A", "B"])
    #expect(catalog.accounts.map(\.zone.name) == ["Europe/Berlin", "Europe/Berlin"])
    #expect(catalog.accounts.map(\.plans.first?.planIndex) == [0, 0])
    #expect(catalog.plans.map(\.name) == ["retail"])
    #expect(catalog.plans.first?.deckIndexByKind == [0, nil, nil, nil])
    #expect(catalog.decks.map(\.rows.count) == [2])
    #expect(catalog.services.map { catalog.accounts[$0.accountIndex].id } == ["A"])
    #expect(catalog.sources.first.map { catalog.formats[$0.formatIndex].name } == "ratemill-csv")
    #expect(catalog.sources.first?.dialling.countryCode == "49")
    #expect(catalog.contracts.map(\.currency.code) == ["EUR"])
    #expect(catalog.formats.map(\.name) == BuiltInFormats.names)
    #expect(catalog.ratingHash.count == 64)
  }

  @Test func whatIsOptionalMayBeAbsent() {
    let absent: [String: String?] = [
      "catalog.yaml": nil, "services.csv": nil, "sources.csv": nil,
      "contracts.csv": nil,
      "plans/retail.yaml":
        "plan: retail\ncurrency: EUR\ncharges:\n  - {charge: all, price: 1, per: 1, kinds: [event]}\n",
      "decks/retail.csv": nil,
    ]
    let (catalog, findings) = load(absent)
    #expect(findings == [])
    #expect(catalog?.defaults.zone == .utc)
  }

  @Test func allFaultsOfAllFilesAreNamedInTheOrderOfTheFolder() {
    let (catalog, findings) = load([
      "catalog.yaml": "zone: Europe/Berlni\ncurrency: EUR\n",
      "accounts.csv": "account,plan\nA,retial\nB,retail\n",
      "services.csv": "kind,key,account\nnumber,4930123,AA\n",
      "sources.csv": "source,format,pattern\npbx,ratemill-cvs,*.csv\n",
      "decks/retail.csv": "prefix,price\n44,1\n44,2\n",
      "contracts.csv": "account,description,price,from\nC,Line,1e3,2025-01-01\n",
    ])
    #expect(catalog == nil)
    #expect(
      findings == [
        "catalog.yaml:1:7: unknown time zone 'Europe/Berlni'; did you mean 'Europe/Berlin'?",
        "accounts.csv:2:3: unknown plan 'retial'; did you mean 'retail'?",
        "services.csv:2:16: unknown account 'AA'; no account has that name",
        "sources.csv:2:5: unknown format 'ratemill-cvs'; did you mean 'ratemill-csv'?",
        "decks/retail.csv:3:1: prefix '44' is already priced on line 2 for the same dates; keep one",
        "contracts.csv:2:1: unknown account 'C'; no account has that name",
        "contracts.csv:2:8: price '1e3' is in scientific notation; export the column as text or with all its digits",
      ])
  }

  /// An account without a plan from a day on is charged on by contract lines that do not end then.
  @Test(arguments: [
    ("2025-10-16", "2025-10-16", false), ("2025-10-16", "2025-10-17", true), ("2025-10-16", "", true),
    ("", "", false), ("", "2025-10-17", false),
  ])
  func aContractLineThatGoesOnAfterTheLastPlanIsNamed(planUntil: String, lineUntil: String, isNamed: Bool) {
    let (_, findings) = load([
      "accounts.csv":
        "account,plan,from,until\nA,retail,,2025-05-01\nA,retail,2025-05-01,\(planUntil)\nB,retail,,\n",
      "contracts.csv":
        "account,description,price,from,until\nB,Other,1,2025-01-01,\nA,Line,9.90,2025-01-01,\(lineUntil)\n",
    ])
    #expect(
      findings
        == (isNamed
          ? [
            "contracts.csv:3: warning: the line goes on after 2025-10-16, when the last plan of account 'A' ends (line 2 of "
              + "accounts.csv), and is billed on; end the line ('until'), or give the account a further plan"
          ] : []))
  }

  @Test func whatRefersToAFaultyPartIsNotCalledFaulty() {
    // The plan is faulty, its name is known; so is the deck.
    let (_, findings) = load([
      "plans/retail.yaml": "plan: retail\nlook_up: {voice: retail}\ncharges: []\nroundng: none\n",
      "decks/retail.csv": "prefix,price\n44,x\n",
    ])
    #expect(findings.filter { $0.hasPrefix("accounts.csv") } == [])
    #expect(findings.filter { $0.hasPrefix("plans/") && $0.contains("deck") } == [])
    #expect(findings.contains { $0.hasPrefix("plans/retail.yaml:4:1: unknown key 'roundng'") })
    #expect(findings.contains { $0.hasPrefix("decks/retail.csv:2:4: bad price 'x'") })
  }

  @Test(
    arguments: [
      (["accounts.csv": nil], "accounts.csv: cannot read the file: No such file or directory"),
      (["plans/retail.yaml": nil], "plans: there is no plan; write one to plans/NAME.yaml"),
      (
        ["plans/other.yaml": "plan: retail\ncharges:\n  - {charge: a, kinds: [event], price: 1, per: 1}\n"],
        "plans/retail.yaml: plan 'retail' is already in FOLDER/plans/other.yaml; rename one"
      ),
      (
        ["decks/retail.csv.gz": "prefix,price\n44,1\n"],
        "decks/retail.csv.gz: deck 'retail' has this file too, but its layout does not list it; list it under 'files', or remove it"
      ),
      (
        ["decks/wholesale.yaml": "currency: EUR\n"],
        "decks/wholesale.yaml: there is no file 'decks/wholesale.csv'; add it"
      ),
      (
        ["decks/retail.yaml": "files:\n  - {file: retial.csv}\n"],
        "decks/retail.yaml:2: there is no file 'decks/retial.csv'; did you mean 'retail.csv'?"
      ),
      (
        ["catalog.yaml": "currency: EUR\ncountry: QQ\n"],
        "sources.csv:2: the dialling habits of country 'QQ' of catalog.yaml are not known; expected an ISO 3166 code such as DE"
      ),
    ] as [([String: String?], String)])
  func faultsOfWholeFilesAreNamed(changes: [String: String?], expected: String) {
    let folder = TemporaryFolder(files(changes))
    let (catalog, findings) = load(folder)
    #expect(catalog == nil)
    #expect(findings.contains(expected.replacing("FOLDER", with: folder.path)), "\(findings)")
  }

  @Test(
    arguments: [
      (
        ["service.csv": "x"], "service.csv: warning: is not read; did you mean 'services.csv'?",
        ["services.csv": nil]
      ),
      (
        ["decks/retail.xlsx": "x"],
        "decks/retail.xlsx: warning: is not read; files here end with .csv, .csv.zst, .csv.gz, .yaml", [:]
      ),
      (["plans/retail.yml": "x"], "plans/retail.yml: warning: is not read; files here end with .yaml", [:]),
    ] as [([String: String?], String, [String: String?])])
  func filesThatNobodyReadsAreWarnedOf(added: [String: String?], expected: String, removed: [String: String?])
  {
    let (catalog, findings) = load(added.merging(removed) { $1 })
    #expect(catalog != nil)
    #expect(findings == [expected])
    #expect(
      load(["README.md": "x", "plans/notes.txt": "x", ".git": "x", "decks/retail.csv~": "x"]).findings == [])
  }

  @Test func aFolderThatIsNoneIsNamed() {
    do throws(CatalogFault) {
      _ = try CatalogFolder.load("no/such/folder/")
      Issue.record("a missing folder was read")
    } catch {
      #expect(
        error.findings.map(\.description) == [
          "no/such/folder: there is no catalog folder here; name the folder that holds accounts.csv"
        ])
    }
  }

  @Test func findingsPastTheLimitAreCounted() {
    var changes: [String: String?] = [:]
    for index in 0..<6 {
      changes["decks/d\(index).csv"] = "prefix,price\n" + String(repeating: "x,1\n", count: 60)
    }
    let (_, findings) = load(changes)
    #expect(findings.count == 201)
    // Six files give 51 each.
    #expect(findings.last == " and 106 more")
  }
}

@Suite struct CatalogPoolTests {
  private static let head = "account,plan,zone,cycle_day,pool,from,until\n"
  private static let dollars =
    "plan: usd\ncurrency: USD\ncharges:\n  - {charge: a, kinds: [event], price: 1, per: 1}\n"

  @Test(
    arguments: [
      // rows, difference
      ("A,retail,,,P,,\nB,retail,,,P,,\n", nil), ("A,retail,UTC,,P,,\nB,retail,,,Q,,\n", nil),
      ("A,retail,UTC,,P,,\nB,retail,,,P,,\n", "zone (UTC and Europe/Berlin)"),
      ("A,retail,,1,P,,\nB,retail,,2,P,,\n", "cycle day (1 and 2)"),
      ("A,retail,,,P,,\nB,usd,,,P,,\n", "currency (EUR and USD)"),
      ("A,retail,,1,,,\nB,usd,,2,,,\n", nil),
    ] as [(String, String?)])
  func membersOfAPoolShareZoneCycleDayAndCurrency(rows: String, difference: String?) {
    let (catalog, findings) = load([
      "accounts.csv": Self.head + rows, "plans/usd.yaml": Self.dollars,
    ])
    let fault = difference.map {
      "accounts.csv:3: account 'B' in pool 'P' has not the same as 'A' on line 2: \($0); members of a pool share currency, zone, cycle day and order"
    }
    #expect(findings == (fault.map { [$0] } ?? []))
    #expect((catalog == nil) == (difference != nil))
  }

  @Test func anAccountInAPoolKeepsItsCurrency() {
    let rows = "A,retail,,,P,,2025-01-01\nA,usd,,,P,2025-01-01,\nB,retail,,,,,\n"
    let (_, findings) = load(["accounts.csv": Self.head + rows, "plans/usd.yaml": Self.dollars])
    #expect(
      findings == [
        "accounts.csv:2: account 'A' in pool 'P' has plans of different currencies (EUR and USD); members of a pool share currency, zone, cycle day and order"
      ])
    let alone = rows.replacing(",P,", with: ",,")
    #expect(load(["accounts.csv": Self.head + alone, "plans/usd.yaml": Self.dollars]).findings == [])
  }
}

@Suite struct CatalogPlanTests {
  @Test func aRatingGroupThatNoRowHasIsWarnedOf() {
    func plan(_ charge: String) -> [String: String?] {
      ["plans/retail.yaml": "plan: retail\nlook_up: {voice: retail}\ncharges:\n  - \(charge)\n"]
    }
    #expect(load(plan("{charge: uk, kinds: [voice], rating_groups: [UK], price: deck}")).findings == [])
    #expect(
      load(plan("{charge: uk, kinds: [voice], rating_groups: [Germanny, UK], price: deck}")).findings.first
        == "plans/retail.yaml:4: warning: no row of 'retail' has the rating group 'Germanny' of charge 'uk'; did you mean 'Germany'?"
    )
    // Without a deck the record itself may say any group.
    #expect(
      load(plan("{charge: b, kinds: [data], rating_groups: [backup], price: 1, per: 1}")).findings == [])
  }
}

@Suite struct CatalogHashTests {
  private func hashes(_ changes: [String: String?] = [:]) -> (rating: String, billing: String) {
    let catalog = load(changes).catalog
    return (catalog?.ratingHash ?? "", catalog?.billingHash ?? "")
  }

  @Test func theRatingHashChangesWithWhatDecidesPricesAndOnlyWithThat() {
    let first = hashes()
    #expect(first.rating.count == 64)
    #expect(hashes() == first)
    #expect(hashes(["README.md": "x"]) == first)
    for (name, bytes) in files() where name != "contracts.csv" {
      let changed = hashes([name: String(decoding: bytes, as: UTF8.self) + "\n"])
      #expect(changed.rating != first.rating, "\(name)")
      #expect(changed.billing == first.billing, "\(name)")
    }
    let contracts = hashes(["contracts.csv": "account,description,price,from\nA,Line,9.91,2025-01-01\n"])
    #expect(contracts.rating == first.rating)
    #expect(contracts.billing != first.billing)
    // Another zone that some table uses.
    let zoned = hashes(["accounts.csv": "account,plan,zone\nA,retail,+01:00\nB,retail,\n"])
    #expect(zoned.rating != first.rating)
  }

  @Test func digestsAreThoseOfTheStandard() {
    // FIPS 180-4, examples.
    #expect(
      SHA256Digest.hexadecimal(SHA256Digest.of(Array("abc".utf8)))
        == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
    #expect(
      SHA256Digest.hexadecimal(SHA256Digest.of([]))
        == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
  }

  @Test func theListOfFilesIsTheSameInAnyOrder() {
    let a = CatalogHash.Entry(innerPath: "accounts.csv", storedCount: 1, digest: [1])
    let b = CatalogHash.Entry(innerPath: "decks/b.csv", storedCount: 2, digest: [2])
    #expect(CatalogHash.rating([a, b], zones: []) == CatalogHash.rating([b, a], zones: []))
    #expect(CatalogHash.rating([a, b], zones: []) != CatalogHash.rating([a], zones: []))
    #expect(CatalogHash.rating([a], zones: []) != CatalogHash.billing([a]))
  }
}

@Suite struct CatalogDoubtTests {
  private static let bareHint =
    "write 'national' in the column 'bare', or 'international' where its numbers have their country code"

  // Country, bare, national prefix, format → whether nobody can tell what a number without prefix is.
  @Test(arguments: [
    ("US", "", "", "ratemill-csv", true), ("US", "national", "", "ratemill-csv", false),
    ("US", "international", "", "ratemill-csv", false), ("ES", "", "", "ratemill-csv", true),
    ("DE", "", "", "ratemill-csv", false), ("DE", "", "none", "ratemill-csv", true),
    ("US", "", "9", "ratemill-csv", false), ("", "", "", "ratemill-csv", false),
    // Records without telephone numbers.
    ("US", "", "", "aws-cur", false),
  ])
  func aSourceSaysWhatBareNumbersAreWhereNothingElseDoes(
    country: String, bare: String, prefix: String, format: String, isDoubtful: Bool
  ) {
    let (catalog, findings) = load([
      "catalog.yaml": "zone: Europe/Berlin\ncurrency: EUR\n",
      "sources.csv":
        "source,format,pattern,country,bare,national_prefix\npbx,\(format),*.csv,\(country),\(bare),\(prefix)\n",
    ])
    #expect(catalog != nil)
    #expect(
      findings
        == (isDoubtful
          ? [
            "sources.csv:2: warning: source 'pbx' does not say what a number without prefix is, and nothing marks "
              + "national numbers of \(country): all are taken as international; \(Self.bareHint)"
          ] : []))
  }

  @Test func discountsAndCommitmentsOfUnknownContractsAreNamed() {
    let tables = [
      "contracts.csv": "account,description,contract,item,price,from\nA,Care,C-100,seat,10,2025-01-01\n",
      "discounts.csv":
        "description,percent,account,contract,item\nTypo,50,A,C-10,\nGood,50,A,C-100,\nAny,5,,C-100,seat\nNone,5,,X,seat\nAll,5,A,,\n",
      "commitments.csv":
        "account,amount,contract,from\nA,100,C-100,2025-01-01\nA,100,C-101,2025-01-01\nA,100,,2025-01-01\n",
    ]
    #expect(
      load(tables).findings == [
        "discounts.csv:2: warning: the discount takes nothing off: account 'A' has no contract 'C-10'; did you mean 'C-100'?",
        "discounts.csv:5: warning: the discount takes nothing off: no account has a contract 'X'; check the contract",
        "commitments.csv:3: warning: nothing counts for the commitment, so all of it is charged: account 'A' has no "
          + "contract 'C-101'; did you mean 'C-100'?",
      ])
    // Contracts of agreements and of one-time charges are known, too; those of one account are not another's.
    let agreement =
      "contract: M-1\naccount: A\nfrom: 2025-01-01\nlines: [{description: Firewall, price: 5}]\n"
    let charges = "account,description,delivered,price,contract\nA,Router,2026-01-05,500,P-7\n"
    let discounts = "description,percent,account,contract\nFirst,50,A,M-1\nSecond,50,A,P-7\n"
    #expect(
      load(["contracts/m.yaml": agreement, "charges.csv": charges, "discounts.csv": discounts]).findings == []
    )
  }

  @Test func aDiscountOfAnItemThatNobodySellsIsNamed() {
    let tables = [
      "price-book.csv": "item,price,from\nseat,10,2025-01-01\n",
      "discounts.csv": "description,percent,account,item\nTypo,50,A,saet\nGood,50,A,seat\nAll,5,A,\n",
    ]
    #expect(
      load(tables).findings == [
        "discounts.csv:2: warning: the discount takes nothing off: no price, contract, charge or rating group has the "
          + "item 'saet'; did you mean 'seat'?"
      ])
    // The rating group of a row of the deck, and of none.
    let discounts = "description,percent,account,item\nGood,50,A,Germany\nBad,50,A,Atlantis\n"
    #expect(
      load(["discounts.csv": discounts]).findings == [
        "discounts.csv:3: warning: the discount takes nothing off: no price, contract, charge or rating group has the "
          + "item 'Atlantis'; check the item"
      ])
    // Records of messages say their rating group themselves; only slips are named.
    let open = "plan: retail\ncharges:\n  - {charge: sms, kinds: [message], price: 0.1}\n"
    #expect(
      load([
        "plans/retail.yaml": open,
        "discounts.csv": "description,percent,account,item\nGood,50,A,Atlantis\nBad,50,A,Germny\n",
      ]).findings == [
        "discounts.csv:3: warning: the discount takes nothing off: no price, contract, charge or rating group has the "
          + "item 'Germny'; did you mean 'Germany'?"
      ])
    // An item of a contract with a price of its own is none of the price book.
    #expect(
      load([
        "contracts.csv": "account,description,item,price,from\nA,Line,saet,9.90,2025-01-01\n",
        "discounts.csv": "description,percent,account,item\nTypo,50,A,saet\n",
      ]).findings == [])
  }

  @Test func aCountOfAnItemThatNobodySellsIsNamed() {
    #expect(
      load([
        "price-book.csv": "item,price,from\nseat,10,2025-01-01\n",
        "counts.csv":
          "account,item,date,quantity\nA,seat,2025-01-01,3\nA,saet,2025-01-01,4\nA,saet,2025-02-01,4\n",
      ]).findings == [
        "counts.csv:3: warning: the count is charged to nobody: no price or contract has the item 'saet'; did you mean "
          + "'seat'?"
      ])
  }

  @Test func rowsThatStandTwiceAreNamed() {
    let contract = "A,Line,9.90,2025-01-01"
    let commitment = "A,50,2025-01-01"
    #expect(
      load([
        "contracts.csv": "account,description,price,from\n\(contract)\nB,Line,9.90,2025-01-01\n\(contract)\n",
        "commitments.csv": "account,amount,from\n\(commitment)\nA,50,2025-02-01\n\(commitment)\n",
      ]).findings == [
        "contracts.csv:4: warning: the contract line is the same as on line 2, and it is charged twice; keep one, or tell "
          + "them apart by their description",
        "commitments.csv:4: warning: the commitment is the same as on line 2, and it is topped up twice; keep one, or "
          + "tell them apart by their description",
      ])
  }

  @Test(arguments: [("net 30", false), ("Net 30 EOM", false), ("14 Tage", true), ("30", true), ("", false)])
  func termsThatNameNoDayAreNamed(terms: String, isDoubtful: Bool) {
    let hint =
      "write such as 'net 14', '14 days', 'net 30 EOM', 'end of month' or 'due on receipt'"
    #expect(
      load(["accounts.csv": "account,plan,terms\nA,retail,\(terms)\nB,retail,\n"]).findings
        == (isDoubtful
          ? [
            "accounts.csv:2: warning: terms '\(terms)' of account 'A' name no last day to pay; \(hint)"
          ] : []))
  }
}
