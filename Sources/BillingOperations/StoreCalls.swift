// The calls behind a store's usage: the stored events of its runs, rated again with the catalogs that have priced them, with
// detail. Read `write` first.

import BillingCalendar
import BillingStore
import Catalog
import DurableFiles
import RatingEngine
import Tables
import UsageSummary

/// Makes usage folders with detail of what a store's runs have rated.
///
/// An event is rated with the catalog of the last layer of its run that holds it, and settled with that of the settlement that
/// holds its account. Nothing is decided here: whoever lists the calls compares their sums with the lines that they belong to.
struct StoreCalls {
  let store: BillingStore

  /// What is asked for.
  struct Question {
    /// The usage periods.
    var choice: UsagePeriodChoice
    /// Whose calls; nil for those of everybody.
    var account: Label?
    /// The runs that are meant, by id; nil for all that count.
    var runs: Set<String>?
    /// Whether numbers of the other end are cut.
    var masksNumbers = false
  }

  /// One catalog's part: events of some runs, chosen alike.
  private struct Part {
    var ratingHash: String
    var runs: [RunRecord]
    var selection: EventSelection
    var settledAccounts: Set<Label>?
    var settledSpan: ClosedRange<Int64>?
  }

  /// Writes folders `0`, `1` … into the folder `path`, which exists; gives their paths.
  ///
  /// Complexity: rates all events of the period again; where usage depends on a whole period, all events of the store. The
  /// folders hold more than was asked for: calls of other periods, and of those who share a pool.
  func write(_ question: Question, to path: String, semantics: Int64) throws(OperationFault) -> [UsageFolder]
  {
    let parts = try OperationFault.ofStore { () throws(StoreFault) -> [Part] in
      try self.parts(of: question)
    }
    let named = try events(of: parts, question)
    var usages: [UsageFolder] = []
    for part in parts {
      let folder = path + "/\(usages.count)"
      try rate(part, named, to: folder, semantics, masksNumbers: question.masksNumbers)
      do throws(UsageFolderFault) { usages.append(try UsageFolder.open(folder)) } catch {
        throw .store(.usage(error))
      }
    }
    return usages
  }

  private func parts(of question: Question) throws(StoreFault) -> [Part] {
    let settling = try store.settlingRuns()
    try refuseClosed(question)
    var runs: [RunRecord] = []
    for run in try meant(by: question) where run.kind != .recycle || run.doors.rated > 0 {
      let isOfPeriod = try store.openUsage(of: run).usagePeriods.contains {
        question.choice.contains($0.period)
      }
      // What purged runs had left to be settled is closed.
      let hasSettled =
        !run.isPurged && settling.contains { $0.run.id == run.id && !$0.usage.accounts.isEmpty }
      if isOfPeriod || hasSettled { runs.append(run) }
    }
    if let purged = runs.first(where: \.isPurged) {
      throw .refused(
        "\(store.path): run \(purged.number) was purged, its calls are gone; go on without them")
    }
    var layers: [(RunRecord, [RunLayer])] = []
    for run in runs { layers.append((run, try store.layers(of: run))) }
    let settlements = try store.settlementCatalogs()
    let hashes = Set(layers.flatMap { $0.1.map(\.ratingHash) } + settlements.map(\.ratingHash))
    // One catalog has priced everything: it prices everything again, as one run over all files would.
    if let only = hashes.first, hashes.count == 1, question.account == nil {
      var selection = EventSelection()
      selection.takesLeavers = false
      return [Part(ratingHash: only, runs: runs, selection: selection, settledSpan: span(settling))]
    }
    return unsettled(layers, question) + settled(settlements, settling, question)
  }

  /// Refuses periods that are closed: some of their events are gone.
  private func refuseClosed(_ question: Question) throws(StoreFault) {
    if let gone = try store.closedPeriod(of: question.choice, account: question.account) {
      throw .refused(
        "\(store.path): events of account '\(gone.account)' in \(gone.period) were purged, its calls are gone; go on without them"
      )
    }
  }

  private func meant(by question: Question) throws(StoreFault) -> [RunRecord] {
    guard let ids = question.runs else { return try store.currentRuns() }
    return try store.runs().filter { ids.contains($0.id) }
  }

  // MARK: the events, and the copies by which they are named

  /// Stored events by run, and the first copies of all of them.
  private struct NamedEvents {
    var byRun: [String: StoredEvents] = [:]
    var firstCopies: FirstCopies?
  }

