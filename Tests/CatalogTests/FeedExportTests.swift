// How exports are written: letters in other encodings, and several rows for one ticket.

import BillingCalendar
import Money
import Tables
import Testing

@testable import Catalog

@Suite struct FeedExportTests {
  // MARK: encodings

  private static func utf16(_ text: String, isLittleEndian: Bool) -> [UInt8] {
    ([0xFEFF] + Array(text.utf16)).flatMap { unit in
      let (high, low) = (UInt8(unit >> 8), UInt8(unit & 0xFF))
      return isLittleEndian ? [low, high] : [high, low]
    }
  }

  private static let letters =
    deskRows.replacing("Drucker", with: "Straße 🖨 – “Büro” 5 €").replacing("Nein", with: "Nö")

  private func summaries(_ bytes: [UInt8], _ layout: String) -> (texts: [String], findings: [String]) {
    let (catalog, findings) = loadFeeds(["deskLayout.yaml": layout], bytes: ["tickets.csv": bytes])
    return (catalog?.billing.tickets.map(\.summary.description) ?? [], findings)
  }

  @Test(arguments: [true, false]) func utf16IsKnownByItsFirstBytes(isLittleEndian: Bool) {
    let layout = deskLayout.replacing("Nein: no", with: "Nö: no")
    let (texts, findings) = summaries(Self.utf16(Self.letters, isLittleEndian: isLittleEndian), layout)
    #expect(findings == [])
    #expect(texts == ["Straße 🖨 – “Büro” 5 €", "Netz", "Umzug"])
    #expect(summaries(Array(Self.letters.utf8), layout).texts == texts)
  }

