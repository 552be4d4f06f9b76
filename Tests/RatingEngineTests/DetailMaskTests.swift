// Numbers in the detail file: all digits, or of those of others only what tells where they are.

import Catalog
import Tables
import Testing

@testable import RatingEngine

@Suite struct DetailMaskTests {
  @Test func onlyTheOtherEndIsMaskedAndNothingElseDiffers() throws {
    let trial = try Trial(MixedMonth().files)
    var options = RatingOptions()
    options.keepsSuspense = true
    options.keepsDetail = true
    let run = try RatingRun(catalog: MixedMonth.catalog(), options: options)
    let plain = try PublishedRun(run, trial.inputs)
    let masked = try PublishedRun(run.with { $0.masksDetail = true }, trial.inputs)
    #expect(plain.files["summary.csv.zst"] == masked.files["summary.csv.zst"])
    #expect(plain.files["suspense.csv.zst"] == masked.files["suspense.csv.zst"])
    let (before, after) = (Self.rows(plain), Self.rows(masked))
    #expect(before.count == after.count)
    var maskedCount = 0
    for (row, its) in zip(before, after) {
      // A line of its own may be the beginning of an account's name; the numbers stand before the direction.
      let direction = row.firstIndex { ["outbound", "inbound", "internal"].contains($0) } ?? -1
      for index in row.indices {
        let isOther = direction >= 0 && index == direction - (row[direction] == "inbound" ? 2 : 1)
        #expect(its[index] == (isOther ? Self.masked(row[index]) : row[index]), "\(row)")
        if isOther, row[index] != its[index] { maskedCount += 1 }
      }
    }
    #expect(maskedCount > 0)
  }

  private static func masked(_ number: String) -> String {
    number.count < 7 ? number : number.prefix(5) + String(repeating: "x", count: number.count - 5)
  }

  private static func rows(_ run: PublishedRun) -> [[String]] {
    String(decoding: run.files["detail.csv.zst"] ?? [], as: UTF8.self).split(separator: "\n").dropFirst().map
    {
      $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    }
  }
}
