// What the cells of a deck row say. A cell that cannot be read is a finding and gives nil.

import BillingCalendar
import Money
import Tables

extension DeckFileReader {
  mutating func takeKind() -> UsageKind? {
    let cell = reader[columns[.kind]]
    guard !cell.isEmpty else {
      kindBits |= 1 << UsageKind.voice.rawValue
      return .voice
    }
    if let kind = UsageKind(name: String(decoding: cell, as: UTF8.self)) {
      kindBits |= 1 << kind.rawValue
      return kind
    }
    let words = UsageKind.allCases.map { Label($0.name) }
    error(
      .kind, "unknown kind \(Quoted.text(cell))",
      hint: Quoted.suggestion(
        for: Label(cell), in: words, otherwise: "expected voice, message, data or event"))
    return nil
  }

  mutating func takeStatus() -> Status? {
    guard columns[.status] >= 0 else { return .open }
    let cell = reader[columns[.status]]
    let index = statusTexts.index(of: cell)
    if index == statuses.count { statuses.append(Self.status(TableHeader.key(cell))) }
    if let status = statuses[index] { return status }
    error(
      .status, "unknown status \(Quoted.text(cell))",
      hint: "known are blocked, closed, deleted, and for open rows new, increase, decrease, unchanged, active"
    )
    return nil
  }

  static func status(_ word: Label) -> Status? {
    if openWords.contains(word) { return .open }
    switch word {
    case "blocked", "closed": return .blocked
    case "deleted": return .deleted
    default: return nil
    }
  }

  /// The price; a row that is closed or ends its prefix needs none.
  @inline(__always) mutating func takePrice(_ status: Status) -> Int64? {
    let cell = reader[columns[.price]]
    if cell.isEmpty, status != .open { return 0 }
    return takeAmount(cell, .price)
  }

  @inline(__always) mutating func takeFee() -> Int64? {
    let cell = reader[columns[.connectionFee]]
    return cell.isEmpty ? 0 : takeAmount(cell, .connectionFee)
  }

  @inline(__always) mutating func takeAmount(
    _ cell: UnsafeBufferPointer<UInt8>, _ column: DeckColumn
  ) -> Int64? {
    let result = prices.pico(cell)
    if case .success(let pico) = result, pico >= 0 { return pico }
    refuse(result, cell, column)
    return nil
  }

  mutating func refuse(
    _ result: Result<Int64, DecimalFault>, _ cell: UnsafeBufferPointer<UInt8>, _ column: DeckColumn
  ) {
    guard case .failure(let fault) = result else {
      return error(column, "\(column.name) \(Quoted.text(cell)) is negative", hint: "a price is 0 or more")
    }
    let comma = layout.decimalMark == UInt8(ascii: ",") ? "point" : "comma"
    let isOtherMark: Bool
    if case .unexpected(let byte, _) = fault {
      isOtherMark = byte == (comma == "comma" ? UInt8(ascii: ",") : UInt8(ascii: "."))
    } else {
      isOtherMark = false
    }
    error(
      column, fault.message(for: cell, as: column.name, scale: Amount.scale),
      hint: !isOtherMark
        ? fault.cellHint
        : Self.isGrouped(cell)
          ? "write it without separators of thousands"
          : "the decimal mark is a \(comma) here; say so with 'decimal' in the deck's YAML")
  }

  /// Whether a number has points and commas, or one of them twice: then one of them groups digits.
  private static func isGrouped(_ cell: UnsafeBufferPointer<UInt8>) -> Bool {
    let points = cell.count { $0 == UInt8(ascii: ".") }
    let commas = cell.count { $0 == UInt8(ascii: ",") }
    return points > 0 && commas > 0 || points > 1 || commas > 1
  }

