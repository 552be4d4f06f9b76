// Puts the blocks of a document on pages.

import Invoicing

/// Draws blocks from top to bottom.
struct PaperLayout {
  let canvas: PaperCanvas
  private var left: Double { PaperCanvas.margin }
  private var right: Double { PaperCanvas.width - PaperCanvas.margin }
  private var width: Double { PaperCanvas.innerWidth }

  init(_ canvas: PaperCanvas) { self.canvas = canvas }

  /// Draws all blocks.
  func draw(_ blocks: [PaperBlock]) {
    let tail = blocks.firstIndex { if case .totals = $0 { true } else { false } } ?? blocks.count
    for (number, block) in blocks.enumerated() {
      // Sums, payment and small print stand together, so that none of them is a page of its own.
      if number == tail { canvas.need(min(blocks[tail...].reduce(0) { $0 + height(of: $1) }, Self.tailMax)) }
      draw(block)
    }
  }

  // What is higher than half of a page may be parted.
  private static let tailMax = (PaperCanvas.bottom - PaperCanvas.margin) / 2

  private func draw(_ block: PaperBlock) {
    switch block {
    case .head(let brand, let lines, let title): head(brand, lines, title)
    case .parties(let name, let lines, let facts): parties(name, lines, facts)
    case .due(let text, let note, let sum): due(text, note, sum)
    case .table(let title, let columns, let rows, let subtotal): table(title, columns, rows, subtotal)
    case .totals(let facts): totals(facts)
    case .payment(let text): payment(text)
    case .notes(let notes): self.notes(notes)
    }
  }

  /// How high a block is that stands behind the tables.
  private func height(of block: PaperBlock) -> Double {
    switch block {
    case .totals(let facts): totalsHeight(facts)
    case .payment(let text): paymentHeight(text) + Self.paymentGap
    case .notes(let notes): notesHeight(notes)
    case .head, .parties, .due, .table: 0
    }
  }

  private func head(_ brand: String, _ lines: String, _ title: String) {
    canvas.box(at: left, canvas.y - 14, width: width, height: 3, .blue)
    let half = width / 2
    var height = canvas.draw(
      brand, at: left, canvas.y, width: half, PaperStyle(size: 14, isBold: true, linesMax: 2))
    height += 2
    height += canvas.draw(
      lines, at: left, canvas.y + height, width: half, PaperStyle(color: .grey, linesMax: 6))
    let own = canvas.draw(
      title, at: left + half, canvas.y, width: half, PaperStyle(size: 20, isAtRight: true, linesMax: 1))
    canvas.y += max(height, own) + 24
  }

  private func parties(_ name: String, _ lines: String, _ facts: [PaperFact]) {
    let top = canvas.y
    let half = width / 2
    let label = PaperStyle(size: 7.5, color: .grey)
    var height = canvas.draw("Bill to", at: left, top, width: half - 20, label) + 2
    height +=
      canvas.draw(
        name, at: left, top + height, width: half - 20, PaperStyle(size: 10, isBold: true, linesMax: 4)) + 1
    height += canvas.draw(lines, at: left, top + height, width: half - 20, PaperStyle(linesMax: 10))
    var y = top
    for fact in facts {
      let titleHeight = canvas.draw(
        fact.title, at: left + half, y, width: 90, PaperStyle(color: .grey, linesMax: 2))
      let textHeight = canvas.draw(
        fact.text, at: left + half + 92, y, width: half - 92, PaperStyle(isAtRight: true, linesMax: 3))
      y += max(titleHeight, textHeight) + 2
    }
    canvas.y = max(top + height, y) + 18
  }

