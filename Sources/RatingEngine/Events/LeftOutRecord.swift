// One record of stored events that is taken back alone: the last one of a file, which was read before all of it was written.

public import DurableFiles
public import Tables

/// Stored events without one of their records.
public struct LeftOutRecord {
  /// The others.
  public let events: StoredEvents
  /// What it had counted for: its key, where it was no duplicate.
  public let keys: FreedKeys

  /// Leaves out the record of an input that begins at a decoded byte; nil where it is not kept: a row that is no event, or a
  /// duplicate among nothing but duplicates. Complexity: O(events of the input).
  public init?(_ stored: StoredEvents, input name: Label, at offset: Int64) throws(FileFault) {
    var preamble = stored.preamble
    guard let input = preamble.inputs.firstIndex(where: { $0.name == name }),
      let found = try stored.record(ofInput: input, at: offset)
    else { return nil }
    // What could not be read has no place among the others.
    let isDuplicate = found.key != nil && preamble.removed.contains(found.place)
    var keys = FreedKeys()
    if let key = found.key, !isDuplicate { keys.add(key, isRow: found.isRow) }
    preamble.inputs[input].leavers.read -= 1
    if isDuplicate {
      preamble.inputs[input].leavers.duplicate -= 1
      preamble.removed.removeAll { $0 == found.place }
    }
    preamble.gone.append(GoneRecord(input: input, offset: offset))
    events = StoredEvents(stored, preamble: preamble)
    self.keys = keys
  }
}

extension EventPreamble {
  /// By number of the input: where records begin that were taken back; empty for none at all.
  var goneOffsets: [Set<Int64>] {
    if gone.isEmpty { return [] }
    var offsets = [Set<Int64>](repeating: [], count: inputs.count)
    for record in gone where inputs.indices.contains(record.input) {
      offsets[record.input].insert(record.offset)
    }
    return offsets
  }
}

extension StoredEvents {
  /// A record: its place among all, and its key; no key where it could not be read.
  fileprivate func record(
    ofInput input: Int, at offset: Int64
  ) throws(FileFault) -> (place: Int64, key: FreedKeys.Key?, isRow: Bool)? {
    if preamble.gone.contains(GoneRecord(input: input, offset: offset)) { return nil }
    for number in blockOffsets.indices where try oversize(number) == nil {
      let block = try block(number)
      guard block.head.file == input else { continue }
      guard block.isWhole else { throw Self.damaged(path) }
      for row in 0..<block.head.count where block.head.bytesBefore + block.value(.offset, row) == offset {
        let place = block.head.firstPlace + block.value(.row, row)
        let door = block.value(.decision, row) & StoredDecision.doorMask
        if door == Int64(Door.unparsable) { return (place, nil, false) }
        return (place, block.key(row), block.value(.flags, row) & EventBlock.Flags.isRowKeyed != 0)
      }
    }
    return nil
  }
}
