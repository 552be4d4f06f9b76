// What the cells of authored tables say: names, dates, numbers, zones, references. A cell that cannot be read is a finding
// and gives nil; an empty cell is "not given" and gives nil too.

import BillingCalendar
import Money
import Tables

extension AuthoredTable {
  /// Adds an error at a cell, or at a byte in it.
  mutating func error(
    _ column: Column, byteOffset: Int = 0, _ message: @autoclosure () -> String,
    hint: @autoclosure () -> String = ""
  ) {
    findings.error(at: position(column, byteOffset: byteOffset), message(), hint: hint())
  }

  /// Adds a warning at a cell.
  mutating func warning(
    _ column: Column, _ message: @autoclosure () -> String, hint: @autoclosure () -> String = ""
  ) {
    findings.warning(at: position(column), message(), hint: hint())
  }

  /// The text of a cell, empty where it is not given.
  func label(_ column: Column) -> Label { Label(bytes(column)) }

  /// The text of a cell; nil where it is not given.
  func given(_ column: Column) -> Label? {
    let text = bytes(column)
    return text.isEmpty ? nil : Label(text)
  }

  /// The text of a cell that must not be empty.
  mutating func needed(_ column: Column) -> Label? {
    if let text = given(column) { return text }
    error(column, "no \(column.name)", hint: "fill the cell")
    return nil
  }

  /// A day; `isBad` tells a bad one from one that is not given.
  mutating func date(_ column: Column, isBad: inout Bool) -> CivilDate? {
    let text = bytes(column)
    guard !text.isEmpty else { return nil }
    if let date = CivilDate.parse(text) { return date }
    error(column, "bad date \(Quoted.text(text))", hint: "expected YYYY-MM-DD")
    isBad = true
    return nil
  }

  /// The half-open span of two columns; nil where one is bad or nothing lies between them.
  mutating func span(from: Column, until: Column) -> DateSpan? {
    var isBad = false
    let first = date(from, isBad: &isBad)
    let last = date(until, isBad: &isBad)
    guard !isBad else { return nil }
    if let first, let last, last <= first {
      error(
        until, "'\(last)' is not after '\(first)'",
        hint: "'\(until.name)' is the first day on which it no longer holds")
      return nil
    }
    return DateSpan(from: first, until: last)
  }

  /// A whole number in `range`.
  mutating func wholeNumber(_ column: Column, in range: ClosedRange<Int>, isBad: inout Bool) -> Int? {
    let text = bytes(column)
    guard !text.isEmpty else { return nil }
    if let value = Int(String(decoding: text, as: UTF8.self)), range.contains(value) { return value }
    error(
      column, "bad \(column.name) \(Quoted.text(text))",
      hint: "expected a whole number from \(range.lowerBound) to \(range.upperBound)")
    isBad = true
    return nil
  }

  /// A decimal number as an integer at 10^−`scale`.
  mutating func decimal(_ column: Column, scale: Int) -> Int128? {
    let text = bytes(column)
    switch DecimalText.parse(text, scale: scale) {
    case .success(let value): return value
    case .failure(let fault):
      error(column, fault.message(for: text, as: column.name, scale: scale), hint: fault.cellHint)
      return nil
    }
  }

  /// One of the words of an enumeration.
  mutating func word<Word: RawRepresentable<String> & CaseIterable>(
    _ column: Column, isBad: inout Bool
  ) -> Word? {
    let text = bytes(column)
    guard !text.isEmpty else { return nil }
    if let word = Word(rawValue: String(decoding: text, as: UTF8.self)) { return word }
    let words = Word.allCases.map(\.rawValue)
    error(
      column, "unknown \(column.name) \(Quoted.text(text))",
      hint: Quoted.suggestion(
        for: Label(text), in: words.map { Label($0) }, otherwise: "expected \(words.joined(separator: ", "))")
    )
    isBad = true
    return nil
  }

  /// A zone by its IANA name.
  mutating func zone(_ column: Column, _ zones: inout ZoneLibrary, isBad: inout Bool) -> Zone? {
    let text = bytes(column)
    guard !text.isEmpty else { return nil }
    do throws(ZoneFault) {
      return try zones.zone(named: String(decoding: text, as: UTF8.self))
    } catch {
      self.error(column, error.description)
      isBad = true
      return nil
    }
  }

  /// A currency by its code.
  mutating func currency(_ column: Column, isBad: inout Bool) -> Currency? {
    let text = bytes(column)
    guard !text.isEmpty else { return nil }
    if let currency = Currency(code: String(decoding: text, as: UTF8.self)) { return currency }
    error(column, "bad currency \(Quoted.text(text))", hint: "expected three capital letters such as EUR")
    isBad = true
    return nil
  }

  /// The index of what a cell names; nil with `isBad` where nobody knows the name.
  mutating func reference(
    _ column: Column, to names: NameIndex, what: String, isBad: inout Bool
  ) -> Int? {
    let name = bytes(column)
    guard !name.isEmpty else { return nil }
    if let index = names[name] { return index }
    error(
      column, "unknown \(what) \(Quoted.text(name))",
      hint: Quoted.suggestion(for: Label(name), in: names.names, otherwise: "no \(what) has that name"))
    isBad = true
    return nil
  }

  /// The index of what a cell must name.
  mutating func neededReference(_ column: Column, to names: NameIndex, what: String) -> Int? {
    guard !bytes(column).isEmpty else {
      error(column, "no \(column.name)", hint: "fill the cell")
      return nil
    }
    var isBad = false
    return reference(column, to: names, what: what, isBad: &isBad)
  }
}

extension DecimalFault {
  /// What is wrong with `text`, which should have been `what`.
  func message(for text: some Collection<UInt8>, as what: String, scale: Int) -> String {
    switch self {
    case .empty: return text.isEmpty ? "no \(what)" : "bad \(what) \(Quoted.text(text))"
    case .unexpected: return "bad \(what) \(Quoted.text(text))"
    case .scientific: return "\(what) \(Quoted.text(text)) is in scientific notation"
    case .tooPrecise: return "\(what) \(Quoted.text(text)) has more than \(scale) digits after the point"
    case .tooLarge: return "\(what) \(Quoted.text(text)) is too large"
    }
  }

  /// What to do about it.
  var cellHint: String {
    switch self {
    case .empty: return "fill the cell with a number such as 12.50"
    case .unexpected: return "expected a number such as 12.50: digits and one point, no grouping, no symbol"
    case .scientific: return "export the column as text or with all its digits"
    case .tooPrecise, .tooLarge: return "check the number"
    }
  }
}
