// Texts of the neutral CSV as the reference rater reads them: one byte after the other, nothing remembered.

import BillingCalendar

/// Reads the fields of records; pure functions.
enum ReferenceText {
  /// The cells of a record by RFC 4180; nil where a quote stands anywhere but around a cell or doubled inside one.
  static func cells(_ record: [UInt8]) -> [[UInt8]]? {
    let (quote, comma) = (UInt8(ascii: "\""), UInt8(ascii: ","))
    var cells: [[UInt8]] = []
    var at = 0
    while true {
      var cell: [UInt8] = []
      if at < record.count, record[at] == quote {
        at += 1
        while true {
          guard at < record.count else { return nil }
          if record[at] != quote {
            cell.append(record[at])
            at += 1
          } else if at + 1 < record.count, record[at + 1] == quote {
            cell.append(quote)
            at += 2
          } else {
            at += 1
            break
          }
        }
        guard at == record.count || record[at] == comma else { return nil }
      } else {
        while at < record.count, record[at] != comma {
          if record[at] == quote { return nil }
          cell.append(record[at])
          at += 1
        }
      }
      cells.append(cell)
      if at == record.count { return cells }
      at += 1
    }
  }

  /// A plain decimal number times `one`; a part of the integer unit counts as a whole one, away from zero. Nil for
  /// anything else, and for what no 64-bit integer holds.
  static func quantity(_ text: String, times one: Int128, over: Int128 = 1) -> Int64? {
    var rest = Substring(text)
    let isNegative = rest.first == "-"
    if isNegative || rest.first == "+" { rest = rest.dropFirst() }
    let parts = rest.split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count <= 2, parts.contains(where: { !$0.isEmpty }) else { return nil }
    guard parts.allSatisfy({ $0.allSatisfy { ("0"..."9").contains($0) } }) else { return nil }
    let digits = parts.joined()
    let value = digits.reduce(Int128(0)) { $0 * 10 + Int128($1.wholeNumberValue ?? 0) } * one
    let fractionDigits = parts.count == 2 ? parts[1].count : 0
    let divisor = (0..<fractionDigits).reduce(over) { power, _ in power * 10 }
    let whole = value % divisor == 0 ? value / divisor : value / divisor + 1
    guard whole <= Int128(Int64.max) else { return nil }
    return isNegative ? -Int64(whole) : Int64(whole)
  }

  /// A plain decimal number in 10⁻¹², half-even behind the twelfth place; nil for anything else and above 5 × 10¹¹.
  static func pico(_ text: String) -> Int128? {
    var rest = Substring(text)
    let isNegative = rest.first == "-"
    if isNegative || rest.first == "+" { rest = rest.dropFirst() }
    let parts = rest.split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count <= 2, parts.contains(where: { !$0.isEmpty }),
      parts.allSatisfy({ $0.allSatisfy { ("0"..."9").contains($0) } }), rest.count < 26
    else { return nil }
    let digits = parts.joined().reduce(Int128(0)) { $0 * 10 + Int128($1.wholeNumberValue ?? 0) }
    let fractionDigits = parts.count == 2 ? parts[1].count : 0
    let divisor = (0..<fractionDigits).reduce(Int128(1)) { power, _ in power * 10 }
    let whole = Fraction(digits * 1_000_000_000_000, over: divisor).rounded(to: 1, "half-even")
    guard whole < 500_000_000_000_000_000_000_000 else { return nil }
    return isNegative ? -whole : whole
  }

  /// What each word for a unit is: its kind, and how many of the kind's integer units so many of it are.
  static let units: [String: (kind: Tariff.Kind, one: Int128, over: Int128)] = [
    "s": (.voice, 1000, 1), "ms": (.voice, 1, 1), "us": (.voice, 1, 1000), "min": (.voice, 60_000, 1),
    "minutes": (.voice, 60_000, 1), "h": (.voice, 3_600_000, 1), "message": (.message, 1, 1),
    "segments": (.message, 1, 1), "event": (.event, 1_000_000, 1), "seats": (.event, 1_000_000, 1),
    "byte": (.data, 1, 1), "kB": (.data, 1000, 1), "MB": (.data, 1_000_000, 1), "KiB": (.data, 1024, 1),
    "MiB": (.data, 1_048_576, 1), "GB": (.data, 1_000_000_000, 1),
  ]

