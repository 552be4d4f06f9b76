// A block of stored events: those of one chunk of one input, column by column, ordered by the number that was called.
//
// Form: eight words of head (`Head`); the description of each column (`EventColumn.bytes`), first those of `Field`, then
// two for each text of the file's layout (where a text begins in the block, and its length + 1, 0 where it is absent); the
// numbers; the texts, each different one once; the chunk's text as zstd frames. All little-endian.

import CXxhash

/// A block as it lies in memory: read, never changed.
struct EventBlock {
  /// The columns that every block has.
  enum Field: Int, CaseIterable {
    /// Number called, and its digits with the mark of short codes.
    case to, toCount
    case from, fromCount
    /// See `Flags`.
    case flags
    /// Charging start in milliseconds.
    case start
    /// Integer quantity of the kind; 0 where it is missing.
    case quantity
    /// What became of the record when it was read, see `StoredDecision`.
    case decision
    /// Number of the account in the file's list + 1; 0 for none.
    case account
    /// Line in the chunk from 0, and offset and length of the record in the chunk's text.
    case line, offset, length
    /// Number of the record among those of the chunk past door 2.
    case row
    /// The amount that the record carries, in pico: high and low word.
    case amountHigh, amountLow
    /// The record's key, mixed to 96 bits, and 32 bits of its content's hash: low word; high half and content.
    case identity, content
  }

  /// What a record says in a few bits.
  enum Flags {
    static let kindMask: Int64 = 3
    static let directionShift: Int64 = 2
    static let answered: Int64 = 1 << 4
    static let hasQuantity: Int64 = 1 << 5
    static let hasAmount: Int64 = 1 << 6
    /// It has none of the key's columns: its row is its key.
    static let isRowKeyed: Int64 = 1 << 7
  }

  /// The words before the columns.
  struct Head {
    /// Bytes of the block, a multiple of 8.
    var byteCount = 0
    /// Events.
    var count = 0
    /// Number of the input in the file's list.
    var file = 0
    /// Number of the chunk in its input.
    var rank = 0
    /// Number of the chunk's first record among all records of the run.
    var firstPlace: Int64 = 0
    /// Lines, and decoded bytes, of the input before the chunk.
    var linesBefore: Int64 = 0
    var bytesBefore: Int64 = 0
    /// Texts of the layout.
    var textCount = 0
    /// Whether events ascend by `order`.
    var isOrdered = false
    /// Stored and decoded bytes of the chunk's text, at the end of the block.
    var frameBytes = 0
    var decodedBytes = 0
    /// Of everything behind the head.
    var checksum: UInt64 = 0

    static let words = 8
    static let bytes = 64
    // The words that are known when all was read.
    static let fileWord = 1
    static let placeWord = 2
    static let linesWord = 3
    static let bytesWord = 4

    var fileAndRank: UInt64 { UInt64(UInt32(file)) | UInt64(UInt32(rank)) << 32 }

    func store(at place: UnsafeMutableRawPointer) {
      let words: [UInt64] = [
        UInt64(UInt32(byteCount)) | UInt64(UInt32(count)) << 32, fileAndRank, UInt64(bitPattern: firstPlace),
        UInt64(bitPattern: linesBefore), UInt64(bitPattern: bytesBefore),
        UInt64(UInt32(textCount)) | (isOrdered ? 1 << 32 : 0),
        UInt64(UInt32(frameBytes)) | UInt64(UInt32(decodedBytes)) << 32, checksum,
      ]
      for (index, word) in words.enumerated() {
        place.storeBytes(of: word, toByteOffset: 8 * index, as: UInt64.self)
      }
    }

    init() {}

    init(at place: UnsafeRawPointer) {
      func word(_ index: Int) -> UInt64 { place.loadUnaligned(fromByteOffset: 8 * index, as: UInt64.self) }
      func low(_ index: Int) -> Int { Int(UInt32(truncatingIfNeeded: word(index))) }
      func high(_ index: Int) -> Int { Int(UInt32(truncatingIfNeeded: word(index) >> 32)) }
      (byteCount, count) = (low(0), high(0))
      (file, rank) = (low(1), high(1))
      firstPlace = Int64(bitPattern: word(2))
      linesBefore = Int64(bitPattern: word(3))
      bytesBefore = Int64(bitPattern: word(4))
      textCount = low(5)
      isOrdered = high(5) & 1 != 0
      (frameBytes, decodedBytes) = (low(6), high(6))
      checksum = word(7)
    }
  }

  let base: UnsafeRawPointer
  let head: Head
  private let columns: [EventColumn]

  /// Events of a block at most: rows are numbered in 16 bits.
  static let countMax = 1 << 14
  /// Bytes behind the last number and text that a load may touch.
  static let slack = 64

  /// The block at `base`; nil where what it says of itself does not fit into `bytesLeft`.
  init?(at base: UnsafeRawPointer, bytesLeft: Int) {
    guard bytesLeft >= Head.bytes else { return nil }
    let head = Head(at: base)
    let columnCount = Field.allCases.count + 2 * head.textCount
    guard head.byteCount <= bytesLeft, head.count <= Self.countMax, head.textCount <= 64,
      Head.bytes + columnCount * EventColumn.bytes + head.frameBytes + Self.slack <= head.byteCount
    else { return nil }
    var columns: [EventColumn] = []
    columns.reserveCapacity(columnCount)
    for index in 0..<columnCount {
      let column = EventColumn(at: base + Head.bytes + index * EventColumn.bytes)
      guard column.width <= 8,
        Int(column.offset) + Int(column.width) * head.count + 8 <= head.byteCount
      else { return nil }
      columns.append(column)
    }
    self.base = base
    self.head = head
    self.columns = columns
  }

  /// Whether the block is as it was written.
  var isWhole: Bool {
    XXH3_64bits(base + Head.bytes, head.byteCount - Head.bytes) == head.checksum
  }

  func column(_ field: Field) -> EventColumn { columns[field.rawValue] }

  /// The number of a row.
  @inline(__always) func value(_ field: Field, _ row: Int) -> Int64 {
    columns[field.rawValue].value(row, in: base)
  }

  /// Where the texts of the layout begin, and their lengths + 1.
  func text(_ index: Int) -> (offset: EventColumn, length: EventColumn) {
    let at = Field.allCases.count + 2 * index
    return (columns[at], columns[at + 1])
  }

  /// The frames of the chunk's text, one after the other.
  var frames: UnsafeRawBufferPointer {
    UnsafeRawBufferPointer(
      start: base + (head.byteCount - Self.slack - head.frameBytes), count: head.frameBytes)
  }

  /// The numbers of prefixes and of what begins with them in one order: digits behind the decimal point, fifteen of them.
  @inline(__always) static func order(_ digits: Int64, _ count: Int64) -> Int64 {
    digits &* powers[Int(max(0, 15 &- (count & 0x1f)))]
  }

  /// Powers of ten.
  static let powers: [Int64] = (0...15).map { (0..<$0).reduce(Int64(1)) { power, _ in power * 10 } }
}
