// How the events of one chunk lie in its slices: columns as narrow as their values are, in rows.
//
// Fresh memory is what keeping events costs: rows have about half the bytes of `PackedEvent`, and less where keys begin alike.

/// One number of an event: `base + scale × stored`, stored in 0 to 8 bytes, little-endian. Arithmetic wraps, so any bits
/// can be stored.
struct PackedColumn: BitwiseCopyable {
  var base: Int64 = 0
  /// 1, or 1000 where all values are multiples of it: whole seconds.
  var scale: Int64 = 1
  var mask: UInt64 = 0
  /// Where it begins in a row.
  var offset = 0
  var width: Int { (64 - mask.leadingZeroBitCount) / 8 }

  init() {}

  /// - Parameter width: bytes, 0 to 8.
  init(base: Int64, scale: Int64, width: Int, offset: Int) {
    self.base = base
    self.scale = scale
    mask = width == 0 ? 0 : UInt64.max >> UInt64(64 - 8 * width)
    self.offset = offset
  }

  /// Reads it from a row; up to 8 bytes from its beginning on must be readable.
  @inline(__always) func value(_ row: UnsafeRawPointer) -> Int64 {
    let stored = (row + offset).loadUnaligned(as: UInt64.self) & mask
    return base &+ scale &* Int64(bitPattern: stored)
  }

  /// Writes it into a row; 8 bytes from its beginning on are overwritten, so columns are written in order.
  @inline(__always) func store(_ value: Int64, _ row: UnsafeMutableRawPointer) {
    let difference = value &- base
    (row + offset).storeBytes(of: scale == 1 ? difference : difference / 1000, as: Int64.self)
  }
}

/// What values a column has.
struct ColumnRange {
  private var low = Int64.max
  private var high = Int64.min
  private var rest: Int64 = 0

  @inline(__always) mutating func add(_ value: Int64) {
    low = min(low, value)
    high = max(high, value)
  }

  /// Adds a value that may be whole thousands, as all others.
  @inline(__always) mutating func add(thousands value: Int64) {
    add(value)
    rest |= value % 1000
  }

  /// The column for these values at the end of a row of `stride` bytes, which grows.
  func column(_ stride: inout Int, mayScale: Bool = false) -> PackedColumn {
    guard low <= high else { return PackedColumn() }
    let scale: Int64 = mayScale && rest == 0 ? 1000 : 1
    var size = UInt64(bitPattern: high &- low)
    if scale != 1 { size /= 1000 }
    let width = Self.bytes(size)
    defer { stride += width }
    // A base of 0 takes no room in the slice.
    let isFromZero =
      (width == 8 && scale == 1) || (low >= 0 && Self.bytes(UInt64(high) / UInt64(scale)) <= width)
    return PackedColumn(base: isFromZero ? 0 : low, scale: scale, width: width, offset: stride)
  }

  private static func bytes(_ number: UInt64) -> Int { (64 - number.leadingZeroBitCount + 7) / 8 }
}

/// The columns of a slice.
struct PackedLayout: BitwiseCopyable {
  private var keyHigh = PackedColumn()
  private var keyLow = PackedColumn()
  private var start = PackedColumn()
  private var quantity = PackedColumn()
  private var owner = PackedColumn()
  private var account = PackedColumn()
  /// Less the account: where services are not told apart, all are the same.
  private var identity = PackedColumn()
  private var baseCell = PackedColumn()
  private var row = PackedColumn()
  /// Period, marks and form of the key.
  private var flags = PackedColumn()
  /// 1 + number of the first amount in the slice, or of the item of a sample; 0 for none.
  private var recorded = PackedColumn()
  /// Where the rest of a long key begins in the slice.
  private var tail = PackedColumn()
  /// Bytes of a row.
  private(set) var stride = 0

  /// Words of the forms of all columns: width, 16 for a scale of 1000, 32 for a base other than 0. Bases follow.
  static let formWords = 2
  /// Words that `store` writes at the most.
  static let wordCountMax = formWords + columnCount
  private static let columnCount = 12
  private static let scaled: UInt64 = 16
  private static let based: UInt64 = 32

  /// Words of a layout, by its forms.
  @inline(__always) static func wordCount(_ forms: (UInt64, UInt64)) -> Int {
    let bases = based &* 0x0101_0101_0101_0101
    return formWords + (forms.0 & bases).nonzeroBitCount + (forms.1 & bases).nonzeroBitCount
  }

  /// The narrowest layout for some events.
  init(_ events: WorkList<PackedEvent>, _ rows: WorkList<UInt32>, hasBeside: Bool) {
    var (high, low, start, quantity) = (ColumnRange(), ColumnRange(), ColumnRange(), ColumnRange())
    var (owner, account, identity) = (ColumnRange(), ColumnRange(), ColumnRange())
    var (cell, row, flags) = (ColumnRange(), ColumnRange(), ColumnRange())
    var (recorded, tail) = (ColumnRange(), ColumnRange())
    for (number, event) in zip(rows.elements, events.elements) where number != PackedChunk.dropped {
      high.add(Int64(bitPattern: event.keyHigh))
      low.add(Int64(bitPattern: event.keyLow))
      start.add(thousands: event.startMillis)
      quantity.add(thousands: event.quantity)
      owner.add(Int64(event.owner))
      account.add(Int64(event.account))
      identity.add(Self.identity(event))
      cell.add(Int64(event.baseCell))
      row.add(Int64(number))
      flags.add(Self.flags(event))
      if hasBeside {
        recorded.add(Int64(event.recorded))
        tail.add(event.keyByteCount == KeyStart.long ? event.place : 0)
      }
    }
    // Where something lies in its slice is known when the slice is made; it is no farther than in the chunk.
    recorded.add(0)
    tail.add(0)
    keyHigh = high.column(&stride)
    keyLow = low.column(&stride)
    self.start = start.column(&stride, mayScale: true)
    self.quantity = quantity.column(&stride, mayScale: true)
    self.owner = owner.column(&stride)
    self.account = account.column(&stride)
    self.identity = identity.column(&stride)
    baseCell = cell.column(&stride)
    self.row = row.column(&stride)
    self.flags = flags.column(&stride)
    self.recorded = recorded.column(&stride)
    self.tail = tail.column(&stride)
  }

