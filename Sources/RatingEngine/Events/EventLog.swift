// The stored events of a run while it goes on: blocks in the order in which chunks were taken, on disk past their share.
//
// A record that turns out to be a duplicate is not looked for: its place goes into a list, which readers leave out.

import Catalog
import DurableFiles
import Glibc
import Tables
import UsageSummary

/// Collects blocks and writes them as the events file of the run. The holder of the ledger fills it.
final class EventLog {
  /// The blocks of one chunk.
  private struct Entry {
    var file: UInt32
    var unit: UInt32
    var sequence: UInt32
    var unitOffset: Int64
    var firstPlace: Int64
    /// Records of the chunk past door 2.
    var rowCount: Int
    var firstWord: Int
    var words: Int
    /// Whether it is a record over the limit, which stands in no chunk.
    var isOversize = false
    /// Whether records of the chunk could not be read.
    var hasLeavers = false
    /// Whether all its records are duplicates: nothing of it is written.
    var isDropped = false

    func isOfChunk(of other: Entry) -> Bool {
      !isOversize && file == other.file && unit == other.unit && sequence == other.sequence
    }
  }

  private let log: SpillableLog<UInt64>
  private var entries: [Entry] = []
  private var recordCount = 0
  private let removed: TagSort
  /// Places of duplicates of which nothing else is kept; nil where nobody asks for them.
  private let copies: CopyPlaces?
  private let copiesBefore: Label?
  /// By file: what left at door 2, and duplicates; `read` stays 0.
  private var leavers: [DoorTotals]
  private var layouts: [StoredLayout?]

  init(_ setup: RunSetup, fileCount: Int) {
    let bytes = setup.budget.eventBytes
    copiesBefore = setup.options.keepsCopiesBefore
    let parts = copiesBefore == nil ? 7 : 6
    log = SpillableLog(memoryBytesMax: bytes / 8 * parts, place: setup.spillPlace)
    copies =
      copiesBefore == nil
      ? nil : CopyPlaces(fileCount: fileCount, memoryBytesMax: bytes / 8, place: setup.spillPlace)
    removed = TagSort(memoryBytesMax: bytes / 8, place: setup.spillPlace)
    leavers = [DoorTotals](repeating: DoorTotals(), count: fileCount)
    layouts = [StoredLayout?](repeating: nil, count: fileCount)
  }

  /// Takes the events of a chunk, before its records are counted.
  func take(_ outcome: ChunkOutcome, _ unit: InputUnit) throws(FileFault) {
    let file = unit.file.index
    for (reason, count) in outcome.totals.filtered.enumerated() where count != 0 {
      leavers[file].addFiltered(reason, count)
    }
    takeRepeated(outcome.totals.duplicate, ofFile: file)
    if layouts[file] == nil { layouts[file] = unit.file.layout }
    let first = recordCount
    recordCount += outcome.rowCount
    var firstWord = log.count
    for words in outcome.events.blockWords {
      entries.append(
        Entry(
          file: UInt32(file), unit: UInt32(unit.index), sequence: UInt32(outcome.sequence),
          unitOffset: outcome.unitOffset, firstPlace: Int64(first), rowCount: outcome.rowCount,
          firstWord: firstWord, words: words, hasLeavers: !outcome.unparsable.isEmpty))
      firstWord += words
    }
    let words = outcome.events.words
    try log.append(words.count) { words[$0] }
  }

  /// Takes a record over the limit.
  func take(_ record: OversizeRecord, _ unit: InputUnit) throws(FileFault) {
    let block = OversizeBlock(record).words
    entries.append(
      Entry(
        file: UInt32(unit.file.index), unit: UInt32(unit.index), sequence: UInt32(record.sequence),
        unitOffset: record.unitOffset, firstPlace: Int64(recordCount), rowCount: 0, firstWord: log.count,
        words: block.count, isOversize: true))
    try log.append(block.count) { block[$0] }
  }

