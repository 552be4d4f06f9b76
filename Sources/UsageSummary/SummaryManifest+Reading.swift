// Reads `manifest.json`: the seal first, then the shape, then what its numbers say about each other.

import Money
import Tables

extension SummaryManifest {
  /// Reads the bytes of a manifest; `name` is what messages call it.
  ///
  /// Refuses a manifest whose seal does not meet, of another schema, of another shape, or whose counts do not add up.
  public static func read(_ bytes: [UInt8], name: String) throws(UsageFolderFault) -> SummaryManifest {
    do throws(ManifestTrouble) {
      let document = try JSONNode(parsed(bytes))
      // The schema before the seal: a later schema may be sealed in another way.
      try checkSchema(document)
      try checkSeal(bytes)
      let manifest = try manifest(document)
      try manifest.checkCounts()
      return manifest
    } catch {
      throw UsageFolderFault(error.kind, file: name, message: error.message, hint: error.hint)
    }
  }

  private static func parsed(_ bytes: [UInt8]) throws(ManifestTrouble) -> JSONValue {
    do throws(JSONFault) { return try JSONReader.read(bytes) } catch {
      throw ManifestTrouble("line \(error.line), column \(error.column): \(error.message)")
    }
  }

  private static func checkSchema(_ document: JSONNode) throws(ManifestTrouble) {
    let found = try shape { () throws(JSONShapeFault) in try document.member("schema").integer() }
    guard found == SummarySchema.version else {
      throw ManifestTrouble(
        "schema \(found); this program reads schema \(SummarySchema.version)", kind: .notAUsageFolder,
        hint: "use the version of ratemill that wrote the folder, or rate again with this one")
    }
  }

  private static func checkSeal(_ bytes: [UInt8]) throws(ManifestTrouble) {
    do throws(SealedJSON.Broken) { try SealedJSON.check(bytes) } catch {
      throw ManifestTrouble(error.message)
    }
  }

  private static func manifest(_ root: JSONNode) throws(ManifestTrouble) -> SummaryManifest {
    try shape { () throws(JSONShapeFault) in
      let parts = try root.members([
        "schema", "semantics", "rating_hash", "options", "inputs", "skipped_inputs", "totals", "files",
        "sha256",
      ])
      var manifest = SummaryManifest(
        semantics: try parts[1].integer(), ratingHash: try parts[2].text(), options: [], inputs: [],
        doors: try doors(try parts[6].members(doorNames)), files: [])
      for (name, node) in try parts[3].members() {
        manifest.options.append(Option(name: name, value: try node.text()))
      }
      for node in try parts[4].elements() { manifest.inputs.append(try input(node)) }
      for node in try parts[5].elements() {
        let members = try node.members(["name", "reason"])
        manifest.skippedInputs.append(
          SkippedInput(name: try members[0].text(), reason: try members[1].text()))
      }
      for node in try parts[7].elements() { manifest.files.append(try file(node)) }
      return manifest
    }
  }

  private static let doorNames: [Label] = ["read", "rated", "filtered", "duplicate", "suspended"]

  private static func doors(_ nodes: [JSONNode]) throws(JSONShapeFault) -> DoorCounts {
    DoorCounts(
      read: try nodes[0].integer(), rated: try nodes[1].integer(), filtered: try nodes[2].integer(),
      duplicate: try nodes[3].integer(), suspended: try nodes[4].integer())
  }

  private static func input(_ node: JSONNode) throws(JSONShapeFault) -> Input {
    let parts = try node.members(["name", "source", "decoded_bytes", "hash"] + doorNames)
    return Input(
      name: try parts[0].text(), source: try parts[1].text(), decodedBytes: try parts[2].integer(),
      hash: try parts[3].text(), doors: try doors(Array(parts[4...])))
  }

  private static func file(_ node: JSONNode) throws(JSONShapeFault) -> File {
    let hasSums = node.value["sums"] != nil
    let parts = try node.members(["name", "rows", "decoded_bytes", "sha256"] + (hasSums ? ["sums"] : []))
    let name = String(decoding: try parts[0].text().bytes, as: UTF8.self)
    guard isSafeName(name) else { throw parts[0].fault("'\(name)' is no plain file name") }
    return File(
      name: name, rowCount: try parts[1].integer(), decodedBytes: try parts[2].integer(),
      sha256: try parts[3].text().description, sums: hasSums ? try sums(parts[4]) : nil)
  }

