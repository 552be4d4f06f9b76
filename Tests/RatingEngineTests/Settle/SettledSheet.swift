// What settling a sheet gave, compared with its lines.

import Catalog
import Money
import Tables

@testable import RatingEngine

struct SettledSheet {
  let catalog: Catalog
  let rules: SettleRules
  /// Of the events, in canonical order.
  let names: [String]
  let kinds: [UsageKind]
  let parts: [SettledPart]
  let rows: [PeriodRow]
  let balances: [AllowanceBalance]

  /// What a line expects otherwise; nil where it is met or expects nothing.
  func fault(_ words: [String]) -> String? {
    let found: String
    switch words[0] {
    case "charge": found = charge(words)
    case "parts": found = partsLine(words)
    case "row": found = row(words)
    case "balance": found = balance(words)
    case "share": found = share(words)
    case "total":
      found =
        "total \(text(parts.reduce(0) { $0 + $1.amountPico } + rows.reduce(0) { $0 + $1.amountPico }, 12))"
    case "nothing":
      found = parts.isEmpty && rows.isEmpty ? "nothing" : "\(parts.count) parts, \(rows.count) rows"
    default: return nil
    }
    let expected = words.joined(separator: " ")
    return normal(found) == normal(expected) ? nil : "expected: \(expected)\n   found: \(found)"
  }

  /// Numbers without zeros at their end, so that 0.10 is 0.1.
  private func normal(_ line: String) -> String {
    line.split(separator: " ").map { word in
      word.split(separator: "=", omittingEmptySubsequences: false).map { piece in
        guard piece.contains("."), let last = piece.last, last.isNumber || last == "s" else {
          return String(piece)
        }
        var text = piece.last == "s" ? piece.dropLast() : piece
        while text.last == "0" { text = text.dropLast() }
        if text.last == "." { text = text.dropLast() }
        return String(text) + (piece.last == "s" ? "s" : "")
      }.joined(separator: "=")
    }.joined(separator: " ")
  }

  private func text(_ value: Int128, _ scale: Int) -> String { DecimalText.format(value, scale: scale) }

  private func quantity(_ value: Int64, _ kind: UsageKind) -> String {
    text(Int128(value), kind.quantityDigits) + (kind == .voice ? "s" : "")
  }

  private func parts(of name: String) -> (parts: [SettledPart], kind: UsageKind) {
    guard let event = names.firstIndex(of: name) else { return ([], .voice) }
    return (parts.filter { Int($0.event) == event }, kinds[event])
  }

  private func charge(_ words: [String]) -> String {
    let (parts, kind) = parts(of: words[1])
    let options = SheetOptions(words)
    var line = "charge \(words[1]) \(text(parts.reduce(0) { $0 + $1.amountPico }, 12))"
    line += " \(quantity(parts.reduce(0) { $0 + $1.billed }, kind))"
    if options["covered"] != nil { line += " covered=\(quantity(parts.reduce(0) { $0 + $1.covered }, kind))" }
    if options["raw"] != nil { line += " raw=\(quantity(parts.reduce(0) { $0 + $1.raw }, kind))" }
    return line
  }

  private func partsLine(_ words: [String]) -> String {
    let (parts, kind) = parts(of: words[1])
    let texts = parts.map { part in
      let lot = part.lot == SettledPart.none ? "" : ":\(rules.lots[Int(part.lot)].name)"
      let tier = part.tier == SettledPart.none ? "" : "#\(part.tier + 1)"
      return "\(quantity(part.billed, kind))\(lot)\(tier)=\(text(part.amountPico, 12))"
    }
    return (["parts", words[1]] + texts).joined(separator: " ")
  }

  private func row(_ words: [String]) -> String {
    let reason = words[1] == "minimum" ? PeriodRow.Reason.periodMinimum : .flatOnZero
    let found = rows.filter {
      $0.reason == reason && catalog.accounts[$0.account].id == Label(words[2])
        && catalog.plans[$0.plan].charges[$0.charge].name == Label(words[3])
    }
    if found.isEmpty { return "row \(words[1]) \(words[2]) \(words[3]) none" }
    return "row \(words[1]) \(words[2]) \(words[3]) \(text(found.reduce(0) { $0 + $1.amountPico }, 12))"
  }

  private func balance(_ words: [String]) -> String {
    let found = balances.filter { balance in
      let holder = balance.account.map { catalog.accounts[$0].id } ?? "pool"
      return balance.name == Label(words[2]) && holder == Label(words[1])
    }
    guard let first = found.first else { return "no balance" }
    let scale = first.source.scale(catalog)
    func sum(_ value: (AllowanceBalance) -> Int128) -> String {
      text(found.reduce(0) { $0 + value($1) }, scale)
    }
    let values = [
      sum(\.granted), sum(\.rolledIn), sum(\.used), sum(\.left), sum(\.expired), sum(\.rolledOut),
    ]
    return (["balance", words[1], words[2]] + values).joined(separator: " ")
  }

  private func share(_ words: [String]) -> String {
    let account = catalog.accounts.firstIndex { $0.id == Label(words[2]) }
    for balance in balances where balance.name == Label(words[1]) {
      guard let share = balance.shares.first(where: { $0.account == account }) else { continue }
      return "share \(words[1]) \(words[2]) \(text(share.used, balance.source.scale(catalog)))"
    }
    return "no share"
  }
}
