// A chunk: a piece of decoded text that ends with a record, and where it came from.

/// Text on its way from Ingest to Parse. Owned by one worker at a time; reused through the pool.
///
/// Layout of its memory: head room for the record that the chunk before cut, the text, slack for wide loads.
final class Chunk {
  /// What `textBytes` is where nobody says otherwise: large enough that handing on costs nothing, small enough for the
  /// cache.
  static let standardTextBytes = 256 << 10

  /// Decoded bytes read into the chunk at a time.
  let textBytes: Int

  private(set) var memory: UnsafeMutablePointer<UInt8>
  private(set) var capacity: Int
  /// First byte of the text.
  var text: UnsafeMutablePointer<UInt8>
  /// Bytes of text; the last one ends a record.
  var length = 0
  /// The text.
  var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: text, count: length) }
  /// Decoded bytes of the unit before the text.
  var unitOffset: Int64 = 0
  /// Number of the chunk in its unit.
  var sequence = 0
  /// Records over the limit that were met before the text.
  var oversize: [OversizeRecord] = []
  /// The part of a file it belongs to.
  var unit: InputUnit?

  init(textBytes: Int = Chunk.standardTextBytes) {
    self.textBytes = textBytes
    capacity = textBytes * 2
    memory = .allocate(capacity: capacity + ByteText.slack)
    memory.initialize(repeating: 0, count: capacity + ByteText.slack)
    text = memory
  }

  deinit { memory.deallocate() }

  /// Makes room for at least `bytes` of text. What it held is lost.
  func reserve(_ bytes: Int) {
    guard bytes > capacity else { return }
    memory.deallocate()
    capacity = bytes
    memory = .allocate(capacity: capacity + ByteText.slack)
    memory.initialize(repeating: 0, count: capacity + ByteText.slack)
    text = memory
  }
}
