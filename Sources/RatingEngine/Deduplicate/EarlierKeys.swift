// The keys of earlier runs: put into the filter before anything is read, and looked through once at the end.
//
// Nothing of them is kept in memory but the filter's bits: a second pass over the files costs less than 20 bytes a key.

import DurableFiles

/// The key files of earlier runs.
struct EarlierKeys: Sendable {
  private let paths: [String]
  private let forgottenPath: String?

  /// Names the files; they are opened when they are read. Keys that stand in the file at `forgottenPath` with the same content
  /// are left out.
  init(paths: [String], forgottenPath: String?) {
    self.paths = paths
    self.forgottenPath = forgottenPath
  }

  /// About how many keys there are, by the sizes of the files.
  var expectedCount: Int {
    paths.reduce(0) { $0 + Int(FileSize.of($1) ?? 0) / EarlierKey.bytes }
  }

  /// Gives every key of every file, and proves each file at its end.
  func forEach(_ body: (EarlierKey) throws(FileFault) -> Void) throws(FileFault) {
    for path in paths {
      let reader = try KeyFileReader(path)
      // Both are sorted, so that neither is kept in memory.
      let forgotten = try forgottenPath.map { path throws(FileFault) in try KeyFileReader(path) }
      var next = try forgotten?.next()
      while let key = try reader.next() {
        while let before = next, before.precedes(key) { next = try forgotten?.next() }
        if let same = next, !key.precedes(same) { continue }
        try body(key)
      }
    }
  }
}

extension RunSetup {
  /// Keys that runs before this one have read.
  var earlierKeys: EarlierKeys {
    EarlierKeys(paths: options.earlierKeyFiles, forgottenPath: options.forgottenKeyFile)
  }
}

extension RunLedger {
  /// Tells the filter of the keys of earlier runs: whatever has one of them waits, and is decided when all was read.
  func admitEarlierKeys() throws(FileFault) {
    guard findsDuplicates else { return }
    try setup.earlierKeys.forEach { key in _ = filter.insert(key.low, key.high) }
  }

  /// Writes the keys of this run, sorted. To be called before `releaseKeys`.
  func writeKeys(to writer: CheckedWriter) throws(FileFault) {
    // The filter's share is free since the last record was read.
    let sort = ExternalSort(memoryBytesMax: setup.budget.filterBytes, place: setup.spillPlace)
    var stretch = 0
    try log.forEachStretch { first, keys throws(FileFault) in
      for (offset, key) in keys.enumerated() {
        while stretch + 1 < stretches.stretches.count,
          stretches.stretches[stretch + 1].firstIndex <= first + offset
        {
          stretch += 1
        }
        let input = stretches.stretches[stretch].file
        try sort.append(keyBytes: KeyFileWriter.sortKeyBytes, payloadBytes: 0) { target in
          KeyFileWriter.fill(target, key, input: input)
        }
      }
    }
    var keys = KeyFileWriter(writer)
    try keys.write(sort)
    sort.release()
  }
}

extension RecordCopy {
  /// Stands for the input of a copy that an earlier run has read. Sorted before all others: see `CopySort`.
  static let earlierFile = UInt32.max

  /// The copy of an earlier run.
  init(_ key: EarlierKey) {
    self.init(
      suspect: Suspect(
        row: OutcomeRow(
          keyLow: 0, keyHigh: 0, identity: key.low, identityHigh: key.high, content: key.content,
          quantityRaw: 0, quantityBilled: 0, amountPico: 0, payload: OutcomeRow.noPayload, reason: 0,
          door: 0, kind: 0, isRowKeyed: 0), logIndex: -1),
      isCounted: true, source: 0, file: Self.earlierFile, unit: 0, sequence: key.copies, number: 0)
  }

  /// Whether an earlier run has read it.
  var isEarlier: Bool { file == Self.earlierFile }
  /// Of an earlier copy: identical rows that one input had at most.
  var earlierCopies: Int { Int(sequence) }
}
