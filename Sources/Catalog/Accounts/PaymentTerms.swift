// When a client has to pay, out of terms as people write them.

public import BillingCalendar
public import Tables

/// Payment terms that name one last day: so many days after the invoice, or after the end of its month.
public struct PaymentTerms: Hashable, Sendable {
  /// Days to pay.
  public var days: Int
  /// Whether they count from the last day of the invoice's month (`EOM`), and not from its date.
  public var isFromMonthEnd: Bool

  /// What a text may say.
  public static let expectedForm =
    "such as 'net 14', '14 days', 'net 30 EOM', 'end of month' or 'due on receipt'"

  /// `14 days`, `net 30`, `due on receipt`, `net 30 EOM`, `end of month + 15 days`; nil for a text that says anything else.
  ///
  /// EOM is what the trade means by it: `net 30 EOM` is due 30 days after the end of the month in which the invoice is dated.
  /// A text with two numbers (`2 % within 10 days, net 30`), with a number alone, or with words that are not known here says
  /// more, or less, than a day; a due date that is wrong by a month is worse than none.
  public init?(_ text: Label) {
    let words = text.description.lowercased().split { !$0.isLetter && !$0.isNumber }.map(String.init)
    let numbers = words.compactMap { Int($0) }
    guard words.allSatisfy({ Int($0) != nil || Self.knownWords.contains($0) }), numbers.count <= 1 else {
      return nil
    }
    isFromMonthEnd = words.contains("eom") || (words.contains("end") && words.contains("month"))
    guard isFromMonthEnd || !words.contains("month") else { return nil }
    if let number = numbers.first {
      guard (0...365).contains(number) else { return nil }
      guard isFromMonthEnd || words.contains(where: { ["net", "day", "days"].contains($0) }) else {
        return nil
      }
      days = number
    } else {
      guard isFromMonthEnd || words.contains("receipt") || words.contains("immediately") else { return nil }
      days = 0
    }
  }

  /// The last day to pay an invoice of that date.
  public func dueDate(of date: CivilDate) -> CivilDate {
    (isFromMonthEnd ? date.adding(months: 0, anchorDay: 31) : date).advanced(by: days)
  }

  private static let knownWords: Set<String> = [
    "net", "day", "days", "calendar", "due", "pay", "payable", "payment", "please", "strictly", "terms",
    "within", "in",
    "is", "to", "be", "by", "at", "of", "on", "upon", "after", "from", "the", "date", "invoice", "receipt",
    "immediately",
    "end", "month", "eom", "plus", "and",
  ]
}
