// Quantities as people write them in plans and deck layouts: `60`, `1 min`, `0.5 h`, `1 GB`, `60/6`.

import Money
public import Tables

/// Reads quantities exactly.
public enum QuantityText {
  /// A positive quantity of `kind`, in its integer quantity: `1 min` is 60,000 (ms), `1 GB` is 10⁹ (bytes).
  ///
  /// A number alone is in the kind's own unit (seconds, messages, bytes, events); a unit may follow, with or without a
  /// blank. Errors: no number, an unknown unit or one of another kind, zero or less, finer than the integer quantity
  /// holds, more than 63 bits.
  public static func parse(_ text: Label, of kind: UsageKind) -> Result<Int64, TextFault> {
    quantity(text, of: kind).flatMap { quantity in
      quantity > 0 ? .success(quantity) : .failure(fault(text, "is not above zero"))
    }
  }

  /// The same, and zero.
  public static func parseOrZero(_ text: Label, of kind: UsageKind) -> Result<Int64, TextFault> {
    quantity(text, of: kind).flatMap { quantity in
      quantity >= 0 ? .success(quantity) : .failure(fault(text, "is below zero"))
    }
  }

  /// An increment: `60` (every multiple), or `60/6` (first and next), each part a quantity as above.
  public static func parseIncrement(_ text: Label, of kind: UsageKind) -> Result<
    BillingIncrement, TextFault
  > {
    let parts = text.bytes.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
      .map { Label(bytes: trimmed($0)) }
    guard parts.count <= 2 else {
      return .failure(fault(text, "is not an increment", hint: "write first/next, such as 60/6"))
    }
    return parse(parts[0], of: kind).flatMap { first in
      parse(parts[parts.count - 1], of: kind).map { next in BillingIncrement(first: first, next: next) }
    }
  }

  /// A quantity for people, in the kind's own unit: `60 s`, `1 message`, `0.5 event`.
  public static func text(_ quantity: Int64, of kind: UsageKind) -> String {
    DecimalText.format(Int128(quantity), scale: kind.quantityDigits) + " " + kind.unit
  }

  private static func quantity(_ text: Label, of kind: UsageKind) -> Result<Int64, TextFault> {
    let bytes = trimmed(text.bytes[...])
    let unitOffset = bytes.firstIndex { ($0 | 0x20) >= UInt8(ascii: "a") && ($0 | 0x20) <= UInt8(ascii: "z") }
    let number = trimmed(bytes[..<(unitOffset ?? bytes.count)])
    let word = Label(bytes: Array(bytes[(unitOffset ?? bytes.count)...]))
    let unit = word.isEmpty ? UsageUnit.bare(of: kind) : UsageUnit.named(word)
    guard let unit else {
      let hint = YamlSuggestion.question(for: word, among: words(of: kind))
      return .failure(
        fault(text, "has an unknown unit", hint: hint ?? "units: " + words(of: kind).joined(separator: ", ")))
    }
    guard unit.kind == kind else {
      return .failure(
        fault(text, "is not a quantity of \(kind.name)", hint: "'\(unit.word)' measures \(unit.kind.name)"))
    }
    switch number.withUnsafeBufferPointer({ DecimalText.parse($0, scale: Amount.scale) }) {
    case .success(let scaled): return whole(scaled, of: unit, text: text)
    case .failure(let reason):
      return .failure(fault(text, "is not a quantity of \(kind.name)", hint: reason.hint))
    }
  }

  /// `scaled` × 10⁻¹² units as integer quantity, if that is whole.
  private static func whole(_ scaled: Int128, of unit: UsageUnit, text: Label) -> Result<Int64, TextFault> {
    let (product, isOverflown) = scaled.multipliedReportingOverflow(by: Int128(unit.quantity))
    let (quotient, rest) = product.quotientAndRemainder(
      dividingBy: Int128(unit.perUnits) * Int128(PowersOfTen.int64[Amount.scale]))
    guard !isOverflown, let quantity = Int64(exactly: quotient) else {
      return .failure(fault(text, "is too large"))
    }
    guard rest == 0 else {
      return .failure(fault(text, "is finer than \(unit.kind.name) is measured", hint: finest(of: unit.kind)))
    }
    return .success(quantity)
  }

  private static func finest(of kind: UsageKind) -> String {
    switch kind {
    case .voice: "calls are measured in milliseconds"
    case .message: "messages are counted whole"
    case .data: "data is measured in whole bytes"
    case .event: "events are measured in millionths"
    }
  }

  private static func words(of kind: UsageKind) -> [String] {
    UsageUnit.words.filter { UsageUnit.named(Label($0))?.kind == kind }
  }

  private static func fault(_ text: Label, _ message: String, hint: String = "") -> TextFault {
    TextFault(message: "\(Quoted.text(text)) \(message)", hint: hint)
  }

  private static func trimmed(_ bytes: ArraySlice<UInt8>) -> [UInt8] {
    let isBlank = { (byte: UInt8) in byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") }
    let kept = bytes.drop(while: isBlank)
    return Array(kept[..<((kept.lastIndex { !isBlank($0) }).map { $0 + 1 } ?? kept.startIndex)])
  }
}
