// The tables of what was removed because it was old, and of what stays as it was for that.

extension BookSchema {
  /// Purges, the runs that they have emptied, and the usage that they have closed.
  static let purgeTables = [
    """
    CREATE TABLE purges (  -- records that were removed because they were old
      purge   INTEGER PRIMARY KEY,  -- 1, 2, 3 … in the order of commits
      before  TEXT NOT NULL,        -- day; runs that were committed before it, and later runs suspend records that are older
      at      TEXT NOT NULL,        -- UTC
      done_by TEXT NOT NULL,        -- name of the user
      reason  TEXT NOT NULL
    ) STRICT
    """,
    """
    CREATE TABLE purged_runs (  -- runs of which only sums and the manifest are left
      run_id TEXT PRIMARY KEY REFERENCES runs,
      purge  INTEGER NOT NULL REFERENCES purges
    ) STRICT, WITHOUT ROWID
    """,
    """
    CREATE TABLE closed_usage (  -- settled usage that a purge has removed events of: its rows stay as they were billed
      kind          TEXT NOT NULL CHECK (kind IN ('account', 'pool')),
      owner         TEXT NOT NULL,
      usage_period  TEXT NOT NULL,     -- the last closed period: all before it are closed, too
      end_second    INTEGER NOT NULL,  -- the first second behind it, since 1970, UTC
      settlement_id TEXT NOT NULL REFERENCES settlements,  -- holds the rows from the last closed period before up to this one
      purge         INTEGER NOT NULL REFERENCES purges,
      PRIMARY KEY (kind, owner, usage_period)
    ) STRICT, WITHOUT ROWID
    """,
  ]
}