  private func due(_ text: String, _ note: String, _ sum: String) {
    let style = PaperStyle(size: 10)
    let small = PaperStyle(color: .grey, linesMax: 4)
    let half = width * 0.55
    let textHeight = canvas.height(of: text, width: half, style) + canvas.height(of: note, width: half, small)
    let height = max(textHeight, 24) + 20
    canvas.need(height)
    canvas.box(at: left, canvas.y, width: width, height: height, .soft)
    let first = canvas.draw(text, at: left + 14, canvas.y + 10, width: half, style)
    canvas.draw(note, at: left + 14, canvas.y + 10 + first, width: half, small)
    canvas.draw(
      sum, at: left + half, canvas.y + 10, width: width - half - 14,
      PaperStyle(size: 17, isBold: true, color: .blue, isAtRight: true, linesMax: 1))
    canvas.y += height + 16
  }

  // MARK: tables

  private static let gap = 8.0
  private static let rowPadding = 3.5

  private static let subtotalHeight = 18.0
  private static let carryHeight = 17.0

  private func table(_ title: String, _ columns: [PaperColumn], _ rows: [PaperRow], _ subtotal: String) {
    let widths = self.widths(of: columns)
    let heights = rows.map { height(of: $0, columns, widths) }
    // A heading does not stand alone at the foot of a page, nor with one row of many.
    let first = heights.prefix(2).reduce(0, +)
    canvas.need(20 + 18 + first + (rows.count > 2 ? Self.carryHeight : Self.subtotalHeight))
    canvas.y +=
      canvas.draw(
        title, at: left, canvas.y, width: width, PaperStyle(size: 10.5, isBold: true, color: .blue)) + 3
    columnHeads(columns, widths)
    var isFirstOfPage = true
    for (number, row) in rows.enumerated() {
      if !isFirstOfPage, canvas.y + room(from: number, rows, heights) > PaperCanvas.bottom {
        let sum = number > 0 ? rows[number - 1].sum : ""
        carry("Carried over", sum)
        canvas.newPage()
        columnHeads(columns, widths)
        carry("Brought forward", sum)
      }
      isFirstOfPage = false
      draw(row, columns, widths)
      canvas.y += heights[number]
      canvas.rule(at: canvas.y, from: left, to: right, .line)
    }
    if !subtotal.isEmpty { sum("Subtotal", subtotal, PaperStyle(isBold: true, linesMax: 1)) }
    canvas.y += subtotal.isEmpty ? 16 : 30
  }

  /// What must be free below for a row: the row, and what follows it in any case. The last row has the subtotal below it, and
  /// neither stands alone on a page: the row before goes with them.
  private func room(from number: Int, _ rows: [PaperRow], _ heights: [Double]) -> Double {
    switch rows.count - number {
    case 1: heights[number] + Self.subtotalHeight
    case 2: heights[number] + heights[number + 1] + Self.subtotalHeight
    default: heights[number] + (rows[number].sum.isEmpty ? 0 : Self.carryHeight)
    }
  }

  /// The line of a sum that goes on on the next page.
  private func carry(_ title: String, _ text: String) {
    if text.isEmpty { return }
    sum(title, text, PaperStyle(color: .grey, linesMax: 1))
    canvas.y += Self.carryHeight
    if title == "Brought forward" { canvas.rule(at: canvas.y, from: left, to: right, .line) }
  }

  private func sum(_ title: String, _ text: String, _ style: PaperStyle) {
    var atRight = style
    atRight.isAtRight = true
    canvas.draw(title, at: left, canvas.y + 4, width: 200, style)
    canvas.draw(text, at: right - 160, canvas.y + 4, width: 160, atRight)
  }

  private func widths(of columns: [PaperColumn]) -> [Double] {
    let fixed = columns.reduce(0) { $0 + Double($1.width) } + Double(columns.count - 1) * Self.gap
    let flexible = max(1, columns.count { $0.width == 0 })
    return columns.map { $0.width == 0 ? (width - fixed) / Double(flexible) : Double($0.width) }
  }

  private func style(_ column: PaperColumn) -> PaperStyle {
    PaperStyle(isAtRight: column.isNumber)
  }

  private static let noteStyle = PaperStyle(size: 7.5, color: .grey, linesMax: 3)

