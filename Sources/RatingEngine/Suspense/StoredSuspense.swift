// A suspended record as it lies in the store: a key that compares as the suspense file is ordered, a head, and its bytes.

/// A suspended record that was read back; its bytes are valid until the next.
struct StoredSuspense {
  /// What has a fixed size. Written and read by one process: the machine's own layout.
  struct Head: BitwiseCopyable {
    /// See `SuspenseEntry`.
    var amountPico: Int128
    /// See `SuspenseEntry`.
    var key: LoggedKey
    /// Bytes of the whole record; more than were kept where it was cut.
    var length: Int64
    var quantity: Int64
    var lineInChunk: UInt32
    var sequence: UInt32
    var account: UInt32
    var reason: UInt8
    var faultField: UInt8
    var kind: UInt8
    /// 1 where the SHA-256 of the whole record follows, 64 hex digits.
    var hasHash: UInt8
  }

  /// Where it is, in the order of the file.
  struct Address {
    var source: UInt32
    var file: UInt32
    var unit: UInt32
    /// Offset of the record in its unit.
    var offset: Int64

    static let byteCount = 4 + 4 + 4 + 8

    /// Writes bytes that compare as (source, file, unit, offset) do.
    func store(into target: UnsafeMutableRawPointer) {
      target.storeBytes(of: source.bigEndian, as: UInt32.self)
      target.storeBytes(of: file.bigEndian, toByteOffset: 4, as: UInt32.self)
      target.storeBytes(of: unit.bigEndian, toByteOffset: 8, as: UInt32.self)
      target.storeBytes(of: UInt64(offset).bigEndian, toByteOffset: 12, as: UInt64.self)
    }

    init(source: UInt32, file: UInt32, unit: UInt32, offset: Int64) {
      self.source = source
      self.file = file
      self.unit = unit
      self.offset = offset
    }

    init(_ key: UnsafeRawBufferPointer) {
      source = UInt32(bigEndian: key.loadUnaligned(as: UInt32.self))
      file = UInt32(bigEndian: key.loadUnaligned(fromByteOffset: 4, as: UInt32.self))
      unit = UInt32(bigEndian: key.loadUnaligned(fromByteOffset: 8, as: UInt32.self))
      offset = Int64(UInt64(bigEndian: key.loadUnaligned(fromByteOffset: 12, as: UInt64.self)))
    }
  }

  static let hashBytes = 64

  let address: Address
  let head: Head
  /// 64 hex digits, or nothing.
  let hash: UnsafeRawBufferPointer
  let bytes: UnsafeRawBufferPointer

  init(_ entry: SortEntry) {
    let payload = entry.payload
    address = Address(entry.key)
    head = payload.loadUnaligned(as: Head.self)
    let hashUntil = MemoryLayout<Head>.size + (head.hasHash != 0 ? Self.hashBytes : 0)
    hash = UnsafeRawBufferPointer(rebasing: payload[MemoryLayout<Head>.size..<hashUntil])
    bytes = UnsafeRawBufferPointer(rebasing: payload[hashUntil...])
  }
}