  /// The events of all parts. Their copies stand in any run that is meant, whichever periods it has usage of.
  private func events(of parts: [Part], _ question: Question) throws(OperationFault) -> NamedEvents {
    var named = NamedEvents()
    var copies: [FirstCopies.Run] = []
    let partRuns = parts.flatMap(\.runs)
    let rated = Set(partRuns.map(\.id))
    let (counting, names) = try OperationFault.ofStore { () throws(StoreFault) in
      (try meant(by: question), try store.firstCopyNames())
    }
    // What is settled takes every run that counts, whichever are meant.
    var known: Set<String> = []
    for run in counting + partRuns
    where known.insert(run.id).inserted
      && (rated.contains(run.id) || (!run.isPurged && mayHoldCopies(run)))
    {
      // Recycled records were rated in another run, and what was written off nowhere, whatever the catalog of now makes of them.
      let (held, apart, isStaged) = try OperationFault.ofStore { () throws(StoreFault) in
        (
          try store.heldRecords(of: run), try store.recordsWithoutCopies(of: run),
          try store.firstReading(of: run).kind == .recycle
        )
      }
      let folder = store.folder(of: run)
      let stored = try OperationFault.ofFiles { () throws(FileFault) in try StoredEvents(folder: folder) }
      let events = stored.leavingOut(held)
      named.byRun[run.id] = events
      copies.append(
        FirstCopies.Run(
          events: events, folder: folder, firstNames: names[run.id] ?? [:],
          stagedInputs: isStaged ? Set(events.inputNames) : [], apart: apart))
    }
    let runs = copies
    named.firstCopies = try OperationFault.ofFiles { () throws(FileFault) in try FirstCopies(runs) }
    return named
  }

  /// Whether a run has left out copies, or has suspended records that may be found in other runs.
  private func mayHoldCopies(_ run: RunRecord) -> Bool { run.doors.duplicate > 0 || run.doors.suspended > 0 }

  // MARK: the parts

  /// What every event came to for itself, by catalog.
  private func unsettled(_ layers: [(RunRecord, [RunLayer])], _ question: Question) -> [Part] {
    var parts: [Part] = []
    var whole: [String: [RunRecord]] = [:]
    for (run, own) in layers {
      if own.count == 1, own[0].isUnbounded {
        whole[own[0].ratingHash, default: []].append(run)
        continue
      }
      for (index, layer) in own.enumerated() {
        var selection = self.selection(question, isSettled: false)
        selection.limits += layer.isUnbounded ? [] : [layer.box]
        selection.excluded = own[(index + 1)...].map(\.box)
        parts.append(
          Part(ratingHash: layer.ratingHash, runs: [run], selection: selection, settledAccounts: []))
      }
    }
    for (hash, runs) in whole.sorted(by: { $0.key < $1.key }) {
      parts.append(
        Part(
          ratingHash: hash, runs: runs, selection: selection(question, isSettled: false), settledAccounts: [])
      )
    }
    return parts
  }

  private func selection(_ question: Question, isSettled: Bool) -> EventSelection {
    var selection = EventSelection()
    selection.takesLeavers = false
    selection.isSettled = isSettled
    if let account = question.account { selection.limits = [EventBox(accounts: [account])] }
    return selection
  }

  /// What was settled over whole periods, by settlement.
  private func settled(
    _ settlements: [(ratingHash: String, accounts: Set<Label>)],
    _ settling: [(run: RunRecord, usage: SettlingUsage)], _ question: Question
  ) -> [Part] {
    settlements.compactMap { settlement in
      // Those who share a pool are settled together; a settlement holds all of them.
      if let account = question.account, !settlement.accounts.contains(account) { return nil }
      var selection = EventSelection()
      selection.takesLeavers = false
      selection.isSettled = true
      selection.limits = [EventBox(accounts: settlement.accounts)]
      return Part(
        ratingHash: settlement.ratingHash, runs: settling.map(\.run).filter { !$0.isPurged },
        selection: selection,
        settledAccounts: settlement.accounts, settledSpan: span(settling))
    }
  }

  private func span(_ settling: [(run: RunRecord, usage: SettlingUsage)]) -> ClosedRange<Int64>? {
    guard let first = settling.map(\.usage.span.lowerBound).min(),
      let last = settling.map(\.usage.span.upperBound).max()
    else { return nil }
    return first...last
  }

  private func rate(
    _ part: Part, _ named: NamedEvents, to folder: String, _ semantics: Int64, masksNumbers: Bool
  ) throws(OperationFault) {
    let path = store.catalogPath(part.ratingHash)
    let catalog = try OperationFault.load(path)
    guard catalog.ratingHash == part.ratingHash else {
      throw .store(
        .refused("catalogs/\(part.ratingHash) is not as it was kept; 'ratemill verify --deep' tells more"))
    }
    var options = RatingOptions()
    options.keepsDetail = true
    options.masksDetail = masksNumbers
    options.keepsSummary = true
    // A folder counts what waits in suspense, and must have it.
    options.keepsSuspense = true
    options.settledAccounts = part.settledAccounts
    options.settledSpan = part.settledSpan
    let closed = try OperationFault.ofStore { () throws(StoreFault) in try store.closedUsage() }
    options.frozenRollover = try OperationFault.ofStore { () throws(StoreFault) in
      try store.frozenRollover()
    }
    options.closedPeriods = closed.periods
    var selection = part.selection
    selection.excluded += closed.boxes
    let (chosen, asked, events) = (options, selection, part.runs.compactMap { named.byRun[$0.id] })
    let result = try OperationFault.ofRun { () throws(RunFault) in
      try RatingRun(catalog: catalog, options: chosen).run(events, asked, naming: named.firstCopies)
    }
    try OperationFault.ofFiles { () throws(FileFault) in
      try result.publish(
        at: folder, semantics: semantics, operations: PrivateFileOperations(store.fileOperations)
      ) { _ throws(FileFault) in }
    }
  }
}

extension RunLayer {
  /// The events that it holds.
  var box: EventBox { EventBox(from: from, until: until, accounts: accounts.map { Set($0) }) }
}
