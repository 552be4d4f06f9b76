// How a manifest is written: pretty JSON that ends with a seal over all bytes before it.

import Money
import Tables

extension SummaryManifest {
  /// The bytes of `manifest.json`.
  ///
  /// Sealed (`SealedJSON`). Equal manifests give equal bytes. Complexity: O(inputs + files).
  public func text() -> [UInt8] { SealedJSON.text(of: document) }

  // Without the seal.
  private var document: JSONValue {
    [
      "schema": .integer(schema), "semantics": .integer(semantics), "rating_hash": .string(ratingHash),
      "options": .object(options.map { JSONMember(name: $0.name, value: .string($0.value)) }),
      "inputs": .array(inputs.map(\.json)), "skipped_inputs": .array(skippedInputs.map(\.json)),
      "totals": .object(doors.json), "files": .array(files.map(\.json)),
    ]
  }
}

extension DoorCounts {
  fileprivate var json: [JSONMember] {
    [
      JSONMember(name: "read", value: .integer(read)), JSONMember(name: "rated", value: .integer(rated)),
      JSONMember(name: "filtered", value: .integer(filtered)),
      JSONMember(name: "duplicate", value: .integer(duplicate)),
      JSONMember(name: "suspended", value: .integer(suspended)),
    ]
  }
}

extension SummaryManifest.Input {
  fileprivate var json: JSONValue {
    .object(
      [
        JSONMember(name: "name", value: .string(name)), JSONMember(name: "source", value: .string(source)),
        JSONMember(name: "decoded_bytes", value: .integer(decodedBytes)),
        JSONMember(name: "hash", value: .string(hash)),
      ] + doors.json)
  }
}

extension SummaryManifest.SkippedInput {
  fileprivate var json: JSONValue { ["name": .string(name), "reason": .string(reason)] }
}

extension SummaryManifest.File {
  fileprivate var json: JSONValue {
    var members = [
      JSONMember(name: "name", value: .text(name)), JSONMember(name: "rows", value: .integer(rowCount)),
      JSONMember(name: "decoded_bytes", value: .integer(decodedBytes)),
      JSONMember(name: "sha256", value: .text(sha256)),
    ]
    if let sums { members.append(JSONMember(name: "sums", value: sums.json)) }
    return .object(members)
  }
}

extension ControlSums {
  // Amounts and quantities are strings: a JSON number would be read as floating point by most programs.
  fileprivate var json: JSONValue {
    [
      "event_count": .integer(eventCount), "amounts": Self.json(amounts), "costs": Self.json(costs),
      "quantities": .object(
        quantities.sorted { $0.key.name < $1.key.name }.map { kind, sums in
          let digits = kind.quantityDigits
          return JSONMember(
            name: Label(kind.unit),
            value: [
              "raw": .text(DecimalText.format(sums.raw, scale: digits)),
              "billed": .text(DecimalText.format(sums.billed, scale: digits)),
              "covered": .text(DecimalText.format(sums.covered, scale: digits)),
            ])
        }),
    ]
  }

  private static func json(_ amounts: [Currency: Amount]) -> JSONValue {
    .object(
      amounts.sorted { $0.key < $1.key }.map {
        JSONMember(name: Label($0.key.code), value: .text($0.value.description))
      })
  }
}