  /// Counts unreadable records that stand in suspense since an earlier reading; nothing of them is kept.
  func takeRepeated(_ count: Int, ofFile file: Int) { leavers[file].duplicate += count }

  /// Takes a record back that turned out to be a duplicate: `place` is its number among all records past door 2.
  func remove(place: Int, file: Int) throws(FileFault) {
    try removed.add(place)
    leavers[file].duplicate += 1
  }

  // MARK: the file

  /// Writes the events file.
  func write(
    to writer: CheckedWriter, _ setup: RunSetup, _ files: [FileContext], read: [Int]
  ) throws(FileFault) {
    var inputs: [StoredInput] = []
    for file in files {
      var totals = leavers[file.index]
      totals.read = read[file.index]
      let report = RatingResult.fileReport(file, totals)
      inputs.append(
        StoredInput(
          name: Label(file.name), source: file.source.name, format: file.format.name,
          byteCount: report.byteCount, hash: Label(report.hash), isChecked: report.isChecked,
          texts: layouts[file.index]?.texts.map { StoredText(role: $0.role, isInFile: $0.isInFile) } ?? [],
          hasAmounts: layouts[file.index]?.hasAmounts ?? false, hasRecords: layouts[file.index] != nil,
          leavers: StoredLeavers(totals, reasons: setup.filterReasons)))
    }
    // Of copies that others rate otherwise every one may have to count later.
    let rivals = setup.catalog.source.rivalSources
    let places = try duplicates(
      keepingAllOf: Set(files.filter { rivals.contains($0.source.name) }.map(\.index)))
    let preamble = EventPreamble(
      inputs: inputs, accounts: setup.catalog.source.accounts.map(\.id), removed: places,
      reasons: SuspenseReason.codes)
    try writer.write(contentsOf: preamble.bytes())
    try writeBlocks(to: writer, files)
    try writer.finish()
  }

  /// The places of duplicates in chunks that are written, ascending; chunks of nothing else are dropped: a file that has
  /// grown since the last night is mostly such. Of some files every chunk stays.
  private func duplicates(keepingAllOf files: Set<Int>) throws(FileFault) -> [Int64] {
    var places: [Int64] = []
    let cursor = try removed.cursor()
    var place = try cursor.next()
    var index = 0
    while index < entries.count {
      if entries[index].isOversize {
        index += 1
        continue
      }
      let (first, count) = (entries[index].firstPlace, entries[index].rowCount)
      var end = index
      // Chunks without a record past door 2 begin where the next one does.
      while end < entries.count, entries[end].isOfChunk(of: entries[index]) { end += 1 }
      let known = places.count
      while let next = place, next < first + Int64(count) {
        places.append(next)
        place = try cursor.next()
      }
      if count > 0, places.count - known == count, !entries[index].hasLeavers,
        !files.contains(Int(entries[index].file))
      {
        places.removeLast(count)
        for number in index..<end { entries[number].isDropped = true }
      }
      index = end
    }
    return places
  }

  /// Writes the blocks, with what only the end of the run could tell in their heads.
  private func writeBlocks(to writer: CheckedWriter, _ files: [FileContext]) throws(FileFault) {
    let places = RecordPlaces(files)
    let ranks = ranks()
    var next = 0
    var copy: [UInt64] = []
    var dropped: [UInt64] = []
    try log.forEachStretchAndForget { first, words throws(FileFault) in
      let last = first + words.count
      copy.removeAll(keepingCapacity: true)
      while next < entries.count, entries[next].firstWord < last {
        let entry = entries[next]
        let (from, until) = (max(first, entry.firstWord), min(last, entry.firstWord + entry.words))
        if !entry.isDropped {
          let start = copy.count
          copy.append(contentsOf: words[(from - first)..<(until - first)])
          for (word, value) in head(entry, ranks[next], places) where from..<until ~= entry.firstWord + word {
            copy[start + entry.firstWord + word - from] = value
          }
        }
        let keepsPlaces = entry.isDropped && keepsCopies(of: files[Int(entry.file)])
        if keepsPlaces { dropped.append(contentsOf: words[(from - first)..<(until - first)]) }
        if entry.firstWord + entry.words > last { break }
        if keepsPlaces {
          try keepPlaces(of: dropped, entry, linesBefore: linesBefore(entry, places))
          dropped.removeAll(keepingCapacity: true)
        }
        next += 1
      }
      try copy.withUnsafeBufferPointer { (words) throws(FileFault) in
        try writer.write(UnsafeRawBufferPointer(words))
      }
    }
  }

