// Tickets of a feed, one row each: what several rows of one ticket are together is said by its layout.

import BillingCalendar
import Money
import Tables

/// Tickets of one feed: of a ticket that several files have, the rows of the last file count.
struct FeedTickets {
  private let layout: FeedLayout
  private var order: [Label] = []
  private var rowByID: [Label: (file: Int, row: FeedRow)] = [:]

  /// Takes rows as `layout` says.
  init(_ layout: FeedLayout) { self.layout = layout }

  /// Adds the rows of the file number `file`; files come in the order of their names.
  mutating func add(_ rows: [FeedRow], of file: Int, findings: inout FindingList) {
    var sums: [Label: TicketSum] = [:]
    var summed: [Label] = []
    for row in rows {
      guard let id = id(of: row, &findings), let row = Self.settled(row, id, &findings) else { continue }
      if layout.ticketRows == .sum {
        if sums[id] == nil { summed.append(id) }
        sums[id, default: TicketSum(layout)].add(row, &findings)
      } else {
        take(row, id, file, &findings)
      }
    }
    for id in summed { if let row = sums[id]?.row { take(row, id, file, &findings) } }
  }

  private mutating func take(_ row: FeedRow, _ id: Label, _ file: Int, _ findings: inout FindingList) {
    if let earlier = rowByID[id] {
      if earlier.file == file {
        if layout.ticketRows == .first { return }
        findings.error(
          at: row.place(of: .ticket), "line \(earlier.row.line) is ticket \(Quoted.text(id)) already",
          hint: layout.ticketRows == .one
            ? "keep one, or say in `ticket_rows` what several rows of a ticket are" : "keep one")
      }
    } else {
      order.append(id)
    }
    rowByID[id] = (file, row)
  }

  /// The rows of one file that count, in order.
  func rows(of file: Int) -> [FeedRow] {
    order.compactMap { rowByID[$0] }.filter { $0.file == file }.map(\.row)
      .sorted { $0.line < $1.line }
  }

  /// The name of a row's ticket; of entries with the entry behind it.
  private func id(of row: FeedRow, _ findings: inout FindingList) -> Label? {
    for column in layout.ticketRows == .each ? [FeedColumn.ticket, .entry] : [.ticket]
    where row.cells[column] == nil {
      findings.error(
        at: row.place(of: column), "no \(column.rawValue)",
        hint: "fill the cell, or leave such rows out with 'leave_out'")
      return nil
    }
    guard let ticket = row.cells[.ticket] else { return nil }
    guard layout.ticketRows == .each, let entry = row.cells[.entry] else { return ticket }
    return Label("\(ticket)/\(entry)")
  }

  /// The row with its name, and with its status in the day of closing: an open ticket has none, a closed one must.
  private static func settled(_ row: FeedRow, _ id: Label, _ findings: inout FindingList) -> FeedRow? {
    var row = row
    row.cells[.ticket] = id
    row.cells[.entry] = nil
    guard let status = row.cells.removeValue(forKey: .status) else { return row }
    if status == "open" { row.cells[.closed] = nil }
    guard status == "open" || row.cells[.closed] != nil else {
      findings.error(
        at: row.place(of: .status), "the ticket is closed and has no day of closing",
        hint: "fill the day, or reopen the ticket")
      return nil
    }
    return row
  }
}

/// Rows of one ticket, added up: time entries, or amounts.
///
/// Hours, and quantities and amounts that stand in cells, are added, of rows that are billed. The ticket is closed when all its rows
/// are, on the last day. What it is charged by must be the same in all rows.
private struct TicketSum {
  private static let same: [FeedColumn] = [
    .account, .item, .price, .currency, .contract, .project, .taxClass, .purchaseOrder, .decision,
  ]

  private let added: [FeedColumn]
  private(set) var row: FeedRow?
  private var isOpen = false

  init(_ layout: FeedLayout) {
    let counted = [FeedColumn.hours, .quantity].filter { layout.isCell($0) }
    // Without a count of what the price is for, it is an amount.
    let isAmount = layout.isCell(.price) && counted.isEmpty
    added = counted + (isAmount ? [.price] : [])
  }

  mutating func add(_ next: FeedRow, _ findings: inout FindingList) {
    isOpen = isOpen || next.cells[.closed] == nil
    guard var sum = row else {
      row = next
      return
    }
    defer {
      if isOpen { sum.cells[.closed] = nil }
      row = sum
    }
    if !isOpen, let day = next.cells[.closed], let last = sum.cells[.closed], last < day {
      sum.cells[.closed] = day
    }
    guard next.cells[.account] == sum.cells[.account] else { return differ(.account, next, sum, &findings) }
    // Of entries that are not billed nothing counts beside those that are.
    if next.cells[.billable] == "no", sum.cells[.billable] != "no" { return }
    if next.cells[.billable] != "no", sum.cells[.billable] == "no" {
      let (line, closed) = (sum.line, sum.cells[.closed])
      sum = next
      sum.line = line
      sum.cells[.closed] = closed
      return
    }
    for column in Self.same where !added.contains(column) && next.cells[column] != sum.cells[column] {
      return differ(column, next, sum, &findings)
    }
    for column in added { sum.cells[column] = Self.sum(sum.cells[column], next.cells[column]) }
  }

  private func differ(
    _ column: FeedColumn, _ next: FeedRow, _ sum: FeedRow, _ findings: inout FindingList
  ) {
    func text(_ row: FeedRow) -> String { row.cells[column].map { Quoted.text($0) } ?? "nothing" }
    findings.error(
      at: next.place(of: column),
      "the \(column.rawValue) is \(text(next)), in line \(sum.line) of the same ticket \(text(sum))",
      hint:
        "only rows of the same \(column.rawValue) can be added; `ticket_rows: each` charges them one by one")
  }

  /// Decimals as translations write them, or one of them where the other has none.
  private static func sum(_ a: Label?, _ b: Label?) -> Label? {
    guard let a, let b else { return a ?? b }
    guard case .success(let x) = DecimalText.parse(a.description, scale: Amount.scale),
      case .success(let y) = DecimalText.parse(b.description, scale: Amount.scale)
    else { return a }
    // Translated decimals fit 96 bits.
    return Label(DecimalText.format(x &+ y, scale: Amount.scale))
  }
}

extension FeedRow {
  /// Where a cell stands, or its row.
  func place(of column: FeedColumn) -> TablePosition {
    positions[column] ?? TablePosition(line: line, column: 0)
  }
}

extension FeedLayout {
  /// Whether a column of ours is filled from one of the export.
  func isCell(_ column: FeedColumn) -> Bool {
    if case .cell? = field(column)?.source { true } else { false }
  }
}
