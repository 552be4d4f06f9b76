// Guessing the format of a file from its first records.

import Catalog
import Tables
import TestSupport
import Testing

@testable import RatingEngine

@Suite struct FormatGuessTests {
  private static func sample(_ text: String, isWhole: Bool = true) -> SampleText {
    SampleText(name: "sample", stored: "plain", bytes: Array(text.utf8), isWhole: isWhole, damage: nil)
  }

  /// The examples of a format with one header, as the file that they come from.
  private static func file(_ format: FormatDescriptor) -> String {
    let header = format.examples[0].header
    let lines = format.examples.filter { $0.header == header }.map(\.line.description)
    let types = format.header.hasTypesLine ? ["INTEGER"] : []
    return ((header.isEmpty ? [] : [header.description]) + types + lines).map { $0 + "\n" }.joined()
  }

  @Test(arguments: BuiltInFormats.names)
  func everyBuiltInFormatIsKnownByItsExamples(_ name: Label) throws {
    let format = try #require(BuiltInFormats.descriptor(named: name))
    let guess = FormatGuess(Self.sample(Self.file(format)), formats: BuiltInFormats.all())
    #expect(guess.candidates.first?.format.name == name)
  }

  @Test func theLargerShareWinsOverTheMoreColumns() throws {
    let header = "id,start,account,from,to,kind,billable\n"
    let good = "a,2025-03-03T09:14:02Z,acme,+4930231251,+442079460123,voice,1\n"
    // Only the carrier's format reads these times; the neutral one reads more columns.
    let odd = "b,20250303 09:14:02,acme,+4930231251,+442079460123,voice,1\n"
    let both = FormatGuess(Self.sample(header + good), formats: BuiltInFormats.all())
    #expect(both.candidates.map(\.format.name) == ["ratemill-csv", "carrier-csv"])
    let mixed = FormatGuess(Self.sample(header + good + odd), formats: BuiltInFormats.all())
    #expect(mixed.candidates.map(\.format.name) == ["carrier-csv", "ratemill-csv"])
    #expect(mixed.candidates.map(\.readCount) == [2, 1])
    #expect(mixed.candidates[1].commonReason == .badTime)
  }

  @Test func aHeaderThatLacksAColumnIsNear() {
    let guess = FormatGuess(
      Self.sample("id,begin,billable,answer\na,2025-03-03T09:14:02Z,1,2\n"), formats: BuiltInFormats.all())
    #expect(guess.candidates.isEmpty)
    #expect(
      guess.misfits == [
        FormatGuess.Misfit(name: "ratemill-csv", missing: ["start"], foundCount: 2, reason: nil)
      ])
  }

  @Test func columnsThatAreThereWithTimesNobodyReadsAreNear() {
    let guess = FormatGuess(
      Self.sample("id,start,billable\na,03/04/2025 09:14,1\n"), formats: BuiltInFormats.all())
    #expect(guess.candidates.isEmpty)
    #expect(
      guess.misfits.first
        == FormatGuess.Misfit(name: "ratemill-csv", missing: [], foundCount: 3, reason: .badTime))
  }

  @Test func aCutRecordAtTheEndOfASampleIsLeftOut() {
    let text = "id,start,billable\na,2025-03-03T09:14:02Z,1\nb,2025-03-0"
    let cut = FormatGuess(Self.sample(text, isWhole: false), formats: BuiltInFormats.all())
    #expect(cut.candidates.first?.recordCount == 1)
    let whole = FormatGuess(Self.sample(text, isWhole: true), formats: BuiltInFormats.all())
    #expect(whole.candidates.first?.recordCount == 2)
  }

  @Test(arguments: [
    ("INTEGER,VARCHAR(50),INTEGER\n1,2,3\n", true), ("INTEGER,name,INTEGER\n", false),
    ("INTEGER,INTEGER\n", false),
  ])
  func aLineOfTypesIsKnown(_ text: String, _ isTypes: Bool) {
    #expect(SampleShape(Array(text.utf8)).isTypesLine == isTypes)
  }

  @Test func linesThatEndWithCarriageReturnsAloneAreKnown() {
    #expect(SampleShape(Array("a,b\rc,d\r".utf8)).hasBareCarriageReturns)
    #expect(!SampleShape(Array("a,b\r\nc,d\r\n".utf8)).hasBareCarriageReturns)
    #expect(SampleShape(Array("a,b\rc,d\r".utf8)).fields == ["a", "b"])
  }

  @Test func theDelimiterIsTheOneThatCutsMost() {
    #expect(SampleShape(Array("\"a;b;c;d\",e,f\n".utf8)).delimiter == UInt8(ascii: ","))
    #expect(SampleShape(Array("a;b;c,d\n".utf8)).delimiter == UInt8(ascii: ";"))
    #expect(SampleShape(Array("alone\n".utf8)).delimiter == nil)
  }
}
