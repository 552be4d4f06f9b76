// One column of whole numbers in a block of stored events: as narrow as the numbers of that block allow, and readable at
// any row without reading the others.

/// Where a column lies in its block, and how its numbers are made: `base + scale × stored`.
///
/// A column whose numbers are all equal has no bytes. Numbers are in 1 to 8 bytes, little-endian; a block ends with
/// `EventBlock.slack` bytes that belong to nobody, because every number is loaded as a word.
struct EventColumn: BitwiseCopyable {
  var base: Int64 = 0
  var scale: Int64 = 1
  /// Offset of the first number in the block.
  var offset: UInt32 = 0
  /// Bytes of a number: 0 to 8.
  var width: UInt32 = 0

  static let bytes = 24

  /// Reads the description of a column.
  init(at place: UnsafeRawPointer) {
    base = place.loadUnaligned(as: Int64.self)
    scale = place.loadUnaligned(fromByteOffset: 8, as: Int64.self)
    offset = place.loadUnaligned(fromByteOffset: 16, as: UInt32.self)
    width = place.loadUnaligned(fromByteOffset: 20, as: UInt32.self)
  }

  init() {}

  func store(at place: UnsafeMutableRawPointer) {
    place.storeBytes(of: base, as: Int64.self)
    place.storeBytes(of: scale, toByteOffset: 8, as: Int64.self)
    place.storeBytes(of: offset, toByteOffset: 16, as: UInt32.self)
    place.storeBytes(of: width, toByteOffset: 20, as: UInt32.self)
  }

  /// Which bits of a loaded word are the number's.
  var mask: UInt64 { width == 0 ? 0 : UInt64.max &>> (64 &- 8 &* UInt64(width)) }

  /// The number of a row.
  @inline(__always) func value(_ row: Int, in block: UnsafeRawPointer) -> Int64 {
    let word = (block + (Int(offset) &+ row &* Int(width))).loadUnaligned(as: UInt64.self) & mask
    return base &+ scale &* Int64(bitPattern: word)
  }

  /// The numbers of some rows, into `target`.
  ///
  /// - Parameter convert: what becomes of a number.
  @inline(__always) func gather<Value: BitwiseCopyable>(
    _ rows: UnsafeBufferPointer<UInt16>, in block: UnsafeRawPointer,
    into target: UnsafeMutablePointer<Value>, _ convert: (Int64) -> Value
  ) {
    if width == 0 {
      let same = convert(base)
      for index in 0..<rows.count { target[index] = same }
      return
    }
    let first = block + Int(offset)
    let (width, mask, base, scale) = (Int(width), mask, base, scale)
    for index in 0..<rows.count {
      let word = (first + Int(rows[index]) &* width).loadUnaligned(as: UInt64.self) & mask
      target[index] = convert(base &+ scale &* Int64(bitPattern: word))
    }
  }

  /// Writes `values` in the given order at `offset` of a block and says how; the block has room for 8 bytes a number.
  static func write(
    _ values: UnsafePointer<Int64>, _ order: UnsafeBufferPointer<UInt16>, at offset: Int,
    in block: UnsafeMutableRawPointer
  ) -> (column: EventColumn, end: Int) {
    var column = EventColumn()
    column.offset = UInt32(offset)
    guard !order.isEmpty else { return (column, offset) }
    var least = values[0]
    var most = values[0]
    for index in 0..<order.count {
      least = min(least, values[index])
      most = max(most, values[index])
    }
    column.base = least
    if least == most { return (column, offset) }
    // Whole seconds in milliseconds are the usual case.
    var isWhole = least % 1000 == 0
    if isWhole { for index in 0..<order.count where values[index] % 1000 != 0 { isWhole = false } }
    column.scale = isWhole ? 1000 : 1
    let range = UInt64(bitPattern: most &- least) / UInt64(column.scale)
    let width = (71 - range.leadingZeroBitCount) / 8
    column.width = UInt32(width)
    var place = block + offset
    if isWhole {
      for index in 0..<order.count {
        place.storeBytes(of: UInt64(bitPattern: values[Int(order[index])] &- least) / 1000, as: UInt64.self)
        place += width
      }
    } else {
      for index in 0..<order.count {
        place.storeBytes(of: UInt64(bitPattern: values[Int(order[index])] &- least), as: UInt64.self)
        place += width
      }
    }
    return (column, offset + width * order.count)
  }
}
