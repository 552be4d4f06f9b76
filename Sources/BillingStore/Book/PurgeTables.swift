// The tables of what was removed because it was old.

extension BookSchema {
  /// Purges, and the runs that they have emptied.
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
  ]
}