  @Test func utf16ThatIsCutIsAFaultOfItsLine() {
    let whole = Self.utf16(deskRows, isLittleEndian: true)
    #expect(
      summaries(whole.dropLast(), deskLayout).findings == [
        "feeds/tickets.csv:4: the file is UTF-16, and it ends in the middle of a letter; export it again, or save it as UTF-8"
      ])
    // Half of a pair, in front of a letter.
    var broken = whole
    broken.replaceSubrange(2..<2, with: [0x3D, 0xD8])
    #expect(
      summaries(broken, deskLayout).findings == [
        "feeds/tickets.csv:1: the file is UTF-16, and half of a letter stands alone; export it again, or save it as UTF-8"
      ])
  }

  @Test func latin1IsSaidByTheFeed() {
    // ß, ö and ü as one byte, and what Windows has for dash, quotes and euro.
    let bytes = Array(Self.letters.replacing("🖨 ", with: "").utf16).map { unit -> UInt8 in
      switch unit {
      case 0x2013: 0x96
      case 0x201C: 0x93
      case 0x201D: 0x94
      case 0x20AC: 0x80
      default: UInt8(unit)
      }
    }
    let layout = deskLayout.replacing("Nein: no", with: "Nö: no")
    let (texts, findings) = summaries(bytes, layout.replacing("table:", with: "encoding: latin-1\ntable:"))
    #expect(findings == [])
    #expect(texts.first == "Straße – “Büro” 5 €")
    #expect(
      summaries(bytes, layout).findings == [
        "feeds/tickets.csv:2:18: byte 0xDF is not UTF-8; save the file as UTF-8"
      ])
    #expect(
      summaries(bytes, layout.replacing("table:", with: "encoding: ebcdic\ntable:")).findings.first
        == "feeds/deskLayout.yaml:2:11: 'ebcdic' is not an encoding; known: utf-8, latin-1")
  }

  // MARK: several rows of one ticket

  /// Tickets of a layout with `ticket_rows`: `id closed hours quantity×price`.
  private func tickets(
    _ rows: String, _ mode: String, columns: (String, String) = ("hours: Stunden", "hours: Stunden")
  ) -> [String] {
    let layout = deskLayout.replacing("table: tickets", with: "table: tickets\nticket_rows: \(mode)")
      .replacing(columns.0, with: columns.1)
    let (catalog, findings) = loadFeeds([
      "deskLayout.yaml": layout,
      "tickets.csv": "Nummer;Firma;Titel;Status;Erledigt am;Stunden;Abrechnen\n" + rows + "\n",
    ])
    guard let catalog else { return findings }
    return catalog.billing.tickets.map { ticket in
      let charge = ticket.charge.map { charge in
        if case .own(let price) = charge.price { return "\(charge.quantityMicro) \(price)" }
        return "\(charge.quantityMicro) \(charge.item)"
      }
      return
        "\(ticket.id) \(ticket.closed?.description ?? "open") \(ticket.hoursMicro) \(charge ?? "-") :\(ticket.line)"
    }
  }

  private static let entries = """
    7;B;Netz;Erledigt;02.06.2026;1,5;Ja
    8;B;Mail;Erledigt;02.06.2026;1;Ja
    7;B;Netz, Teil 2;Erledigt;04.06.2026;0,25;Ja
    7;B;Kulanz;Erledigt;03.06.2026;8;Nein
    """

  @Test func theFirstRowOfATicketMayCount() {
    #expect(
      tickets(Self.entries, "first") == [
        "7 2026-06-02 1500000 1500000 labour :2", "8 2026-06-02 1000000 1000000 labour :3",
      ])
  }

  @Test func rowsOfATicketMayBeAddedUp() {
    #expect(
      tickets(Self.entries, "sum") == [
        "7 2026-06-04 1750000 1750000 labour :2", "8 2026-06-02 1000000 1000000 labour :3",
      ])
    // The one that is not billed first, and none that is.
    #expect(
      tickets("7;B;x;Erledigt;09.06.2026;8;Nein\n7;B;x;Erledigt;03.06.2026;2;Ja", "sum") == [
        "7 2026-06-09 2000000 2000000 labour :2"
      ])
    #expect(
      tickets("7;B;x;Erledigt;09.06.2026;8;Nein\n7;B;x;Erledigt;03.06.2026;2;Nein", "sum") == [
        "7 2026-06-09 10000000 - :2"
      ])
    // An open row keeps the ticket open.
    for rows in [
      "7;B;x;Neu;;1;Ja\n7;B;x;Erledigt;03.06.2026;2;Ja", "7;B;x;Erledigt;03.06.2026;2;Ja\n7;B;x;Neu;;1;Ja",
    ] {
      #expect(tickets(rows, "sum") == ["7 open 3000000 3000000 labour :2"])
    }
  }

  @Test func amountsOfATicketMayBeAddedUp() {
    let rows = "7;B;x;Erledigt;02.06.2026;19,90;Ja\n7;B;x;Erledigt;03.06.2026;0,10;Ja"
    // A price without hours is an amount; with a quantity that is written it is one, too.
    let price = ("hours: Stunden", "price: Stunden")
    #expect(tickets(rows, "sum", columns: price) == ["7 2026-06-03 0 1000000 20 :2"])
    let one = ("hours: Stunden", "price: Stunden\n  quantity: {constant: \"1\"}")
    #expect(tickets(rows, "sum", columns: one) == ["7 2026-06-03 0 1000000 20 :2"])
    // Beside hours it is the price of one, and must be the same.
    let both = ("hours: Stunden", "hours: Nummer\n  price: Stunden")
    #expect(
      tickets(rows, "sum", columns: both) == [
        "feeds/tickets.csv:3:27: the price is '0.1', in line 2 of the same ticket '19.9'; only rows of the same price can be added; `ticket_rows: each` charges them one by one"
      ])
  }

  @Test func rowsOfATicketMayBeChargesOfTheirOwn() {
    let entry = ("  item: {constant: labour}", "  item: {constant: labour}\n  entry: Titel")
    #expect(
      tickets(Self.entries, "each", columns: entry) == [
        "7/Netz 2026-06-02 1500000 1500000 labour :2", "8/Mail 2026-06-02 1000000 1000000 labour :3",
        "7/Netz, Teil 2 2026-06-04 250000 250000 labour :4", "7/Kulanz 2026-06-03 8000000 - :5",
      ])
    #expect(
      tickets("7;B;x;Neu;;1;Ja\n7;B;x;Neu;;1;Ja", "each", columns: entry) == [
        "feeds/tickets.csv:3:1: line 2 is ticket '7/x' already; keep one"
      ])
    #expect(
      tickets("7;B;;Neu;;1;Ja", "each", columns: entry) == [
        "feeds/tickets.csv:2: no entry; fill the cell, or leave such rows out with 'leave_out'"
      ])
  }

  @Test(arguments: [
    (
      "7;B;x;Neu;;1;Ja\n7;A;x;Neu;;1;Ja",
      "feeds/tickets.csv:3:3: the account is 'A', in line 2 of the same ticket 'B'; only rows of the same account can be added; `ticket_rows: each` charges them one by one"
    ),
    (
      "7;B;x;Erledigt;;1;Ja\n7;B;x;Neu;;1;Ja",
      "feeds/tickets.csv:2:7: the ticket is closed and has no day of closing; fill the day, or reopen the ticket"
    ),
  ])
  func rowsThatCannotBeAddedAreNamed(rows: String, expected: String) {
    #expect(tickets(rows, "sum") == [expected])
  }

  @Test(arguments: [
    (
      "tickets", "ticket_rows: two", "",
      "feeds/x.yaml:3:14: 'two' is not what rows of a ticket are; known: one, first, sum, each"
    ),
    (
      "tickets", "ticket_rows: each", "",
      "feeds/x.yaml:6:3: no column is the entry, by which rows of one ticket are told apart; add `entry: NAME OF THE COLUMN`, such as that of the time entry's number"
    ),
    (
      "tickets", "ticket_rows: sum", "  entry: 4\n",
      "feeds/x.yaml:9:3: 'entry' does nothing without `ticket_rows: each`; leave it out, or add that"
    ),
    (
      "counts", "ticket_rows: sum", "",
      "feeds/x.yaml:3:1: 'ticket_rows' does nothing for counts; leave it out: rows of one account, item and day are added up"
    ),
  ])
  func faultyTicketRowsAreNamed(table: String, line: String, column: String, expected: String) {
    let own =
      table == "tickets" ? "  ticket: 1\n  account: 2\n  closed: 3\n" : "  account: 1\n  item: 2\n  date: 3\n"
    let (_, findings) = loadFeeds([
      "x.yaml": "feed: x\ntable: \(table)\n\(line)\nheader: none\ncolumns:\n\(own)\(column)"
    ])
    #expect(findings.first == expected)
  }
}
