// Which catalog has priced which events of a run.

public import Tables

/// Events that a run has rated with one catalog. Of several layers that hold an event the last one has priced it.
public struct RunLayer: Hashable, Sendable {
  /// Rating hash of the catalog.
  public var ratingHash: String
  /// Charging start in milliseconds since 1970, half-open; nil for no bound.
  public var from: Int64?
  /// See `from`.
  public var until: Int64?
  /// As they were found when the events were read; nil for all.
  public var accounts: [Label]?

  /// Makes a layer.
  public init(ratingHash: String, from: Int64? = nil, until: Int64? = nil, accounts: [Label]? = nil) {
    self.ratingHash = ratingHash
    self.from = from
    self.until = until
    self.accounts = accounts
  }

  /// Whether it holds every event.
  public var isUnbounded: Bool { from == nil && until == nil && accounts == nil }
}

extension BillingStore {
  /// The layers of a run, the first one below the others.
  public func layers(of run: RunRecord) throws(StoreFault) -> [RunLayer] {
    var layers: [RunLayer] = []
    try book.query(
      """
      SELECT position, catalog_hash, from_millis, until_millis, is_limited FROM run_catalogs WHERE run_id = ?
      ORDER BY position
      """, [.text(run.id)]
    ) { row throws(StoreFault) in
      var layer = RunLayer(
        ratingHash: row.text(1), from: row.optionalText(2).flatMap { Int64($0) },
        until: row.optionalText(3).flatMap { Int64($0) })
      if row.integer(4) != 0 { layer.accounts = [] }
      layers.append(layer)
    }
    for index in layers.indices where layers[index].accounts != nil {
      try book.query(
        "SELECT account FROM run_catalog_accounts WHERE run_id = ? AND position = ? ORDER BY account",
        [.text(run.id), .count(index + 1)]
      ) { row in layers[index].accounts?.append(row.label(0)) }
    }
    return layers.isEmpty ? [RunLayer(ratingHash: run.ratingHash)] : layers
  }

  /// Notes the layers of a run that has more than one catalog.
  func insert(_ layers: [RunLayer], of run: RunRecord) throws(StoreFault) {
    guard layers.count > 1 else { return }
    for (index, layer) in layers.enumerated() {
      try book.run(
        """
        INSERT INTO run_catalogs (run_id, position, catalog_hash, from_millis, until_millis, is_limited)
        VALUES (?, ?, ?, ?, ?, ?)
        """,
        [
          .text(run.id), .count(index + 1), .text(layer.ratingHash), layer.from.map { .integer($0) } ?? .null,
          layer.until.map { .integer($0) } ?? .null, .count(layer.accounts == nil ? 0 : 1),
        ])
      for account in Set(layer.accounts ?? []).sorted() {
        try book.run(
          "INSERT INTO run_catalog_accounts (run_id, position, account) VALUES (?, ?, ?)",
          [.text(run.id), .count(index + 1), .label(account)])
      }
    }
  }
}

extension BookSchema {
  /// Which catalog has priced which events of runs that have several.
  static let rerateTables = [
    """
    CREATE TABLE run_catalogs (  -- of runs that were rated again in part: the last one that holds an event has priced it
      run_id       TEXT NOT NULL REFERENCES runs,
      position     INTEGER NOT NULL,  -- from 1
      catalog_hash TEXT NOT NULL,
      from_millis  INTEGER,           -- charging start in milliseconds since 1970, half-open; null for no bound
      until_millis INTEGER,
      is_limited   INTEGER NOT NULL,  -- 1 where only the accounts of run_catalog_accounts are meant
      PRIMARY KEY (run_id, position)
    ) STRICT, WITHOUT ROWID
    """,
    """
    CREATE TABLE run_catalog_accounts (
      run_id   TEXT NOT NULL,
      position INTEGER NOT NULL,
      account  TEXT NOT NULL,
      PRIMARY KEY (run_id, position, account),
      FOREIGN KEY (run_id, position) REFERENCES run_catalogs
    ) STRICT, WITHOUT ROWID
    """,
  ]
}
