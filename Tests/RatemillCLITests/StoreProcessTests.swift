// What real processes leave behind when they are killed, interrupted, or lose their files: the store verifies, it is in its old
// state or its new one, and the same command ends in the new one.

import Glibc
import TestSupport
import Testing

@Suite(.serialized) struct StoreProcessTests {
  private static let root = #filePath.split(separator: "/").dropLast(3).reduce("") { "\($0)/\($1)" }

  private let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
    for name in ["catalog", "usage"] {
      #expect(symlink("\(Self.root)/samples/\(name)", folder.path(of: name)) == 0)
    }
  }

  private func run(_ line: String) throws -> ProgramResult {
    let words = program + line.split(separator: " ").map(String.init)
    return try BuiltProgram(path: words[0]).run(Array(words.dropFirst()), in: folder)
  }

  /// Runs the program and sends it a signal after some time, if it still runs.
  private func run(_ line: String, signal: String, afterMilliseconds: Int) throws -> ProgramResult {
    let digits = String(afterMilliseconds + 1_000_000)
    let seconds = "\(afterMilliseconds / 1000).\(digits.suffix(3))"
    return try BuiltProgram(path: "/usr/bin/timeout").run(
      ["--preserve-status", "-s", signal, seconds] + program
        + line.split(separator: " ").map(String.init), in: folder)
  }

  private func shell(_ line: String) { #expect(system("cd '\(folder.path)' && \(line)") == 0, "\(line)") }

  /// A verb, what comes before it, and what it is.
  enum Verb: String, CaseIterable, Sendable {
    case rate, recycle, revoke, markBilled, purge, writeOff, correct, rerate

    private static let rateFirst = "rate --catalog catalog --store store -q --max-suspense 50% "

    var before: [String] {
      let first = Self.rateFirst + "usage/pbx-berlin-2026-06b.csv"
      switch self {
      case .rate, .markBilled: return [first]
      case .recycle, .writeOff, .correct, .rerate:
        return [Self.rateFirst + "usage/pbx-berlin-2026-06a.csv"]
      case .revoke, .purge: return [first, "periods mark-billed --store store --period 2026-06 -q"]
      }
    }

    var line: String {
      switch self {
      case .rate: Self.rateFirst + "usage/meters-2026-06.csv.zst"
      case .recycle: "recycle --catalog mended --store store -q"
      case .revoke: "revoke --store store --reason test -q 1"
      case .markBilled: "periods mark-billed --store store --period 2026-06 -q"
      case .purge: "purge --store store --before 2026-07-05 --reason retention -q"
      case .writeOff: "suspense write-off --store store --reason test --code no-price -q"
      case .correct: "suspense edit --store store --reason test --text corrected -q 1-2"
      case .rerate: "rerate --catalog mended --store store -q"
      }
    }

    /// Statuses of the same command again after it was done: where it refuses to do a thing twice, 2.
    var statusAgain: Int32 {
      switch self {
      case .revoke, .markBilled, .writeOff, .correct: 2
      case .rate, .recycle, .purge, .rerate: 0
      }
    }

    /// What the clock says before and while it runs; nil for the time that it is. A run is purged on a later day.
    var clock: (before: String, during: String)? {
      self == .purge ? ("2026-07-02", "2026-08-01") : nil
    }
  }

  /// Sets the clock of the programs that are run until it is set again.
  private func setClock(_ day: String?) {
    guard let day else { return }
    let source =
      "#include <time.h>\n#include <stdlib.h>\n"
      + "time_t time(time_t *at) { time_t now = atoll(getenv(\"TEST_TIME\")); if (at) *at = now; return now; }\n"
    #expect(throws: Never.self) { try folder.write(Array(source.utf8), to: "clock.c") }
    shell("test -e clock.so || $(command -v clang || command -v cc) -shared -fPIC -o clock.so clock.c")
    shell("date -u -d \(day) +%s > clock")
  }

  /// A command that runs the program at the time that was set.
  private var program: [String] {
    guard let time = folder.bytes(of: "clock") else { return [BuiltProgram.ratemill.path] }
    let seconds = String(decoding: time, as: UTF8.self).filter { $0 != "\n" }
    return [
      "/usr/bin/env", "LD_PRELOAD=" + folder.path(of: "clock.so"), "TEST_TIME=" + seconds,
      BuiltProgram.ratemill.path,
    ]
  }

  /// What must be the same whatever happened on the way.
  private func state() throws -> [String] {
    let verified = try run("verify --store store --deep")
    #expect(verified.status == 0, "\(verified.outputText)\(verified.errorText)")
    let ids = try run("runs --store store").outputText.split(separator: "\n").map { line in
      // Number, id and state, without the time.
      let words = line.split(separator: " ")
      return ([words[0], words[1]] + words.dropFirst(3)).joined(separator: " ")
    }
    let rows = try ["adjustments --store store --csv -", "suspense show --store store"].map { line in
      try run(line).outputText
    }
    return ids + rows + FileContent.files(below: folder.path(of: "store/runs"))
      + FileContent.names(in: folder.path(of: "store/billed"))
  }

  @Test(arguments: Verb.allCases) func killedAtRandomTimes(verb: Verb) throws {
    let seed = UInt64(time(nil))
    print("seed of the kills of \(verb): \(seed)")
    var random = SeededGenerator(seed: seed)
    shell(
      "cp -rL catalog mended && echo '675,Papua New Guinea,1.0000,60/60,,World,' >> mended/decks/retail.csv")
    setClock(verb.clock?.before)
    for line in verb.before { #expect(try run(line).status == 0, "\(line)") }
    setClock(verb.clock?.during)
    shell("rm -rf base && cp -a store base")
    let began = Self.milliseconds()
    #expect(try run(verb.line).status == 0)
    let duration = Int(Self.milliseconds() - began)
    let new = try state()
    for _ in 0..<9 {
      shell("rm -rf store && cp -a base store")
      let delay = Int.random(in: 1...max(2, duration), using: &random)
      _ = try run(verb.line, signal: "KILL", afterMilliseconds: delay)
      // The next command that changes the store sweeps; looking must work before.
      #expect(try run("verify --store store").status == 0)
      let ended = try run(verb.line).status
      #expect(ended == 0 || ended == verb.statusAgain)
      #expect(try state() == new, "seed \(seed), killed after \(delay) ms")
    }
  }

  private static func milliseconds() -> Int64 {
    var now = timespec()
    clock_gettime(CLOCK_MONOTONIC, &now)
    return Int64(now.tv_sec) * 1000 + Int64(now.tv_nsec) / 1_000_000
  }

  /// Some seconds of work for a debug build.
  private func makeUsage() throws {
    #expect(try run("generate --events 30000 --out trial -q").status == 0)
  }

  /// Waits in the background until a process reads the usage, and does something then; `$reader` is that process.
  private func whenUsageIsRead(_ line: String) {
    let name = folder.path.split(separator: "/").last ?? ""
    // One process a look: a machine under load starts few of them a second.
    let script = """
      for try in $(seq 1 3000); do
        found=$(find /proc/[0-9]*/fd -lname '*\(name)/trial/usage/*' 2>/dev/null | head -1)
        if [ -n "$found" ]; then
          reader=${found#/proc/}
          reader=${reader%%/*}
          \(line)
          exit
        fi
        sleep 0.01
      done
      """
    #expect(throws: Never.self) { try folder.write(Array(script.utf8), to: "watch.sh") }
    shell("(sh watch.sh > /dev/null 2>&1 &)")
  }

  private static let rate = "rate --catalog trial/catalog --store store --max-suspense 50% trial/usage"

  @Test(arguments: ["TERM", "INT"]) func aSignalEndsARunCleanly(signal: String) throws {
    try makeUsage()
    whenUsageIsRead("kill -\(signal) $reader")
    let result = try run(Self.rate)
    #expect(result.status == 130)
    #expect(result.errorText == "ratemill: interrupted; nothing was published\n")
    #expect(try run("runs --store store").outputText == "no run was committed yet\n")
    #expect(FileContent.names(in: folder.path(of: "store/runs")) == [])
    #expect(FileContent.names(in: folder.path(of: "store/catalogs")) == [])
    #expect(try run("verify --store store --deep").status == 0)
  }

  /// Commands that do their work at once end at once: here while another one holds the store.
  @Test(arguments: [
    "purge --store store --before 2026-01-01 --reason test", "revoke --store store --reason test 1",
    "periods mark-billed --store store --period 2026-06",
  ])
  func aSignalEndsAShortCommandWithItsStatus(line: String) throws {
    #expect(
      try run("rate --catalog catalog --store store -q --max-suspense 50% usage/pbx-berlin-2026-06b.csv")
        .status == 0)
    shell("(flock store/lock sleep 6 > /dev/null 2>&1 &) && sleep 0.5")
    let result = try run(line, signal: "TERM", afterMilliseconds: 900)
    #expect(result.status == 130)
    #expect(
      result.errorText
        == "ratemill: interrupted; the store is whole, and the same command again does what is left\n")
    #expect(try run("verify --store store").status == 0)
  }

  @Test(arguments: ["truncate -s 1000", "cp catalog/accounts.csv", "touch"])
  func aFileThatChangesWhileItIsReadIsRatedWholeOrNotAtAll(change: String) throws {
    try makeUsage()
    let stored = try #require(folder.bytes(of: "trial/usage/usage-2025-03-01.csv.zst"))
    try folder.write(ZstdContent.decode(stored) ?? [], to: "trial/usage/usage-2025-03-01.csv")
    shell("rm trial/usage/*.zst")
    whenUsageIsRead("\(change) trial/usage/usage-2025-03-01.csv")
    let result = try run(Self.rate)
    // Read to its end before it changed, it was whole; else nothing of it counts.
    if result.status == 0 {
      #expect(result.errorText.contains(" of 30,000 records"))
    } else {
      #expect(result.status == 4)
      #expect(
        result.errorText.contains("while it was read") || result.errorText.contains("usage-2025-03-01.csv"))
      #expect(try run("runs --store store").outputText == "no run was committed yet\n")
    }
    #expect(try run("verify --store store --deep").status == 0)
  }

  /// An exchange that writes all the time: a store reads the rest the next night, a folder says that there is more.
  @Test func aFileThatIsNeverQuietIsRated() throws {
    try makeUsage()
    let name = "trial/usage/usage-2025-03-01.csv"
    let stored = try #require(folder.bytes(of: name + ".zst"))
    try folder.write(ZstdContent.decode(stored) ?? [], to: name)
    let script = """
      row=$(tail -1 \(name) | cut -d, -f2-)
      for number in $(seq 1 100000); do
        [ -e stop ] && exit
        echo "busy-$number,$row" >> \(name)
        sleep 0.01
      done
      """
    try folder.write(Array(script.utf8), to: "exchange.sh")
    shell("rm trial/usage/*.zst && (sh exchange.sh > /dev/null 2>&1 &)")
    defer { shell("touch stop") }
    let first = try run(Self.rate)
    #expect(first.status == 0)
    #expect(first.errorText.contains("that \(name) grew by while it was read; the next run reads them\n"))
    let table = try run("rate --catalog trial/catalog --out out --max-suspense 50% --json trial/usage")
    #expect(table.status == 1)
    #expect(table.errorText.contains("\(name): grew while it was read, and its last "))
    #expect(!table.outputText.contains("\"unread_bytes\": 0"))
    shell("touch stop && sleep 0.5")
    #expect(try run(Self.rate).status == 0)
    #expect(try run(Self.rate).errorText.contains("nothing new"))
    #expect(try run(Self.rate.replacing("--store store", with: "--store whole")).status == 0)
    for store in ["store", "whole"] {
      #expect(try run("usage --store \(store) --period 2025-03 --out usage-\(store)").status == 0)
    }
    let summary = try #require(folder.bytes(of: "usage-store/summary.csv.zst"))
    #expect(summary == folder.bytes(of: "usage-whole/summary.csv.zst"))
    #expect(try run("verify --store store --deep").status == 0)
  }

  /// The report has no reader: the run counts all the same.
  @Test func aClosedPipeLosesNoRun() throws {
    let line = "rate --catalog catalog --store store --max-suspense 50% --json usage/pbx-berlin-2026-06b.csv"
    let result = try BuiltProgram.ratemill.run(
      line.split(separator: " ").map(String.init), in: folder, output: .closedPipe)
    #expect(result.status == 0)
    #expect(try run("runs --store store --json").outputText.contains("\"number\": 1"))
    let look = try BuiltProgram.ratemill.run(
      ["suspense", "show", "--store", "store"], in: folder, output: .closedPipe)
    #expect(look.status == 0)
    #expect(try run("verify --store store --deep").status == 0)
  }

  @Test func whereNothingCanBeWrittenNothingIsBegun() throws {
    let result = try run("rate --catalog catalog --store /proc/store usage/pbx-berlin-2026-06b.csv")
    #expect(result.status == 4)
    #expect(result.errorText.hasPrefix("ratemill: /proc/store"))
  }

  /// Killed, then other prices: what was not committed has left nothing that the next run could mix in.
  @Test func otherPricesAfterAKillAreTheOnlyOnes() throws {
    shell("cp -rL catalog mine")
    let line = "rate --catalog mine --store store -q --max-suspense 50% usage/pbx-berlin-2026-06b.csv"
    _ = try run(line, signal: "KILL", afterMilliseconds: 150)
    let isCommitted = try run("runs --store store").outputText.contains("current")
    shell("sed -i 's/0.0090/0.0190/' mine/decks/retail.csv")
    #expect(try run(line).status == 0)
    #expect(try run("runs --store store --json").outputText.contains("\"number\": 2") == false)
    #expect(try run("verify --store store --deep").status == 0)
    guard !isCommitted else { return }
    #expect(try run(line.replacingOccurrences("--store store", "--out out")).status == 0)
    #expect(try run("usage --store store --period 2026-06 --out june").status == 0)
    #expect(
      folder.bytes(of: "june/summary.csv.zst").flatMap(ZstdContent.decode)
        == folder.bytes(of: "out/summary.csv.zst").flatMap(ZstdContent.decode))
  }
}

extension String {
  fileprivate func replacingOccurrences(_ text: String, _ other: String) -> String {
    split(separator: text, omittingEmptySubsequences: false).joined(separator: other)
  }
}
