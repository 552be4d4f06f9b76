// Rows of contracts.csv that were given another contract name, item or description since invoices charged them, and rows that are
// gone: invoices never change, so what they charged is read under the texts that its row has now.

import BillingCalendar
import Catalog
import Money
import Tables

/// Which texts stand now for those that invoices of one account have charged.
///
/// A line on an invoice is known by contract, description, item and currency. Where no row has these any more, the line belongs to
/// a row of the same currency that holds on some of its days, whose own texts no invoice had when it was charged, and that is like it: the
/// same description, price and quantity; or the same contract and item, price and quantity; or at least the same description. Where
/// several rows, or several lines of one invoice, come into question, nobody can tell, and the line is of no row.
public struct RenamedContracts: Sendable {
  typealias Texts = ContractCorrections.Texts

  private var nowByThen: [Texts: Texts] = [:]

  /// Of several rows with the same texts some have others now: how their lines are told apart.
  private struct Likes: Hashable {
    var texts: Texts
    var price: Amount
    /// Without its sign: what was given back is of the row that was charged.
    var quantityMicro: Int64

    init(_ line: DraftBasis.ChargedLine) {
      (texts, price, quantityMicro) = (Texts(line), line.price, abs(line.quantityMicro))
    }
  }

  /// How many lines of an invoice for the same days keep their texts, and which texts the others have now.
  private var divided: [Likes: (kept: Int, now: Texts)] = [:]

  /// What makes a row the one that has charged a line: the surest first.
  private enum Likeness: CaseIterable {
    case text, contractAndItem, textAlone
  }

  /// The lines of one kind of texts.
  private struct Charged {
    var lines: [DraftBasis.ChargedLine] = []
    /// The first and the last invoice that has them, by their order.
    var invoices: ClosedRange<Int>

    func wasBeside(_ other: Charged) -> Bool { invoices.overlaps(other.invoices) }
  }

  /// Compares the rows of an account with its lines, which are in the order of their invoices. Complexity: O(lines × rows).
  init(_ contracts: [Contract], _ lines: [DraftBasis.ChargedLine]) {
    let present = Set(contracts.map(Texts.init))
    divided = Self.divided(contracts, lines)
    var charged = Self.charged(lines)
    for likeness in Likeness.allCases {
      let gone = charged.keys.filter { !present.contains($0) && nowByThen[$0] == nil }
      if gone.isEmpty { return }
      var rows: [Texts: Set<Texts>] = [:]
      for then in gone {
        rows[then] = Set(
          contracts.filter { Self.isLike($0, then, charged[then]?.lines ?? [], likeness) }.map(Texts.init)
        ).filter { now in
          // What stood beside it is another row; a row that is charged first later may be its successor.
          guard let own = charged[now], let other = charged[then] else { return true }
          return own.invoices.lowerBound > other.invoices.upperBound
        }
      }
      for (then, found) in rows {
        guard found.count == 1, let now = found.first, let own = charged[then] else { continue }
        let isContested = rows.contains { other, rows in
          other != then && rows.contains(now) && charged[other]?.wasBeside(own) == true
        }
        if !isContested { nowByThen[then] = now }
      }
      // What is found counts as charged by its row from here on.
      for (then, now) in nowByThen {
        guard let own = charged.removeValue(forKey: then) else { continue }
        var whole = charged[now] ?? own
        whole.lines = (charged[now]?.lines ?? []) + own.lines
        whole.invoices =
          min(
            whole.invoices.lowerBound, own.invoices.lowerBound)...max(
            whole.invoices.upperBound, own.invoices.upperBound)
        charged[now] = whole
      }
    }
  }

