// One input file while it is read: how it is stored, its parts, its field plan, and whether it proved whole.

import Catalog
import DurableFiles
import Glibc
import Tables

/// An open input. Its fields change under the scheduler's lock, but for what a unit's reader owns.
final class FileContext {
  let index: Int
  let name: String
  let sourceIndex: Int
  let source: UsageSource
  let format: FormatDescriptor
  private(set) var descriptor: Int32
  private let ownsDescriptor: Bool
  /// What it was when it was opened.
  let identity: FileIdentity?
  /// Where it was opened.
  let path: String
  private let form: StoredForm
  /// Whether its bytes are decoded.
  var isCompressed: Bool { form != .plain }
  let operations: any FileOperations
  private var mapped: MappedFile?
  private let spool: InputSpool?
  private(set) var units: [InputUnit] = []
  /// Stored bytes, for progress; 0 where they are not known.
  let storedBytes: Int64
  /// Set when the header was read; every unit but the first waits for it.
  var plan: FieldPlan?
  /// Column names as the file has them.
  var columnNames: [Label] = []
  var openUnitCount = 0
  /// What its trailer rows promise and its records come to; changed by the holder of the ledger.
  var trailer = TrailerTotals()
  /// The lines before its first record, as they are.
  var headerText: [UInt8] = []
  /// Records that its control file promised.
  var controlRecords: Int?
  /// Chosen rows of each call, where the format chooses among several.
  var legs: LegTable?
  /// Which texts of its records are kept with their events, where events are kept.
  var layout: StoredLayout?
  /// Whether the text behind its last record end was read as an event.
  var endsInOpenEvent = false
  /// Whether it is a file that somebody may add to, and name again.
  let isReadAgainLater: Bool
  /// Records that earlier runs have suspended at their places.
  let unreadable: Set<InputFile.UnreadableRecord>
  /// Bytes that somebody has added while it was read, with those of its last record where that was not complete: they were not read.
  var unreadByteCount: Int64 = 0
  /// Whether its hash is for the report, and not for the proof of its bytes alone.
  let isHashTold: Bool
  /// What is known of an input whose events are read instead of its bytes.
  let stored: StoredInput?

  /// Plain files are read in stretches of this many bytes, so that several workers share a large one.
  private static let plainUnitBytes = 32 << 20
  /// Frames are grouped until they make so many stored bytes.
  private static let frameGroupBytes = 1 << 20

  /// Opens the file and finds out how it is stored.
  ///
  /// - Parameters:
  ///   - partBytes: stored bytes of a part; nil for the standard sizes.
  ///   - allowsParts: whether several readers may share it.
  ///   - spool: what keeps the bytes of standard input for a second reading.
  ///   - hashes: whether the run needs a hash of the decoded bytes (then one reader goes from front to back).
  ///   - provesBytes: whether that one reader makes a hash for its own proof where the run needs none.
  ///   - progress: what tells a reader that waits for a pipe that the run was cancelled.
  ///   - operations: the calls that read plain files.
  init(
    index: Int, input: InputFile, sourceIndex: Int, catalog: Catalog, recordBytesMax: Int, partBytes: Int?,
    allowsParts: Bool, hashes: Bool, provesBytes: Bool = false, spool: InputSpool? = nil,
    progress: RunProgress? = nil,
    operations: any FileOperations
  ) throws(RunFault) {
    self.index = index
    stored = nil
    name = input.name
    path = input.path
    self.operations = operations
    isHashTold = hashes
    self.sourceIndex = sourceIndex
    source = catalog.sources[sourceIndex]
    format = catalog.formats[source.formatIndex]
    ownsDescriptor = !input.isStandardInput
    let beginning = input.beginning
    isReadAgainLater = !input.isStandardInput && input.excerpt == nil
    unreadable = input.unreadable
    descriptor = input.isStandardInput ? 0 : PipeInput.open(input.path)
    guard descriptor >= 0 else {
      throw .input(
        file: input.name, message: "\(String(cString: strerror(errno))); check the name and its permissions")
    }
    identity = FileIdentity(descriptor: descriptor)
    let isRegular = identity?.isRegular ?? false
    if !isRegular { Self.widenPipe(descriptor) }
    storedBytes = isRegular ? identity?.size ?? 0 : 0
    let spool = input.isStandardInput ? spool : nil
    self.spool = spool
    let pipe = PipeInput(descriptor: descriptor, progress: progress)
    let head: [UInt8]
    if let spool {
      head = try spool.head(byteCount: 4)
    } else {
      head = try Self.readHead(pipe, name: input.name, isRegular: isRegular)
    }
    let form = StoredForm(magic: head, name: input.name)
    self.form = form
    let mayHaveParts =
      allowsParts && isRegular && !format.dialect.isMultiline && format.legs == nil && !input.isStandardInput
    func add(_ stream: any TextStream) {
      units.append(
        InputUnit(
          file: self, index: units.count, stream: stream, beginsInsideRecord: !units.isEmpty,
          recordBytesMax: recordBytesMax, hashes: hashes || provesBytes,
          beginning: beginning.map { KnownBeginning($0) }))
    }
    // stdin may be a file whose reading began somewhere: it is read on from there, never mapped.
    if isRegular, !input.isStandardInput, form != .plain, let identity {
      mapped = MappedFile(descriptor: descriptor, name: name, identity: identity)
    }
    switch form {
    case .plain:
      if isRegular, !input.isStandardInput {
        let size = storedBytes
        let step = mayHaveParts ? Int64(partBytes ?? Self.plainUnitBytes) : max(size, 1)
        var from: Int64 = 0
        repeat {
          add(
            PlainStream(
              name: name, descriptor: descriptor, from: from, until: min(size, from + step),
              operations: operations))
          from += step
        } while from < size
      } else if let spool {
        add(SpooledStream(spool))
      } else {
        add(PlainStream(name: name, input: pipe, head: head))
      }
    case .zstd:
      var stretches: [(Int, Int)]?
      if let mapped, mayHaveParts {
        var frames = ZstdFrames(mapped)
        stretches = frames.groups(groupBytes: partBytes ?? Self.frameGroupBytes)
      }
      if let mapped, let stretches {
        for (from, until) in stretches {
          add(ZstdStream(name: name, stored: MappedBytes(mapped, from: from, until: until)))
        }
      } else {
        add(ZstdStream(name: name, stored: storedBytesReader(pipe, head)))
      }
    case .gzip: add(GzipStream(name: name, stored: storedBytesReader(pipe, head)))
    }
    openUnitCount = units.count
  }

