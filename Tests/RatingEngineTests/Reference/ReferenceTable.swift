// What the reference rater found, in the words of a run's table, report and suspense file.

import Money

/// Sums and texts over the outcomes of the reference rater.
struct ReferenceTable {
  let outcomes: [(record: ReferenceRecord, outcome: ReferenceRater.Outcome)]
  let files: [ReferenceRater.File]
  var hasSuppliers = false

  static func digits(_ kind: Tariff.Kind) -> Int { kind == .voice ? 3 : kind == .event ? 6 : 0 }

  static func unit(_ kind: Tariff.Kind) -> String {
    switch kind {
    case .voice: "s"
    case .message: "message"
    case .data: "byte"
    case .event: "event"
    }
  }

  /// A whole number of 10^−scale as the shortest decimal.
  static func number(_ value: Int128, scale: Int) -> String {
    var digits = String(value.magnitude)
    while digits.count <= scale { digits = "0" + digits }
    let whole = String(digits.dropLast(scale))
    var fraction = String(digits.suffix(scale))
    while fraction.last == "0" { fraction.removeLast() }
    return (value < 0 ? "-" : "") + whole + (fraction.isEmpty ? "" : "." + fraction)
  }

  /// Counts by door and reason, in the words of `TrialResult.doors`.
  var doors: [String] {
    var counts: [String: Int] = [:]
    for item in outcomes { counts[Self.door(item.outcome), default: 0] += 1 }
    let (rated, duplicate) = (counts.removeValue(forKey: "rated"), counts.removeValue(forKey: "duplicate"))
    return ["read \(outcomes.count)", "rated \(rated ?? 0)", "duplicate \(duplicate ?? 0)"]
      + counts.sorted { Array($0.key.utf8).lexicographicallyPrecedes(Array($1.key.utf8)) }.map {
        "\($0.key) \($0.value)"
      }
  }

  private static func door(_ outcome: ReferenceRater.Outcome) -> String {
    switch outcome {
    case .rated: "rated"
    case .duplicate: "duplicate"
    case .filtered(let reason): "filtered \(reason)"
    case .suspended(let reason): "suspended \(reason)"
    }
  }

  /// Read, rated, filtered, duplicate and suspended of each file.
  var fileDoors: [[Int]] {
    files.indices.map { file in
      let own = outcomes.filter { $0.record.file == file }
      return [own.count]
        + ["rated", "filtered", "duplicate", "suspended"].map { word in
          own.count { Self.door($0.outcome).hasPrefix(word) }
        }
    }
  }

  /// The table of `--by columns`, sorted by the bytes of the keys column by column.
  func table(by columns: [String]) -> String {
    var sums:
      [[String]: (
        kind: Tariff.Kind, count: Int, raw: Int128, billed: Int128, amount: Amount, cost: Amount,
        hasCost: Bool
      )] = [:]
    let showsCost = hasSuppliers && columns.contains { ["supplier", "cost_currency"].contains($0) }
    var keys = columns
    for column in ["currency", "cost_currency"] where !columns.contains(column) {
      if column == "currency" || showsCost { keys.append(column) }
    }
    let charges = outcomes.flatMap { item -> [(charge: ReferenceCharge, count: Int)] in
      guard case .rated(let rows) = item.outcome else { return [] }
      return rows.enumerated().map { ($1, $0 == 0 ? 1 : 0) }
    }
    for (charge, count) in charges {
      let key = keys.map { charge.cells[$0] ?? "" } + [Self.unit(charge.kind)]
      var sum = sums[key] ?? (charge.kind, 0, 0, 0, .zero, .zero, false)
      sum.count += count
      sum.raw += Int128(charge.raw)
      sum.billed += Int128(charge.billed)
      sum.amount += charge.amount
      // Once, in the row of the first part.
      if let cost = charge.cost, count == 1 { sum.cost += cost }
      if charge.cost != nil { sum.hasCost = true }
      sums[key] = sum
    }
    let header =
      keys + ["unit", "event_count", "quantity_raw", "quantity_billed", "quantity_covered", "amount"]
      + (showsCost ? ["cost"] : [])
    let rows = sums.sorted { a, b in
      a.key.map { Array($0.utf8) }.lexicographicallyPrecedes(b.key.map { Array($0.utf8) }) {
        $0.lexicographicallyPrecedes($1)
      }
    }
    let lines = rows.map { key, sum in
      let digits = Self.digits(sum.kind)
      return key + [
        "\(sum.count)", Self.number(sum.raw, scale: digits), Self.number(sum.billed, scale: digits), "0",
        Self.number(sum.amount.pico, scale: 12),
      ] + (!showsCost ? [] : [sum.hasCost ? Self.number(sum.cost.pico, scale: 12) : ""])
    }
    return ([header] + lines).map(Self.line).joined()
  }

  private static func line(_ cells: [String]) -> String {
    cells.map { cell in
      guard cell.utf8.contains(where: { [10, 13, 34, 44].contains($0) }) else { return cell }
      return "\"" + cell.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"")
        + "\""
    }.joined(separator: ",") + "\n"
  }

  /// Reason, file, line, offset and bytes of every suspended record, in no order.
  var suspense: Set<[String]> {
    Set(
      outcomes.compactMap { item in
        guard case .suspended(let reason) = item.outcome else { return nil }
        return [
          reason, files[item.record.file].name, "\(item.record.line)", "\(item.record.offset)",
          item.record.bytes.map { String($0, radix: 16) }.joined(separator: " "),
        ]
      })
  }
}
