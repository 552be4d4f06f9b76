// Cells that hold several values: kinds and directions between blanks or `;`, names between `;`.

import Money
import Tables

extension AuthoredTable {
  /// Names between `;`, blanks around them dropped, empty ones left out; nil where the cell is empty.
  func names(_ column: Column) -> [Label]? {
    let parts = bytes(column).split(separator: UInt8(ascii: ";")).map { part in
      Label(
        bytes: Array(part.drop(while: TableText.isBlank).reversed().drop(while: TableText.isBlank).reversed())
      )
    }.filter { !$0.isEmpty }
    return parts.isEmpty ? nil : parts
  }

  /// Words between blanks or `;`, each one of a few; none where the cell is empty.
  mutating func words<Value: Equatable>(
    _ column: Column, of choices: [(word: String, value: Value)], isBad: inout Bool
  ) -> [Value] {
    var values: [Value] = []
    let cell = bytes(column)
    for part in cell.split(whereSeparator: { $0 == UInt8(ascii: ";") || TableText.isBlank($0) }) {
      let word = Label(bytes: Array(part))
      if let choice = choices.first(where: { Label($0.word) == word }) {
        if !values.contains(choice.value) { values.append(choice.value) }
        continue
      }
      let known = choices.map { Label($0.word) }
      error(
        column, byteOffset: part.startIndex, "unknown \(column.name) \(Quoted.text(word))",
        hint: Quoted.suggestion(
          for: word, in: known, otherwise: "expected \(known.map(\.description).joined(separator: ", "))"))
      isBad = true
    }
    return values
  }

  /// `kinds`, none for all.
  mutating func kinds(_ column: Column, isBad: inout Bool) -> [UsageKind] {
    words(column, of: UsageKind.choices, isBad: &isBad)
  }

  /// `directions`, none for all.
  mutating func directions(_ column: Column, isBad: inout Bool) -> [UsageDirection] {
    words(column, of: UsageDirection.choices, isBad: &isBad)
  }

  /// A quantity of a kind, above zero.
  mutating func quantity(_ column: Column, of kind: UsageKind, isBad: inout Bool) -> Int64? {
    guard let text = given(column) else { return nil }
    switch QuantityText.parse(text, of: kind) {
    case .success(let quantity): return quantity
    case .failure(let fault):
      error(column, fault.message, hint: fault.hint)
      isBad = true
      return nil
    }
  }

  /// Prices by quantity; nil where the cell is empty.
  mutating func tiers(_ column: Column, isBad: inout Bool) -> PriceTiers? {
    guard let text = given(column) else { return nil }
    switch PriceTiers.parse(text) {
    case .success(let tiers): return tiers
    case .failure(let fault):
      error(column, fault.message, hint: fault.hint)
      isBad = true
      return nil
    }
  }

  /// An amount of 0 or more; nil where the cell is empty.
  mutating func amount(_ column: Column, isBad: inout Bool) -> Amount? {
    guard let text = given(column) else { return nil }
    guard let pico = decimal(column, scale: Amount.scale) else {
      isBad = true
      return nil
    }
    if pico >= 0 { return Amount(pico: pico) }
    error(column, "\(column.name) \(Quoted.text(text)) is negative", hint: "it is 0 or more")
    isBad = true
    return nil
  }
}
