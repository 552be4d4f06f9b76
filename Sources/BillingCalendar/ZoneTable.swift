// The TZif reader: the bytes of one zone file become a table of changes of clocks.
//
// Versions 1 to 4 of RFC 9636. Zones that count leap seconds are refused: instants here have none. Every
// length in the file is checked before it is believed.

/// The changes of clocks of one zone, in order of time, each to another offset than before.
struct ZoneTable: Equatable {
  /// One change of clocks.
  struct Transition: Equatable {
    /// Seconds since 1970 in UTC.
    let atSeconds: Int64
    /// Seconds ahead of UTC from then on.
    let offsetSeconds: Int32
  }

  /// The offset before the first change.
  let firstOffsetSeconds: Int32
  /// The changes, ascending; where `lapFromSeconds` is set they run to 400 years past it.
  private(set) var transitions: [Transition] = []
  /// The first change that the rule at the end of the file makes; from there the table repeats every 400
  /// years.
  private(set) var lapFromSeconds: Int64?

  /// Why the bytes are not a zone.
  enum Fault: Error, Equatable {
    /// Not a TZif file, or one that contradicts itself; says what is wrong.
    case damaged(String)
    /// Counts leap seconds.
    case countsLeapSeconds
  }

  /// Reads the bytes of a TZif file.
  init(_ bytes: [UInt8]) throws(Fault) {
    var reader = TZifReader(bytes)
    let header = try reader.header()
    let block: TZifReader.Block
    var rule: PosixZoneRule?
    if header.version == 0 {
      block = try reader.block(header, timeBytes: 4)
    } else {
      // The first block is a copy in 32 bits for old readers: only its size matters.
      try reader.skip(header.blockBytes(timeBytes: 4))
      block = try reader.block(try reader.header(), timeBytes: 8)
      rule = try reader.footer()
    }
    firstOffsetSeconds = block.firstOffsetSeconds
    for transition in block.transitions { append(transition) }
    if let rule { extend(by: rule) }
  }

  private mutating func append(_ transition: Transition) {
    let current = transitions.last?.offsetSeconds ?? firstOffsetSeconds
    if transition.offsetSeconds != current { transitions.append(transition) }
  }

  /// Adds what the rule says from the last change in the file on, for one period of the calendar.
  private mutating func extend(by rule: PosixZoneRule) {
    // Rules are of our age: where a file has no change at all, the rule is not taken further back than 1900.
    let startOf1900: Int64 = -2_208_988_800
    let ruleFrom = max(transitions.last?.atSeconds ?? startOf1900, startOf1900)
    let firstYear = CivilDate(dayNumber: Int32(ruleFrom / 86_400)).year - 1
    // Two years more than a period has on each side, as the first change may lie anywhere in them.
    let changes = (firstYear...firstYear + 403).flatMap { rule.transitions(year: $0) }
    for (change, next) in zip(changes, changes.dropFirst()) {
      // A rule of daylight saving time all year ends it at the instant at which it begins again: no change at
      // all.
      guard change.atSeconds > ruleFrom, change.atSeconds < next.atSeconds else { continue }
      if let lapFrom = lapFromSeconds, change.atSeconds >= lapFrom + Zone.lapSeconds { return }
      let known = transitions.count
      append(change)
      if transitions.count > known, lapFromSeconds == nil { lapFromSeconds = change.atSeconds }
    }
  }
}

/// Walks over the bytes of a TZif file.
struct TZifReader {
  private let bytes: [UInt8]
  private var offset = 0

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  /// The six counts of a TZif header.
  struct Header {
    let version: UInt8
    let utcMarkCount: Int
    let standardMarkCount: Int
    let leapCount: Int
    let transitionCount: Int
    let typeCount: Int
    let nameBytes: Int

    /// The size of the data block that follows, with times of that many bytes.
    func blockBytes(timeBytes: Int) -> Int {
      transitionCount * (timeBytes + 1) + typeCount * 6 + nameBytes + leapCount * (timeBytes + 4)
        + standardMarkCount + utcMarkCount
    }
  }

