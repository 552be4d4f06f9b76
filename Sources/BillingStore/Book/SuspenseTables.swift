// The tables of what becomes of suspended records.

extension BookSchema {
  /// Actions, their moves, what they change in the sums, and corrections.
  static let suspenseTables = [actions, moves, changes, edits]

  private static let actions = """
    CREATE TABLE suspense_actions (  -- what was done to suspended records; one of a run counts while the run is current
      action       INTEGER PRIMARY KEY,  -- 1, 2, 3 … in the order of commits
      kind         TEXT NOT NULL CHECK (kind IN ('recycle', 'try', 'write-off', 'edit')),
      run_id       TEXT REFERENCES runs,  -- of 'recycle': the run that has rated them
      at           TEXT NOT NULL,         -- UTC
      done_by      TEXT NOT NULL,         -- name of the user
      reason       TEXT NOT NULL,         -- why, in the user's words
      catalog_hash TEXT,                  -- what they were tried with
      record_count INTEGER NOT NULL,
      moves_sha256 TEXT NOT NULL          -- of the moves; of 'edit': of the corrected bytes
    ) STRICT
    """

  private static let moves = """
    CREATE TABLE suspense_moves (  -- rows of the suspense of a run that an action has moved
      action    INTEGER NOT NULL REFERENCES suspense_actions,
      run_id    TEXT NOT NULL REFERENCES runs,  -- the run that has suspended them
      first_row INTEGER NOT NULL,               -- of suspense.csv.zst, from 1
      last_row  INTEGER NOT NULL,               -- inclusive
      state     TEXT NOT NULL CHECK (state IN ('recycled', 'written off', 'suspended')),
      reason    TEXT NOT NULL,                  -- of 'suspended': why they wait now
      PRIMARY KEY (run_id, action, first_row),
      CHECK (first_row BETWEEN 1 AND last_row)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX suspense_moves_by_action ON suspense_moves (action)
    """

  private static let changes = """
    CREATE TABLE suspense_changes (  -- what an action has changed in run_suspense: more or fewer
      action      INTEGER NOT NULL REFERENCES suspense_actions,
      run_id      TEXT NOT NULL REFERENCES runs,
      reason      TEXT NOT NULL,
      account     TEXT NOT NULL,
      unit        TEXT NOT NULL,
      event_count INTEGER NOT NULL,
      quantity    INTEGER,
      PRIMARY KEY (run_id, action, reason, account, unit)
    ) STRICT, WITHOUT ROWID
    """

  private static let edits = """
    CREATE TABLE suspense_edits (  -- corrected bytes of suspended records; the original ones stay in suspense.csv.zst
      action    INTEGER PRIMARY KEY REFERENCES suspense_actions,
      run_id    TEXT NOT NULL REFERENCES runs,
      row       INTEGER NOT NULL,
      corrected TEXT NOT NULL  -- hex digits
    ) STRICT;
    CREATE INDEX suspense_edits_by_run ON suspense_edits (run_id)
    """
}
