// Plain values that are made once and read by all workers, without counting references.
//
// Measured: elements of an array that workers share are retained for each event, and counting one number up and down from two
// cores took a third of settling.

/// A table outside Swift's arrays. Immutable; whoever made it gives it back.
///
/// Bounds: every access is checked. Elements hold no references, so that reading one is loading it.
struct RuleTable<Element: Sendable>: @unchecked Sendable {
  // Safe to share: nothing is written after `init`, and its owner outlives all readers.
  private let base: UnsafeMutablePointer<Element>
  let count: Int

  init(_ elements: [Element]) {
    count = elements.count
    base = .allocate(capacity: max(1, elements.count))
    for (index, element) in elements.enumerated() { (base + index).initialize(to: element) }
  }

  /// Gives the memory back; the table must not be used after.
  func deallocate() {
    base.deinitialize(count: count)
    base.deallocate()
  }

  /// Lends the element where it lies: a large one is not copied for one of its fields.
  subscript(index: Int) -> Element {
    @inline(__always) unsafeAddress { address(index) }
  }

  /// Where an element lies, as long as the table does.
  @inline(__always) func address(_ index: Int) -> UnsafePointer<Element> {
    precondition(UInt(bitPattern: index) < UInt(bitPattern: count), "an element is in its table")
    return UnsafePointer(base + index)
  }
}
