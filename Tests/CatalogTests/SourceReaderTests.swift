// The rules of sources.csv: text in, values or findings out.

import BillingCalendar
import Money
import Tables
import Testing

@testable import Catalog

@Suite struct SourceReaderTests {
  private func read(_ text: String, country: Label? = nil) -> (sources: [UsageSource], findings: [String]) {
    var zones = ZoneLibrary()
    let references = SourceReferences(
      formats: ["generic": 3, "asterisk": 4], accounts: ["A": 0, "B": 1], zone: .utc, country: country)
    let (sources, findings) = Array(text.utf8).withUnsafeBufferPointer {
      SourceReader.read($0, file: "f.csv", references: references, zones: &zones)
    }
    return (sources, shown(findings))
  }

  @Test func aSourceTakesDefaults() throws {
    let (sources, findings) = read("source,format\npbx,asterisk\n")
    #expect(findings == [])
    let source = try #require(sources.first)
    #expect(source.name == "pbx")
    #expect(source.formatIndex == 4)
    #expect(source.namespace == "pbx")
    #expect(source.zone == .utc)
    #expect(source.country == .empty)
    #expect(source.dialling == .international)
    #expect(source.defaultAccountIndex == nil)
    #expect(source.overlap == .first)
    #expect(source.gap == .forward)
    #expect(source.line == 2)
  }

  @Test func aSourceSaysEverything() throws {
    let (sources, findings) = read(
      """
      source,format,pattern,zone,country,default_account,namespace,sequence,expected,control,overlap,gap
      pbx,generic,cdr-*.csv,+01:00,DE,B,shared,cdr-{n}.csv,daily,.ctl,suspend,suspend
      """)
    #expect(findings == [])
    let source = try #require(sources.first)
    #expect(source.pattern == "cdr-*.csv")
    #expect(source.zone.name == "+01:00")
    #expect(source.country == "DE")
    #expect(source.dialling.countryCode == "49")
    #expect(source.defaultAccountIndex == 1)
    #expect(source.namespace == "shared")
    #expect(source.sequence == "cdr-{n}.csv")
    #expect(source.expected == "daily")
    #expect(source.control == ".ctl")
    #expect(source.overlap == .suspend)
    #expect(source.gap == .suspend)
  }

  @Test(
    arguments: [
      // country, default country, international, national, bare, short → code, international, national, bare national, short
      ("DE", nil, "", "", "", "", "49 00 0 false 110,112"),
      ("", "DE", "", "", "", "", "49 00 0 false 110,112"),
      ("US", "DE", "", "", "", "", "1 011 1 false 211,311,411,511,611,711,811,911"),
      ("IT", nil, "", "", "national", "", "39 00  true 112,113,115,118"),
      ("", nil, "", "", "", "", " 00,011  false "),
      ("DE", nil, "00 010", "none", "", "19222", "49 00,010  false 19222"),
      ("GB", nil, "", "9", "international", "999 112", "44 00 9 false 999,112"),
      ("HU", nil, "", "", "", "", "36 00 06 false 104,105,107,112"),
    ] as [(String, String?, String, String, String, String, String)])
  func diallingFollowsTheCountryAndWhatTheRowReplaces(
    country: String, fallback: String?, international: String, national: String, bare: String, short: String,
    expected: String
  ) throws {
    let (sources, findings) = read(
      """
      source,format,country,international_prefixes,national_prefix,bare,short_codes
      s,generic,\(country),\(international),\(national),\(bare),\(short)
      """, country: fallback.map { Label($0) })
    #expect(findings == [])
    let plan = try #require(sources.first?.dialling)
    func list(_ labels: [Label]) -> String { labels.map(\.description).joined(separator: ",") }
    let shown =
      "\(plan.countryCode) \(list(plan.internationalPrefixes)) \(plan.nationalPrefix) \(plan.bareIsNational) "
      + list(plan.shortCodes)
    #expect(shown == expected)
  }