  mutating func takeMinimum(_ kind: UsageKind) -> UInt32? {
    let cell = reader[columns[.minimum]]
    guard !cell.isEmpty else { return 0 }
    guard let seconds = UInt32(String(decoding: cell, as: UTF8.self)) else {
      error(.minimum, "bad minimum \(Quoted.text(cell))", hint: "expected whole seconds")
      return nil
    }
    guard seconds == 0 || kind == .voice else {
      error(.minimum, "a minimum is in seconds and does not fit \(kind.name)", hint: "leave it empty")
      return nil
    }
    return seconds
  }

  @inline(__always) mutating func takeIncrement(_ kind: UsageKind) -> DeckIncrementCell.Pair? {
    let cell = reader[columns[.increment]]
    if let pair = DeckIncrementCell.plain(cell, onePerUnit: kind.onePerUnit) { return pair }
    let first = reader[columns[.incrementFirst]]
    let next = reader[columns[.incrementNext]]
    if cell.isEmpty, first.isEmpty, next.isEmpty { return defaultPairs[Int(kind.rawValue)] }
    return takeOddIncrement(kind, cell, first, next)
  }

  /// An increment in two columns, or one that is not two whole numbers.
  mutating func takeOddIncrement(
    _ kind: UsageKind, _ cell: UnsafeBufferPointer<UInt8>, _ first: UnsafeBufferPointer<UInt8>,
    _ next: UnsafeBufferPointer<UInt8>
  ) -> DeckIncrementCell.Pair? {
    if !cell.isEmpty { return readIncrement(cell, .increment, kind) }
    guard !first.isEmpty, !next.isEmpty else {
      error(
        first.isEmpty ? .incrementFirst : .incrementNext, "only one of the two increments is given",
        hint: "give both")
      return nil
    }
    let firstPair =
      DeckIncrementCell.plain(first, onePerUnit: kind.onePerUnit)
      ?? readIncrement(first, .incrementFirst, kind)
    let nextPair =
      DeckIncrementCell.plain(next, onePerUnit: kind.onePerUnit) ?? readIncrement(next, .incrementNext, kind)
    guard let firstPair, let nextPair else { return nil }
    return DeckIncrementCell.Pair(first: firstPair.first, next: nextPair.first)
  }

  mutating func readIncrement(
    _ cell: UnsafeBufferPointer<UInt8>, _ column: DeckColumn, _ kind: UsageKind
  ) -> DeckIncrementCell.Pair? {
    do throws(DeckIncrementCell.Fault) {
      return try DeckIncrementCell.read(cell, kind: kind, mark: layout.decimalMark)
    } catch {
      self.error(column, error.message, hint: error.hint)
      return nil
    }
  }

  @inline(__always) mutating func takeDate(_ column: DeckColumn, otherwise: Int64) -> Int64? {
    let cell = reader[columns[column]]
    if cell.isEmpty { return otherwise }
    let index = dateTexts.index(of: cell)
    if index == dateSeconds.count { dateSeconds.append(seconds(of: cell)) }
    if let seconds = dateSeconds[index] { return seconds }
    let expected = layout.datePattern?.text.description ?? "YYYY-MM-DD"
    error(column, "bad date \(Quoted.text(cell))", hint: "expected \(expected)")
    return nil
  }

  func seconds(of cell: UnsafeBufferPointer<UInt8>) -> Int64? {
    if let pattern = layout.datePattern { return pattern.seconds(of: cell, in: layout.zone) }
    return Instant.parse(cell, in: layout.zone).map { Instant.seconds(ofMillis: $0) }
  }

  /// False where the row's currency is not that of the deck.
  mutating func takeCurrency() -> Bool {
    let cell = reader[columns[.currency]]
    if cell.isEmpty || cell.elementsEqual(currencyText.bytes) { return true }
    guard let named = Currency(code: String(decoding: cell, as: UTF8.self)) else {
      error(
        .currency, "bad currency \(Quoted.text(cell))", hint: "expected three capital letters such as EUR")
      return false
    }
    if let known = layout.currency ?? currency, known != named {
      error(
        .currency, "the row is in \(named), the deck in \(known)",
        hint: "a deck has one currency: make another deck")
      return false
    }
    currency = named
    currencyText = Label(cell)
    return true
  }
}
