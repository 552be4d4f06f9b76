// Who may hold how much of the memory that a run was given. The one place where it is divided.
//
// Two times, one budget: while input is read, filter, log, cells and the rest grow side by side; when all was read, the
// filter's share serves the decision about the suspects, then the log's and the suspects' shares serve the order of the
// output. No store asks for more than its share, so the shares add up to the budget at any time.

/// Bytes for everything that grows with the input. The shares are those of the README, "Memory".
struct MemoryBudget: Sendable {
  /// The filter of keys; after the last record, what is needed to decide about the suspects.
  let filterBytes: Int
  /// The log of keys, before it goes to disk.
  let keyLogBytes: Int
  /// Cells and their index, before they go to disk.
  let cellBytes: Int
  /// Records put aside because their key may have been seen.
  let suspectBytes: Int
  /// Packed events, before they go to disk.
  let settleBytes: Int
  /// Suspended records with their bytes.
  let suspenseBytes: Int
  /// Rows of the rated detail, and as much again for what settled events have to say before they have rows.
  let detailBytes: Int
  /// Events that are kept for later runs, before they go to disk.
  let eventBytes: Int

  /// Ordering the rows of the output: filter, log and suspects are gone by then. Without them it has a share of its own.
  let outputBytes: Int

  /// A store that gets less than this would do nothing but write to disk.
  private static let shareBytesMin = 64 << 10

  /// Divides `memoryBytes`; a store that the run does not have leaves its share to the others.
  init(
    memoryBytes: Int, findsDuplicates: Bool, keepsSuspense: Bool, keepsDetail: Bool,
    keepsEvents: Bool = false,
    settles: Bool = false
  ) {
    let keys = findsDuplicates ? 1 : 0
    let suspense = keepsSuspense ? 1 : 0
    let detail = keepsDetail ? 1 : 0
    // Cells have the largest share: a run that spills them sorts them as well, one that spills keys only writes them. Their
    // order takes at most 48 bytes where a cell and its slot take 40, so the output needs seven parts where cells have six.
    // While packed events are settled, the output's share is free for what is loaded of them.
    // An event takes about as much as two of the log's keys.
    let settled = settles ? 6 : 0
    let events = keepsEvents ? 2 : 0
    let parts = 6 + 7 + events + suspense + detail * (settles ? 2 : 1) + settled
    func share(_ weight: Int) -> Int {
      weight == 0 ? 0 : max(Self.shareBytesMin, memoryBytes / parts * weight)
    }
    filterBytes = share(3 * keys)
    keyLogBytes = share(3 * keys)
    cellBytes = share(6)
    suspectBytes = share(keys)
    settleBytes = share(settled)
    suspenseBytes = share(suspense)
    detailBytes = share(detail)
    eventBytes = share(events)
    outputBytes = findsDuplicates ? share(3) + share(3) + share(1) : share(7)
  }

  /// The budget of a run.
  init(_ options: RatingOptions, settles: Bool = false) {
    self.init(
      memoryBytes: options.memoryBytes, findsDuplicates: options.findsDuplicates,
      keepsSuspense: options.keepsSuspense, keepsDetail: options.keepsDetail,
      keepsEvents: options.keepsEvents, settles: settles)
  }
}