  @inline(__always) private static func flags(_ event: PackedEvent) -> Int64 {
    Int64(event.period) &<< 16 | Int64(event.marks.rawValue) &<< 8 | Int64(event.keyByteCount)
  }

  @inline(__always) private static func identity(_ event: PackedEvent) -> Int64 {
    Int64(event.identity) &- Int64(event.account)
  }

  // MARK: the layout in a slice

  /// Reads a layout from its words.
  init(_ words: UnsafePointer<UInt64>) {
    var next = Self.formWords
    func column(_ number: Int) -> PackedColumn {
      let form = words[number / 8] >> UInt64(number % 8 * 8) & 255
      if form == 0 { return PackedColumn() }
      let width = Int(form & 15)
      defer { stride += width }
      var base: Int64 = 0
      if form & Self.based != 0 {
        base = Int64(bitPattern: words[next])
        next += 1
      }
      return PackedColumn(
        base: base, scale: form & Self.scaled == 0 ? 1 : 1000, width: width, offset: stride)
    }
    keyHigh = column(0)
    keyLow = column(1)
    start = column(2)
    quantity = column(3)
    owner = column(4)
    account = column(5)
    identity = column(6)
    baseCell = column(7)
    row = column(8)
    flags = column(9)
    recorded = column(10)
    tail = column(11)
  }

  /// Writes it as words, `wordCountMax` at the most, and returns their number.
  func store(_ words: UnsafeMutablePointer<UInt64>) -> Int {
    words[0] = 0
    words[1] = 0
    var next = Self.formWords
    let columns: InlineArray<12, PackedColumn> = [
      keyHigh, keyLow, start, quantity, owner, account, identity, baseCell, row, flags, recorded, tail,
    ]
    for number in columns.indices {
      let column = columns[number]
      var form = UInt64(column.width) | (column.scale == 1 ? 0 : Self.scaled)
      if column.base != 0 {
        form |= Self.based
        words[next] = UInt64(bitPattern: column.base)
        next += 1
      }
      words[number / 8] |= form << UInt64(number % 8 * 8)
    }
    return next
  }

  // MARK: rows

  /// Writes an event; up to 8 bytes behind the row are overwritten.
  @inline(__always) func store(
    _ event: PackedEvent, row number: UInt32, tail: Int, _ bytes: UnsafeMutableRawPointer
  ) {
    keyHigh.store(Int64(bitPattern: event.keyHigh), bytes)
    keyLow.store(Int64(bitPattern: event.keyLow), bytes)
    start.store(event.startMillis, bytes)
    quantity.store(event.quantity, bytes)
    owner.store(Int64(event.owner), bytes)
    account.store(Int64(event.account), bytes)
    identity.store(Self.identity(event), bytes)
    baseCell.store(Int64(event.baseCell), bytes)
    row.store(Int64(number), bytes)
    flags.store(Self.flags(event), bytes)
    recorded.store(Int64(event.recorded), bytes)
    self.tail.store(Int64(tail), bytes)
  }

  /// Owner of a row.
  @inline(__always) func owner(_ bytes: UnsafeRawPointer) -> UInt32 {
    UInt32(truncatingIfNeeded: owner.value(bytes))
  }

  /// Where the rest of a long key begins in the slice.
  @inline(__always) func tail(_ bytes: UnsafeRawPointer) -> Int { Int(tail.value(bytes)) }

  /// An event as it was; its place counts in the chunk, its amounts in the slice. Up to 8 bytes behind the row are read.
  @inline(__always) func event(_ bytes: UnsafeRawPointer, firstPlace: Int64) -> PackedEvent {
    let flags = flags.value(bytes)
    let account = account.value(bytes)
    return PackedEvent(
      keyHigh: UInt64(bitPattern: keyHigh.value(bytes)), keyLow: UInt64(bitPattern: keyLow.value(bytes)),
      startMillis: start.value(bytes), quantity: quantity.value(bytes),
      place: firstPlace &+ row.value(bytes), owner: owner(bytes),
      account: UInt32(truncatingIfNeeded: account),
      identity: UInt32(truncatingIfNeeded: account &+ identity.value(bytes)),
      baseCell: UInt32(truncatingIfNeeded: baseCell.value(bytes)),
      recorded: UInt32(truncatingIfNeeded: recorded.value(bytes)),
      period: UInt16(truncatingIfNeeded: flags &>> 16), keyByteCount: UInt8(truncatingIfNeeded: flags),
      marks: PackedEvent.Marks(rawValue: UInt8(truncatingIfNeeded: flags &>> 8)))
  }
}
