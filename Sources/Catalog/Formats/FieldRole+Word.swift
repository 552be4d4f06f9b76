// Roles by their words. A word of the format's own is a service key, unless it looks like a slip.

import Tables

extension FieldRole {
  /// The roles with a fixed meaning, by word.
  static let fixed: [(word: String, role: FieldRole)] =
    [
      .id, .sequence, .call, .start, .answer, .end, .from, .to, .direction, .duration, .billable, .unit,
      .disposition,
      .kind, .meter, .account, .amount, .amountCurrency, .item, .value, .routingNumber,
    ].map { ($0.name.description, $0) } + [("role", .meter)]

  /// The role of a word: a fixed one, or a service key of this name.
  ///
  /// Errors: a word that is one slip from a fixed role, a name that exports use for one (`dst`, `billsec`), `number` and
  /// `range` (which `from` and `to` look up), `row`, and what is not a word of lower-case letters, digits and `_`.
  static func parse(_ text: Label) -> Result<FieldRole, TextFault> {
    let word = text.description
    if let fixed = fixed.first(where: { $0.word == word }) { return .success(fixed.role) }
    if let meant = usualNames[word] ?? misspelt(text) {
      return .failure(
        TextFault(message: "unknown role \(Quoted.text(text))", hint: "did you mean '\(meant)'?"))
    }
    if word == "number" || word == "range" {
      return .failure(
        TextFault(message: "'\(word)' is no role", hint: "numbers are looked up by the roles 'from' and 'to'")
      )
    }
    guard word != "row", isWord(text) else {
      return .failure(
        TextFault(
          message: "\(Quoted.text(text)) is not the name of a service key",
          hint: "write lower-case letters, digits and _, such as account_code"))
    }
    return .success(.service(text))
  }

  /// The fixed role that a word is a slip of: near to it, about as long, with the same first letter. Words of three
  /// letters are left alone: `did` and `uid` are no `id`.
  private static func misspelt(_ word: Label) -> String? {
    let candidates = fixed.map { Label($0.word) }.filter { $0.bytes.count >= 4 }
    guard word.bytes.count >= 4, let near = NearestName.find(word, in: candidates),
      abs(near.bytes.count - word.bytes.count) <= 1, near.bytes[0] == word.bytes[0]
    else { return nil }
    return near.description
  }

  private static func isWord(_ text: Label) -> Bool {
    guard let first = text.bytes.first, (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(first) else {
      return false
    }
    return text.bytes.allSatisfy {
      (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0) || $0 &- UInt8(ascii: "0") <= 9
        || $0 == UInt8(ascii: "_")
    }
  }

  // Column names of common exports that people take for role words.
  private static let usualNames: [String: String] = [
    "src": "from", "source": "from", "caller": "from", "calling": "from", "a_number": "from",
    "origin": "from",
    "dst": "to", "dest": "to", "destination": "to", "called": "to", "callee": "to", "b_number": "to",
    "billsec": "billable", "quantity": "billable", "seconds": "billable",
    "time": "start", "timestamp": "start", "begin": "start", "date": "start", "calldate": "start",
    "status": "disposition", "cause": "disposition", "uniqueid": "id", "uuid": "id", "type": "kind",
  ]
}