  /// The words of a block's head that are known now.
  private func head(_ entry: Entry, _ rank: UInt32, _ places: RecordPlaces) -> [(Int, UInt64)] {
    let offset = places.byteOffset(
      file: Int(entry.file), unit: Int(entry.unit), unitOffset: entry.unitOffset)
    return [
      (EventBlock.Head.fileWord, UInt64(entry.file) | UInt64(rank) << 32),
      (EventBlock.Head.placeWord, UInt64(bitPattern: entry.firstPlace)),
      (EventBlock.Head.linesWord, UInt64(linesBefore(entry, places))),
      (EventBlock.Head.bytesWord, UInt64(offset)),
    ]
  }

  /// Lines of the input before an entry.
  private func linesBefore(_ entry: Entry, _ places: RecordPlaces) -> Int {
    places.line(
      file: Int(entry.file), unit: Int(entry.unit), sequence: Int(entry.sequence), lineInChunk: 0,
      unitOffset: entry.isOversize ? entry.unitOffset : .max) - 1
  }

  // MARK: duplicates of which only the place is kept

  /// Whether an earlier run may have counted copies that come behind those of a file.
  private func keepsCopies(of file: FileContext) -> Bool {
    copiesBefore.map { Label(file.name) < $0 } ?? false
  }

  /// Notes where the duplicates of a block are that is not written.
  private func keepPlaces(of block: [UInt64], _ entry: Entry, linesBefore: Int) throws(FileFault) {
    try block.withUnsafeBufferPointer { (words) throws(FileFault) in
      guard let base = words.baseAddress, let block = EventBlock(at: base, bytesLeft: 8 * words.count) else {
        preconditionFailure("a block is read as it was made")
      }
      for row in 0..<block.head.count {
        let key = block.key(row)
        try copies?.add(
          CopyPlace(
            key: EarlierKey(low: key.low, high: key.high, content: key.content, copies: 1), input: entry.file,
            linesBefore: Int64(linesBefore) + block.value(.line, row)))
      }
    }
  }

  /// Writes the places of duplicates of which nothing else is kept, if there are such, into the folder with the keys.
  func writeCopies(to folder: PublishedFolder, _ files: [FileContext]) throws(FileFault) {
    try copies?.write(to: folder, fileNames: files.map(\.name))
  }

  /// The number of each entry's chunk in its input.
  private func ranks() -> [UInt32] {
    let order = entries.indices.sorted { a, b in
      let (a, b) = (entries[a], entries[b])
      return (a.file, a.unit, a.sequence, a.firstWord) < (b.file, b.unit, b.sequence, b.firstWord)
    }
    var ranks = [UInt32](repeating: 0, count: entries.count)
    var rank: UInt32 = 0
    for (number, index) in order.enumerated() {
      if number > 0 {
        let (one, other) = (entries[order[number - 1]], entries[index])
        if one.file != other.file {
          rank = 0
        } else if one.unit != other.unit || one.sequence != other.sequence {
          // A record over the limit stands before the chunk of its number, or behind the last.
          rank += 1
        }
      }
      ranks[index] = rank
    }
    return ranks
  }

  /// Gives memory and disk back.
  func release() { log.release() }
}
