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

  /// `08:00` or `08:00:30`.
  static func secondOfDay(_ text: String) throws -> Int {
    let parts = try text.split(separator: ":").map { try int(String($0)) }
    return parts[0] * 3600 + parts[1] * 60 + (parts.count > 2 ? parts[2] : 0)
  }

  /// `percent=-10`, or `price=0.01` with `per=60` where the quantity changes too.
  static func newPrice(_ words: SheetWords, _ kind: Tariff.Kind) throws -> Tariff.NewPrice {
    if let text = words["percent"] { return .ratio(try percentMore(text)) }
    return .price(
      pico: try pico(words["price"] ?? ""), quantity: try words["per"].map { try quantity($0, kind) })
  }

  /// 100 % and so much more.
  static func percentMore(_ text: String) throws -> Tariff.Ratio {
    let hundred: Int64 = 100_000_000_000_000
    return Tariff.Ratio(numerator: hundred + (try pico(text)), denominator: hundred)
  }

  /// `0.05/60`, `percent:20`, `connect:0.10`, `increment:60/60`, several with `;` between.
  static func chargeBand(_ text: String, _ kind: Tariff.Kind) throws -> Tariff.ChargeBand {
    var band = Tariff.ChargeBand()
    for part in text.split(separator: ";") {
      let pair = part.split(separator: ":", maxSplits: 1).map(String.init)
      switch pair[0] {
      case "percent": band.price = .ratio(try percentMore(pair[1]))
      case "connect": band.feePico = try pico(pair[1])
      case "increment": band.increment = try increment(pair[1], kind)
      default:
        let price = part.split(separator: "/").map(String.init)
        band.price = .price(pico: try pico(price[0]), quantity: try quantity(price[1], kind))
      }
    }
    return band
  }

  /// `markup=10`, `margin=20`, `multiplier=1.25`, `percent=1.5` with `fixed`, `at-least`, `at-most`; else as it is.
  static func recorded(_ words: SheetWords) throws -> Tariff.Recorded {
    let one: Int64 = 1_000_000_000_000
    func amount(_ name: String) throws -> Amount? {
      try words[name].map { Amount(pico: Int128(try pico($0))) }
    }
    if let text = words["markup"] { return .scaled(try percentMore(text)) }
    if let text = words["margin"] {
      return .scaled(Tariff.Ratio(numerator: 100 * one, denominator: 100 * one - (try pico(text))))
    }
    if let text = words["multiplier"] {
      return .scaled(Tariff.Ratio(numerator: try pico(text), denominator: one))
    }
    guard let text = words["percent"] else {
      return .scaled(Tariff.Ratio(numerator: 1, denominator: 1))
    }
    return .percentage(
      share: Tariff.Ratio(numerator: try pico(text), denominator: 100 * one),
      fixed: try amount("fixed") ?? .zero, minimum: try amount("at-least"), maximum: try amount("at-most"))
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
