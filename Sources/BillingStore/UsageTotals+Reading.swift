// Sums of a usage folder, made while it is proved.

import Glibc
import UsageSummary

extension UsageTotals {
  // More threads would wait for the one that decodes.
  private static let threadCount = max(1, min(4, sysconf(Int32(_SC_NPROCESSORS_ONLN))))

  /// What one thread adds up.
  private final class Adder: @unchecked Sendable {
    // Safe to share: used by one thread at a time.
    @exclusivity(unchecked) var totals = UsageTotals()
  }

  /// Proves the folder at `path` and adds up its rows, on several threads.
  static func proving(
    _ path: String, onlyFiles: Set<String>? = nil
  ) throws(UsageFolderFault) -> (usage: UsageFolder, totals: UsageTotals) {
    let adders = (0..<threadCount).map { _ in Adder() }
    let usage = try UsageFolder.open(path, onlyFiles: onlyFiles, threadCount: threadCount) { thread, rows in
      adders[thread].totals.add(rows)
    }
    return (usage, UsageTotals.joined(adders.map(\.totals)))
  }
}