  @Test(arguments: [
    ("source,format\ns,generik\n", ["2:3: unknown format 'generik'; did you mean 'generic'?"]),
    ("source,format\n,generic\n", ["2:1: no source; fill the cell"]),
    ("source,format\ns,\n", ["2:3: no format; fill the cell"]),
    (
      "source,format,frmat\ns,generic,\n",
      ["1:15: unknown column 'frmat'; known are " + SourceColumn.allCases.map(\.name).joined(separator: ", ")]
    ),
    ("source,format,patern\ns,generic,\n", ["1:15: unknown column 'patern'; did you mean 'pattern'?"]),
    (
      "source,format,country\ns,generic,de\n",
      ["2:11: the dialling habits of country 'de' are not known; did you mean 'DE'?"]
    ),
    (
      "source,format,country\ns,generic,ZZZ\n",
      ["2:11: the dialling habits of country 'ZZZ' are not known; expected an ISO 3166 code such as DE"]
    ),
    (
      "source,format,bare\ns,generic,national\n",
      ["2:11: national numbers need a country; fill the column 'country', or 'country' in catalog.yaml"]
    ),
    (
      "source,format,national_prefix\ns,generic,0\n",
      ["2:11: national numbers need a country; fill the column 'country', or 'country' in catalog.yaml"]
    ),
    (
      "source,format,short_codes\ns,generic,112 x9\n",
      ["2:15: bad short_codes 'x9'; expected digits, several separated by blanks"]
    ),
    (
      "source,format,sequence\ns,generic,cdr.csv\n",
      [
        "2:11: sequence 'cdr.csv' has no {n}; write {n} where file names have their running number, such as cdr-{n}.csv"
      ]
    ),
    ("source,format,overlap\ns,generic,frist\n", ["2:11: unknown overlap 'frist'; did you mean 'first'?"]),
    ("source,format,gap\ns,generic,second\n", ["2:11: unknown gap 'second'; expected forward, suspend"]),
    (
      "source,format,expected\ns,generic,often\n",
      ["2:11: unknown expected 'often'; expected hourly, daily, weekly, monthly"]
    ),
    ("source,format,default_account\ns,generic,C\n", ["2:11: unknown account 'C'; no account has that name"]),
    ("source,format\ns,generic\ns,generic\n", ["3:1: source 's' is already on line 2; rename or remove one"]),
    (
      "source,format,pattern\ns,generic,*.csv\nt,generic,*.csv\n",
      ["3:11: pattern '*.csv' already belongs to source 's'; a file has one source"]
    ),
    // Compression does not count when a file is given its source.
    (
      "source,format,pattern\ns,generic,*.csv\nt,generic,*.csv.gz\n",
      ["3:11: pattern '*.csv.gz' already belongs to source 's'; a file has one source"]
    ),
    (
      "source,format,pattern\ns,generic,a.zst\nt,generic,a.gz\n",
      ["3:11: pattern 'a.gz' already belongs to source 's'; a file has one source"]
    ),
    ("source,format,pattern\ns,generic,*.csv\nt,generic,*.csv.bz2\n", []),
  ])
  func faultyRowsAreNamed(text: String, expected: [String]) {
    #expect(read(text).findings == expected)
  }

  @Test(
    arguments: [
      ("UTC,DE,A", "UTC,DE,A", nil), ("UTC,DE,A", "+01:00,DE,A", (10, "zone")),
      ("UTC,DE,A", "UTC,AT,A", (14, "country")),
      ("UTC,DE,A", "UTC,DE,B", (17, "default_account")), ("UTC,DE,A", "UTC,DE,", (17, "default_account")),
    ] as [(String, String, (Int, String)?)])
  func sourcesOfOneNamespaceAgree(first: String, second: String, difference: (column: Int, name: String)?) {
    let head =
      "source,format,zone,country,default_account,namespace\ns,generic,\(first),n\nt,generic,\(second),"
    let column = (difference?.column ?? 0) + 1
    let fault = difference.map {
      "3:\(column): source 't' shares namespace 'n' with 's' but not its \($0.name); give both the same, or another namespace"
    }
    #expect(read(head + "n\n").findings == (fault.map { [$0] } ?? []))
    #expect(read(head + "m\n").findings == [])
  }

  /// A source without a namespace has its name for one, whichever of the two stands first.
  @Test(arguments: [
    ("s,generic,UTC,\nt,generic,+01:00,s\n", "source 't' shares namespace 's' with 's'"),
    ("t,generic,+01:00,s\ns,generic,UTC,\n", "source 's' shares namespace 's' with 't'"),
    // Every pair, not only neighbours.
    ("s,generic,UTC,\nu,generic,UTC,u\nt,generic,+01:00,s\n", "source 't' shares namespace 's' with 's'"),
  ])
  func aNameIsANamespaceAsWell(_ rows: String, _ fault: String) {
    let findings = read("source,format,zone,namespace\n" + rows).findings
    #expect(findings.count == 1 && findings[0].contains(fault + " but not its zone"), "\(findings)")
  }
}

@Suite struct DiallingHabitsTests {
  @Test func everyCountryHasACodeAndPrefixes() {
    #expect(DiallingHabits.countries.count > 100)
    for country in DiallingHabits.countries {
      let plan = DiallingHabits.plan(of: country)
      #expect(country.bytes.count == 2)
      #expect((1...3).contains(plan?.countryCode.bytes.count ?? 0))
      #expect(plan?.internationalPrefixes.isEmpty == false)
      #expect(plan?.shortCodes.isEmpty == false)
    }
  }
}
