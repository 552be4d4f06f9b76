// Runs over more files than a process may have open, or may map: what a file needed is given back with its end.
//
// Limits are those of a process, so each test has one of its own.

import CMachine
import Glibc
import TestSupport
import Testing

@testable import RatingEngine

@Suite struct ManyFilesTests {
  /// Files of two calls each, in every stored form.
  private static func inputs(_ count: Int) -> [(String, [UInt8])] {
    (0..<count).map { number in
      let text = Array(
        ("id,start,to,billable\n"
          + (1...2).map { "f\(number)-\($0),2025-03-0\($0)T00:00:00Z,4477,60\n" }.joined()).utf8)
      switch number % 3 {
      case 0: return ("month-\(number).csv", text)
      case 1: return ("month-\(number).csv.zst", ZstdContent.encode(text))
      default: return ("month-\(number).csv.gz", GzipContent.encode(text))
      }
    }
  }

  /// Rates them, and returns how many calls were rated.
  private static func rated(_ inputs: [(String, [UInt8])]) throws -> Int64 {
    let tariff = Tariff.plain([Tariff.Source(name: "month", pattern: "month*", defaultAccount: "a")])
    let run = try Trial.prepare(tariff.catalog()) { options in
      options.groupBy = [.account]
      options.threadCount = 2
    }
    return Int64(try Trial(inputs).run(run).report.rated)
  }

  @Test func descriptorsAreGivenBack() async {
    await #expect(processExitsWith: .success) {
      let inputs = Self.inputs(120)
      var limit = rlimit(rlim_cur: 48, rlim_max: 48)
      precondition(setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0)
      let rated = try Self.rated(inputs)
      precondition(rated == 240, "\(rated) were rated")
    }
  }

  @Test func placesOfMappedFilesAreGivenBack() async {
    await #expect(processExitsWith: .success) {
      // All but a few of the guard's places are taken.
      let memory = UnsafeMutableRawPointer.allocate(byteCount: 1, alignment: 1)
      var taken: [Int32] = []
      while case let slot = cm_guard_add(memory, 1), slot >= 0 { taken.append(slot) }
      for slot in taken.suffix(4) { cm_guard_remove(slot) }
      let rated = try Self.rated(Self.inputs(30))
      precondition(rated == 60, "\(rated) were rated")
      var left = 0
      while cm_guard_add(memory, 1) >= 0 { left += 1 }
      precondition(left == 4, "\(left) of 4 places are free")
    }
  }

  @Test func whatCannotBeMappedIsReadFromItsBeginning() async {
    await #expect(processExitsWith: .success) {
      let memory = UnsafeMutableRawPointer.allocate(byteCount: 1, alignment: 1)
      while cm_guard_add(memory, 1) >= 0 {}
      let rated = try Self.rated(Self.inputs(12))
      precondition(rated == 24, "\(rated) were rated")
    }
  }
}
