// From the JSON document of an invoice or credit note to a PDF. Read this file first.

public import Invoicing

/// Draws documents. Used by one thread.
public struct InvoicePaper {
  private let api: PangoCairo

  /// Loads what draws. Throws where it is not installed.
  public init() throws(PaperFault) { api = try PangoCairo() }

  /// The bytes of a PDF: A4, fonts embedded, text that can be searched.
  ///
  /// The same sheet gives the same bytes with the same libraries and fonts: the only time in it is the document's date.
  /// It is drawn twice, because every page says how many there are.
  public func pdf(of sheet: PaperSheet) throws(PaperFault) -> [UInt8] {
    let (_, pageCount) = try draw(sheet, pageCount: nil)
    let (bytes, _) = try draw(sheet, pageCount: pageCount)
    return PDFDate.mended(bytes, date: sheet.date)
  }

  private func draw(
    _ sheet: PaperSheet, pageCount: Int?
  ) throws(PaperFault) -> (bytes: [UInt8], pageCount: Int) {
    let canvas = try PaperCanvas(api, title: sheet.title, author: sheet.author, date: sheet.date) { page in
      (sheet.foot, "Page \(page) of \(pageCount.map(String.init) ?? "?")")
    }
    if let colour = sheet.colour, colour.count == 3 {
      canvas.accent = (Double(colour[0]) / 255, Double(colour[1]) / 255, Double(colour[2]) / 255)
    }
    PaperLayout(canvas).draw(sheet.blocks)
    let count = canvas.pageNumber
    return (try canvas.finish(), count)
  }
}

/// The date in a PDF of cairo 1.16, which it writes without the `D:` that the format asks for.
enum PDFDate {
  /// The bytes with a well-formed date of the same length, so that no offset in the file changes.
  static func mended(_ bytes: [UInt8], date: String) -> [UInt8] {
    let day = date.filter { $0 != "-" }
    let wrong = Array("/CreationDate (\(day)000000Z)".utf8)
    // Seconds may be left out.
    let right = Array("/CreationDate (D:\(day)0000) ".utf8)
    guard let place = lastPlace(of: wrong, in: bytes), wrong.count == right.count else { return bytes }
    var mended = bytes
    mended.replaceSubrange(place..<place + wrong.count, with: right)
    return mended
  }

  // The dictionary stands near the end.
  private static func lastPlace(of text: [UInt8], in bytes: [UInt8]) -> Int? {
    guard bytes.count >= text.count else { return nil }
    for place in stride(from: bytes.count - text.count, through: 0, by: -1)
    where bytes[place] == text[0] && bytes[place..<place + text.count].elementsEqual(text) {
      return place
    }
    return nil
  }
}
