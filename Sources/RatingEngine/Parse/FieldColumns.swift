// The fields of a batch of records as text: one pointer and length per needed field and record.

/// Texts of up to `batchCapacity` records for every slot of a field plan. Column-major: slot × record.
///
/// A length of −1 means "absent": the column is missing, or its text is a null token. Pointers are valid until the chunk
/// or the scratch they point into is reused.
final class FieldColumns {
  /// Records in a batch: 512 keeps the columns of a dozen fields inside the second-level cache.
  static let batchCapacity = 512

  let slotCount: Int
  let pointers: UnsafeMutablePointer<TextPointer>
  let lengths: UnsafeMutablePointer<Int32>

  init(slotCount: Int, empty: TextPointer) {
    self.slotCount = slotCount
    let size = max(1, slotCount) * Self.batchCapacity
    pointers = .allocate(capacity: size)
    pointers.initialize(repeating: empty, count: size)
    lengths = .allocate(capacity: size)
    lengths.initialize(repeating: -1, count: size)
  }

  deinit {
    pointers.deallocate()
    lengths.deallocate()
  }

  /// Pointers of one slot, by record.
  @inline(__always) func texts(_ slot: Int) -> UnsafeMutablePointer<TextPointer> {
    pointers + slot &* Self.batchCapacity
  }
  /// Lengths of one slot, by record.
  @inline(__always) func lengths(_ slot: Int) -> UnsafeMutablePointer<Int32> {
    lengths + slot &* Self.batchCapacity
  }
}
