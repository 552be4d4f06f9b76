// How many days a client has to pay, out of terms as people write them.

import Tables

/// Reads `terms` of accounts.csv.
enum PaymentTerms {
  /// The days that a text names: `14 days`, `net 30`, `Net 15`, `due on receipt`; nil where it says nothing of the kind.
  ///
  /// A text with two numbers (`2 % within 10 days, net 30`) says more than a day and gives none.
  static func days(_ text: Label) -> Int? {
    let words = text.description.lowercased().split { !$0.isLetter && !$0.isNumber }
    if words.contains("receipt") || words.contains("immediately") { return 0 }
    let numbers = words.compactMap { Int($0) }
    guard numbers.count == 1, (0...365).contains(numbers[0]) else { return nil }
    return words.contains { ["net", "day", "days"].contains($0) } ? numbers[0] : nil
  }
}
