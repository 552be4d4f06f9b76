// Which stored events are rated again.

public import Tables

/// Events of some accounts in some time.
public struct EventBox: Sendable, Hashable {
  /// The charging start in milliseconds, half-open; nil for no bound.
  public var from: Int64?
  /// See `from`.
  public var until: Int64?
  /// As they were found when the events were read; nil for all, and for events of nobody.
  public var accounts: Set<Label>?

  /// Bounds events.
  public init(from: Int64? = nil, until: Int64? = nil, accounts: Set<Label>? = nil) {
    self.from = from
    self.until = until
    self.accounts = accounts
  }

  /// Whether every event is in it.
  public var isUnbounded: Bool { from == nil && until == nil && accounts == nil }
}

/// A choice of stored events. What is asked for in several ways must meet all limits, and one of the reasons to be taken.
public struct EventSelection: Sendable {
  /// Digits that numbers begin with: from, until in the order of `EventBlock.order`, ascending and apart.
  struct NumberRange: Sendable, Hashable {
    var from: Int64
    var until: Int64
  }

  /// Whether every event is taken that meets the limits; otherwise one of the two below must hold.
  public var takesAll = true
  /// Accounts whose events are taken, as they were found when the events were read.
  public var accounts: Set<Label> = []
  private(set) var numbers: [NumberRange] = []

  /// Limits: every one of these must hold the event, and none of the others.
  public var limits: [EventBox] = []
  /// See `limits`.
  public var excluded: [EventBox] = []
  /// Limit: events that were settled when they were read, or that were not; nil for all.
  public var isSettled: Bool?
  /// Whether what never was an event counts too, whatever the limits: unparsable records, rows that are none, duplicates.
  public var takesLeavers = true

  /// Every event, and all that is known of what was none.
  public static let all = EventSelection()

  /// Chooses everything.
  public init() {}

  /// Takes the events that called numbers with one of these prefixes.
  public mutating func take(numbersFrom prefixes: some Sequence<(digits: Int64, count: Int)>) {
    var ranges = numbers
    for prefix in prefixes {
      let power = EventBlock.powers[max(0, min(15, 15 - prefix.count))]
      ranges.append(NumberRange(from: prefix.digits * power, until: (prefix.digits + 1) * power))
    }
    ranges.sort { $0.from < $1.from }
    numbers = []
    for range in ranges {
      if let last = numbers.last, range.from <= last.until {
        numbers[numbers.count - 1].until = max(last.until, range.until)
      } else {
        numbers.append(range)
      }
    }
  }

  /// Whether nothing can be taken.
  public var isEmpty: Bool {
    !takesAll && accounts.isEmpty && numbers.isEmpty && !takesLeavers
  }

  /// Whether everything is taken that is known of the inputs.
  var isWhole: Bool {
    takesAll && takesLeavers && isSettled == nil && limits.allSatisfy(\.isUnbounded) && excluded.isEmpty
  }
}

/// A selection for the blocks of one events file.
struct BlockSelection {
  private let selection: EventSelection
  /// By number of the account + 1: whether its events are taken, and whether they meet the limits.
  private let isTaken: [Bool]
  /// By box: whether events of an account may be in it.
  private let limits: [(box: EventBox, accounts: [Bool])]
  private let excluded: [(box: EventBox, accounts: [Bool])]
  private let removed: [Int64]
  /// By number of the input: where records begin that were taken back; empty for none at all.
  private let gone: [Set<Int64>]
  /// By number of the input: where records begin that are left out.
  private let leftOut: [Set<Int64>]
  /// Which events are settled, where it is not what was decided when they were read.
  private let settledMarks: SettledMarks?

  init(_ selection: EventSelection, _ events: StoredEvents) {
    let preamble = events.preamble
    self.selection = selection
    settledMarks = events.settledMarks
    leftOut = preamble.inputs.map { events.leftOut[$0.name] ?? [] }
    removed = preamble.removed
    gone = preamble.goneOffsets
    isTaken = [false] + preamble.accounts.map { selection.accounts.contains($0) }
    func table(_ box: EventBox) -> (box: EventBox, accounts: [Bool]) {
      guard let accounts = box.accounts else {
        return (box, [Bool](repeating: true, count: preamble.accounts.count + 1))
      }
      return (box, [false] + preamble.accounts.map { accounts.contains($0) })
    }
    limits = selection.limits.filter { !$0.isUnbounded }.map(table)
    excluded = selection.excluded.map(table)
  }

  /// The rows of a block that are chosen, in order, into `rows`; `number` is that of the block in its file.
  func choose(_ block: EventBlock, _ number: Int, into rows: inout [UInt16]) {
    rows.removeAll(keepingCapacity: true)
    if selection.takesAll {
      for row in 0..<block.head.count { rows.append(UInt16(row)) }
    } else {
      chooseByReason(block, &rows)
    }
    if !rows.isEmpty {
      applyLimits(block, number, &rows)
      dropLeftOut(block, &rows)
      dropRemoved(block, &rows)
    }
    setLeavers(block, &rows)
    if !gone.isEmpty { dropGone(block, &rows) }
  }

