// The tables of what is settled over the events of all runs.

extension BookSchema {
  /// What runs have left to be settled, settlements, and whose rows they hold.
  static let settlingTables = [
    runSpans, runSettled, settlements, settledOwners, settledUsage,
  ]

  private static let runSpans = """
    CREATE TABLE run_spans (  -- when the rated records of a run began to be charged, where its catalog has usage to settle
      run_id       TEXT PRIMARY KEY REFERENCES runs,
      first_second INTEGER NOT NULL,  -- since 1970, UTC
      last_second  INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID
    """

  private static let runSettled = """
    CREATE TABLE run_settled (  -- accounts with usage of a run that depends on a whole period, and those of their pools
      run_id  TEXT NOT NULL REFERENCES runs,
      account TEXT NOT NULL,
      PRIMARY KEY (run_id, account)
    ) STRICT, WITHOUT ROWID
    """

  private static let settlements = """
    CREATE TABLE settlements (  -- usage settled over the events of all runs; settled/<settlement_id> holds the documents
      settlement_id   TEXT PRIMARY KEY,
      number          INTEGER NOT NULL UNIQUE,  -- ascending in the order of commits
      committed_at    TEXT NOT NULL,            -- UTC
      catalog_hash    TEXT NOT NULL,            -- the catalog it was settled with
      manifest_sha256 TEXT NOT NULL,            -- of the bytes of its manifest.json
      rollover_sha256 TEXT NOT NULL             -- of the bytes of its rollover.csv
    ) STRICT
    """

  private static let settledOwners = """
    CREATE TABLE settled_owners (  -- which settlement holds the rows of an account, and the allowances of a pool
      kind          TEXT NOT NULL CHECK (kind IN ('account', 'pool')),
      owner         TEXT NOT NULL,
      settlement_id TEXT NOT NULL REFERENCES settlements,
      PRIMARY KEY (kind, owner)
    ) STRICT, WITHOUT ROWID
    """

  private static let settledUsage = """
    CREATE TABLE settled_usage (  -- summary.csv of each settlement, added up by fewer columns
      settlement_id    TEXT NOT NULL REFERENCES settlements,
    \(usage)
      PRIMARY KEY (settlement_id, \(usageKey))
    ) STRICT, WITHOUT ROWID
    """

  static let runRows = """
    CREATE VIEW run_rows AS  -- run_usage, also of runs that have kept the summary of another: what such rows add up to counts
      SELECT run_id, \(usageColumns) FROM run_usage
      UNION ALL
      SELECT run_bases.run_id, \(usageColumns) FROM run_bases JOIN run_usage ON run_usage.run_id = run_bases.base_id
    """

  static let countedUsage = """
    CREATE VIEW counted_usage AS  -- the rows that count: of current runs, and of settlements for those whose rows they hold
      SELECT \(usageColumns) FROM run_rows JOIN runs USING (run_id) WHERE state = 'current'
      UNION ALL
      SELECT \(usageColumns) FROM settled_usage
      WHERE settlement_id = COALESCE(
        (SELECT closed.settlement_id FROM closed_usage AS closed
         WHERE closed.kind = 'account' AND closed.owner = settled_usage.account
           AND closed.usage_period >= settled_usage.usage_period ORDER BY closed.usage_period LIMIT 1),
        (SELECT open.settlement_id FROM settled_owners AS open
         WHERE open.kind = 'account' AND open.owner = settled_usage.account))
    """

  static let usageColumns = """
    \(usageKey), event_count, quantity_raw, quantity_billed, quantity_covered, amount_units, amount_pico, cost_units,
      cost_pico
    """
}
