// Pages to draw on: text that wraps, lines, boxes, and a foot on every page. Knows nothing of what stands on them.

/// How a text is set.
struct PaperStyle {
  /// Size in points.
  var size = 8.5
  var isBold = false
  var color = PaperColor.ink
  var isAtRight = false
  /// More lines than these end with an ellipsis, so that no text is longer than a page.
  var linesMax = 12
}

/// The colours of the page, as the HTML page has them.
enum PaperColor {
  case ink, grey, blue, line, soft

  var parts: (Double, Double, Double) {
    switch self {
    case .ink: (0x1A / 255, 0x23 / 255, 0x30 / 255)
    case .grey: (0x5C / 255, 0x67 / 255, 0x75 / 255)
    case .blue: (0x1D / 255, 0x4E / 255, 0x79 / 255)
    case .line: (0xDD / 255, 0xE3 / 255, 0xE9 / 255)
    case .soft: (0xF4 / 255, 0xF6 / 255, 0xF8 / 255)
    }
  }
}

/// One document being drawn. Used by one thread.
final class PaperCanvas {
  /// A4 in points, and its margins.
  static let width = 595.0
  static let height = 842.0
  static let margin = 48.0
  static let bottom = height - 60
  static let innerWidth = width - 2 * margin

  /// The seller's colour, in place of blue.
  var accent: (Double, Double, Double)?
  /// Where the next block begins, from the top of the page.
  var y = margin
  /// The page that is drawn, from 1.
  private(set) var pageNumber = 1

  private final class Sink { var bytes: [UInt8] = [] }

  private let api: PangoCairo
  private let sink = Sink()
  private let surface: PangoCairo.Handle
  private let context: PangoCairo.Handle
  private let layout: PangoCairo.Handle
  private let foot: (_ page: Int) -> (left: String, right: String)
  private static let unitsOfPoint = 1024.0
  private static let families = "Liberation Sans, DejaVu Sans, Noto Sans, sans-serif"

  /// Begins a document; `foot` gives what stands below each page.
  init(
    _ api: PangoCairo, title: String, author: String, date: String,
    foot: @escaping (_ page: Int) -> (left: String, right: String)
  ) throws(PaperFault) {
    self.api = api
    self.foot = foot
    let write: PangoCairo.Write = { closure, bytes, count in
      guard let closure, let bytes else { return 0 }
      Unmanaged<Sink>.fromOpaque(closure).takeUnretainedValue().bytes
        .append(contentsOf: UnsafeBufferPointer(start: bytes, count: Int(count)))
      return 0
    }
    let target = Unmanaged.passUnretained(sink).toOpaque()
    guard let surface = api.surfaceCreate(write, target, Self.width, Self.height),
      let context = api.create(surface), let layout = api.createLayout(context)
    else { throw PaperFault("cairo gives no page; there may be no memory left") }
    (self.surface, self.context, self.layout) = (surface, context, layout)
    // Points, not the 96 dots an inch of a screen.
    api.setResolution(api.layoutContext(layout), 72)
    // Letters stand where they belong, and not on whole points, as on a screen.
    api.setRoundPositions(api.layoutContext(layout), 0)
    // A name in Arabic letters stands where a Latin one would: at the left of its cell.
    api.setAutoDirection(layout, 0)
    // CAIRO_PDF_METADATA_TITLE, _AUTHOR, _CREATOR, _CREATE_DATE: without the last the clock would take part.
    for (key, text) in [(0, title), (1, author), (4, "ratemill"), (5, date + "T00:00:00Z")] {
      api.setMetadata(surface, Int32(key), text)
    }
  }

  deinit {
    api.release(UnsafeMutableRawPointer(layout))
    api.destroy(context)
    api.surfaceDestroy(surface)
  }

  /// Ends the document: its bytes.
  func finish() throws(PaperFault) -> [UInt8] {
    drawFoot()
    api.showPage(context)
    api.surfaceFinish(surface)
    let status = api.surfaceStatus(surface)
    guard status == 0 else { throw PaperFault("cairo could not write the document (status \(status))") }
    return sink.bytes
  }

  /// Goes on at the top of a new page.
  func newPage() {
    drawFoot()
    api.showPage(context)
    pageNumber += 1
    y = Self.margin
  }

  /// Goes on on a new page where less than `height` is left.
  func need(_ height: Double) {
    if y + height > Self.bottom, y > Self.margin { newPage() }
  }

  private func drawFoot() {
    let (left, right) = foot(pageNumber)
    let style = PaperStyle(size: 7.5, color: .grey, linesMax: 1)
    var atRight = style
    atRight.isAtRight = true
    let top = Self.height - 40
    draw(left, at: Self.margin, top, width: Self.innerWidth - 80, style)
    draw(right, at: Self.width - Self.margin - 80, top, width: 80, atRight)
  }

  // MARK: text

  private func set(_ text: String, width: Double, _ style: PaperStyle) {
    let font = "\(Self.families) \(style.isBold ? "Bold " : "")\(style.size)"
    if let description = api.fontFromText(font) {
      api.setFont(layout, description)
      api.freeFont(description)
    }
    api.setWidth(layout, Int32(width * Self.unitsOfPoint))
    // PANGO_WRAP_WORD_CHAR; below zero the height is a number of lines; PANGO_ELLIPSIZE_END; PANGO_ALIGN_RIGHT.
    api.setWrap(layout, 2)
    api.setHeight(layout, Int32(-style.linesMax))
    api.setEllipsize(layout, 3)
    api.setAlignment(layout, style.isAtRight ? 2 : 0)
    // A zero would end the text for C.
    let shown = String(text.map { $0 == "\0" ? "\u{FFFD}" : $0 })
    api.setText(layout, shown, Int32(shown.utf8.count))
  }

  /// How high a text becomes.
  func height(of text: String, width: Double, _ style: PaperStyle) -> Double {
    if text.isEmpty { return 0 }
    set(text, width: width, style)
    return layoutHeight()
  }

  private func layoutHeight() -> Double {
    var (width, height): (Int32, Int32) = (0, 0)
    api.layoutSize(layout, &width, &height)
    return Double(height) / Self.unitsOfPoint
  }

  /// Draws a text; returns how high it is.
  @discardableResult func draw(
    _ text: String, at x: Double, _ y: Double, width: Double, _ style: PaperStyle
  ) -> Double {
    if text.isEmpty { return 0 }
    set(text, width: width, style)
    let (red, green, blue) = parts(of: style.color)
    api.setColor(context, red, green, blue)
    api.moveTo(context, x, y)
    api.showLayout(context, layout)
    return layoutHeight()
  }

  private func parts(of color: PaperColor) -> (Double, Double, Double) {
    if let accent, color == .blue { return accent }
    return color.parts
  }

  // MARK: lines and boxes

  /// Draws a line from left to right.
  func rule(at y: Double, from x: Double, to end: Double, _ color: PaperColor, width: Double = 0.6) {
    let (red, green, blue) = parts(of: color)
    api.setColor(context, red, green, blue)
    api.setLineWidth(context, width)
    api.moveTo(context, x, y)
    api.lineTo(context, end, y)
    api.stroke(context)
  }

  /// Fills a box.
  func box(at x: Double, _ y: Double, width: Double, height: Double, _ color: PaperColor) {
    let (red, green, blue) = parts(of: color)
    api.setColor(context, red, green, blue)
    api.rectangle(context, x, y, width, height)
    api.fill(context)
  }
}
