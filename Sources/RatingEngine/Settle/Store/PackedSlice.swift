// One chunk's events of one part, as they lie in the store: head, layout, rows, amounts, the rest of long keys.

/// A slice in memory. It describes itself: slices of any chunks and runs can stand one after the other.
struct PackedSlice {
  // Words: number of rows and of their words; place of the chunk's first record; number of amounts, and of bytes of keys.
  private static let rowWord = 0
  static let placeWord = 1
  private static let besideWord = 2
  static let layoutWord = 3
  /// Words from which all others can be counted.
  static let headWords = layoutWord + PackedLayout.formWords
  /// Words before the rows at the most.
  static let headWordsMax = layoutWord + PackedLayout.wordCountMax

  let layout: PackedLayout
  let firstPlace: Int64
  let rowCount: Int
  private let rows: UnsafeRawPointer
  private let amounts: UnsafePointer<UInt64>
  private let amountCount: Int
  private let tails: UnsafeRawPointer

  static func setHead(
    _ words: inout WorkList<UInt64>, _ first: Int, rowCount: Int, rowWords: Int, amountCount: Int,
    tailByteCount: Int
  ) {
    words[first + rowWord] = UInt64(rowWords) << 32 | UInt64(rowCount)
    words[first + besideWord] = UInt64(tailByteCount) << 32 | UInt64(amountCount)
  }

  /// Rows of a slice, by what its head says.
  static func rowCount(_ head: UnsafeBufferPointer<UInt64>) -> Int { Int(head[rowWord] & 0xffff_ffff) }

  /// Bytes of what lies beside the rows of a slice, by what its head says.
  static func besideBytes(_ head: UnsafeBufferPointer<UInt64>) -> Int {
    16 * Int(head[besideWord] & 0xffff_ffff) + Int(head[besideWord] >> 32)
  }

  /// Words of a slice with its head, by what its head says.
  static func wordCount(_ head: UnsafeBufferPointer<UInt64>) -> Int {
    let (rows, beside) = (head[rowWord], head[besideWord])
    let layoutWords = PackedLayout.wordCount((head[layoutWord], head[layoutWord + 1]))
    return layoutWord + layoutWords + Int(rows >> 32) + 2 * Int(beside & 0xffff_ffff)
      + (Int(beside >> 32) + 7) / 8
  }

  /// A slice of `wordCount` words, behind which 8 bytes are readable.
  init(_ words: UnsafeBufferPointer<UInt64>) {
    guard let base = words.baseAddress, words.count == Self.wordCount(words) else {
      preconditionFailure("a slice has the words that its head says")
    }
    layout = PackedLayout(base + Self.layoutWord)
    firstPlace = Int64(bitPattern: base[Self.placeWord])
    rowCount = Int(base[Self.rowWord] & 0xffff_ffff)
    let first =
      base + Self.layoutWord + PackedLayout.wordCount((base[Self.layoutWord], base[Self.layoutWord + 1]))
    rows = UnsafeRawPointer(first)
    amounts = first + Int(base[Self.rowWord] >> 32)
    amountCount = Int(base[Self.besideWord] & 0xffff_ffff)
    tails = UnsafeRawPointer(amounts + 2 * amountCount)
  }

  /// The bytes of a row, 0..<rowCount.
  @inline(__always) func row(_ number: Int) -> UnsafeRawPointer { rows + number &* layout.stride }

  /// An amount in pico, 1...amountCount.
  func amountPico(_ number: Int) -> Int128 {
    precondition((1...amountCount).contains(number), "an amount is in its slice")
    let word = amounts + 2 * (number - 1)
    return Int128(Int64(bitPattern: word[1])) << 64 | Int128(word[0])
  }

  /// The rest of a long key behind its length, both as stored.
  func tail(_ row: UnsafeRawPointer) -> UnsafeRawBufferPointer {
    let start = tails + layout.tail(row)
    return UnsafeRawBufferPointer(
      start: start, count: 4 + Int(start.loadUnaligned(as: UInt32.self).littleEndian))
  }
}
