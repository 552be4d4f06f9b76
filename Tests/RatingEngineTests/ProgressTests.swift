// What a progress line is told: every stored byte once, whoever read it.

import Testing

@testable import RatingEngine

@Suite struct ProgressTests {
  @Test(arguments: [1, 2, 3]) func everyStoredByteIsCountedOnce(_ threadCount: Int) throws {
    let text =
      "id,start,billable,to\n" + (0..<200).map { "r\($0),2025-03-03T10:00:00Z,60,447123456\n" }.joined()
    let trial = try Trial([("switch-1.csv", Array(text.utf8)), ("switch-2.csv", Array(text.utf8))])
    let catalog = try PriceSheet("deck prefix per-minute increment\n. 44 0.60 1/1").tariff.catalog()
    for partBytes in [nil, 100, 1000] {
      var options = RatingOptions()
      options.threadCount = threadCount
      options.partBytes = partBytes
      options.chunkBytes = 64
      let progress = RunProgress()
      _ = try RatingRun(catalog: catalog, options: options, progress: progress).run(trial.inputs)
      #expect(progress.storedByteCount == Int64(2 * text.utf8.count))
      #expect(progress.totalByteCount == Int64(2 * text.utf8.count))
      #expect(progress.recordCount == 400)
    }
  }
}
