// The work of `ratemill generate`, and what it says meanwhile.

internal import Glibc
internal import SyntheticUsage

/// One making of usage.
struct GenerateRun {
  private let configuration: GenerateConfiguration
  private let console: Console
  private let startNanoseconds = Self.nanoseconds()

  init(_ configuration: GenerateConfiguration, _ console: Console) {
    self.configuration = configuration
    self.console = console
  }

  /// Makes the folder; errors are those of the world and of its files.
  func run() throws -> ExitStatus {
    let world = try SyntheticWorld(
      seed: configuration.seed, accounts: configuration.accountCount, deckRows: configuration.deckRowCount,
      days: configuration.dayCount)
    let totals = try world.write(events: configuration.eventCount, to: configuration.outPath) {
      writtenCount in
      console.progress { progressText(writtenCount) }
      return !Interruption.isRequested
    }
    console.endProgress()
    guard let totals else { return console.fail(.interrupted, "interrupted; nothing was written") }
    say(totals)
    return configuration.printsJSON ? console.finishReport(totals.json) : .done
  }

  /// `generating  42 %  1.93 M records/s  0:12 left`.
  private func progressText(_ writtenCount: Int) -> String {
    let elapsed = Int(Self.nanoseconds() - startNanoseconds)
    let total = configuration.eventCount
    let percent = ReadableText.percent(writtenCount, of: total) ?? ""
    guard writtenCount > 0, elapsed > 0 else { return "generating  \(percent)" }
    let perSecond = Int(Int128(writtenCount) * 1_000_000_000 / Int128(elapsed))
    let secondsLeft = (total - writtenCount) / max(1, perSecond)
    return "generating  \(percent)  \(ReadableText.short(perSecond)) records/s  "
      + "\(ReadableText.clock(seconds: secondsLeft)) left"
  }

  private func say(_ totals: KnownTotals) {
    let out = console.path(configuration.outPath)
    let files = ReadableText.count(configuration.dayCount, "file", "files")
    console.say("generated \(ReadableText.count(totals.read, "record", "records")) in \(files): \(out)/usage")
    console.say(
      "known totals in \(out)/\(SyntheticWorld.markerName): \(ReadableText.count(totals.rated)) rated, "
        + "\(ReadableText.count(totals.filtered)) filtered, "
        + "\(ReadableText.count(totals.duplicate)) duplicate, "
        + "\(ReadableText.count(totals.suspended)) suspended")
    console.say(
      "next: ratemill rate --catalog \(console.argument(configuration.outPath + "/catalog")) --out rated "
        + console.argument(configuration.outPath + "/usage"))
  }

  private static func nanoseconds() -> UInt64 {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
  }
}