  /// What a data block says.
  struct Block {
    let firstOffsetSeconds: Int32
    let transitions: [ZoneTable.Transition]
  }

  mutating func header() throws(ZoneTable.Fault) -> Header {
    guard bytes.count - offset >= 44 else { throw .damaged("the header is cut short") }
    guard bytes[offset..<offset + 4].elementsEqual("TZif".utf8) else {
      throw .damaged("it does not begin with TZif")
    }
    let version = bytes[offset + 4]
    var counts: [Int] = []
    for index in 0..<6 {
      counts.append(Int(UInt32(truncatingIfNeeded: integer(at: offset + 20 + index * 4, bytes: 4))))
    }
    offset += 44
    let header = Header(
      version: version, utcMarkCount: counts[0], standardMarkCount: counts[1], leapCount: counts[2],
      transitionCount: counts[3], typeCount: counts[4], nameBytes: counts[5])
    guard header.typeCount >= 1 else { throw .damaged("it has no local time type") }
    return header
  }

  mutating func skip(_ count: Int) throws(ZoneTable.Fault) {
    guard count <= bytes.count - offset else { throw .damaged("its first block is cut short") }
    offset += count
  }

  mutating func block(_ header: Header, timeBytes: Int) throws(ZoneTable.Fault) -> Block {
    guard header.blockBytes(timeBytes: timeBytes) <= bytes.count - offset else {
      throw .damaged("its table is cut short")
    }
    guard header.leapCount == 0 else { throw .countsLeapSeconds }
    let typesAt = offset + header.transitionCount * timeBytes
    let offsetsAt = typesAt + header.transitionCount
    var offsets: [Int32] = []
    for type in 0..<header.typeCount {
      let seconds = integer(at: offsetsAt + type * 6, bytes: 4)
      guard seconds.magnitude < Zone.offsetSecondsMax.magnitude else {
        throw .damaged("an offset from UTC is 26 hours or more")
      }
      offsets.append(Int32(seconds))
    }
    var transitions: [ZoneTable.Transition] = []
    transitions.reserveCapacity(header.transitionCount)
    for index in 0..<header.transitionCount {
      let at = integer(at: offset + index * timeBytes, bytes: timeBytes)
      let type = Int(bytes[typesAt + index])
      guard type < header.typeCount else { throw .damaged("a change of clocks names no local time type") }
      if let last = transitions.last, last.atSeconds >= at {
        throw .damaged("its changes of clocks are not in order of time")
      }
      // zic writes −2⁵⁹ for the beginning of time; no file looks further ahead than 2087.
      guard at >= -(1 << 59), at < 253_402_300_800 else {
        throw .damaged("a change of clocks lies outside the years that it can have")
      }
      transitions.append(ZoneTable.Transition(atSeconds: at, offsetSeconds: offsets[type]))
    }
    offset += header.blockBytes(timeBytes: timeBytes)
    return Block(firstOffsetSeconds: offsets[0], transitions: transitions)
  }

  /// The rule between the two newlines at the end; nil where they enclose nothing.
  mutating func footer() throws(ZoneTable.Fault) -> PosixZoneRule? {
    let newline = UInt8(ascii: "\n")
    guard offset < bytes.count, bytes[offset] == newline,
      let end = bytes[(offset + 1)...].firstIndex(of: newline)
    else { throw .damaged("its last line is cut short") }
    let text = bytes[offset + 1..<end]
    guard !text.isEmpty else { return nil }
    guard let rule = PosixZoneRule(Array(text)) else { throw .damaged("its last line is not a POSIX rule") }
    return rule
  }

  /// A big-endian signed integer; the caller has checked that the bytes are there.
  private func integer(at start: Int, bytes count: Int) -> Int64 {
    var value: Int64 = bytes[start] >= 0x80 ? -1 : 0
    for byte in bytes[start..<start + count] { value = value << 8 | Int64(byte) }
    return value
  }
}
