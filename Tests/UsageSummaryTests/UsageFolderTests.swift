// A usage folder opens only when all of it meets: every byte of the manifest, every file, every sum.

import BillingCalendar
import Money
import Tables
import Testing
import TestSupport
import UsageFolderSupport

@testable import UsageSummary

@Suite struct UsageFolderTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }
  private static let euro = Currency(code: "EUR")!
  private static let january = UsagePeriod.parse("2026-01-01/2026-02-01")!

  private static let sample = SampleUsageFolder(
    rows: [
      SummaryRow(
        account: "acme", usagePeriod: january, plan: "p", charge: "calls", serviceKind: .voice,
        direction: "outbound",
        ratingGroup: "UK", currency: euro, costCurrency: Currency(code: "USD"), eventCount: 2,
        quantityRaw: 61_500,
        quantityBilled: 120_000, amount: Amount(pico: 24_000_000_000), cost: Amount(pico: 5)),
      SummaryRow(
        account: "acme", usagePeriod: UsagePeriod.parse("2025-12-01/2026-01-01")!, plan: "p", charge: "calls",
        serviceKind: .data, direction: "outbound", currency: Currency(code: "USD")!, eventCount: 1,
        quantityRaw: 7,
        quantityBilled: 7, quantityCovered: 7, amount: .zero),
    ],
    digest: [
      SuspenseDigestRow(
        reason: "no-price", account: "acme", serviceKind: .voice, eventCount: 2, quantity: 31_000),
      SuspenseDigestRow(
        reason: "unknown-service", account: "", serviceKind: nil, eventCount: 1, quantity: nil),
      SuspenseDigestRow(
        reason: "bad-number", account: "b", serviceKind: .message, eventCount: 1, quantity: 1, currency: euro,
        estimatedValue: Amount(pico: 70_000_000_000)),
    ])

  private func open() -> Result<UsageFolder, UsageFolderFault> {
    Result { () throws(UsageFolderFault) in try UsageFolder.open(folder.path) }
  }

  // The message, the folder's path cut off; "" where it opened.
  private func fault() -> String {
    guard case .failure(let fault) = open() else { return "" }
    return String(fault.description.dropFirst(folder.path.utf8.count + 1))
  }

  @Test func aFolderThatMeetsOpens() throws {
    try Self.sample.write(to: folder)
    let usage = try open().get()
    #expect(usage.manifest == Self.sample.manifest())
    #expect(
      usage.usagePeriods.map { "\($0.period) \($0.eventCount)" }
        == ["2025-12-01/2026-01-01 1", "2026-01-01/2026-02-01 2"])
    #expect(Set(usage.suspenseDigest) == Set(Self.sample.digest))
    let reader = try usage.summaryReader()
    var rows: [SummaryRow] = []
    while let row = try reader.next() { rows.append(row) }
    #expect(Set(rows) == Set(Self.sample.rows))
    try usage.check(reader)
  }

  @Test func everyChangedByteOfTheManifestIsSeen() throws {
    try Self.sample.write(to: folder)
    let text = try folder.read("manifest.json")
    for offset in text.indices {
      let change: UInt8 = [0x01, 0x20, 0x80][offset % 3]
      var changed = text
      changed[offset] ^= change
      try folder.write(changed, to: "manifest.json")
      #expect(fault().hasPrefix("manifest.json: "), "byte \(offset) ^ \(change)")
    }
  }

  @Test func everyCutAndEveryAddedByteOfTheManifestIsSeen() throws {
    try Self.sample.write(to: folder)
    let text = try folder.read("manifest.json")
    for count in text.indices {
      try folder.write(Array(text[..<count]), to: "manifest.json")
      #expect(fault().hasPrefix("manifest.json: "), "cut at \(count)")
    }
    for extra in ["\n", " ", "{}"] {
      try folder.write(text + Array(extra.utf8), to: "manifest.json")
      #expect(fault().hasPrefix("manifest.json: "))
    }
  }

  @Test func theSealIsTheHashOfTheLinesBeforeIt() throws {
    let text = Self.sample.manifest().text()
    let lines = text.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    // The last line ends with a newline, so that one empty piece follows.
    let body = lines.dropLast(3).flatMap { $0 + [UInt8(ascii: "\n")] }
    #expect(lines[lines.count - 3].elementsEqual("  \"sha256\": \"\(SHA256.hex(of: body))\"".utf8))
  }

  // A manifest that was changed and sealed again: what it says must still be what the folder holds.
  @Test(arguments: [
    ("rows", "summary.csv.zst: 2 rows; the manifest says 3"),
    ("bytes", "summary.csv.zst: 462 decoded bytes; the manifest says 463"),
    ("hash", "summary.csv.zst: the SHA-256 of its decoded bytes is "),
    ("amount", "summary.csv.zst: amounts in EUR add up to 0.024; the manifest says 0.025"),
    ("currency", "summary.csv.zst: amounts in GBP add up to nothing; the manifest says 0"),
    ("cost", "summary.csv.zst: costs in USD add up to 0.000000000005; the manifest says nothing"),
    ("quantity", "summary.csv.zst: its quantities do not add up to those of the manifest"),
    ("digest rows", "suspense-digest.csv: 3 rows; the manifest says 2"),
    ("digest hash", "suspense-digest.csv: the SHA-256 of its decoded bytes is "),
    ("suspense rows", "suspense.csv.zst: 4 rows; the manifest says 5"),
    ("suspended", "suspense-digest.csv: 4 records; the manifest counts 5 suspended"),
    ("rated", "manifest.json: 4 records were rated, but the summary counts 3 events"),
    ("events", "manifest.json: 3 records were rated, but the summary counts 4 events"),
    ("doors", "manifest.json: the counts of input 'cdrs/2026-01.csv.zst' do not add up"),
    ("totals", "manifest.json: the totals are not the sums of the inputs"),
    ("missing", "detail.csv.zst: cannot open: No such file or directory"),
    ("twice", "manifest.json: a file is listed twice"),
    ("no summary", "manifest.json: it lists no 'summary.csv.zst' with its sums"),
    ("no digest", "suspense-digest.csv: 0 records; the manifest counts 4 suspended"),
    ("path", "manifest.json: files[2].name: '../x' is no plain file name"),
    (
      "schema", "manifest.json: schema 2; this program reads schema 1; use the version of ratemill that wrote"
    ),
  ]) func aManifestThatSaysSomethingElseIsRefused(change: String, message: String) throws {
    var manifest = Self.sample.manifest()
    switch change {
    case "rows": manifest.files[0].rowCount += 1
    case "bytes": manifest.files[0].decodedBytes += 1
    case "hash": manifest.files[0].sha256 = SHA256.hex(of: [])
    case "amount": manifest.files[0].sums?.amounts[Self.euro]? += Amount(pico: 1_000_000_000)
    case "currency": manifest.files[0].sums?.amounts[Currency(code: "GBP")!] = .zero
    case "cost": manifest.files[0].sums?.costs = [:]
    case "quantity": manifest.files[0].sums?.quantities[.voice]?.billed += 1
    case "digest rows": manifest.files[1].rowCount -= 1
    case "digest hash": manifest.files[1].sha256 = SHA256.hex(of: [])
    case "suspense rows": manifest.files[2].rowCount += 1
    case "suspended":
      manifest.inputs[0].doors.suspended += 1
      manifest.inputs[0].doors.read += 1
      manifest.doors = manifest.inputs[0].doors
    case "rated":
      manifest.inputs[0].doors.rated += 1
      manifest.inputs[0].doors.filtered -= 1
      manifest.doors = manifest.inputs[0].doors
    case "events": manifest.files[0].sums?.eventCount += 1
    case "doors": manifest.inputs[0].doors.filtered += 1
    case "totals": manifest.doors.read += 1
    case "missing":
      manifest.files.append(
        SummaryManifest.File(name: DetailSchema.fileName, rowCount: 0, decodedBytes: 0, sha256: ""))
    case "twice": manifest.files.append(manifest.files[1])
    case "no summary": manifest.files.remove(at: 0)
    case "no digest": manifest.files.remove(at: 1)
    case "path": manifest.files[2].name = "../x"
    case "schema": manifest.schema = 2
    default: Issue.record("no such change: \(change)")
    }
    try Self.sample.write(to: folder, manifest: manifest)
    #expect(fault().hasPrefix(message), "\(fault())")
  }

  // The summary was changed, and compressed again, below a manifest that was not.
  @Test func aMissingRowAndAChangedAmountAreSeen() throws {
    var shorter = Self.sample
    shorter.rows.removeLast()
    try shorter.write(to: folder, manifest: Self.sample.manifest())
    #expect(fault().hasPrefix("summary.csv.zst: 1 rows; the manifest says 2"))

    var dearer = Self.sample
    dearer.rows[0].amount += Amount(pico: 1)
    try dearer.write(to: folder, manifest: Self.sample.manifest())
    #expect(
      fault().hasPrefix("summary.csv.zst: amounts in EUR add up to 0.024000000001; the manifest says 0.024"))

    // Sums that still meet: the hash sees it.
    var renamed = Self.sample
    renamed.rows[0].account = "acmf"
    try renamed.write(to: folder, manifest: Self.sample.manifest())
    #expect(fault().hasPrefix("summary.csv.zst: the SHA-256 of its decoded bytes is "))
  }

  @Test func aMissingOrDamagedFileIsSeen() throws {
    try Self.sample.write(to: folder)
    folder.remove("suspense.csv.zst")
    #expect(fault() == "suspense.csv.zst: cannot open: No such file or directory")

    try Self.sample.write(to: folder)
    let whole = try folder.read("summary.csv.zst")
    for count in whole.indices {
      try folder.write(Array(whole[..<count]), to: "summary.csv.zst")
      #expect(fault().hasPrefix("summary.csv.zst: "), "cut at \(count)")
    }
    try folder.write(whole + [1, 2, 3, 4], to: "summary.csv.zst")
    #expect(fault().hasPrefix("summary.csv.zst: the zstd stream is damaged: "))
    // A second frame is part of the file: its rows are, too.
    try folder.write(whole + SampleUsageFolder.compress(Array("x\n".utf8)), to: "summary.csv.zst")
    #expect(fault().hasPrefix("summary.csv.zst:4: 1 cells; expected 27"))
  }

  @Test func aFolderWithoutManifestIsNoUsageFolder() throws {
    try Self.sample.write(to: folder)
    folder.remove("manifest.json")
    #expect(
      fault()
        == "manifest.json: cannot open: No such file or directory; "
        + "a usage folder is what a finished 'ratemill rate --out' has written; name that folder")
    guard case .failure(let fault) = open() else { return }
    #expect(fault.kind == .notAUsageFolder)
  }

  @Test func whatTheManifestDoesNotListIsIgnored() throws {
    try Self.sample.write(to: folder)
    try folder.write([0xFF], to: "run.json")
    #expect(fault() == "")
  }

  @Test func aSummaryThatChangesAfterOpeningIsSeenAtItsEnd() throws {
    try Self.sample.write(to: folder)
    let usage = try open().get()
    var dearer = Self.sample
    dearer.rows[0].amount += Amount(pico: 1)
    try dearer.write(to: folder)
    let reader = try usage.summaryReader()
    while try reader.next() != nil {}
    #expect(throws: UsageFolderFault.self) { try usage.check(reader) }
  }

  @Test func anEmptyRunIsAFolderThatMeets() throws {
    try SampleUsageFolder(rows: []).write(to: folder)
    let usage = try open().get()
    #expect(usage.usagePeriods.isEmpty)
    #expect(usage.suspenseDigest.isEmpty)
  }
}
