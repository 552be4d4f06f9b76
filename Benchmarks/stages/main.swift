// Where the time goes: the stages of a run with one worker, in nanoseconds an event and bytes of text a second.
//
//     ratemill-stages CATALOG INPUT...

import Catalog
import DurableFiles
import Glibc
import RatingEngine

/// One measured run.
struct StageRun {
  let catalogPath: String
  let inputs: [String]

  func run() throws {
    var seconds: [(String, Double)] = []
    var last = Self.now()
    func lap(_ name: String) {
      let now = Self.now()
      seconds.append((name, now - last))
      last = now
    }
    let catalog = try CatalogFolder.load(catalogPath)
    lap("catalog: reading")
    var options = RatingOptions()
    options.threadCount = 1
    options.groupBy = [.account, .rating_group, .day]
    let clock = StageClock()
    options.stageClock = clock
    let run = try RatingRun(catalog: catalog, options: options)
    lap("catalog: compiling")
    let result = try run.run(try InputFile.expand(inputs, controlSuffixes: []))
    let report = result.report()
    last = Self.now()
    var outputBytes = 0
    try result.writeGrouped { bytes throws(FileFault) in outputBytes += bytes.count }
    lap("output (\(outputBytes >> 20) MiB)")
    show(report, clock, seconds)
  }

  private func show(_ report: RunReport, _ clock: StageClock, _ seconds: [(String, Double)]) {
    let textBytes = Double(report.byteCount)
    let events = Double(max(1, report.read))
    print("\(report.read) records, \(Int(textBytes / 1e6)) MB of text, one worker\n")
    print(Self.row("stage", "ns/event", "GB/s"))
    var total = 0.0
    for stage in RatingStage.allCases {
      let nanoseconds = Double(clock.nanoseconds(stage))
      total += nanoseconds
      print(
        Self.row(
          "\(stage)", Self.decimal(nanoseconds / events, 1), Self.decimal(textBytes / max(1, nanoseconds), 2))
      )
    }
    print(Self.row("all", Self.decimal(total / events, 1), Self.decimal(textBytes / max(1, total), 2)) + "\n")
    for (name, seconds) in seconds { print(Self.row(name, Self.decimal(seconds, 3) + " s", "")) }
  }

  private static func row(_ cells: String...) -> String {
    zip(cells, [24, 10, 8]).map { cell, width in
      let blanks = String(repeating: " ", count: max(0, width - cell.count))
      return width == 24 ? cell + blanks : blanks + cell
    }.joined(separator: " ")
  }

  private static func decimal(_ value: Double, _ digits: Int) -> String {
    let scale = digits == 1 ? 10.0 : digits == 2 ? 100.0 : 1000.0
    let whole = Int((value * scale).rounded())
    let fraction = String(whole % Int(scale))
    return "\(whole / Int(scale))." + String(repeating: "0", count: digits - fraction.count) + fraction
  }

  private static func now() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
  }
}

let words = CommandLine.arguments.dropFirst()
guard let catalogPath = words.first, words.count > 1 else {
  print("usage: ratemill-stages CATALOG INPUT...")
  exit(2)
}
do {
  try StageRun(catalogPath: catalogPath, inputs: Array(words.dropFirst())).run()
} catch {
  print("ratemill-stages: \(error)")
  exit(1)
}
