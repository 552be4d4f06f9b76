// Which copy of a record is the first by the name of its file and its place there: the one that a run over all files counts, and that
// runs which read the files in another order have left out.
//
// All copies that runs have kept are sorted by their keys, on disk past a share of memory. Where runs have left nothing out, nothing is
// read.

public import DurableFiles
public import Tables

/// The places by which records of several runs are named. Made once, read by any number of runs over their events.
public final class FirstCopies: @unchecked Sendable {
  // Safe to share: nothing changes any more when it is made.
  /// One of the runs.
  public struct Run: Sendable {
    /// Its events, without those that count elsewhere.
    public var events: StoredEvents
    /// Its folder.
    public var folder: String
    /// Names of inputs whose whole copies go by a name that comes before theirs.
    public var firstNames: [Label: Label]
    /// Its inputs that were made of records of other runs, and have no name of their own.
    public var stagedInputs: Set<Label>
    /// Where records begin, by input, that are nobody's copies.
    public var apart: [Label: Set<Int64>]

    /// Describes a run.
    public init(
      events: StoredEvents, folder: String, firstNames: [Label: Label] = [:], stagedInputs: Set<Label> = [],
      apart: [Label: Set<Int64>] = [:]
    ) {
      self.events = events
      self.folder = folder
      self.firstNames = firstNames
      self.stagedInputs = stagedInputs
      self.apart = apart
    }
  }

  /// The place of a record that is named by another copy.
  struct NamedRecord: BitwiseCopyable {
    /// Its row in its block.
    var row: UInt32
    var place: NamedPlace
  }

  /// A file, by its number among `names`, and the lines before a record.
  struct NamedPlace: BitwiseCopyable, Comparable {
    var name: UInt32
    var linesBefore: Int64

    static func < (a: NamedPlace, b: NamedPlace) -> Bool {
      (a.name, a.linesBefore) < (b.name, b.linesBefore)
    }
  }

  /// Names of files, ascending.
  let names: [Label]
  private let runs: [Run]
  private let numbers: [Label: UInt32]
  /// Records that are named by other copies, those of one block one after the other.
  private let records: SpillableLog<NamedRecord>
  private var stretches: [BlockAddress: Range<Int>] = [:]

  private struct BlockAddress: Hashable {
    var run: Int
    var block: Int
  }

  /// Finds the first copies of the records of some runs; nil where these have left out none, and no file goes by another name.
  ///
  /// Complexity: O(records) where any run has left out copies, and O(n log n) in the records that have copies; memory about
  /// `memoryBytes`.
  public init?(
    _ runs: [Run], memoryBytes: Int = 64 << 20, temporaryFolder: String? = nil
  ) throws(FileFault) {
    self.runs = runs
    let place = SpillPlace(folder: temporaryFolder)
    var all = Set<Label>()
    for run in runs {
      for name in run.events.inputNames + (try CopyFileReader(folder: run.folder)?.inputs ?? []) {
        all.insert(run.firstNames[name] ?? name)
        all.insert(name)
      }
    }
    names = all.sorted()
    numbers = Dictionary(uniqueKeysWithValues: names.enumerated().map { ($1, UInt32($0)) })
    records = SpillableLog(memoryBytesMax: memoryBytes / 4, place: place)
    let search = FirstCopySearch(runs: runs, numbers: numbers, memoryBytes: memoryBytes / 4 * 3, place: place)
    guard let found = try search.run() else {
      if runs.allSatisfy(\.firstNames.isEmpty) { return nil }
      return
    }
    let cursor = try found.cursor()
    while let entry = try cursor.next() {
      let (run, block, record) = FirstCopySearch.record(entry)
      let address = BlockAddress(run: run, block: block)
      stretches[address] = (stretches[address]?.lowerBound ?? records.count)..<(records.count + 1)
      try records.append(record)
    }
  }

  /// The number of the run whose events these are; nil where they are none of these.
  func number(of events: StoredEvents) -> Int? { runs.firstIndex { $0.events.path == events.path } }

  /// The places of the records of blocks. Used by one thread.
  final class Reader {
    private let owner: FirstCopies
    private let log: LogReader<NamedRecord>

    init(_ owner: FirstCopies) {
      self.owner = owner
      log = LogReader(owner.records)
    }

    /// The places of the records of a block.
    func places(_ block: EventBlock, number: Int, ofRun run: Int) throws(FileFault) -> BlockPlaces {
      let name = owner.runs[run].firstName(ofInput: block.head.file)
      var places = BlockPlaces(name: owner.numbers[name] ?? 0)
      if let stretch = owner.stretches[BlockAddress(run: run, block: number)] {
        log.seek(stretch.lowerBound)
        for _ in stretch { if let record = try log.next() { places.others.append(record) } }
      }
      return places
    }
  }

  /// Where the records of a block are, by name.
  struct BlockPlaces {
    /// That of its file.
    var name: UInt32
    /// Records that are named by other copies, by their rows.
    fileprivate(set) var others: [NamedRecord] = []

    fileprivate init(name: UInt32) { self.name = name }

    /// The place by which a row is named that has so many lines of its file before it. Complexity: O(log rows).
    func place(ofRow row: Int, linesBefore: Int64) -> NamedPlace {
      var (low, high) = (0, others.count)
      while low < high {
        let middle = (low + high) / 2
        if Int(others[middle].row) < row { low = middle + 1 } else { high = middle }
      }
      if low < others.count, Int(others[low].row) == row { return others[low].place }
      return NamedPlace(name: name, linesBefore: linesBefore)
    }
  }
}

extension FirstCopies.Run {
  /// The name of an input, or of the whole copy of it that comes first.
  func firstName(ofInput input: Int) -> Label {
    let name = events.preamble.inputs[input].name
    return firstNames[name] ?? name
  }
}