  /// Lines of several rows with the same texts that no row with these has any more, while another row is like them and has their price and
  /// their written quantity, and stood on no invoice with them. Whichever of several such rows it is, what is owed is the same.
  private static func divided(
    _ contracts: [Contract], _ lines: [DraftBasis.ChargedLine]
  ) -> [Likes: (kept: Int, now: Texts)] {
    let written = contracts.filter { $0.count == .fixed }
    let charged = Self.charged(lines)
    var places: [Label: Int] = [:]
    for line in lines where places[line.invoice] == nil { places[line.invoice] = places.count }
    var divided: [Likes: (kept: Int, now: Texts)] = [:]
    var taken: Set<LineOrigin> = []
    for row in written {
      let first = charged[Texts(row)]?.invoices.lowerBound ?? places.count
      for (texts, own) in charged where texts != Texts(row) && texts.isLike(Texts(row)) {
        // The last invoice that the row was not on.
        let before = own.lines.filter { (places[$0.invoice] ?? 0) < first }
        let others = written.filter { Texts($0) == texts }
        guard let last = before.last, !others.isEmpty else { continue }
        func isOf(_ likes: Likes, _ row: Contract) -> Bool {
          row.quantityMicro == likes.quantityMicro && (row.price ?? likes.price) == likes.price
            && row.days.overlaps(last.from..<last.until)
        }
        let sent = before.filter {
          $0.invoice == last.invoice && $0.from == last.from && $0.until == last.until
        }
        for (likes, same) in Dictionary(grouping: sent, by: Likes.init) where divided[likes] == nil {
          let kept = others.count { isOf(likes, $0) }
          let origin = LineOrigin(file: row.file, line: row.line)
          guard same.count > kept, isOf(likes, row), taken.insert(origin).inserted else { continue }
          divided[likes] = (kept, Texts(row))
        }
      }
    }
    return divided
  }

  private static func charged(_ lines: [DraftBasis.ChargedLine]) -> [Texts: Charged] {
    var places: [Label: Int] = [:]
    var charged: [Texts: Charged] = [:]
    for line in lines {
      let place = places[line.invoice] ?? places.count
      places[line.invoice] = place
      guard !line.isRefund, line.quantityMicro > 0, line.from < line.until else { continue }
      var own = charged[Texts(line)] ?? Charged(invoices: place...place)
      own.lines.append(line)
      own.invoices = own.invoices.lowerBound...max(own.invoices.upperBound, place)
      charged[Texts(line)] = own
    }
    return charged
  }

  private static func isLike(
    _ row: Contract, _ then: Texts, _ lines: [DraftBasis.ChargedLine], _ likeness: Likeness
  ) -> Bool {
    guard row.currency == then.currency, lines.contains(where: { row.days.overlaps($0.from..<$0.until) })
    else { return false }
    let isSamePrice = lines.contains { line in
      (row.price ?? line.price) == line.price
        && (row.count != .fixed || row.quantityMicro == line.quantityMicro)
    }
    switch likeness {
    case .text: return row.description == then.description && isSamePrice
    case .contractAndItem: return row.name == then.contract && row.item == then.item && isSamePrice
    case .textAlone: return row.description == then.description
    }
  }

  /// Whether every line is under the texts that its row has.
  public var isEmpty: Bool { nowByThen.isEmpty && divided.isEmpty }

  /// Lines of invoices under the texts that their rows have now, each as it is where no row is known to be it. Lines of an invoice that
  /// are alike must come together. Complexity: O(lines).
  public func renamed(_ lines: [DraftBasis.ChargedLine]) -> [DraftBasis.ChargedLine] {
    var seen: [DraftBasis.ChargedLine: Int] = [:]
    return lines.map { line in
      if let parts = divided[Likes(line)] {
        // The same but for what discounts and credit notes have made of them.
        var key = DraftBasis.ChargedLine(
          invoice: line.invoice, account: line.account, isRefund: line.isRefund, contract: line.contract,
          description: line.description, item: line.item, from: line.from, until: line.until,
          quantityMicro: line.quantityMicro, price: line.price, currency: line.currency)
        key.corrects = line.corrects
        let count = seen[key, default: 0]
        seen[key] = count + 1
        return count < parts.kept ? line : Self.line(line, of: parts.now)
      }
      return nowByThen[Texts(line)].map { Self.line(line, of: $0) } ?? line
    }
  }

  private static func line(_ line: DraftBasis.ChargedLine, of now: Texts) -> DraftBasis.ChargedLine {
    var line = line
    (line.contract, line.description, line.item) = (now.contract, now.description, now.item)
    return line
  }
}
