// What a file of the folder really holds, to be held against what the manifest says.

/// Bytes, hash, rows and sums of a file as it was found.
struct FileProof {
  /// The name for messages.
  var name: String
  /// Rows without the header.
  var rowCount: Int64
  /// Bytes after decompression.
  var decodedBytes: Int64
  /// Their SHA-256.
  var sha256: String
  /// What the rows add up to, where that was computed.
  var sums: ControlSums?

  init(name: String, rowCount: Int64, decodedBytes: Int64, sha256: String, sums: ControlSums?) {
    self.name = name
    self.rowCount = rowCount
    self.decodedBytes = decodedBytes
    self.sha256 = sha256
    self.sums = sums
  }

  /// Of a summary that was read to its end from the folder at `path`.
  init(of reader: SummaryReader, _ path: String, _ fileName: String) {
    self.init(
      name: path + "/" + fileName, rowCount: reader.rowCount, decodedBytes: reader.byteCount,
      sha256: reader.hexDigest, sums: reader.sums)
  }

  /// Reads the file `fileName` of the folder at `path`, counting lines outside of quotes.
  init(reading path: String, _ fileName: String) throws(UsageFolderFault) {
    name = path + "/" + fileName
    let file = try DecodedFile(path: name, name: name)
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 128 << 10, alignment: 16)
    defer { buffer.deallocate() }
    var lineCount: Int64 = 0
    var isQuoted = false
    while true {
      let count = try file.read(into: buffer)
      if count == 0 { break }
      for byte in buffer[..<count] {
        // A doubled quote switches twice.
        if byte == UInt8(ascii: "\"") { isQuoted.toggle() }
        if byte == UInt8(ascii: "\n"), !isQuoted { lineCount += 1 }
      }
    }
    rowCount = max(0, lineCount - 1)
    decodedBytes = file.byteCount
    sha256 = file.hexDigest
    sums = nil
  }

  /// Throws where this is not what the manifest says.
  func expect(_ file: SummaryManifest.File) throws(UsageFolderFault) {
    try expect("rows", file.rowCount, found: rowCount)
    if let expected = file.sums, let sums {
      try expect("events", expected.eventCount, found: sums.eventCount)
      try expect("amounts", expected.amounts, found: sums.amounts)
      try expect("costs", expected.costs, found: sums.costs)
      // A kind of which there is nothing is as good as none: rows without events may name it.
      let none = ControlSums.Quantities()
      guard expected.quantities.filter({ $0.value != none }) == sums.quantities.filter({ $0.value != none })
      else {
        throw fault("its quantities do not add up to those of the manifest")
      }
    }
    try expect("decoded bytes", file.decodedBytes, found: decodedBytes)
    guard sha256 == file.sha256 else {
      throw fault("the SHA-256 of its decoded bytes is \(sha256); the manifest says \(file.sha256)")
    }
  }

  private func expect(_ what: String, _ expected: some BinaryInteger, found: some BinaryInteger)
    throws(UsageFolderFault)
  {
    guard found == expected else { throw fault("\(found) \(what); the manifest says \(expected)") }
  }

  private func expect<Key: Comparable, Value: Equatable>(
    _ what: String, _ expected: [Key: Value], found: [Key: Value]
  ) throws(UsageFolderFault) {
    guard expected != found else { return }
    for key in Set(expected.keys).union(found.keys).sorted() where expected[key] != found[key] {
      func text(_ value: Value?) -> String { value.map { "\($0)" } ?? "nothing" }
      throw fault("\(what) in \(key) add up to \(text(found[key])); the manifest says \(text(expected[key]))")
    }
  }

  private func fault(_ message: String) -> UsageFolderFault {
    UsageFolderFault(.doesNotMeet, file: name, message: message)
  }
}
