// The tables of the book: one text that `sqlite3 book.sqlite .schema` shows with its comments.
//
// Owns the version of the schema. Views are in BookViews.swift; a later version is reached by steps of its own, in one
// transaction each.

/// The schema of `book.sqlite`.
enum BookSchema {
  /// `PRAGMA application_id`: `RMbk` in ASCII, so that `file book.sqlite` tells it from other databases.
  static let applicationID: Int64 = 0x524D_626B
  /// `PRAGMA user_version`.
  /// 7: settled usage that purges have closed.
  static let version: Int64 = 7

  /// Makes everything in an empty database; to be run inside a transaction.
  static let statements =
    [
      runs, runFiles, knownPlaces, knownNames, runParts, sources, runUsage, runBases, runSuspense,
      billings,
      billedAccounts,
      billedUsage, billedPools, billedRollover, audit,
      auditGuards,
    ] + suspenseTables + rerateTables + settlingTables + purgeTables + InvoiceTables.statements + [
      "PRAGMA application_id = \(applicationID)", "PRAGMA user_version = \(version)",
    ] + BookViews.statements(.sqlite) + InvoiceTables.views(.sqlite)

  /// Columns of a door count, and what they add up to.
  private static let doors = """
      read      INTEGER NOT NULL,  -- records; read = rated + filtered + duplicate + suspended
      rated     INTEGER NOT NULL,
      filtered  INTEGER NOT NULL,
      duplicate INTEGER NOT NULL,
      suspended INTEGER NOT NULL,
    """

  private static let runs = """
    CREATE TABLE runs (  -- one row for each commit of rated usage; the folder runs/<run_id> holds the documents
      run_id          TEXT PRIMARY KEY,         -- first 20 digits of identity
      number          INTEGER NOT NULL UNIQUE,  -- 1, 2, 3 … in the order of commits
      kind            TEXT NOT NULL CHECK (kind IN ('rate', 'rerate', 'recycle')),
      state           TEXT NOT NULL CHECK (state IN ('current', 'replaced', 'revoked')),
      identity        TEXT NOT NULL,            -- SHA-256 of inputs, catalog, options, semantics and the run it replaces
      replaces        TEXT REFERENCES runs,     -- the run that it replaces, or whose revoked files it rates again
      committed_at    TEXT NOT NULL,            -- UTC
      program         TEXT NOT NULL,            -- program and version that made it
      semantics       INTEGER NOT NULL,         -- version of the rating rules
      catalog_hash    TEXT NOT NULL,            -- the folder catalogs/<catalog_hash> holds the catalog
      manifest_sha256 TEXT NOT NULL,            -- of the bytes of manifest.json, which names every document
    \(doors)
      summary_rows    INTEGER NOT NULL,
      CHECK (read = rated + filtered + duplicate + suspended)
    ) STRICT
    """

  private static let runFiles = """
    CREATE TABLE run_files (  -- the files that a run has read
      run_id        TEXT NOT NULL REFERENCES runs,
      position      INTEGER NOT NULL,  -- from 1, in the order of their names
      name          TEXT NOT NULL,     -- as the command named it
      source        TEXT NOT NULL,
      decoded_bytes INTEGER NOT NULL,
      content_hash  TEXT NOT NULL,     -- of the decoded bytes: a copy or another compression has the same
      place         TEXT,              -- device, inode, size and times when it was read; null for standard input
    \(doors)
      first_day     TEXT,              -- on which a record begins to be charged, in the zone of the source; null where none tells
      last_day      TEXT,
      PRIMARY KEY (run_id, position),
      CHECK (read = rated + filtered + duplicate + suspended)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX run_files_by_content ON run_files (content_hash, source);
    CREATE INDEX run_files_by_place ON run_files (place)
    """

  private static let knownPlaces = """
    CREATE TABLE known_places (  -- where files were seen that were recognised by their content: they are not read again
      place    TEXT PRIMARY KEY,
      run_id   TEXT NOT NULL,
      position INTEGER NOT NULL,
      FOREIGN KEY (run_id, position) REFERENCES run_files
    ) STRICT, WITHOUT ROWID
    """

