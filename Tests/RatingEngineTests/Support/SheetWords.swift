// The words of one line of a price sheet, and what they say.

import BillingCalendar
import Money

/// Words by position, and those written `name=text` by name.
struct SheetWords {
  private(set) var plain: [Substring] = []
  private(set) var pairs: [String: String] = [:]

  init(_ words: some Sequence<Substring>) {
    for word in words {
      if let mark = word.firstIndex(of: "="), mark != word.startIndex {
        pairs[String(word[..<mark])] = String(word[word.index(after: mark)...])
      } else {
        plain.append(word)
      }
    }
  }

  /// The word at a position from 0.
  func at(_ index: Int) throws -> String {
    guard index < plain.count else { throw PriceSheet.Fault(description: "word \(index + 2) is missing") }
    return String(plain[index])
  }

  subscript(name: String) -> String? { pairs[name] }
}

/// Words as values.
enum SheetText {
  static func list(_ text: String) -> [String] { text.split(separator: ",").map(String.init) }

  static func int(_ text: String) throws -> Int {
    guard let value = Int(text) else { throw PriceSheet.Fault(description: "'\(text)' is no whole number") }
    return value
  }

  /// The number of a quantity that is written with its unit: `61s` is 61.
  static func number(_ text: String) -> String {
    String(text.prefix { "0123456789.-+:".contains($0) })
  }

  /// The text of a cell: `_` stands for a blank, `-` for nothing.
  static func cell(_ word: String) -> String {
    word == "-" ? "" : word.split(separator: "_", omittingEmptySubsequences: false).joined(separator: " ")
  }

  static func pico(_ text: String) throws -> Int64 {
    guard case .success(let value) = DecimalText.parse(text, scale: 12), let pico = Int64(exactly: value)
    else {
      throw PriceSheet.Fault(description: "'\(text)' is no price")
    }
    return pico
  }

  /// A quantity in seconds, messages, bytes or events as the integer of its kind.
  static func quantity(_ text: String, _ kind: Tariff.Kind) throws -> Int64 {
    let scale = kind == .voice ? 3 : kind == .event ? 6 : 0
    guard case .success(let value) = DecimalText.parse(number(text), scale: scale) else {
      throw PriceSheet.Fault(description: "'\(text)' is no quantity")
    }
    return Int64(value)
  }

  static func kind(_ text: String) throws -> Tariff.Kind {
    guard let kind = Tariff.Kind(rawValue: text) else {
      throw PriceSheet.Fault(description: "'\(text)' is no kind")
    }
    return kind
  }

  static func direction(_ text: String) throws -> Tariff.Direction {
    guard let direction = Tariff.Direction(rawValue: text) else {
      throw PriceSheet.Fault(description: "'\(text)' is no direction")
    }
    return direction
  }

  static func day(_ text: String?) throws -> CivilDate? {
    guard let text else { return nil }
    guard let day = CivilDate.parse(text) else { throw PriceSheet.Fault(description: "'\(text)' is no day") }
    return day
  }

  static func instant(_ text: String?) throws -> Int64? {
    guard let text else { return nil }
    guard let millis = Instant.parse(text, in: .utc) else {
      throw PriceSheet.Fault(description: "'\(text)' is no instant")
    }
    return Instant.seconds(ofMillis: millis)
  }

  /// `60/6`: first and next. Or steps such as `0:30@0.4,60:10@0.2`: from, size and, where it has one, price of a minute
  /// (of one unit for other kinds).
  static func increment(_ text: String, _ kind: Tariff.Kind) throws -> Tariff.Increment {
    guard text.contains(":") else {
      let parts = try text.split(separator: "/").map { try quantity(String($0), kind) }
      guard let first = parts.first, let next = parts.last else {
        throw PriceSheet.Fault(description: "an increment is FIRST/NEXT")
      }
      if first == next { return Tariff.Increment(steps: [Tariff.Increment.Step(from: 0, size: first)]) }
      return Tariff.Increment(steps: [
        Tariff.Increment.Step(from: 0, size: first), Tariff.Increment.Step(from: first, size: next),
      ])
    }
    return Tariff.Increment(
      steps: try list(text).map { step in
        let priced = step.split(separator: "@").map(String.init)
        let parts = try priced[0].split(separator: ":").map { try quantity(String($0), kind) }
        let unit: Int64 = kind == .voice ? 60_000 : try quantity("1", kind)
        return Tariff.Increment.Step(
          from: parts[0], size: parts[1],
          price: priced.count > 1 ? Tariff.Price(pico: try pico(priced[1]), quantity: unit) : nil)
      })
  }
}
