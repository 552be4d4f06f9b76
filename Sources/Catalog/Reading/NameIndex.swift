// Where things that have names are found: what cells refer to.

import Tables

/// An index for each name, looked up by bytes without making a `Label`: accounts are referred to by every service.
struct NameIndex {
  private var table = NameTable()
  private var indices: [Int] = []

  init() {}

  /// The names, sorted by bytes.
  var names: [Label] { table.sortedIndices().map { table.label($0) } }

  /// The index of a name; nil where it is not known.
  subscript(name: UnsafeBufferPointer<UInt8>) -> Int? { table.known(name).map { indices[$0] } }

  /// Gives a name its index, replacing an earlier one.
  mutating func set(_ name: Label, to index: Int) {
    let number = name.bytes.withUnsafeBufferPointer { table.index(of: $0) }
    if number == indices.count { indices.append(index) } else { indices[number] = index }
  }
}

extension NameIndex: ExpressibleByDictionaryLiteral {
  /// Takes names with their indices.
  init(dictionaryLiteral elements: (Label, Int)...) {
    self.init()
    for (name, index) in elements { set(name, to: index) }
  }
}
