// The files that users name: each with all runs that have read it while it grew.

import Tables
import UsageSummary

extension BillingStore {
  /// How runs that count have read the file of that name, the last reading first: several where it has grown in between.
  ///
  /// `name` is the whole name as a run knows it, or its end after a `/`; `RUN/FILE` names the reading of one run. Throws `refused` where
  /// there is no such file, and where several files go by that name.
  public func readings(ofFile name: String) throws(StoreFault) -> [FileRecord] {
    let found = try files(
      "(name = ?1 OR substr(name, -length(?1) - 1) = '/' || ?1) AND \(Self.counts)", [.text(name)])
    guard let file = found.first else {
      if let reading = try reading(named: name) { return [reading] }
      throw .refused(
        "there is no run '\(name)' in \(path), and no file of that name in a run that counts")
    }
    guard found.allSatisfy({ $0.name == file.name && $0.source == file.source }) else {
      let examples = Set(found.map(\.name)).sorted().prefix(2).map { "'\($0)'" }.joined(
        separator: " and ")
      throw .refused("'\(name)' is the end of \(examples); write more of the name")
    }
    var ordered: [(order: Int, file: FileRecord)] = []
    for file in found { ordered.append((try readingOrder(of: run(named: file.runID)), file)) }
    let readings = ordered.sorted { $0.order > $1.order }.map(\.file)
    guard try areOfOneFile(readings) else {
      let runs = try readings.map { file throws(StoreFault) in try run(named: file.runID).number }
      let list = runs.sorted().map(String.init).joined(separator: ", ")
      throw .refused(
        "runs \(list) have read different files '\(file.name)'; name one of them as RUN/FILE: \(runs[0])/\(name)"
      )
    }
    return readings
  }

  /// The file that counts of that name, source and content: a run that was replaced meanwhile has handed it on.
  public func currentReading(_ file: FileRecord) throws(StoreFault) -> FileRecord? {
    try currentFiles(
      source: file.source, contentHash: file.contentHash, decodedBytes: file.decodedBytes
    )
    .first { $0.name == file.name }
  }

  /// The reading that `RUN/FILE` names; nil where there is no such run, or it has read no such file.
  private func reading(named name: String) throws(StoreFault) -> FileRecord? {
    guard let slash = name.firstIndex(of: "/") else { return nil }
    let (number, file) = (name[..<slash], name[name.index(after: slash)...])
    guard let number = Int(number),
      let run = try runs().first(where: { $0.number == number && $0.state == .current })
    else { return nil }
    let found = try files(of: run).filter { $0.name == file || $0.name.hasSuffix("/" + file) }
    guard found.count < 2 else {
      throw .refused(
        "\(found.count) files of run \(number) end with '\(file)'; write more of the name")
    }
    return found.first
  }

  /// Whether readings of one name are of one file: the same on the disk, the same bytes, or read on behind each other.
  private func areOfOneFile(_ readings: [FileRecord]) throws(StoreFault) -> Bool {
    var group = Array(readings.prefix(1))
    var left = Array(readings.dropFirst())
    var at = 0
    while at < group.count {
      let one = group[at]
      let known = try end(of: one)?.known
      var others: [FileRecord] = []
      for other in left {
        let isBeginning =
          known.map {
            $0.hash.description == other.contentHash && $0.byteCount == other.decodedBytes
          } ?? false
        let isSame =
          other.contentHash == one.contentHash
          || (one.place.map { $0.device == other.place?.device } ?? false)
        if isBeginning || isSame { group.append(other) } else { others.append(other) }
      }
      left = others
      at += 1
    }
    return left.isEmpty
  }
}