  static func one(_ kind: Tariff.Kind) -> Int128 {
    switch kind {
    case .voice: 1000
    case .message, .data: 1
    case .event: 1_000_000
    }
  }

  /// Milliseconds since 1970 of `YYYY-MM-DDThh:mm:ss[.fraction][offset]`, local times by the source's rules; nil where it
  /// is no time, or one that the source wants looked at.
  static func time(_ text: String, _ source: Tariff.Source) -> Int64? {
    var bytes = Array(text.utf8)
    guard bytes.count >= 19, bytes[10] == UInt8(ascii: "T") || bytes[10] == UInt8(ascii: " ") else {
      return nil
    }
    // With an offset it is an instant whatever the zone.
    if let instant = Instant.parse(text) { return instant }
    var fraction: [UInt8] = []
    if bytes.count > 19 {
      guard bytes[19] == UInt8(ascii: "."), bytes.count > 20 else { return nil }
      fraction = Array(bytes[20...])
      guard fraction.allSatisfy({ (48...57).contains($0) }) else { return nil }
      bytes = Array(bytes[..<19])
    }
    guard let asUTC = Instant.parse(String(decoding: bytes, as: UTF8.self) + "Z") else { return nil }
    let local = source.zone.instant(
      localSeconds: asUTC / 1000, overlap: source.overlap == "second" ? .second : .first)
    if local.fit == .overlap, source.overlap == "suspend" { return nil }
    if local.fit == .gap, source.gap == "suspend" { return nil }
    let milliseconds = (fraction + [48, 48, 48])[..<3].reduce(Int64(0)) { $0 * 10 + Int64($1 - 48) }
    return local.utcSeconds * 1000 + milliseconds
  }

  /// A normalised number: its digits, and whether it is a short code.
  struct Number: Equatable {
    var digits: String
    var isShort: Bool
  }

  static func number(_ text: String, _ dialling: Tariff.Dialling) -> Number? {
    guard text.utf8.count <= 64 else { return nil }
    var rest = Substring(text)
    for scheme in ["sips:", "sip:", "tel:"]
    where rest.hasPrefix(scheme) && rest.utf8.count > scheme.utf8.count {
      rest = rest.dropFirst(scheme.count)
      break
    }
    rest = rest.prefix { $0 != "@" && $0 != ";" }
    if rest.last == "#" { rest = rest.dropLast() }
    rest = Substring(rest.filter { !" -.()/".contains($0) })
    let hasPlus = rest.first == "+"
    let digits = String(hasPlus ? rest.dropFirst() : rest)
    guard digits.utf8.allSatisfy({ (48...57).contains($0) }) else { return nil }
    if hasPlus { return checked(digits) }
    if dialling.shortCodes.contains(digits) { return Number(digits: digits, isShort: true) }
    let prefixes = dialling.internationalPrefixes.filter { digits.hasPrefix($0) }
    if let longest = prefixes.max(by: { $0.count < $1.count }) {
      return checked(String(digits.dropFirst(longest.count)))
    }
    if !dialling.nationalPrefix.isEmpty, digits.hasPrefix(dialling.nationalPrefix) {
      return checked(dialling.countryCode + digits.dropFirst(dialling.nationalPrefix.count))
    }
    return checked((dialling.isBareNational ? dialling.countryCode : "") + digits)
  }

  private static func checked(_ digits: String) -> Number? {
    (3...15).contains(digits.count) && !digits.hasPrefix("0") ? Number(digits: digits, isShort: false) : nil
  }
}
