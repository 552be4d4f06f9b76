// Suspense files of one usage, some of them taken away: the rows of the others, as they are written.

public import Tables

/// Walks over suspense files, each in order of source, file and byte offset, and leaves out what stands in those that are taken
/// away.
public final class SuspenseMerge {
  private struct Key: Comparable {
    var source: Label
    var file: Label
    var offset: Int64

    static func < (a: Key, b: Key) -> Bool {
      if a.source != b.source { return a.source < b.source }
      if a.file != b.file { return a.file < b.file }
      return a.offset < b.offset
    }
  }

  /// One file on its way.
  private final class Walk {
    private var records: RecordReader
    let sign: Int64
    /// The row at hand; nil at the end.
    private(set) var key: Key?
    private(set) var text: [UInt8] = []

    init(_ path: String, _ sign: Int64) throws(UsageFolderFault) {
      records = RecordReader(file: try DecodedFile(path: path, name: path))
      self.sign = sign
      try records.expectHeader(SuspenseSchema.columns)
      try next()
    }

    func next() throws(UsageFolderFault) {
      key = nil
      guard try records.next() else { return }
      let cells = records.cells
      guard cells.count == SuspenseSchema.columns.count, let offset = Self.number(cells[3]) else {
        throw records.fault("no row of a suspense file")
      }
      key = Key(source: Label(cells[0]), file: Label(cells[1]), offset: offset)
      text.removeAll(keepingCapacity: true)
      for (index, cell) in cells.enumerated() {
        if index > 0 { text.append(UInt8(ascii: ",")) }
        CSVText.append(Array(cell), to: &text)
      }
      text.append(UInt8(ascii: "\n"))
    }

    private static func number(_ cell: UnsafeBufferPointer<UInt8>) -> Int64? {
      Int64(String(decoding: cell, as: UTF8.self))
    }
  }

  private var walks: [Walk] = []

  /// Begins with the first row of each file; a sign of −1 says that its rows are taken away.
  public init(_ paths: [(path: String, sign: Int64)]) throws(UsageFolderFault) {
    for (path, sign) in paths { walks.append(try Walk(path, sign)) }
  }

  /// Calls `body` with the header and with every row that is left, as text; only those that `isWanted` by their file and offset.
  public func forEach(
    where isWanted: (_ row: (file: Label, offset: Int64)) -> Bool = { _ in true },
    _ body: ([UInt8]) throws(UsageFolderFault) -> Void
  ) throws(UsageFolderFault) {
    try body(SummaryColumn.header(of: SuspenseSchema.columns))
    while let least = walks.compactMap(\.key).min() {
      var sign: Int64 = 0
      var text: [UInt8] = []
      for walk in walks where walk.key == least {
        sign += walk.sign
        // The last one that adds it says why it waits now.
        if walk.sign > 0 { text = walk.text }
        try walk.next()
      }
      if sign > 0, isWanted((least.file, least.offset)) { try body(text) }
    }
  }
}