  private func columnHeads(_ columns: [PaperColumn], _ widths: [Double]) {
    var x = left
    var height = 0.0
    for (column, width) in zip(columns, widths) {
      let style = PaperStyle(size: 7.5, color: .grey, isAtRight: column.isNumber, linesMax: 1)
      height = max(height, canvas.draw(column.title, at: x, canvas.y, width: width, style))
      x += width + Self.gap
    }
    canvas.y += height + 3
    canvas.rule(at: canvas.y, from: left, to: right, .ink)
  }

  private func height(of row: PaperRow, _ columns: [PaperColumn], _ widths: [Double]) -> Double {
    var height = 0.0
    for (index, cell) in row.cells.enumerated() {
      height = max(height, canvas.height(of: cell, width: widths[index], style(columns[index])))
      if index == 0 {
        height += row.notes.reduce(0) {
          $0 + canvas.height(of: $1, width: widths[0], Self.noteStyle)
        }
      }
    }
    return height + 2 * Self.rowPadding
  }

  private func draw(_ row: PaperRow, _ columns: [PaperColumn], _ widths: [Double]) {
    var x = left
    let top = canvas.y + Self.rowPadding
    for (index, cell) in row.cells.enumerated() {
      var height = canvas.draw(cell, at: x, top, width: widths[index], style(columns[index]))
      if index == 0 {
        for note in row.notes {
          height += canvas.draw(note, at: x, top + height, width: widths[0], Self.noteStyle)
        }
      }
      x += widths[index] + Self.gap
    }
  }

  // MARK: what follows

  private func totals(_ facts: [PaperFact]) {
    canvas.need(totalsHeight(facts))
    let x = right - 230
    for (number, fact) in facts.enumerated() {
      let isLast = number == facts.count - 1
      if isLast {
        canvas.rule(at: canvas.y + 1, from: x, to: right, .ink, width: 1.4)
        canvas.y += 6
      }
      let style = PaperStyle(size: isLast ? 12 : 9, isBold: isLast, linesMax: 1)
      var atRight = style
      atRight.isAtRight = true
      let height = canvas.draw(fact.title, at: x, canvas.y, width: 120, style)
      canvas.draw(fact.text, at: right - 130, canvas.y, width: 130, atRight)
      canvas.y += height + 3
    }
    canvas.y += 18
  }

  private func totalsHeight(_ facts: [PaperFact]) -> Double { Double(facts.count) * 15 + 28 }

  private static let paymentStyle = PaperStyle(linesMax: 10)
  private static let paymentGap = 18.0

  private func paymentHeight(_ text: String) -> Double {
    canvas.height(of: text, width: width - 28, Self.paymentStyle) + 30
  }

  private func payment(_ text: String) {
    let height = paymentHeight(text)
    canvas.need(height)
    canvas.box(at: left, canvas.y, width: width, height: height, .soft)
    canvas.box(at: left, canvas.y, width: 2, height: height, .blue)
    let label = PaperStyle(size: 7.5, color: .grey)
    let first = canvas.draw("Payment", at: left + 14, canvas.y + 8, width: width - 28, label)
    canvas.draw(text, at: left + 14, canvas.y + 10 + first, width: width - 28, Self.paymentStyle)
    canvas.y += height + Self.paymentGap
  }

  private static let smallPrint = PaperStyle(size: 7.5, color: .grey)

  private func notesHeight(_ notes: [String]) -> Double {
    notes.reduce(10.0) { $0 + canvas.height(of: $1, width: width, Self.smallPrint) + 4 }
  }

  private func notes(_ notes: [String]) {
    let style = Self.smallPrint
    canvas.need(notesHeight(notes))
    canvas.rule(at: canvas.y, from: left, to: right, .line)
    canvas.y += 8
    for note in notes { canvas.y += canvas.draw(note, at: left, canvas.y, width: width, style) + 4 }
  }
}