  // A name never leaves the folder.
  private static func isSafeName(_ name: String) -> Bool {
    !name.isEmpty && !name.hasPrefix(".") && name != fileName
      && name.utf8.allSatisfy { byte in
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
          || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
          || byte == UInt8(ascii: "-") || byte == UInt8(ascii: ".")
      }
  }
}

// Sums as strings of decimals in their shortest form.
extension SummaryManifest {
  private static func sums(_ node: JSONNode) throws(JSONShapeFault) -> ControlSums {
    let parts = try node.members(["event_count", "amounts", "costs", "quantities"])
    var sums = ControlSums()
    sums.eventCount = Int128(try parts[0].integer())
    sums.amounts = try amounts(parts[1])
    sums.costs = try amounts(parts[2])
    for (unit, node) in try parts[3].members() {
      guard let kind = unit.bytes.withUnsafeBufferPointer(ServiceKind.init(unit:)) else {
        throw node.fault("unknown unit '\(unit)'")
      }
      let parts = try node.members(["raw", "billed", "covered"])
      sums.quantities[kind] = ControlSums.Quantities(
        raw: try decimal(parts[0], kind.quantityDigits), billed: try decimal(parts[1], kind.quantityDigits),
        covered: try decimal(parts[2], kind.quantityDigits))
    }
    return sums
  }

  private static func amounts(_ node: JSONNode) throws(JSONShapeFault) -> [Currency: Amount] {
    var amounts: [Currency: Amount] = [:]
    for (name, node) in try node.members() {
      guard let currency = Currency(code: name.description) else {
        throw node.fault("'\(name)' is no currency")
      }
      amounts[currency] = Amount(pico: try decimal(node, Amount.scale))
    }
    return amounts
  }

  private static func decimal(_ node: JSONNode, _ scale: Int) throws(JSONShapeFault) -> Int128 {
    let text = try node.text()
    switch text.bytes.withUnsafeBufferPointer({ ShortestDecimal.parse($0, scale: scale) }) {
    case .success(let value): return value
    case .failure(let refusal): throw node.fault("'\(text)' \(refusal.message)")
    }
  }
}

extension SummaryManifest {
  // What the numbers of the manifest say about each other.
  private func checkCounts() throws(ManifestTrouble) {
    for input in inputs where !input.doors.meet {
      throw ManifestTrouble("the counts of input '\(input.name)' do not add up")
    }
    let counts: [KeyPath<DoorCounts, Int64>] = [\.read, \.rated, \.filtered, \.duplicate, \.suspended]
    for count in counts {
      let total = inputs.reduce(Int128(0)) { $0 + Int128($1.doors[keyPath: count]) }
      guard total == Int128(doors[keyPath: count]) else {
        throw ManifestTrouble("the totals are not the sums of the inputs")
      }
    }
    let names = files.map(\.name)
    guard Set(names).count == names.count else { throw ManifestTrouble("a file is listed twice") }
    guard file(named: SummarySchema.fileName)?.sums != nil else {
      throw ManifestTrouble("it lists no '\(SummarySchema.fileName)' with its sums")
    }
    let later = options.first { $0.name == Self.settledLater }.flatMap { Int64($0.value.description) } ?? 0
    guard sums.eventCount + Int128(later) == Int128(doors.rated) else {
      throw ManifestTrouble(
        "\(doors.rated) records were rated, but the summary counts \(sums.eventCount) events")
    }
  }

  private static func shape<Value>(
    _ body: () throws(JSONShapeFault) -> Value
  ) throws(ManifestTrouble) -> Value {
    do throws(JSONShapeFault) { return try body() } catch { throw ManifestTrouble(error.description) }
  }
}

// A fault of the manifest before it knows its file's name.
private struct ManifestTrouble: Error {
  var kind: UsageFolderFault.Kind
  var message: String
  var hint: String

  init(
    _ message: String, kind: UsageFolderFault.Kind = .doesNotMeet, hint: String = UsageFolderFault.rateAgain
  ) {
    self.kind = kind
    self.message = message
    self.hint = hint
  }
}
