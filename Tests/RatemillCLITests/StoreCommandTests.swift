// A store by its commands: night after night, to the invoice, and two commands at once.

import Dispatch
import Glibc
import Synchronization
import TestSupport
import Testing

@Suite struct StoreCommandTests {
  private static let root = #filePath.split(separator: "/").dropLast(3).reduce("") { "\($0)/\($1)" }

  /// A folder with the samples' catalog and usage.
  private let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
    for name in ["catalog", "usage"] {
      #expect(symlink("\(Self.root)/samples/\(name)", folder.path(of: name)) == 0)
    }
  }

  private func run(_ line: String) throws -> ProgramResult {
    try BuiltProgram.ratemill.run(line.split(separator: " ").map(String.init), in: folder)
  }

  private static let rate = "rate --catalog catalog --store store --max-suspense 1%"

  @Test func aMonthOfRunsBecomesTheInvoicesOfOneRun() throws {
    for name in ["pbx-berlin-2026-06b.csv", "meters-2026-06.csv.zst"] {
      #expect(try run("rate --catalog catalog --store store --max-suspense 5% usage/\(name)").status == 0)
    }
    let rest = try run("\(Self.rate) usage")
    #expect(rest.status == 0)
    #expect(rest.errorText.contains("left out 2 files that were rated before"))
    let again = try run("\(Self.rate) usage")
    #expect(again.status == 0)
    #expect(again.errorText.contains("nothing new: store is as it was"))
    #expect(try run("verify --store store --deep").status == 0)
    #expect(try run("usage --store store --period 2026-06 --out june").status == 0)
    #expect(try run("rate --catalog catalog --out whole --max-suspense 1% usage").status == 0)
    let summaries = ["june", "whole"].map {
      folder.bytes(of: $0 + "/summary.csv.zst").flatMap(ZstdContent.decode)
    }
    #expect(summaries[0] != nil)
    #expect(summaries[0] == summaries[1])
    for usage in ["june", "whole"] {
      #expect(
        try run("invoice draft --catalog catalog --usage \(usage) --out drafts-of-\(usage)").status == 0)
    }
    let names = ["june", "whole"].map { FileContent.names(in: folder.path(of: "drafts-of-" + $0)) }
    #expect(names[0] == names[1])
    #expect(names[0].count > 8)
  }

  @Test func everyCommandAnswersInJSON() throws {
    #expect(try run("\(Self.rate) --json usage").outputText.contains("\"run_number\": 1"))
    #expect(try run("\(Self.rate) --json usage").outputText.contains("\"run\": null"))
    let runs = try run("runs --store store --json")
    #expect(runs.outputText.contains("\"state\": \"current\""))
    let periods = try run("periods --store store --json")
    #expect(periods.outputText.contains("\"period\": \"2026-06-01/2026-07-01\""))
    #expect(periods.outputText.contains("\"missing\": []"))
    #expect(try run("show --store store --json 1").outputText.contains("\"files\": ["))
    #expect(try run("verify --store store --json").outputText.contains("\"whole\": true"))
    #expect(
      try run("periods mark-billed --store store --period 2026-06 --json").outputText.contains(
        "\"number\": 1"))
    #expect(try run("adjustments --store store").outputText == "nothing that was billed has changed\n")
    #expect(try run("revoke --store store --reason test --json 1").outputText.contains("\"revoked\": "))
    let rows = try run("adjustments --store store --csv -")
    #expect(rows.outputText.split(separator: "\n").count > 100)
    #expect(try run("adjustments --store store").outputText.contains("-"))
  }

  /// A copy of the catalog whose deck has a price for what the samples cannot rate.
  private func mendCatalog() throws {
    let catalog = "\(Self.root)/samples/catalog"
    for file in FileContent.files(below: catalog) {
      var bytes = try #require(FileContent.bytes(of: catalog + "/" + file))
      if file == "decks/retail.csv" { bytes += Array("675,Papua New Guinea,1.0000,60/60,,World,\n".utf8) }
      try folder.write(bytes, to: "mended/" + file)
    }
  }

  @Test func whatWaitsIsRatedAfterTheCatalogWasMended() throws {
    #expect(try run("\(Self.rate) usage").status == 0)
    try mendCatalog()
    let groups = try run("suspense --store store")
    #expect(groups.outputText.contains("no-price            2        176.035 s"))
    #expect(groups.errorText.contains("next: ratemill suspense show --store store --code unknown-service"))
    // Numbers are masked unless they are asked for.
    let shown = try run("suspense show --store store --code no-price")
    #expect(shown.outputText.contains("00675xxxxx"))
    #expect(!shown.outputText.contains("0067555501"))
    #expect(try run("suspense show --store store --show-numbers 1-7").outputText.contains("0067555501"))
    #expect(!(try run("suspense show --store store --json 1-7").outputText.contains("0067555501")))
    // The next run says what can be done, and how.
    let offer = try run("rate --catalog mended --store store usage")
    let line =
      "2 records that wait in suspense can be rated now: ratemill recycle --store store --catalog mended"
    #expect(offer.errorText.contains(line))
    let recycled = try run("recycle --store store --catalog mended")
    #expect(recycled.status == 0)
    #expect(recycled.errorText.contains("19 records still wait"))
    let reports = FileContent.files(below: folder.path(of: "store/runs")).filter { $0.hasSuffix("/run.json") }
    #expect(reports.count == 2)
    #expect(try run("recycle --store store --catalog mended --json").outputText.contains("\"run\": null"))
    #expect(try run("suspense write-off --store store --reason test --code bad-record").status == 0)
    #expect(try run("suspense write-off --store store --reason test 1-4").status == 2)
    try folder.write(Array("m00224,lumen,Backup,1.5,GB,2026-06-30T03:00:00\n".utf8), to: "fixed.csv")
    #expect(try run("suspense edit --store store --reason test --file fixed.csv 1-3").status == 0)
    #expect(try run("recycle --store store --json").outputText.contains("\"rated\": 1"))
    let verified = try run("verify --store store --deep")
    #expect(verified.status == 0)
    #expect(verified.outputText.contains("3 runs"))
  }

  /// What recycled records come to, and how many of them are settled with their periods: for people, and as JSON.
  @Test(arguments: [false, true]) func whatIsRecycledSaysWhatItComesTo(isSettled: Bool) throws {
    let allowance = isSettled ? "allowances: [{allowance: minutes, quantity: 10 min, kinds: [voice]}]\n" : ""
    let deck = "prefix,destination,price,increment\n44,United Kingdom,0.0100,60/60\n"
    let files = [
      "catalog.yaml": "currency: EUR\n", "accounts.csv": "account,plan\nacme,retail\n",
      "sources.csv": "source,pattern,format,default_account\npbx,pbx*,ratemill-csv,acme\n",
      "decks/retail.csv": deck,
      "plans/retail.yaml": "plan: retail\nlook_up: {voice: retail}\n" + allowance
        + "charges:\n  - {charge: calls, kinds: [voice], price: deck}\n",
    ]
    for (file, text) in files { try folder.write(Array(text.utf8), to: "small/" + file) }
    let calls = "id,start,to,billable\na,2026-01-05T09:00:00Z,3314265,61\nb,2026-01-05T09:00:00Z,3314265,61\n"
    try folder.write(Array(calls.utf8), to: "calls/pbx.csv")
    for store in ["store", "json"] {
      #expect(try run("rate --catalog small --store \(store) -q --max-suspense 2 calls").status == 0)
    }
    try folder.write(Array((deck + "33,France,0.0500,60/60\n").utf8), to: "small/decks/retail.csv")
    let text = try run("recycle --store store --catalog small").errorText
    let later =
      "  later      2 events are settled with their periods; amounts: ratemill periods --store store\n"
    #expect(text.contains(later) == isSettled)
    #expect(text.contains("  amount     EUR 0.20\n") != isSettled)
    let report = try run("recycle --store json --catalog small --json").outputText
    #expect(report.contains("\"settled_later\": 2") == isSettled)
    #expect(report.contains("\"EUR\": \"0.2\"") != isSettled)
  }

  /// Half a line that was taken back stands in the report for programs as well.
  @Test func theReportNamesWhatWasTakenBack() throws {
    let name = "other/pbx-berlin-2026-06a.csv"
    let bytes = try #require(FileContent.bytes(of: "\(Self.root)/samples/usage/pbx-berlin-2026-06a.csv"))
    try folder.write(Array(bytes.dropLast(4)), to: name)
    let line = "rate --catalog catalog --store store --max-suspense 50% --json other"
    let first = try run(line).outputText
    #expect(first.contains("\"taken_back\": []") && first.contains("\"unread_bytes\": 0"))
    let file = open(folder.path(of: name), O_WRONLY | O_APPEND)
    #expect(bytes.suffix(4).withUnsafeBytes { write(file, $0.baseAddress, $0.count) } == 4)
    close(file)
    let second = try run(line).outputText
    let taken = second.split(separator: "\"taken_back\": [").last?.prefix { $0 != "]" } ?? ""
    #expect(taken.contains("\"file\": \"\(name)\"") && taken.contains("\"run_number\": 1"))
  }

  /// What is missing is said by the run itself, by `periods`, and to programs.
  @Test func whatIsMissingIsSaid() throws {
    try folder.write("currency: EUR\n", to: "small/catalog.yaml")
    try folder.write("account,plan\nacme,p\n", to: "small/accounts.csv")
    try folder.write(
      "source,format,pattern,sequence,expected\nn,ratemill-csv,n-*.csv,n-{n}.csv,\nm,ratemill-csv,m-*.csv,,daily\n",
      to: "small/sources.csv")
    try folder.write(
      "plan: p\ncharges:\n  - {charge: calls, kinds: [voice], price: 0.05, per: 60}\n",
      to: "small/plans/p.yaml")
    for number in [1, 4] {
      try folder.write(
        "id,start,account,to,billable\nc\(number),2026-06-01T10:00:00Z,nobody,+4930123,60\n",
        to: "in/n-\(number).csv")
    }
    let rated = try run("rate --catalog small --store s --max-suspense 100% in")
    #expect(rated.status == 0, "\(rated.errorText)")
    #expect(
      rated.errorText.contains("missing file n 2-3\nlate source m, expected daily: nothing yet\n"))
    let again = try run("rate --catalog small --store s --json in")
    #expect(
      again.errorText.contains("missing file n 2-3\nlate source m, expected daily: nothing yet\n"))
    #expect(
      again.outputText.contains(
        "\"missing\": [\n    {\n      \"source\": \"n\",\n      \"first\": 2,"))
    let periods = try run("periods --store s")
    #expect(
      periods.outputText
        == "no run has rated usage yet\nno period: missing file n 2-3\nno period: late source m, expected daily: nothing yet\n"
    )
    let json = try run("periods --store s --json")
    #expect(json.outputText.hasPrefix("[\n  {\n    \"period\": null,\n    \"state\": null,"))
    #expect(json.outputText.contains("\"last_seen\": null"))
  }

  /// Files that were rated with another catalog are rated again by `rerate`, not by taking them back.
  @Test func anotherCatalogIsAMatterOfRerate() throws {
    #expect(try run("\(Self.rate) usage").status == 0)
    try mendCatalog()
    let known = try run("rate --catalog mended --store store usage")
    #expect(!known.errorText.contains("revoke"))
    #expect(
      known.errorText.contains(
        "what was rated with another catalog stays so; to rate it again: ratemill rerate --store store --catalog mended"
      ))
    // The table has the same header whether anything differs or not.
    let header = try run("rerate --store store --catalog catalog --preview -q --csv -").outputText
    let table = try run("rerate --store store --catalog mended --preview -q --csv -").outputText
    #expect(header.split(separator: "\n").count == 1)
    #expect(table.split(separator: "\n").count > 1)
    #expect(table.hasPrefix(header))
    let recycled = try run("recycle --store store --catalog mended --json")
    #expect(recycled.outputText.contains("\"amounts\": {\n    \"EUR\": "))
  }

  @Test func aStoreThatWasChangedIsAFinding() throws {
    #expect(try run("\(Self.rate) usage").status == 0)
    let folderOfRun = "store/runs/" + (FileContent.names(in: folder.path(of: "store/runs")).first ?? "")
    var manifest = folder.bytes(of: folderOfRun + "/manifest.json") ?? []
    manifest[manifest.count / 2] ^= 1
    try folder.write(manifest, to: folderOfRun + "/manifest.json")
    #expect(try run("verify --store store").status == 1)
    #expect(try run("usage --store store --period 2026-06 --out june").status == 5)
  }

  /// Where the table of the comparison cannot be written, nothing is rated again; where it can be, everything is.
  @Test func aTableThatCannotBeWrittenLeavesTheStoreAsItWas() throws {
    #expect(try run("\(Self.rate) usage").status == 0)
    try mendCatalog()
    let before = try run("runs --store store --json").outputText
    let refused = try run("rerate --store store --catalog mended --csv /nonexistent/x.csv")
    #expect(refused.status == 4)
    #expect(refused.errorText.contains("/nonexistent/x.csv"))
    #expect(try run("runs --store store --json").outputText == before)
    #expect(try run("rerate --store store --catalog mended --csv x.csv").status != 4)
    #expect(folder.bytes(of: "x.csv") != nil)
    #expect(try run("runs --store store --json").outputText != before)
    #expect(try run("verify --store store --deep").status == 0)
  }

  /// What is wrong with the documents of a run is not mended by rating into a folder.
  @Test func aDamagedDocumentNamesAWayOutForStores() throws {
    #expect(try run("\(Self.rate) usage").status == 0)
    let runs = FileContent.names(in: folder.path(of: "store/runs"))
    let name = "store/runs/\(try #require(runs.first))/summary.csv.zst"
    let bytes = try #require(folder.bytes(of: name))
    try folder.write(Array(bytes[..<(bytes.count / 2)]), to: name)
    let found = try run("usage --store store --period 2026-06 --out june")
    #expect(found.status == 5)
    #expect(found.errorText.contains("summary.csv.zst"))
    #expect(found.errorText.contains("'ratemill verify --deep --store'"), "\(found.errorText)")
    let verified = try run("verify --store store --deep")
    #expect(verified.status != 0)
    #expect((verified.outputText + verified.errorText).contains("summary.csv.zst"))
  }

  /// Several at once: one commits, the others find it done or are told to come again.
  @Test func twoAtOnceMakeOneCommit() throws {
    let statuses = Mutex<[Int32]>([])
    let path = folder.path
    DispatchQueue.concurrentPerform(iterations: 3) { _ in
      let program = BuiltProgram.ratemill.path
      let line = "cd '\(path)' && '\(program)' \(Self.rate) -q usage"
      let status = system(line)
      statuses.withLock { $0.append(status >> 8) }
    }
    #expect(statuses.withLock { $0.allSatisfy { $0 == 0 || $0 == 6 } && $0.contains(0) })
    #expect(try run("runs --store store --json").outputText.components("\"number\":") == 1)
    #expect(try run("verify --store store --deep").status == 0)
  }
}

extension String {
  /// How often a text stands in it.
  fileprivate func components(_ text: String) -> Int {
    split(separator: text, omittingEmptySubsequences: false).count - 1
  }
}
