// How a deck is made: countries first, then ever longer prefixes in them, some announced, ended, changed or closed.

extension SyntheticDeck {
  /// What makes two decks of one world differ.
  struct Style: Sendable {
    let name: String
    let currency: SyntheticCurrency
    /// Prices are those of the other deck times this, in percent.
    let pricePercent: Int
    /// First and next seconds to choose from, by country.
    let increments: [(first: UInt8, next: UInt8)]
    /// Whether special services cost a connection fee, and mobile networks of some countries have a minimum.
    let hasFees: Bool

    static let retail = Style(
      name: "retail", currency: .eur, pricePercent: 100,
      increments: [(60, 60), (60, 1), (30, 6), (1, 1), (60, 6)], hasFees: true)
    static let wholesale = Style(
      name: "wholesale-usd", currency: .usd, pricePercent: 45, increments: [(1, 1), (6, 6)], hasFees: false)
  }

  /// Makes a deck of exactly `rowCount` rows.
  ///
  /// Announced and changed prices begin, and ended ones end, at `changeSeconds`.
  /// - Complexity: O(n log n).
  static func make(_ style: Style, rowCount: Int, seed: UInt64, changeSeconds: Int64) -> SyntheticDeck {
    var maker = DeckMaker(style: style, seed: seed, changeSeconds: changeSeconds)
    var rows: [SyntheticDeckRow] = []
    rows.reserveCapacity(rowCount)
    var open: [CalledPrefix] = []
    var closed: [CalledPrefix] = []
    while rows.count < rowCount {
      let row = maker.nextRow()
      rows.append(row)
      let called = CalledPrefix(row.prefix, digitCount: Int(row.digitCount))
      if row.isClosed { closed.append(called) } else { open.append(called) }
      if rows.count < rowCount, let later = maker.laterRow(row) { rows.append(later) }
    }
    rows.sort(by: SyntheticDeckRow.isBefore)
    return SyntheticDeck(
      name: style.name, currency: style.currency, rows: rows, openPrefixes: open, closedPrefixes: closed,
      countryCount: maker.countryCount)
  }
}

/// Makes the rows of one deck, the likeliest destinations first.
private struct DeckMaker {
  let style: SyntheticDeck.Style
  let seed: UInt64
  let changeSeconds: Int64
  private var rowIndex = 0
  /// How many countries have a row.
  var countryCount: Int { min(rowIndex, NumberingCountry.all.count) }
  /// By country: how many prefixes below its code there are.
  private var prefixCounts = [Int](repeating: 0, count: NumberingCountry.all.count)
  private let countryItems = SkewedItems(count: NumberingCountry.all.count)

  init(style: SyntheticDeck.Style, seed: UInt64, changeSeconds: Int64) {
    self.style = style
    self.seed = seed
    self.changeSeconds = changeSeconds
  }

  /// The next prefix with its first price.
  mutating func nextRow() -> SyntheticDeckRow {
    defer { rowIndex += 1 }
    let countries = NumberingCountry.all
    if rowIndex < countries.count { return row(country: rowIndex, suffix: 0, suffixDigits: 0) }
    var draws = SeededDraws(seed: seed, .prefix, UInt64(rowIndex))
    let country = countryItems.draw(&draws)
    let (suffix, digits) = Self.suffix(prefixCounts[country])
    prefixCounts[country] += 1
    return row(country: country, suffix: suffix, suffixDigits: digits)
  }

  /// The `ordinal`th prefix below a country code: 30 of two digits, 300 of three, and so on, each only once.
  private static func suffix(_ ordinal: Int) -> (value: UInt64, digits: Int) {
    var rest = ordinal
    var digits = 2
    var count = 30
    while rest >= count {
      rest -= count
      digits += 1
      count *= 10
    }
    // 37 has no factor in common with ten, so that no value comes twice.
    let size = Int(SyntheticNumber.powersOfTen[digits])
    return (UInt64((rest * 37 + 15) % size), digits)
  }

  private func row(country index: Int, suffix: UInt64, suffixDigits: Int) -> SyntheticDeckRow {
    let country = NumberingCountry.all[index]
    let prefix = country.code * SyntheticNumber.powersOfTen[suffixDigits] + suffix
    var draws = SeededDraws(seed: seed, .price, prefix << 4 | UInt64(country.codeDigits + suffixDigits))
    let isCountry = suffixDigits == 0
    let network = isCountry ? 0 : Self.network(draws.below(100))
    var row = SyntheticDeckRow(
      prefix: prefix, digitCount: UInt8(country.codeDigits + suffixDigits), country: UInt8(index),
      network: network, isClosed: !isCountry && draws.below(400) == 0, firstSeconds: 1, nextSeconds: 1,
      minimumSeconds: 0, minutePriceMicro: price(index, network, &draws), connectionFeeMicro: 0,
      fromSeconds: .min, untilSeconds: .max)
    let increment = style.increments[index % style.increments.count]
    (row.firstSeconds, row.nextSeconds) = (increment.first, increment.next)
    if style.hasFees {
      if network == 5 { row.connectionFeeMicro = Int32(50_000 + 10_000 * draws.below(10)) }
      if (1...4).contains(network), index % 4 == 3 { row.minimumSeconds = 30 }
    }
    if !isCountry, !row.isClosed {
      switch draws.below(50) {
      case 0: row.fromSeconds = changeSeconds
      case 1: row.untilSeconds = changeSeconds
      default: break
      }
    }
    return row
  }

  private static func network(_ share: Int) -> UInt8 {
    switch share {
    case 0..<40: UInt8(1 + share % 4)
    case 40..<43: 5
    default: UInt8(6 + share % 20)
    }
  }

  /// Price of a minute in millionths: four digits after the point, six for one in eight.
  private func price(_ country: Int, _ network: UInt8, _ draws: inout SeededDraws) -> Int32 {
    let base =
      switch NumberingCountry.all[country].region {
      case .domestic: 80 + draws.below(120)
      case .europe: 100 + draws.below(500)
      case .world: 300 + draws.below(4000)
      }
    let factor = network == 0 ? 1 : network <= 4 ? 3 : network == 5 ? 12 : 1
    let fine = draws.below(8) == 0 ? 1 + draws.below(99) : 0
    return Int32((base * factor * 100 + fine) * style.pricePercent / 100)
  }

  /// For one row in twenty that holds for ever: the price that it changes to, up or down.
  func laterRow(_ row: SyntheticDeckRow) -> SyntheticDeckRow? {
    guard rowIndex % 20 == 2, !row.isClosed, row.fromSeconds == .min, row.untilSeconds == .max else {
      return nil
    }
    var later = row
    later.fromSeconds = changeSeconds
    later.minutePriceMicro =
      row.minutePriceMicro + (rowIndex % 40 == 2 ? 1500 : -500) * Int32(style.pricePercent) / 100
    return later
  }
}
