// zstd frames that need more memory than is allowed: they are whole, and the message says how to go on.

import TestSupport
import Testing

@testable import RatingEngine

@Suite struct ZstdWindowTests {
  /// A frame of one raw block whose header asks for a window of 2^`windowLog` bytes. RFC 8878, 3.1.1.
  private static func frame(_ text: String, windowLog: UInt8) -> [UInt8] {
    let bytes = Array(text.utf8)
    let block = UInt32(bytes.count) << 3 | 1
    return [0x28, 0xb5, 0x2f, 0xfd, 0, (windowLog - 10) << 3]
      + [UInt8(block & 255), UInt8(block >> 8 & 255), UInt8(block >> 16)] + bytes
  }

  private func rate(windowLog: UInt8) throws -> TrialResult {
    let text = "id,start,billable,to\na,2025-03-03T10:00:00Z,60,447123456\n"
    let tariff = try PriceSheet("deck prefix per-minute increment\n. 44 0.60 1/1").tariff
    return try Trial([("switch-1.csv.zst", Self.frame(text, windowLog: windowLog))]).run(tariff.catalog())
  }

  @Test func theLargestWindowThatIsAllowedIsRead() throws {
    #expect(try rate(windowLog: 27).report.rated == 1)
  }

  @Test func aLargerWindowIsNoDamage() throws {
    do {
      _ = try rate(windowLog: 28)
      Issue.record("a window of 256 MiB was taken")
    } catch RunFault.damaged(let files) {
      let message = try #require(files.first).message
      #expect(message.contains("window of more than 128 MiB"))
      #expect(message.contains("zstd -d --long=31 -c ") && message.contains("switch-1.csv.zst | ratemill"))
      #expect(!message.contains("damaged") && !message.contains("fetch it again"))
    }
  }
}
