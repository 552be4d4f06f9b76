// All copies of the records that have some, in order: by key, then by where they are. Decides as `CopyDecider` does of files.

import DurableFiles
import Tables

/// Looks for records that are named by another copy than themselves.
struct FirstCopySearch {
  let runs: [FirstCopies.Run]
  /// Numbers of the files' names in their order.
  let numbers: [Label: UInt32]
  let memoryBytes: Int
  let place: SpillPlace

  /// A record on its way through the sort: its key in the order of bytes, then whether its file was made of records of other runs, its
  /// place, and where it is stored.
  private struct Copy {
    var low: UInt64
    var high: UInt64
    var isStaged: Bool
    var place: FirstCopies.NamedPlace
    var address: (run: UInt32, block: UInt32, row: UInt32)
    var marks: UInt8

    static let isCounted: UInt8 = 1
    static let isRow: UInt8 = 2
    static let keyBytes = 29
    static let payloadBytes = 13
  }

  /// Gives the records that are named by other copies, by run, block and row; nil where nothing was left out.
  func run() throws(FileFault) -> ExternalSort? {
    guard let keys = try leftOutKeys() else { return nil }
    defer { keys.deallocate() }
    let copies = ExternalSort(memoryBytesMax: memoryBytes / 3, place: place)
    for (number, run) in runs.enumerated() { try add(run, number, keys, to: copies) }
    let found = ExternalSort(memoryBytesMax: memoryBytes / 3, place: place)
    var group = Group()
    try copies.forEach { entry throws(FileFault) in
      let copy = Self.copy(entry)
      if (copy.low, copy.high) != (group.low, group.high) {
        try group.name(into: found)
        group = Group(low: copy.low, high: copy.high)
      }
      group.take(copy)
    }
    try group.name(into: found)
    copies.release()
    return found
  }

  /// The keys of what was left out; nil where nothing was.
  private func leftOutKeys() throws(FileFault) -> SuspectKeys? {
    // A conflict that has ended leaves copies that wait.
    let haveConflictsEnded = runs.contains { !$0.events.preamble.reversed.isEmpty }
    func isAsked(_ run: FirstCopies.Run) -> Bool {
      haveConflictsEnded || !run.events.preamble.removed.isEmpty || !run.stagedInputs.isEmpty
    }
    var countMax = 0
    for run in runs {
      countMax += run.events.preamble.removed.count + (try CopyFileReader(folder: run.folder)?.countMax ?? 0)
      if !run.stagedInputs.isEmpty {
        countMax += run.events.preamble.inputs.reduce(0) { $0 + Int($1.leavers.read) }
      }
    }
    guard countMax > 0 || haveConflictsEnded else { return nil }
    let keys = SuspectKeys(count: countMax, bytesMax: memoryBytes / 3)
    var isAny = false
    for run in runs {
      if let reader = try CopyFileReader(folder: run.folder) {
        while let copy = try reader.next() {
          keys.insert(copy.key.low, copy.key.high)
          isAny = true
        }
      }
      guard isAsked(run) else { continue }
      let staged = run.isStaged
      try run.events.forEachRecord { record in
        guard record.isRemoved || staged[record.input] || (haveConflictsEnded && record.isInConflict) else {
          return
        }
        keys.insert(record.key.low, record.key.high)
        isAny = true
      }
    }
    if !isAny {
      keys.deallocate()
      return nil
    }
    return keys
  }

  /// Adds the copies of a run that may have one of the keys.
  private func add(
    _ run: FirstCopies.Run, _ number: Int, _ keys: SuspectKeys, to sort: ExternalSort
  ) throws(FileFault) {
    let staged = run.isStaged
    let inputs = run.events.preamble.inputs
    let names = inputs.indices.map { numbers[run.firstName(ofInput: $0)] ?? 0 }
    let apart = inputs.map { run.apart[$0.name] ?? [] }
    let leftOut = inputs.map { run.events.leftOut[$0.name] ?? [] }
    try run.events.forEachRecord { record throws(FileFault) in
      guard keys.mayHold(record.key.low, record.key.high) else { return }
      if !apart[record.input].isEmpty, apart[record.input].contains(record.byteOffset) { return }
      let counts =
        !record.isRemoved && !record.isInConflict
        && (leftOut[record.input].isEmpty || !leftOut[record.input].contains(record.byteOffset))
      try append(
        Copy(
          low: record.key.low, high: UInt64(record.key.high) << 32 | UInt64(record.key.content),
          isStaged: staged[record.input],
          place: FirstCopies.NamedPlace(name: names[record.input], linesBefore: record.linesBefore),
          address: (UInt32(number), UInt32(record.blockNumber), UInt32(record.row)),
          marks: (counts ? Copy.isCounted : 0) | (record.isRow ? Copy.isRow : 0)), to: sort)
    }
    guard let reader = try CopyFileReader(folder: run.folder) else { return }
    let kept = reader.inputs.map { numbers[run.firstNames[$0] ?? $0] ?? 0 }
    while let copy = try reader.next() {
      try append(
        Copy(
          low: copy.key.low, high: UInt64(copy.key.high) << 32 | UInt64(copy.key.content), isStaged: false,
          place: FirstCopies.NamedPlace(name: kept[Int(copy.input)], linesBefore: copy.linesBefore),
          address: (0, 0, 0), marks: 0), to: sort)
    }
  }