  /// Takes unparsable records, or leaves them out.
  private func setLeavers(_ block: EventBlock, _ rows: inout [UInt16]) {
    let column = block.column(.decision)
    func isLeaver(_ row: Int) -> Bool {
      column.value(row, in: block.base) & StoredDecision.doorMask == Int64(Door.unparsable)
    }
    if column.width == 0, block.head.count == 0 || !isLeaver(0) { return }
    let leavers = (0..<block.head.count).filter(isLeaver)
    if leavers.isEmpty { return }
    rows.removeAll { isLeaver(Int($0)) }
    if selection.takesLeavers { for row in leavers { rows.append(UInt16(row)) } }
  }

  /// Leaves records out that were taken back, unparsable ones too.
  private func dropGone(_ block: EventBlock, _ rows: inout [UInt16]) {
    let places = gone[block.head.file]
    if places.isEmpty { return }
    let column = block.column(.offset)
    rows.removeAll { places.contains(block.head.bytesBefore + column.value(Int($0), in: block.base)) }
  }

  private func chooseByReason(_ block: EventBlock, _ rows: inout [UInt16]) {
    let count = block.head.count
    var isChosen = [Bool](repeating: false, count: count)
    var any = false
    if !selection.accounts.isEmpty {
      let column = block.column(.account)
      for row in 0..<count where isTaken[number(column, row, block)] {
        isChosen[row] = true
        any = true
      }
    }
    if !selection.numbers.isEmpty {
      for range in selection.numbers {
        for row in self.rows(of: range, block) where !isChosen[row] {
          isChosen[row] = true
          any = true
        }
      }
    }
    guard any else { return }
    for row in 0..<count where isChosen[row] { rows.append(UInt16(row)) }
  }

  private func number(_ column: EventColumn, _ row: Int, _ block: EventBlock) -> Int {
    let number = Int(column.value(row, in: block.base))
    return number < isTaken.count ? number : 0
  }

  /// The rows whose numbers lie in a range: the events ascend by them.
  private func rows(of range: EventSelection.NumberRange, _ block: EventBlock) -> [Int] {
    let (to, digits) = (block.column(.to), block.column(.toCount))
    func order(_ row: Int) -> Int64 {
      EventBlock.order(to.value(row, in: block.base), digits.value(row, in: block.base))
    }
    guard block.head.isOrdered else {
      return (0..<block.head.count).filter { range.from <= order($0) && order($0) < range.until }
    }
    func first(atLeast value: Int64) -> Int {
      var (low, high) = (0, block.head.count)
      while low < high {
        let middle = (low + high) / 2
        if order(middle) < value { low = middle + 1 } else { high = middle }
      }
      return low
    }
    let start = first(atLeast: range.from)
    let end = first(atLeast: range.until)
    return Array(start..<max(start, end))
  }

  private func applyLimits(_ block: EventBlock, _ blockNumber: Int, _ rows: inout [UInt16]) {
    if !limits.isEmpty || !excluded.isEmpty {
      let (starts, accounts) = (block.column(.start), block.column(.account))
      rows.removeAll {
        let start = starts.value(Int($0), in: block.base)
        let account = number(accounts, Int($0), block)
        func holds(_ entry: (box: EventBox, accounts: [Bool])) -> Bool {
          start >= entry.box.from ?? .min && start < entry.box.until ?? .max && entry.accounts[account]
        }
        return !limits.allSatisfy(holds) || excluded.contains(where: holds)
      }
    }
    if let isSettled = selection.isSettled {
      if let settledMarks {
        rows.removeAll { settledMarks.holds(block: blockNumber, row: Int($0)) != isSettled }
        return
      }
      let column = block.column(.decision)
      rows.removeAll {
        let door = column.value(Int($0), in: block.base) & StoredDecision.doorMask
        return (door == Int64(Door.settled)) != isSettled
      }
    }
  }

  /// Leaves records out that were named.
  private func dropLeftOut(_ block: EventBlock, _ rows: inout [UInt16]) {
    let places = leftOut[block.head.file]
    if places.isEmpty { return }
    let column = block.column(.offset)
    rows.removeAll { places.contains(block.head.bytesBefore + column.value(Int($0), in: block.base)) }
  }

  /// Leaves duplicates out.
  private func dropRemoved(_ block: EventBlock, _ rows: inout [UInt16]) {
    guard !removed.isEmpty else { return }
    let first = lowerBound(block.head.firstPlace)
    let column = block.column(.row)
    // A chunk may have more records than a block, but none beyond what its last row says.
    var most: Int64 = 0
    for row in rows { most = max(most, column.value(Int(row), in: block.base)) }
    let end = lowerBound(block.head.firstPlace + most + 1)
    guard first < end else { return }
    let firstPlace = block.head.firstPlace
    var isGone = [Bool](repeating: false, count: Int(removed[end - 1] - firstPlace) + 1)
    for place in removed[first..<end] { isGone[Int(place - firstPlace)] = true }
    rows.removeAll {
      let row = column.value(Int($0), in: block.base)
      return row >= 0 && row < isGone.count && isGone[Int(row)]
    }
  }

  private func lowerBound(_ place: Int64) -> Int {
    var (low, high) = (0, removed.count)
    while low < high {
      let middle = (low + high) / 2
      if removed[middle] < place { low = middle + 1 } else { high = middle }
    }
    return low
  }
}