  /// An input of a finished run, whose events are stored; nothing is opened.
  init(index: Int, stored: StoredInput, sourceIndex: Int, catalog: Catalog, plan: FieldPlan) {
    self.index = index
    self.stored = stored
    name = stored.name.description
    path = name
    form = .plain
    operations = SystemFileOperations()
    isHashTold = true
    self.sourceIndex = sourceIndex
    source = catalog.sources[sourceIndex]
    format = catalog.formats[source.formatIndex]
    descriptor = -1
    ownsDescriptor = false
    isReadAgainLater = false
    unreadable = []
    identity = nil
    spool = nil
    storedBytes = 0
    units = [
      InputUnit(
        file: self, index: 0, stream: NoText(), beginsInsideRecord: false, recordBytesMax: .max, hashes: false
      )
    ]
    self.plan = plan
  }

  deinit { release() }

  /// Gives back what reading needed; for when all units were read and `checkUnchanged` was asked. A run has more files than a process
  /// may have open.
  func release() {
    mapped = nil
    guard ownsDescriptor, descriptor >= 0 else { return }
    close(descriptor)
    descriptor = -1
  }

  private func storedBytesReader(_ pipe: PipeInput, _ head: [UInt8]) -> any StoredBytes {
    if let mapped { return MappedBytes(mapped, from: 0, until: mapped.length) }
    if let spool { return SpooledBytes(spool) }
    let isRegular = identity?.isRegular ?? false
    return DescriptorBytes(
      name: name, input: pipe,
      head: Self.looksAhead(descriptor, isRegular: isRegular) ? [] : head)
  }

  /// Asks for a pipe that holds a megabyte: the usual 64 KiB make writer and reader wait for each other all the time.
  private static func widenPipe(_ descriptor: Int32) {
    // F_SETPIPE_SZ; refused for what is no pipe, and where the user's share of pipe memory is used up.
    _ = fcntl(descriptor, 1031, 1 << 20)
  }

  /// Whether the first bytes of an input can be looked at without moving on.
  private static func looksAhead(_ descriptor: Int32, isRegular: Bool) -> Bool {
    // stdin may be a file whose reading began somewhere.
    isRegular && descriptor != 0
  }

  /// The first bytes: from a file without moving on, from a pipe for keeping.
  private static func readHead(
    _ pipe: PipeInput, name: String, isRegular: Bool
  ) throws(RunFault) -> [UInt8] {
    let descriptor = pipe.descriptor
    var head = [UInt8](repeating: 0, count: 4)
    var count = 0
    while count < head.count {
      let got = head.withUnsafeMutableBytes { buffer -> Int in
        guard let base = buffer.baseAddress else { return 0 }
        return looksAhead(descriptor, isRegular: isRegular)
          ? pread(descriptor, base + count, 4 - count, off_t(count))
          : pipe.read(into: base + count, 4 - count)
      }
      if got == 0 { break }
      if got < 0 {
        if errno == EINTR { continue }
        throw .input(file: name, message: "cannot be read: \(String(cString: strerror(errno)))")
      }
      count += got
    }
    return Array(head[..<count])
  }

  /// Whether somebody may add to it while it is read. Not where a trailer or a control file says that it is complete, nor where its
  /// rows are chosen among: they were read before.
  var mayGrow: Bool {
    form == .plain && isReadAgainLater && identity?.isRegular == true && source.control.isEmpty
      && format.trailer == nil && format.legs == nil
  }

  /// Compares the file with what it was when it was opened.
  func checkUnchanged() throws(DamagedFile) {
    if let mapped, mapped.hasShrunk { throw FileIdentity.changed(name, "became shorter") }
    guard let identity, identity.isRegular, let now = FileIdentity(descriptor: descriptor) else { return }
    if now != identity { throw FileIdentity.changed(name, "was changed") }
  }

  /// Whether a checksum vouches for all of it.
  var isChecked: Bool { stored?.isChecked ?? units.allSatisfy(\.isChecked) }
}

/// The text of an input that is not read.
private final class NoText: TextStream {
  var storedOffset: Int64 { 0 }
  var isChecked: Bool { true }
  var isDecoding: Bool { false }
  func read(into buffer: UnsafeMutableRawBufferPointer) throws(DamagedFile) -> Int { 0 }
}
