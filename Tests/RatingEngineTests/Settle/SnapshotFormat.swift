// A format of tools that tell how much of something there is.

/// Rows of samples: who, when, what is measured, of which item, how much.
enum SnapshotFormat {
  /// The descriptor of `snapshots`.
  static let text = """
    format: snapshots
    kind: event
    type: csv
    header: names
    key: [id]
    guide: [account]
    fields:
      id: {column: id}
      start: {column: at}
      account: {column: account}
      meter: {column: what}
      item: {column: item}
      value: {column: n}

    """
}
