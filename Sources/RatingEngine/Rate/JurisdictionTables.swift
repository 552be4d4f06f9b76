// States of North American numbers, and the prices that deck rows have by jurisdiction, as tables.

import Catalog
import Tables

/// Whether the two ends of a call lie in one state. Raw values are those of the summary's key.
enum Jurisdiction: UInt8, CaseIterable, Sendable {
  /// The price does not depend on it.
  case none
  case inter
  case intra
  /// The state of an end is not known.
  case indeterminate

  /// The word of the summary; empty for `none`.
  var word: String {
    switch self {
    case .none: ""
    case .inter: "inter"
    case .intra: "intra"
    case .indeterminate: "indeterminate"
    }
  }
}

/// A North American number: ten digits without the country code.
struct NorthAmericanNumber: Equatable, BitwiseCopyable {
  var digits: UInt64

  init?(_ number: UInt64, count: UInt8) {
    // No area code begins with 0 or 1.
    guard count == 11, number / 10_000_000_000 == 1, number % 10_000_000_000 >= 2_000_000_000 else {
      return nil
    }
    digits = number % 10_000_000_000
  }

  /// A routing number as switches write it: ten digits, or eleven with the country code, `+` and separators apart.
  init?(routing text: UnsafeBufferPointer<UInt8>) {
    var value: UInt64 = 0
    var count: UInt8 = 0
    for byte in text {
      switch byte {
      case UInt8(ascii: "0")...UInt8(ascii: "9"):
        guard count < 11 else { return nil }
        value = value * 10 + UInt64(byte - UInt8(ascii: "0"))
        count += 1
      case UInt8(ascii: "+") where count == 0: continue
      case UInt8(ascii: " "), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "("), UInt8(ascii: ")"):
        continue
      default: return nil
      }
    }
    self.init(count == 10 ? value + 10_000_000_000 : value, count: count == 10 ? 11 : count)
  }

  /// With its country code.
  var international: UInt64 { digits + 10_000_000_000 }
  var areaCode: Int { Int(digits / 10_000_000) }
  /// Whether whoever is called pays.
  var isTollFree: Bool { [800, 833, 844, 855, 866, 877, 888].contains(areaCode) }
  /// Whether it is 555-1212 of an area code: directory assistance, which is free for toll-free numbers.
  var isDirectoryAssistance: Bool { digits % 10_000_000 == 5_551_212 && !isTollFree }
}

/// What decks that price by jurisdiction need. Immutable; shared by all workers.
struct JurisdictionTables: Sendable {
  /// The numbers of a row's prices; `CompiledCatalog.none` where the row has none.
  struct Prices: Hashable, BitwiseCopyable {
    var inter: UInt32
    var intra: UInt32
    var indeterminate: UInt32

    func price(_ jurisdiction: Jurisdiction) -> UInt32 {
      switch jurisdiction {
      case .none, .indeterminate: indeterminate
      case .inter: inter
      case .intra: intra
      }
    }
  }

  /// Number of a state (with its country) by the six digits of area code and exchange; 0 where it is not known, with
  /// `blockFlag` the index of ten numbers by the digit that follows.
  private let byExchange: FlatTable<UInt32>
  private let byBlock: FlatTable<UInt16>
  /// State and country by number; number 0 is "not known".
  let states: [StateTable.Row?]
  /// By price: prices by jurisdiction instead of it, + 1; 0 for none.
  let pricesByPrice: FlatTable<UInt32>
  let prices: [Prices]
  /// By plan × 4 + kind: how the deck that is looked up prices by jurisdiction.
  let deckRules: [DeckJurisdiction?]

  private static let blockFlag: UInt32 = 0x8000_0000

  /// - Parameters:
  ///   - priceCount: how many prices there are.
  ///   - prices: prices by jurisdiction by the number of the row's own.
  init(
    _ table: StateTable, priceCount: Int, prices pricesByNumber: [UInt32: Prices],
    deckRules: [DeckJurisdiction?]
  ) {
    self.deckRules = deckRules
    let byNumber = FlatTable<UInt32>(zeroedCount: priceCount)
    prices = pricesByNumber.sorted { $0.key < $1.key }.enumerated().map { index, entry in
      byNumber[Int(entry.key)] = UInt32(index + 1)
      return entry.value
    }
    pricesByPrice = byNumber
    let exchanges = FlatTable<UInt32>(zeroedCount: 1_000_000)
    var blocks: [UInt16] = []
    var states: [StateTable.Row?] = [nil]
    var numbers: [[Label]: UInt16] = [:]
    // Shorter beginnings come first, so that longer ones replace what they said.
    for row in table.rows {
      let known = numbers[[row.state, row.country]]
      let number = known ?? UInt16(states.count)
      if known == nil {
        numbers[[row.state, row.country]] = number
        states.append(row)
      }
      switch row.digitCount {
      case 3: for index in 0..<1000 { exchanges[Int(row.digits) * 1000 + index] = UInt32(number) }
      case 6: exchanges[Int(row.digits)] = UInt32(number)
      default:
        let exchange = Int(row.digits / 10)
        if exchanges[exchange] & Self.blockFlag == 0 {
          blocks += [UInt16](repeating: UInt16(exchanges[exchange]), count: 10)
          exchanges[exchange] = Self.blockFlag | UInt32(blocks.count / 10 - 1)
        }
        blocks[Int(exchanges[exchange] & ~Self.blockFlag) * 10 + Int(row.digits % 10)] = number
      }
    }
    byExchange = exchanges
    byBlock = FlatTable(blocks)
    self.states = states
  }

  /// The number of a number's state; 0 where it is not known.
  func state(_ number: NorthAmericanNumber) -> UInt16 {
    let value = byExchange[Int(number.digits / 10_000)]
    guard value & Self.blockFlag != 0 else { return UInt16(value) }
    return byBlock[Int(value & ~Self.blockFlag) * 10 + Int(number.digits / 1000 % 10)]
  }

  /// The jurisdiction of a call between two ends.
  func jurisdiction(from caller: NorthAmericanNumber?, to called: NorthAmericanNumber?) -> Jurisdiction {
    guard let caller, let called else { return .indeterminate }
    let (a, b) = (state(caller), state(called))
    if a == 0 || b == 0 { return .indeterminate }
    return a == b ? .intra : .inter
  }

  /// The prices by jurisdiction that stand in place of a row's price; nil where it has one price for all calls.
  func prices(ofPrice price: UInt32) -> Prices? {
    let number = pricesByPrice[Int(price)]
    return number == 0 ? nil : prices[Int(number) - 1]
  }
}
