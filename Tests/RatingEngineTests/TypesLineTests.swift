// The line of types behind the names of the columns: where it is missing, what stands in its place is a record.

import Catalog
import Testing

@testable import RatingEngine

@Suite struct TypesLineTests {
  private static let names = [
    "cdrRecordType", "globalCallID_callManagerId", "globalCallID_callId", "dateTimeOrigination",
    "callingPartyNumber", "originalCalledPartyNumber", "finalCalledPartyNumber", "destCause_value",
    "dateTimeConnect", "dateTimeDisconnect", "pkid", "callingPartyNumberPartition", "duration",
    "origDeviceName", "destDeviceName", "globalCallId_ClusterID", "authCodeDescription", "clientMatterCode",
    "calledPartyPatternUsage",
  ].joined(separator: ",")

  private static func call(_ id: String) -> String {
    "1,2,7,1740993242,\"101\",\"447700900123\",\"447700900123\",16,1740993249,1740993310,\"\(id)\",\"\",60,\"SEP1\",\"GW\","
      + "\"c\",\"\",\"\",5"
  }

  private func rate(_ lines: [String], end: String = "\n") throws -> TrialResult {
    var tariff = try PriceSheet("deck prefix per-minute increment\n. 44 0.06 60/60").tariff
    tariff.sources[0].format = "cisco-cucm"
    return try Trial("switch.csv", lines.joined(separator: "\n") + end).run(tariff.catalog())
  }

  @Test(arguments: [
    Array(repeating: "INTEGER", count: 19).joined(separator: ","),
    Array(repeating: "\"VARCHAR(50)\"", count: 19).joined(separator: ","),
    Array(repeating: "varchar2 (20)", count: 18).joined(separator: ",") + ",UNIQUE_IDENTIFIER",
  ])
  func aLineOfTypesIsNoRecord(types: String) throws {
    for end in ["\n", ""] {
      let found = try rate([Self.names, types, Self.call("a"), Self.call("b")], end: end)
      #expect(found.doors == ["read 2", "rated 2", "duplicate 0"])
    }
    #expect(try rate([Self.names, types]).doors == ["read 0", "rated 0", "duplicate 0"])
  }

  @Test func withoutTypesTheFirstCallCounts() throws {
    for end in ["\n", ""] {
      #expect(try rate([Self.names, Self.call("a"), Self.call("b")], end: end).amounts == ["0.12 EUR"])
      #expect(try rate([Self.names, Self.call("a")], end: end).amounts == ["0.06 EUR"])
      #expect(try rate([Self.names], end: end).doors == ["read 0", "rated 0", "duplicate 0"])
    }
  }

  /// A line that is neither is no types line: it is seen, and where it stands is told right.
  @Test func whatIsNoTypeIsARecord() throws {
    let types = Array(repeating: "INTEGER", count: 18).joined(separator: ",")
    for line in ["\(types),7", "\(types),", "\(types),INTEGER)", "\(types),(5)"] {
      let found = try rate([Self.names, line, Self.call("a")])
      #expect(found.doors.prefix(2) == ["read 2", "rated 1"], "\(line)")
      #expect(found.suspense.contains("switch.csv,2,"), "\(line)")
    }
  }
}
