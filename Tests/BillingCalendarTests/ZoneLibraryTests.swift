// Names of zones: what is a name, what was meant, and where files are looked for.

import Glibc
import Testing

@testable import BillingCalendar

struct ZoneLibraryTests {
  private func message(_ name: String, folders: [String] = ZoneLibrary.standardFolders) -> String {
    do throws(ZoneFault) {
      _ = try Zone.load(named: name, from: folders)
      return "loaded"
    } catch {
      return error.description
    }
  }

  @Test func utcAndFixedOffsetsNeedNoFiles() throws {
    #expect(try Zone.load(named: "UTC", from: []) == .utc)
    #expect(try Zone.load(named: "+02:00", from: []).offset(atUTC: 0) == 7200)
    #expect(try Zone.load(named: "-09:30", from: []).offset(atUTC: .max) == -34200)
    #expect(try Zone.load(named: "+00:00", from: []).offset(atUTC: .min) == 0)
    #expect(try Zone.load(named: "+23:59", from: []).name == "+23:59")
    #expect(
      Zone.utc.span(containingUTC: 0) == ZoneSpan(fromSeconds: .min, untilSeconds: .max, offsetSeconds: 0))
  }

  @Test(arguments: [
    "", "/etc/passwd", "../../etc/passwd", "Europe/../Berlin", "Europe//x", "Europe/", "a.b", "Zone name",
    "Z\u{e9}",
    "+24:00", "+01:60", "Europe/Berlin\u{0}",
  ])
  func namesThatLeadElsewhereAreRefused(name: String) {
    #expect(
      message(name, folders: [])
        == "bad time zone name '\(name)'; expected a name such as Europe/Berlin, UTC or +02:00")
  }

  @Test func withoutFilesTheMessageSaysWhatToInstall() {
    #expect(
      message("Europe/Berlin", folders: ["/nowhere", "/nowhere/else"])
        == "no files for time zone 'Europe/Berlin' in /nowhere, /nowhere/else; "
        + "install the tzdata package or set RATEMILL_ZONEINFO to a zoneinfo folder")
  }

  @Test(
    .enabled(if: hasZoneFiles, "no zone files here: install tzdata"),
    arguments: [
      ("Europe/Berln", "Europe/Berlin"), ("europe/berlin", "Europe/Berlin"), ("Berlin", "Europe/Berlin"),
      ("America/NewYork", "America/New_York"), ("America/New York", "America/New_York"), ("utc+2", "+02:00"),
      ("+0530", "+05:30"), ("-3", "-03:00"), ("GMT+1", "+01:00"), ("/Europe/Berlin", "Europe/Berlin"),
      ("UTC-09:30", "-09:30"),
    ])
  func nearNamesAreSuggested(name: String, suggestion: String) {
    #expect(message(name) == "unknown time zone '\(name)'; did you mean '\(suggestion)'?")
  }

  @Test(
    .enabled(if: hasZoneFiles, "no zone files here: install tzdata"),
    arguments: ["PST", "Nowhere/City", "Europe"])
  func farNamesGetNoSuggestion(name: String) {
    #expect(
      message(name)
        == "unknown time zone '\(name)'; expected an IANA name such as Europe/Berlin, UTC or +02:00")
  }

  @Test(.enabled(if: hasZoneFiles, "no zone files here: install tzdata"))
  func theNamedFolderComesFirst() throws {
    let berlin = try Zone.load(named: "Europe/Berlin")
    let folder = try makeFolder()
    defer { removeFolder(folder) }
    try write(berlin.rawBytes, to: folder + "/Test")
    try write(Array("not a zone".utf8), to: folder + "/Broken")
    #expect(try Zone.load(named: "Test", from: [folder]).rawBytes == berlin.rawBytes)
    #expect(message("test", folders: [folder]) == "unknown time zone 'test'; did you mean 'Test'?")
    #expect(
      message("Broken", folders: [folder])
        == "the file of time zone 'Broken' is damaged: \(folder)/Broken: the header is cut short; "
        + "reinstall the tzdata package")
    #expect(ZoneLibrary.folders(namedFirst: folder).first == folder)
    #expect(ZoneLibrary.folders(namedFirst: "") == ["/usr/share/zoneinfo", "/usr/lib/zoneinfo"])
  }

  private func makeFolder() throws -> String {
    var template = Array("/tmp/ratemill-zones-XXXXXX".utf8CString)
    try #require(mkdtemp(&template) != nil)
    return String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
  }

  private func removeFolder(_ folder: String) {
    for name in ["/Test", "/Broken", ""] { remove(folder + name) }
  }

  private func write(_ bytes: [UInt8], to path: String) throws {
    let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL, 0o600)
    try #require(descriptor >= 0)
    defer { close(descriptor) }
    #expect(Glibc.write(descriptor, bytes, bytes.count) == bytes.count)
  }
}