  private func append(_ copy: Copy, to sort: ExternalSort) throws(FileFault) {
    try sort.append(keyBytes: Copy.keyBytes, payloadBytes: Copy.payloadBytes) { target in
      target.storeBytes(of: copy.low.bigEndian, as: UInt64.self)
      target.storeBytes(of: copy.high.bigEndian, toByteOffset: 8, as: UInt64.self)
      target.storeBytes(of: copy.isStaged ? 1 : 0, toByteOffset: 16, as: UInt8.self)
      target.storeBytes(of: copy.place.name.bigEndian, toByteOffset: 17, as: UInt32.self)
      target.storeBytes(of: copy.place.linesBefore.bigEndian, toByteOffset: 21, as: Int64.self)
      let payload = target + Copy.keyBytes
      payload.storeBytes(of: copy.address.run, as: UInt32.self)
      payload.storeBytes(of: copy.address.block, toByteOffset: 4, as: UInt32.self)
      payload.storeBytes(of: copy.address.row, toByteOffset: 8, as: UInt32.self)
      payload.storeBytes(of: copy.marks, toByteOffset: 12, as: UInt8.self)
    }
  }

  private static func copy(_ entry: SortEntry) -> Copy {
    let (key, payload) = (entry.key, entry.payload)
    return Copy(
      low: UInt64(bigEndian: key.loadUnaligned(as: UInt64.self)),
      high: UInt64(bigEndian: key.loadUnaligned(fromByteOffset: 8, as: UInt64.self)),
      isStaged: key[16] != 0,
      place: FirstCopies.NamedPlace(
        name: UInt32(bigEndian: key.loadUnaligned(fromByteOffset: 17, as: UInt32.self)),
        linesBefore: Int64(bigEndian: key.loadUnaligned(fromByteOffset: 21, as: Int64.self))),
      address: (
        payload.loadUnaligned(as: UInt32.self), payload.loadUnaligned(fromByteOffset: 4, as: UInt32.self),
        payload.loadUnaligned(fromByteOffset: 8, as: UInt32.self)
      ), marks: payload[12])
  }

  /// The copies of one key and content. Of rows without an id it remembers as many as count, of others one.
  private struct Group {
    var low: UInt64 = 0
    var high: UInt64 = 0
    private var isRow = false
    private var counted: [Copy] = []
    /// The places that a run over all files counts if these are rows without an id; the first one, if they are not.
    private var first: [FirstCopies.NamedPlace] = []
    private var last: FirstCopies.NamedPlace?
    private var countInFile = 0
    private var mostInFile = 0

    init() {}

    init(low: UInt64, high: UInt64) { (self.low, self.high) = (low, high) }

    mutating func take(_ copy: Copy) {
      if copy.marks & Copy.isRow != 0 { isRow = true }
      if copy.marks & Copy.isCounted != 0 { counted.append(copy) }
      // A file that was read again has its records at their places again.
      if copy.isStaged || last == copy.place { return }
      countInFile = last?.name == copy.place.name ? countInFile + 1 : 1
      last = copy.place
      if countInFile > mostInFile {
        mostInFile = countInFile
        first.append(copy.place)
      }
    }

    /// Gives the records that are named by another copy.
    func name(into sort: ExternalSort) throws(FileFault) {
      for (index, copy) in counted.enumerated() {
        let number = isRow ? index : 0
        guard number < first.count, copy.isStaged || first[number] < copy.place else { continue }
        try FirstCopySearch.append(copy.address, first[number], to: sort)
      }
    }
  }

  /// The order of records in their runs: run, block, row.
  private static func append(
    _ address: (run: UInt32, block: UInt32, row: UInt32), _ place: FirstCopies.NamedPlace,
    to sort: ExternalSort
  ) throws(FileFault) {
    try sort.append(keyBytes: 12, payloadBytes: 12) { target in
      for (index, word) in [address.run, address.block, address.row].enumerated() {
        target.storeBytes(of: word.bigEndian, toByteOffset: 4 * index, as: UInt32.self)
      }
      target.storeBytes(of: place.name, toByteOffset: 12, as: UInt32.self)
      target.storeBytes(of: place.linesBefore, toByteOffset: 16, as: Int64.self)
    }
  }

  /// What an entry of the result says.
  static func record(_ entry: SortEntry) -> (run: Int, block: Int, record: FirstCopies.NamedRecord) {
    func word(_ index: Int) -> UInt32 {
      UInt32(bigEndian: entry.key.loadUnaligned(fromByteOffset: 4 * index, as: UInt32.self))
    }
    let place = FirstCopies.NamedPlace(
      name: entry.payload.loadUnaligned(as: UInt32.self),
      linesBefore: entry.payload.loadUnaligned(fromByteOffset: 4, as: Int64.self))
    return (Int(word(0)), Int(word(1)), FirstCopies.NamedRecord(row: word(2), place: place))
  }
}

extension FirstCopies.Run {
  /// By number of the input: whether it was made of records of other runs.
  fileprivate var isStaged: [Bool] { events.preamble.inputs.map { stagedInputs.contains($0.name) } }
}
