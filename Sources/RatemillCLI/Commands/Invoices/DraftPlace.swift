// Where drafts are that a command works on: a folder with what it was made from, or a store.

internal import BillingCalendar
internal import BillingOperations
internal import BillingStore
internal import Catalog
internal import Invoicing
internal import OptionTable
internal import UsageSummary

/// What is typed to name drafts.
struct DraftPlaceOptions: Sendable {
  var drafts: String?
  var earlier: [String] = []
  var period: UsagePeriodChoice?
}

/// The options of a command that works on drafts.
protocol DraftPlaceCommandOptions: CommandOptions {
  /// What was typed to name them.
  var place: DraftPlaceOptions { get set }
}

extension OptionSpec where Raw: DraftPlaceCommandOptions {
  /// The options that name drafts; `verb` is what is done with them.
  static func draftPlace(verb: String, store: OptionSpec) -> [OptionSpec] {
    [
      .catalog("Read accounts and billing tables in DIR"),
      .usage(
        "Take the drafted usage from this output of 'rate'",
        details: "The drafts are made again from it and must be the same bytes."),
      .value(
        "drafts", "DIR", in: OptionGroup.input, into: \.place.drafts, OptionValue.folder,
        "\(verb) the drafts that 'invoice draft' wrote to DIR"),
      .values(
        "earlier", "DIR", in: OptionGroup.input, into: \.place.earlier, OptionValue.folder,
        "Name drafts of a period before; repeatable",
        details: "Those that the drafts were set beside must be among them; a review judges totals by them."),
      store,
      .draftPeriod(into: \.place.period),
    ]
  }
}

extension OptionSpec where Raw: CommandOptions {
  /// Which drafts of a store are meant.
  static func draftPeriod(into path: WritableKeyPath<Raw, UsagePeriodChoice?> & Sendable) -> OptionSpec {
    .value(
      "period", "PERIOD", in: OptionGroup.input, into: path, StorePeriod.parser,
      "With --store: the drafts of this period, not the latest",
      details: "As 'invoice draft' was told: 2026-06, or 2026-06-01/2026-07-01.")
  }
}

/// Drafts that a command works on, before they are opened.
enum DraftPlace: Equatable, Sendable {
  /// A folder, and what its drafts were made from.
  case folder(drafts: String, catalog: String, usage: String, earlier: [String])
  /// A store, and which of its drafts; nil for the latest.
  case store(String, UsagePeriodChoice?)

  init(_ options: some DraftPlaceCommandOptions) throws(UsageError) {
    let (shared, place) = (options.shared, options.place)
    if let store = shared.store {
      let others = [
        ("--catalog", shared.catalog != nil), ("--usage", shared.usage != nil),
        ("--drafts", place.drafts != nil), ("--earlier", !place.earlier.isEmpty),
      ]
      if let other = others.first(where: \.1) {
        throw UsageError("--store and \(other.0) are given together; a store has its own; leave one out")
      }
      self = .store(store, place.period)
      return
    }
    if place.period != nil { throw UsageError("--period names drafts of a store; add --store DIR") }
    self = .folder(
      drafts: try Requirement.given(
        place.drafts, "--drafts", "DIR, the folder that 'invoice draft --out' wrote, or --store DIR"),
      catalog: try Requirement.given(shared.catalog, "--catalog", "DIR, with accounts.csv and contracts.csv"),
      usage: try Requirement.given(shared.usage, "--usage", "DIR, the folder that 'rate --out' wrote"),
      earlier: place.earlier)
  }

  /// The catalog as the user named it; the store where it lies in one.
  var catalogPath: String {
    switch self {
    case .folder(_, let catalog, _, _): catalog
    case .store(let store, _): store
    }
  }

  /// Drafts with everything they were made from.
  struct Opened {
    var usage: UsageFolder
    var catalog: Catalog
    var drafts: DraftsFolder
    var earlier: [DraftsFolder]
    var pinned: PinnedBasis?
  }

  /// Does the work of a command with them; faults become messages and statuses.
  func with(console: Console, _ body: (Opened) throws -> ExitStatus) -> ExitStatus {
    do {
      return try body(open())
    } catch {
      return FaultLines.fail(error, catalogPath: catalogPath, console: console)
    }
  }

  private func open() throws -> Opened {
    switch self {
    case .folder(let drafts, let catalog, let usage, let earlier):
      let folder = try DraftsFolder.open(drafts)
      let others = try earlier.map { try DraftsFolder.open($0) }
      return Opened(
        usage: try UsageFolder.open(usage), catalog: try CatalogFolder.load(catalog), drafts: folder,
        earlier: others)
    case .store(let path, let choice):
      let store = try BillingStore.open(path, for: .reading, tools: .ofThisProgram)
      let found = try StoreDrafts.open(choice, in: store)
      return Opened(
        usage: found.usage, catalog: found.catalog, drafts: found.drafts, earlier: [], pinned: found.pinned)
    }
  }
}