  private static let knownNames = """
    CREATE TABLE known_names (  -- other names of files that were recognised by their content: they count as read under these too
      source       TEXT NOT NULL,
      name         TEXT NOT NULL,  -- as the command named it
      content_hash TEXT NOT NULL,  -- of run_files
      seen_at      TEXT NOT NULL,  -- UTC, when it was recognised first
      PRIMARY KEY (source, name)
    ) STRICT, WITHOUT ROWID
    """

  private static let runParts = """
    CREATE TABLE run_parts (  -- files of a run's folder that its manifest does not list
      run_id TEXT NOT NULL REFERENCES runs,
      name   TEXT NOT NULL,  -- inside the folder
      bytes  INTEGER NOT NULL,
      sha256 TEXT NOT NULL,
      PRIMARY KEY (run_id, name)
    ) STRICT, WITHOUT ROWID
    """

  private static let sources = """
    CREATE TABLE sources (  -- what is expected of each source, by the catalog of its latest run
      source   TEXT PRIMARY KEY,
      expected TEXT NOT NULL,  -- how often a file is expected: 'daily' …; empty where nothing is
      sequence TEXT NOT NULL,  -- pattern of file names with {n} for the running number; empty for none
      run_id   TEXT NOT NULL REFERENCES runs
    ) STRICT, WITHOUT ROWID
    """

  /// What usage is added up by in the book, and the sums. Names are as in summary.csv.
  static let usage = """
      account          TEXT NOT NULL,
      usage_period     TEXT NOT NULL,
      plan             TEXT NOT NULL,
      charge           TEXT NOT NULL,
      service_kind     TEXT NOT NULL,
      direction        TEXT NOT NULL,
      rating_group     TEXT NOT NULL,
      supplier         TEXT NOT NULL,
      currency         TEXT NOT NULL,
      cost_currency    TEXT NOT NULL,     -- empty where no cost is known
      event_count      INTEGER NOT NULL,
      quantity_raw     INTEGER NOT NULL,  -- milliseconds, messages, bytes or millionths of an event
      quantity_billed  INTEGER NOT NULL,
      quantity_covered INTEGER NOT NULL,
      amount_units     INTEGER NOT NULL,  -- amount = amount_units + amount_pico / 10^12, exactly
      amount_pico      INTEGER NOT NULL CHECK (amount_pico BETWEEN 0 AND 999999999999),
      cost_units       INTEGER NOT NULL,  -- the same for cost
      cost_pico        INTEGER NOT NULL CHECK (cost_pico BETWEEN 0 AND 999999999999),
    """

  static let usageKey =
    "account, usage_period, plan, charge, service_kind, direction, rating_group, supplier, currency, cost_currency"

  private static let runUsage = """
    CREATE TABLE run_usage (  -- summary.csv of each run, added up by fewer columns; every row is in the folder
      run_id           TEXT NOT NULL REFERENCES runs,
    \(usage)
      PRIMARY KEY (run_id, \(usageKey))
    ) STRICT, WITHOUT ROWID
    """

  private static let runBases = """
    CREATE TABLE run_bases (  -- runs that have kept the summary of another: their rows in run_usage are corrections of its rows
      run_id  TEXT PRIMARY KEY REFERENCES runs,
      base_id TEXT NOT NULL REFERENCES runs
    ) STRICT, WITHOUT ROWID
    """

  private static let runSuspense = """
    CREATE TABLE run_suspense (  -- suspense-digest.csv of each run
      run_id          TEXT NOT NULL REFERENCES runs,
      reason          TEXT NOT NULL,
      account         TEXT NOT NULL,     -- empty where it is not known
      unit            TEXT NOT NULL,     -- of quantity; empty where that is not known
      currency        TEXT NOT NULL,     -- of estimated_value; empty where that is not known
      event_count     INTEGER NOT NULL,
      quantity        INTEGER,           -- milliseconds, messages, bytes or millionths of an event
      estimated_value TEXT,              -- decimal
      PRIMARY KEY (run_id, reason, account, unit, currency)
    ) STRICT, WITHOUT ROWID
    """

