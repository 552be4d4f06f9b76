// The two hashes of a catalog: what decides prices, and what is only billed.
//
// A hash is the SHA-256 of a list of lines, one for each file or zone: path, length, SHA-256 of the stored bytes.

import BillingCalendar

/// Names the state of a catalog folder.
enum CatalogHash {
  /// One file that was read.
  struct Entry: Equatable {
    /// Path inside the folder.
    var innerPath: String
    /// Length as stored.
    var storedCount: Int
    /// SHA-256 as stored.
    var digest: [UInt8]
  }

  /// Files that do not touch rating: exchange rates only set costs beside revenue in reports.
  private static let billingFiles = Set(BillingTables.files).union(["fx.csv"])

  /// The hash of all that decides prices: every file but the billing tables, and the zones' data.
  static func rating(_ files: [Entry], zones: [Zone]) -> String {
    let zoneEntries = zones.map { zone in
      Entry(
        innerPath: "zone:" + zone.name, storedCount: zone.rawBytes.count,
        digest: SHA256Digest.of(zone.rawBytes))
    }
    return hash(files.filter { !isBilling($0) } + zoneEntries, title: "rating")
  }

  /// The hash of the billing tables.
  static func billing(_ files: [Entry]) -> String {
    hash(files.filter(isBilling), title: "billing")
  }

  private static func isBilling(_ file: Entry) -> Bool {
    billingFiles.contains(file.innerPath)
      || BillingTables.folders.contains { file.innerPath.hasPrefix($0 + "/") }
  }

  private static func hash(_ entries: [Entry], title: String) -> String {
    // The number is that of this list's form.
    var list = Array("ratemill \(title) catalog 1\n".utf8)
    let sorted = entries.sorted { $0.innerPath.utf8.lexicographicallyPrecedes($1.innerPath.utf8) }
    for (index, entry) in sorted.enumerated() where index == 0 || entry != sorted[index - 1] {
      list += Array(
        "\(entry.innerPath)\t\(entry.storedCount)\t\(SHA256Digest.hexadecimal(entry.digest))\n".utf8)
    }
    return SHA256Digest.hexadecimal(SHA256Digest.of(list))
  }
}
