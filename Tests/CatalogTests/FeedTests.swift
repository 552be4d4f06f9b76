// Feeds: exports of other programs, read as counts and tickets by a layout that is written down.

import BillingCalendar
import Money
import Tables
import Testing

@testable import Catalog

private let devices = """
  feed: rmm
  summary: devices of the monitoring
  table: counts
  files: devices-*.csv
  delimiter: ";"
  skip_lines: 1
  leave_out:
  - {Status: [Retired, Spare]}
  - {Organisation: "Our own", Class: PC}
  columns:
    account: {column: [Organisation, Organization], by: name, words: {"Beta (old)": B}}
    item: {column: Class, words: {PC: workstation, Mac: workstation, Server: server}}
    date: {from_name: YYYY-MM-DD}
  examples:
  - header: Name;Organisation;Class;Status
    line: p1;alpha  GmbH;Mac;Active
    row: {account: A, item: workstation}
  - header: Name;Organization;Class;Status
    line: p1;Nobody knows;PC;Retired
    left_out: yes

  """

private let deviceRows =
  "exported by somebody\nName;Organization;Class;Status\np1;Alpha GmbH;PC;Active\np2;Alpha GmbH;Mac;Active\n"
  + "p3;Alpha GmbH;Server;Active\np4;Beta (old);PC;Retired\np5;Beta (old);PC;Active\n"

/// Tickets of a service desk, in German.
let deskLayout = """
  feed: desk
  table: tickets
  files: tickets*.csv
  delimiter: ";"
  decimal: ","
  dates: [DD.MM.YYYY]
  columns:
    ticket: Nummer
    account: {column: Firma, by: name}
    summary: Titel
    status: {column: Status, words: {Neu: open, Erledigt: closed}, otherwise: open}
    closed: Erledigt am
    hours: Stunden
    billable: {column: Abrechnen, words: {Ja: yes, Nein: no, "": no}}
    item: {constant: labour}

  """

/// Three of them.
let deskRows = """
  Nummer;Firma;Titel;Status;Erledigt am;Stunden;Abrechnen
  7;alpha gmbh;Drucker;Erledigt;02.06.2026 16:30;1,5;Ja
  8;Alpha GmbH;Netz;Neu;;0,25;Nein
  9;B;Umzug;Wartet;03.06.2026;2;

  """

