// Safe file names for accounts: what people wrote may hold slashes, dots, capitals that a file system does not tell apart,
// or nothing at all.

import Tables
import UsageSummary

/// Names of invoice files, without suffix, for all accounts of a catalog.
///
/// An account id of at most 60 letters, digits, `-` and `_` that begins with a letter or digit is its own name. Any other
/// keeps what is safe of it, at most 40 bytes, and gets 12 digits of the SHA-256 of its bytes; so do names with `--` (which
/// separates what follows), names that mean something else (`index`, `con`), and names that another account has but for
/// capitals.
struct DocumentNames {
  private static let safeBytesMax = 60
  private static let keptBytesMax = 40
  // Our own files, and names that Windows keeps for devices.
  private static let taken: Set<String> = Set(
    ["index", "drafts", "con", "prn", "aux", "nul"] + (0...9).flatMap { ["com\($0)", "lpt\($0)"] })

  private var nameCounts: [String: Int] = [:]

  /// Takes the ids of all accounts. Complexity: O(n).
  init(accounts: some Sequence<Label>) {
    for account in accounts { nameCounts[Self.safePart(of: account).lowercased(), default: 0] += 1 }
  }

  /// The name of an account's document where it has one only; different accounts have different names.
  func base(of account: Label) -> String {
    let safe = Self.safePart(of: account)
    let isWhole = safe.utf8.count == account.bytes.count
    if isWhole, Self.isOwnName(safe), nameCounts[safe.lowercased(), default: 0] <= 1 { return safe }
    let digits = SHA256.hex(of: account.bytes).prefix(12)
    let kept = safe.prefix(Self.keptBytesMax).drop { !$0.isLetter && !$0.isNumber }
    return kept.isEmpty ? "account-\(digits)" : "\(kept)-\(digits)"
  }

  /// The name of the file of its calls. No document has it: `--` is followed by a day, a currency or `projects` there.
  func fileOfCalls(_ account: Label) -> String { base(of: account) + "--calls.csv" }

  private static func isOwnName(_ text: String) -> Bool {
    guard let first = text.first, first.isLetter || first.isNumber else { return false }
    return text.utf8.count <= safeBytesMax && !text.contains("--") && !taken.contains(text.lowercased())
  }

  private static func safePart(of account: Label) -> String {
    String(decoding: account.bytes.filter(isSafe), as: UTF8.self)
  }

  private static func isSafe(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"):
      true
    default: false
    }
  }
}
