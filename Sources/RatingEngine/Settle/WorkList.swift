// Lists that are written for every event: memory that is kept from owner to owner, and chunk to chunk.
//
// Measured: an array asks at every write whether somebody shares it, some thirty times an event, and that was a tenth of
// settling.

/// Trivial elements in a list that grows and is emptied; its memory goes when nobody holds the list any more.
///
/// One owner at a time: a copy lends the same elements, and is for reading while its owner writes nothing. Bounds: every
/// access is checked.
struct WorkList<Element: BitwiseCopyable>: RandomAccessCollection {
  /// What the list's memory lives as long as.
  private final class Memory {
    let base: UnsafeMutablePointer<Element>

    init(capacity: Int) { base = .allocate(capacity: capacity) }
    deinit { base.deallocate() }
  }

  private var memory: Memory
  private var base: UnsafeMutablePointer<Element>
  private var capacity: Int
  private(set) var count = 0

  var startIndex: Int { 0 }
  var endIndex: Int { count }

  init(capacity: Int = 64) {
    memory = Memory(capacity: capacity)
    base = memory.base
    self.capacity = capacity
  }

  /// Forgets all elements.
  mutating func removeAll() { count = 0 }

  /// Takes the first elements off.
  mutating func removeFirst(_ elementCount: Int) {
    precondition((0...count).contains(elementCount), "what is taken off is there")
    base.update(from: base + elementCount, count: count - elementCount)
    count -= elementCount
  }

  @inline(__always) mutating func append(_ element: Element) {
    if count == capacity { grow(to: 2 * capacity) }
    (base + count).initialize(to: element)
    count &+= 1
  }

  /// Appends as many elements as `elementCount` says, each a copy of `element`.
  mutating func append(repeating element: Element, count elementCount: Int) {
    reserve(elementCount)
    (base + count).initialize(repeating: element, count: elementCount)
    count += elementCount
  }

  /// Makes room for further elements.
  mutating func reserve(_ elementCount: Int) {
    if count + elementCount > capacity { grow(to: Swift.max(2 * capacity, count + elementCount)) }
  }

  /// Makes room for `elementCount` further elements, lets `body` write them, and takes as many as it says.
  @inline(__always) mutating func append(
    upTo elementCount: Int, _ body: (UnsafeMutablePointer<Element>) -> Int
  ) {
    reserve(elementCount)
    let written = body(base + count)
    precondition((0...elementCount).contains(written), "a list has room for what is written")
    count += written
  }

  @inline(never) private mutating func grow(to wanted: Int) {
    let larger = Memory(capacity: wanted)
    larger.base.update(from: base, count: count)
    (memory, base, capacity) = (larger, larger.base, wanted)
  }

  subscript(index: Int) -> Element {
    @inline(__always) unsafeAddress { UnsafePointer(address(index)) }
    @inline(__always) unsafeMutableAddress { address(index) }
  }

  @inline(__always) private func address(_ index: Int) -> UnsafeMutablePointer<Element> {
    precondition(UInt(bitPattern: index) < UInt(bitPattern: count), "an element is in its list")
    return base + index
  }

  /// The elements where they lie, until the list grows.
  var elements: UnsafeMutableBufferPointer<Element> {
    @inline(__always) get { UnsafeMutableBufferPointer(start: base, count: count) }
  }
}
