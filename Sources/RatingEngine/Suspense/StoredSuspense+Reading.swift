// What a stored head says in the words of files.

import Catalog
import Tables
import UsageSummary

extension StoredSuspense.Head {
  /// What is metered; nil where the quantity is not known.
  var knownKind: ServiceKind? {
    quantity == UsageBatch.absentQuantity ? nil : ServiceKind(rawValue: kind)
  }

  /// The account; empty where it is not known.
  func accountID(_ catalog: CompiledCatalog) -> Label {
    account == .max ? .empty : catalog.source.accounts[Int(account)].id
  }
}

extension LoggedKey {
  /// 32 hex digits: 24 of the key, 8 of the content; empty for what was not compared.
  var text: String {
    guard low != 0 || high != 0 || content != 0 else { return "" }
    return Self.hex(low, digits: 16) + Self.hex(UInt64(high), digits: 8)
      + Self.hex(UInt64(content), digits: 8)
  }

  /// Reads what `text` gives; nil for anything else.
  init?(text: String) {
    let digits = Array(text.utf8)
    guard digits.count == 32 else { return nil }
    func number(_ range: Range<Int>) -> UInt64? {
      UInt64(String(decoding: digits[range], as: UTF8.self), radix: 16)
    }
    guard let low = number(0..<16), let high = number(16..<24), let content = number(24..<32) else {
      return nil
    }
    self.init(low: low, high: UInt32(high), content: UInt32(content))
  }

  private static func hex(_ value: UInt64, digits: Int) -> String {
    let text = String(value, radix: 16)
    return String(repeating: "0", count: digits - text.count) + text
  }
}
