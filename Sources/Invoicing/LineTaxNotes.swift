// Which taxes stand on which line of a document, where that is not the same for all of them.

import Tables

/// Notes below lines: a client who sees two rates below an invoice must see which line has which.
struct LineTaxNotes {
  private var notes: [Int: String] = [:]

  /// `lines` are the numbers of all lines; `taxes` are what a tax is called, with the numbers of the lines that it is on, in the order of
  /// counting.
  init(lines: [Int], taxes: [(name: String, lines: [Int])]) {
    var names: [Int: [String]] = [:]
    for tax in taxes {
      for line in tax.lines { names[line, default: []].append(tax.name) }
    }
    guard Set(lines.map { names[$0] ?? [] }).count > 1 else { return }
    for line in lines { notes[line] = names[line]?.joined(separator: ", ") ?? "no tax" }
  }

  /// The note of a line; nil where all lines have the same taxes.
  subscript(line: Int) -> String? { notes[line] }
}

extension LineTaxNotes {
  /// The notes of a document or of its credit note: of the lines `numbers`.
  init(_ taxes: [DocumentTax], lines numbers: [Int]) {
    self.init(lines: numbers, taxes: taxes.map { ($0.name, $0.shares.map(\.number)) })
  }
}

extension DocumentTax {
  /// How it is called on a line: `VAT, DE 19%`.
  var name: String { exemption.isEmpty ? "\(tax), \(place) \(printedRate)" : "\(tax), \(place) exempt" }

  /// Its rate for people: `19%`, `0.75 each`, `0.01 / min`; empty for one that is exempt.
  var printedRate: String {
    guard exemption.isEmpty else { return "" }
    return switch method {
    case "percent": "\(rate)%"
    case "bracket": "\(rate)% of a part"
    case "per-line": "\(rate) each"
    case "per-minute": "\(rate) / min"
    default: "\(rate)"
    }
  }
}