/// The smallest catalog with two accounts, a price of labour, and `feeds`.
func loadFeeds(_ feeds: [String: String], bytes: [String: [UInt8]] = [:]) -> (
  catalog: Catalog?, findings: [String]
) {
  var files: [String: String] = [
    "catalog.yaml": "currency: EUR\n",
    "accounts.csv": "account,name,plan\nA,Alpha GmbH,retail\nB,Beta AG,retail\n",
    "plans/retail.yaml": "plan: retail\ncharges: [{charge: all, kind: event, price: 1}]\n",
    "price-book.csv": "item,description,price,from\nlabour,Hour,96.00,2025-01-01\n",
  ]
  for (name, text) in feeds { files["feeds/" + name] = text }
  let raw = Dictionary(uniqueKeysWithValues: bytes.map { ("feeds/" + $0.key, $0.value) })
  let folder = TemporaryFolder(files.mapValues { Array($0.utf8) }.merging(raw) { $1 })
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

private func counts(_ catalog: Catalog?) -> [String] {
  guard let catalog else { return [] }
  return catalog.billing.counts.keys.flatMap { key in
    catalog.billing.counts.series(key).map {
      "\(catalog.accounts[key.accountIndex].id) \(key.item) \($0.day) \($0.quantityMicro / 1_000_000) \($0.source) \($0.file):\($0.line)"
    }
  }
}

@Suite struct FeedTests {
  @Test func rowsOfAListAreCountedByAccountItemAndDay() {
    let (catalog, findings) = loadFeeds(["rmm.yaml": devices, "devices-2026-06-01.csv": deviceRows])
    #expect(findings == [])
    #expect(
      counts(catalog) == [
        "A server 2026-06-01 1 rmm feeds/devices-2026-06-01.csv:5",
        "A workstation 2026-06-01 2 rmm feeds/devices-2026-06-01.csv:3",
        "B workstation 2026-06-01 1 rmm feeds/devices-2026-06-01.csv:7",
      ])
    #expect(catalog?.billing.feeds.map(\.name) == ["rmm"])
  }

  @Test func whatALaterListOfADayDoesNotNameIsGone() {
    let later = "x\nName;Organization;Class;Status\np1;Alpha GmbH;PC;Active\n"
    let (catalog, findings) = loadFeeds([
      "rmm.yaml": devices, "devices-2026-06-01.csv": deviceRows, "devices-2026-06-20.csv": later,
    ])
    #expect(findings == [])
    #expect(
      counts(catalog).filter { $0.contains("06-20") } == [
        "A server 2026-06-20 0 rmm feeds/devices-2026-06-20.csv:3",
        "A workstation 2026-06-20 1 rmm feeds/devices-2026-06-20.csv:3",
        "B workstation 2026-06-20 0 rmm feeds/devices-2026-06-20.csv:3",
      ])
  }

  @Test func quantitiesAreAddedUpAndDaysComeFromCells() {
    let layout = """
      feed: licences
      table: counts
      header: none
      decimal: ","
      columns:
        account: 1
        item: {column: 2, words: {SPE: m365}, otherwise: other}
        quantity: 3
        date: {column: 4, dates: [M/D/YYYY, "D MMM YYYY"]}
        source: {constant: entra}

      """
    let (catalog, findings) = loadFeeds([
      "l.yaml": layout,
      "licences.csv":
        "A,SPE,3,6/1/2026 3:15 PM\nA,SPE,\"1,5\",6/1/2026\nA,EXO,7,2 Jun 2026 10:00\nB,SPE,0,1 Jul 2026\n",
    ])
    #expect(findings == [])
    #expect(
      counts(catalog) == [
        "A m365 2026-06-01 4 entra feeds/licences.csv:1", "A other 2026-06-02 7 entra feeds/licences.csv:3",
        "B m365 2026-07-01 0 entra feeds/licences.csv:4",
      ])
  }

  @Test func ticketsAreReadInTheirOwnLayout() throws {
    let (catalog, findings) = loadFeeds(["deskLayout.yaml": deskLayout, "tickets.csv": deskRows])
    #expect(findings == [])
    let tickets = try #require(catalog).billing.tickets
    let shown = tickets.map { ticket in
      "\(ticket.id) \(ticket.accountIndex) \(ticket.closed?.description ?? "open") \(ticket.hoursMicro) "
        + "\(ticket.isBillable.map { $0 ? "yes" : "no" } ?? "-") \(ticket.charge?.quantityMicro ?? 0) \(ticket.file):\(ticket.line)"
    }
    #expect(
      shown == [
        "7 0 2026-06-02 1500000 yes 1500000 feeds/tickets.csv:2",
        "8 0 open 250000 no 0 feeds/tickets.csv:3",
        "9 1 open 2000000 no 0 feeds/tickets.csv:4",
      ])
  }

  @Test func theLastExportOfATicketCounts() throws {
    let later =
      "Nummer;Firma;Titel;Status;Erledigt am;Stunden;Abrechnen\n8;Alpha GmbH;Netz;Erledigt;04.07.2026;3;Ja\n"
    let (catalog, findings) = loadFeeds([
      "deskLayout.yaml": deskLayout, "tickets-a.csv": deskRows, "tickets-b.csv": later,
    ])
    #expect(findings == [])
    let tickets = try #require(catalog).billing.tickets
    #expect(tickets.map(\.id) == ["7", "9", "8"])
    #expect(tickets.last?.closed?.description == "2026-07-04")
    #expect(tickets.last?.charge?.file == "feeds/tickets-b.csv")
  }

  @Test(
    arguments: [
      (
        "Nummer;Firma;Titel;Status;Erledigt am;Stunden;Abrechnen\n7;Gamma;x;Neu;;1;Ja",
        "feeds/tickets.csv:2:3: unknown account 'Gamma'; name its account in 'words', or leave its rows out with 'leave_out'"
      ),
      (
        "Nummer;Firma;Titel;Status;Erledigt am;Stunden;Abrechnen\n7;B;x;Neu;31.06.2026;1;Ja",
        "feeds/tickets.csv:2:11: bad date '31.06.2026'; the feed says that dates are DD.MM.YYYY"
      ),
      (
        "Nummer;Firma;Titel;Status;Erledigt am;Stunden;Abrechnen\n7;B;x;Erledigt;;1;Ja",
        "feeds/tickets.csv:2:7: the ticket is closed and has no day of closing; fill the day, or reopen the ticket"
      ),
      (
        "Nummer;Firma;Titel;Status;Erledigt am;Stunden;Abrechnen\n7;B;x;Neu;;1.5;Ja",
        "feeds/tickets.csv:2:12: bad hours '1.5'; expected digits and at most one ',', no grouping, no symbol"
      ),
      (
        "Nummer;Firma;Titel;Status;Erledigt am;Stunden;Abrechnen\n7;B;x;Neu;;-1;Ja",
        "feeds/tickets.csv:2:12: bad hours '-1'; expected 0 or more"
      ),
      (
        "Nummer;Firma;Titel;Status;Erledigt am;Stunden;Abrechnen\n7;B;x;Neu;;1;Vielleicht",
        "feeds/tickets.csv:2:14: 'Vielleicht' is none of the words of 'billable'; add it to 'words', or leave its rows out with 'leave_out'"
      ),
      (
        "Nummer;Kunde;Titel;Status;Erledigt am;Stunden;Abrechnen\n",
        "feeds/tickets.csv:1: there is no column 'Firma'; the file has 'Nummer', 'Kunde', 'Titel', 'Status', 'Erledigt am', 'Stunden', 'Abrechnen'"
      ),
      (
        "Nummer;Firma;Titel;Status;Erledigt am;Stunden;Abrechnen\n7;B;x;Neu;;1;Ja\n7;B;x;Neu;;1;Ja",
        "feeds/tickets.csv:3:1: line 2 is ticket '7' already; keep one, or say in `ticket_rows` what several rows of a ticket are"
      ),
      (
        "Nummer;Firma;Titel;Status;Erledigt am;Stunden;Abrechnen\n7;B;x;Neu",
        "feeds/tickets.csv:2: the row has 4 cells, the header names 7; look for a line break or a delimiter that stands without quotes"
      ),
      ("", "feeds/tickets.csv: the file is empty; export it with its header"),
    ])
  func faultyRowsAreNamedWhereTheyStand(_ rows: String, _ expected: String) {
    let (catalog, findings) = loadFeeds([
      "deskLayout.yaml": deskLayout, "tickets.csv": rows + (rows.isEmpty ? "" : "\n"),
    ])
    #expect(catalog == nil)
    #expect(findings == [expected])
  }

  @Test(
    arguments: [
      // what is changed, what it becomes, the finding
      (
        "table: tickets", "table: devices",
        "feeds/deskLayout.yaml:2:8: 'devices' is not a table; known: counts, tickets"
      ),
      (
        "  ticket: Nummer\n", "",
        "feeds/deskLayout.yaml:8:3: no column is the ticket; add `ticket: NAME OF THE COLUMN`"
      ),
      (
        "closed: Erledigt am", "close: Erledigt am",
        "feeds/deskLayout.yaml:12:3: unknown key 'close' in columns; did you mean 'closed'?"
      ),
      (
        "Neu: open", "Neu: new",
        "feeds/deskLayout.yaml:11:41: 'new' is no word of 'status'; known: open, closed"
      ),
      (
        "[DD.MM.YYYY]", "[DD.MM]",
        "feeds/deskLayout.yaml:6:9: 'DD.MM' is not a pattern of dates; it has one year, one month and one day, such as DD.MM.YYYY"
      ),
      (
        "{constant: labour}", "{constant: labour, column: 3}",
        "feeds/deskLayout.yaml:15:28: the column 'item' has both 'constant' and 'column'; keep one"
      ),
      (
        "hours: Stunden", "hours: {column: Stunden, by: name}",
        "feeds/deskLayout.yaml:13:28: 'by' does nothing for 'hours'; leave it out"
      ),
      (
        "by: name}", "words: {X: C}}",
        "feeds/deskLayout.yaml:9:39: unknown account 'C'; no account has that name"
      ),
      (
        "tickets*.csv", "t*s*.csv",
        "feeds/deskLayout.yaml:3:8: 't*s*.csv' is no name of files; write a name in feeds/, with at most one '*' for any text"
      ),
    ])
  func faultyLayoutsAreNamedByLineAndColumn(_ old: String, _ new: String, _ expected: String) {
    let (catalog, findings) = loadFeeds(["deskLayout.yaml": deskLayout.replacing(old, with: new)])
    #expect(catalog == nil)
    #expect(findings.first == expected)
  }

  @Test(
    arguments: [
      (
        "row: {account: A, item: workstation}", "row: {account: B, item: workstation}",
        "feeds/rmm.yaml:17:9: the example's account is read as 'A', not as 'B'"
      ),
      (
        "left_out: yes", "row: {account: A}",
        "feeds/rmm.yaml:18:3: the example is left out; look at 'only' and 'leave_out'"
      ),
      (
        "row: {account: A, item: workstation}", "left_out: yes",
        "feeds/rmm.yaml:15:3: the example is read, and not left out; look at 'only' and 'leave_out'"
      ),
      (
        "p1;alpha  GmbH;Mac;Active", "p1;alpha;Mac;Active",
        "feeds/rmm.yaml:15:3: the example cannot be read: unknown account 'alpha'; name its account in 'words', or leave its rows out with 'leave_out'"
      ),
    ])
  func examplesMustReadAsWritten(_ old: String, _ new: String, _ expected: String) {
    let (catalog, findings) = loadFeeds([
      "rmm.yaml": devices.replacing(old, with: new), "devices-2026-06-01.csv": deviceRows,
    ])
    #expect(catalog == nil)
    #expect(findings == [expected])
  }

  @Test func filesThatFitNoFeedAreWarnedOf() {
    let (catalog, findings) = loadFeeds(["rmm.yaml": devices, "licences.csv": "a\n", "notes.md": "a\n"])
    #expect(catalog != nil)
    #expect(
      findings == [
        "feeds/rmm.yaml: warning: there is no file 'devices-*.csv' in feeds/; put the export there, or correct 'files'",
        "feeds/licences.csv: warning: is not read: it fits no feed; look at 'files' of the feeds",
      ])
  }

  @Test func feedsDecideWhatIsBilledAndNoPriceOfUsage() {
    let one = loadFeeds(["rmm.yaml": devices, "devices-2026-06-01.csv": deviceRows]).catalog
    let two = loadFeeds(["rmm.yaml": devices, "devices-2026-06-02.csv": deviceRows]).catalog
    #expect(one?.ratingHash == two?.ratingHash)
    #expect(one?.ratingHash.isEmpty == false)
    #expect(one?.billingHash != two?.billingHash)
  }

  @Test func aCountOfTwoFeedsForOneDayIsAFault() {
    let (catalog, findings) = loadFeeds([
      "rmm.yaml": devices, "devices-2026-06-01.csv": deviceRows,
      "rmm2.yaml": devices.replacing("feed: rmm", with: "feed: rmm2"),
    ])
    #expect(catalog == nil)
    #expect(
      findings.first
        == "feeds/devices-2026-06-01.csv:5: feeds/devices-2026-06-01.csv:5 has a count of 'server' of account 'A' for this day already; keep one, or give what another tool counts another item"
    )
  }
}
