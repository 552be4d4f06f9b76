// Every case of Tests/Cases against the built program.

import OptionTable
import TestSupport
import Testing

@testable import RatemillCLI

@Suite struct GoldenCaseTests {
  /// Tests/Cases in the source tree: expectations are rewritten there.
  static let root = #filePath.split(separator: "/").dropLast(2).reduce("") { "\($0)/\($1)" } + "/Cases"

  static let cases = GoldenCase.all(
    in: root, placeholders: ["{VERSION}": ProgramVersion.version, "{LIBZSTD}": ProgramVersion.libzstd],
    placeholderCommand: "version")

  @Test(arguments: cases)
  func theProgramSaysAndLeavesWhatTheCaseExpects(golden: GoldenCase) throws {
    for difference in try golden.differences(running: .ratemill) {
      guard let expected = difference.expected else {
        Issue.record("\(golden)/\(difference.file) was missing; it is written now, look at it and run again")
        continue
      }
      #expect(difference.actual == expected, "\(golden)/\(difference.file)")
    }
  }

  @Test func everyCommandHasCasesForItsHelpAndForAnError() throws {
    for entry in CommandRunner.entries {
      let rules = Self.cases.filter { $0.name.hasPrefix(entry.spec.name.replacing(" ", with: "-") + "/") }
      let exits = rules.map {
        String(decoding: FileContent.bytes(of: $0.folder + "/exit") ?? [], as: UTF8.self)
      }
      #expect(rules.contains { $0.name.hasSuffix("/help-short") }, "\(entry.spec.name)")
      #expect(rules.contains { $0.name.hasSuffix("/help-long") }, "\(entry.spec.name)")
      #expect(exits.contains("2\n"), "\(entry.spec.name)")
    }
  }
}
