// Names of files that a run over all files would call records by: those of whole copies, which no run has read.

public import Tables

extension BillingStore {
  /// The last name of a file, in the order of bytes, that a run which counts has read; nil where none has read any.
  public func lastFileName() throws(StoreFault) -> String? {
    try book.text(
      "SELECT MAX(name) FROM run_files JOIN runs USING (run_id) WHERE state = 'current' AND kind <> 'recycle'"
    )
  }

  /// By run and file: the first name of a file's whole copies, where it comes before the file's own.
  ///
  /// A copy was recognised by its content in another file on the disk; a file that was only moved has none. What holds for a file that has
  /// grown holds for its beginnings.
  public func firstCopyNames() throws(StoreFault) -> [String: [Label: Label]] {
    struct Content: Hashable {
      var hash: String
      var source: Label
    }
    var copied: Set<Content> = []
    try book.query(
      """
      SELECT content_hash, source, known_places.place, run_files.place
      FROM known_places JOIN run_files USING (run_id, position)
      """
    ) { row in
      let own = row.optionalText(3).map { FilePlace($0).device }
      if FilePlace(row.text(2)).device != own {
        copied.insert(Content(hash: row.text(0), source: row.label(1)))
      }
    }
    guard !copied.isEmpty else { return [:] }
    var copies: [(name: Label, content: Content)] = []
    try book.query("SELECT name, content_hash, source FROM known_names") { row in
      let content = Content(hash: row.text(1), source: row.label(2))
      if copied.contains(content) { copies.append((row.label(0), content)) }
    }
    var first: [String: [Label: Label]] = [:]
    for (name, content) in copies {
      for file in try files(
        "content_hash = ? AND source = ? AND \(Self.counts)", [.text(content.hash), .label(content.source)])
      {
        for reading in try readings(of: file) ?? [file] {
          let own = Label(reading.name)
          if name < first[reading.runID]?[own] ?? own { first[reading.runID, default: [:]][own] = name }
        }
      }
    }
    return first
  }
}
