// How many records a text is that stands for one: what was kept of a record, or what somebody has corrected it to.

public import Catalog
import Tables

/// What a run would read where a text stands as a line of its file.
public enum RecordCount: Hashable, Sendable {
  /// One record, which has these bytes of the text, and the next one begins behind it. Blank lines may stand around it.
  case one(Range<Int>)
  /// None: a blank line, a comment, or a row that is the file's trailer.
  case none
  /// Line ends stand between so many of them.
  case several(Int)
  /// A quote is open at the end: the record would go on in what follows.
  case open

  /// Counts the records of `bytes`, to which the line end is still to be added.
  ///
  /// `header` are the lines before the records of the file. Complexity: O(bytes); for formats with trailers it reads header and fields
  /// besides.
  public init(of bytes: [UInt8], _ format: FormatDescriptor, header: [UInt8]) {
    let rule = RecordEnd(format.dialect, bytesMax: RatingOptions().recordBytesMax)
    let text = bytes + [rule.lineEnd]
    let records = text.withUnsafeBufferPointer { text -> [Range<Int>]? in
      guard let base = text.baseAddress else { return nil }
      var at = 0
      var records: [Range<Int>] = []
      while at < text.count {
        guard let end = rule.first(base, from: at, until: text.count) else { return nil }
        let length = rule.length(base, from: at, lineEndAt: end)
        if length > 0, !rule.isComment(base + at, length) { records.append(at..<at + length) }
        at = end + 1
      }
      return records
    }
    guard let records else {
      self = .open
      return
    }
    guard let first = records.first, records.count == 1 else {
      self = records.isEmpty ? .none : .several(records.count)
      return
    }
    self = Self.isTrailer(Array(bytes[first]), format, header) ? .none : .one(first)
  }

  /// Trailers are told by their fields.
  private static func isTrailer(_ bytes: [UInt8], _ format: FormatDescriptor, _ header: [UInt8])
    -> Bool
  {
    guard format.trailer != nil else { return false }
    let reader = TrialReader(textBytesMax: header.count + bytes.count)
    var isTrailer = false
    do throws(FormatMismatch) {
      try reader.read(header + bytes, format, source: .trial(), isWhole: true) { reading in
        isTrailer = reading.isTrailer(0)
        return false
      }
    } catch {
      // A header that this format does not know: the run names it.
      return false
    }
    return isTrailer
  }
}