  private static let billings = """
    CREATE TABLE billings (  -- what was frozen as billed; the folder billed/<billing_id> holds the rows
      billing_id     TEXT PRIMARY KEY,
      number         INTEGER NOT NULL UNIQUE,  -- 1, 2, 3 … in the order of commits
      period_choice  TEXT NOT NULL,            -- the periods that were named
      committed_at   TEXT NOT NULL,            -- UTC
      reason         TEXT NOT NULL,
      summary_sha256 TEXT NOT NULL,            -- of the decoded bytes of its summary.csv.zst
      summary_rows   INTEGER NOT NULL
    ) STRICT
    """

  private static let billedAccounts = """
    CREATE TABLE billed_accounts (  -- accounts and periods that a billing has closed
      billing_id   TEXT NOT NULL REFERENCES billings,
      account      TEXT NOT NULL,
      usage_period TEXT NOT NULL,
      PRIMARY KEY (account, usage_period, billing_id)
    ) STRICT, WITHOUT ROWID
    """

  private static let billedUsage = """
    CREATE TABLE billed_usage (  -- the rows of billings, added up by fewer columns
      billing_id       TEXT NOT NULL REFERENCES billings,
    \(usage)
      PRIMARY KEY (billing_id, \(usageKey))
    ) STRICT, WITHOUT ROWID
    """

  private static let billedPools = """
    CREATE TABLE billed_pools (  -- pools of which a member was billed: what the pool hands on is frozen up to that period
      pool         TEXT NOT NULL,
      usage_period TEXT NOT NULL,
      billing_id   TEXT NOT NULL REFERENCES billings,
      PRIMARY KEY (pool, usage_period)
    ) STRICT, WITHOUT ROWID
    """

  private static let billedRollover = """
    CREATE TABLE billed_rollover (  -- what periods have handed on when they were billed; later usage does not change it
      owner_kind   TEXT NOT NULL CHECK (owner_kind IN ('account', 'pool')),
      owner        TEXT NOT NULL,
      usage_period TEXT NOT NULL,     -- the period that hands it on
      plan         TEXT NOT NULL,
      allowance    TEXT NOT NULL,
      unit         TEXT NOT NULL,     -- as in allowances.csv
      periods      INTEGER NOT NULL,  -- in how many periods it may be used still
      quantity     TEXT NOT NULL,     -- decimal
      billing_id   TEXT NOT NULL REFERENCES billings,
      PRIMARY KEY (owner_kind, owner, usage_period, plan, allowance, unit, periods)
    ) STRICT, WITHOUT ROWID
    """

  private static let audit = """
    CREATE TABLE audit (  -- what was done to the store, in order; each row seals all rows before it
      sequence      INTEGER PRIMARY KEY,  -- 1, 2, 3 … without a gap
      at            TEXT NOT NULL,        -- UTC
      action        TEXT NOT NULL,
      subject       TEXT NOT NULL,        -- what it was done to: a run, a billing, the store
      details       TEXT NOT NULL,        -- JSON
      previous_hash TEXT NOT NULL,        -- hash of the row before; 64 zeros in the first
      hash          TEXT NOT NULL UNIQUE  -- SHA-256 of the lines: ratemill audit 1, previous_hash, sequence, at, action, subject, details
    ) STRICT
    """

  private static let auditGuards = """
    CREATE TRIGGER audit_is_never_changed BEFORE UPDATE ON audit
      BEGIN SELECT RAISE(ABORT, 'the audit trail is append-only'); END;
    CREATE TRIGGER audit_is_never_shortened BEFORE DELETE ON audit
      BEGIN SELECT RAISE(ABORT, 'the audit trail is append-only'); END
    """
}
