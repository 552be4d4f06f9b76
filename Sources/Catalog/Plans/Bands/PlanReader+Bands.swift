// Bands of a plan: entries with conditions of local time, of which the first that holds names the band.

import BillingCalendar
import Tables

/// Reads entries of bands, for plans and for the decks of suppliers.
struct BandReading {
  static let keys = ["band", "holidays", "days", "from", "until", "dates"]
  private static let dayWords = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]

  let findings: YamlFindings
  /// The names of the lists of holidays, in the order of their indices.
  let holidays: [Label]

  /// The entries in order. Entries that can never hold are warned of.
  func bands(_ node: YamlNode) -> [BandRule] {
    guard case .list(let nodes) = node.content else {
      findings.error(
        "expected a list of bands, found \(node.quoted)", at: node.place, hint: "begin each with '- band:'")
      return []
    }
    var rules: [BandRule] = []
    var faulty: [BandRule] = []
    for node in nodes {
      let errorCount = findings.errorCount
      guard let rule = band(node) else { continue }
      // What a faulty entry holds for is not known.
      guard findings.errorCount == errorCount else {
        faulty.append(rule)
        continue
      }
      if let earlier = rules.first(where: { $0.covers(rule) }) {
        findings.warning(
          "the band \(Quoted.text(rule.band)) is never reached here: \(Quoted.text(earlier.band)) on line "
            + "\(earlier.line) holds at all these times", at: node.place, hint: "put the narrower entry first"
        )
      }
      rules.append(rule)
    }
    return rules + faulty
  }

  private func band(_ node: YamlNode) -> BandRule? {
    guard let map = YamlMap(node, what: "a band", keys: Self.keys, findings: findings) else { return nil }
    let name = map.required("band").flatMap { findings.text($0, what: "a band's name") }
    let list = map["holidays"].flatMap(holidayList)
    let days = map["days"].flatMap(days) ?? .all
    let from = map["from"].flatMap { time($0, max: BandRule.secondsPerDay - 1) } ?? 0
    let until = map["until"].flatMap { time($0, max: BandRule.secondsPerDay) } ?? BandRule.secondsPerDay
    let dates = map["dates"].flatMap { findings.span($0, what: "dates") }
    if until <= from, let place = map.entry("until")?.place ?? map.entry("from")?.place {
      findings.error(
        "the times end before they begin: an entry does not wrap over midnight", at: place,
        hint: "write two entries, one until \"24:00\" and one from \"00:00\"")
    }
    guard let name else { return nil }
    return BandRule(
      band: name, holidayList: list, days: days, fromSecond: from, untilSecond: max(until, from + 1),
      dates: dates ?? DateSpan(from: nil, until: nil), line: node.place.line)
  }

  private func holidayList(_ node: YamlNode) -> Int? {
    guard let name = findings.text(node, what: "a list of holidays") else { return nil }
    if let index = holidays.firstIndex(of: name) { return index }
    findings.error(
      "holidays.csv has no list \(Quoted.text(name))", at: node.place,
      hint: holidays.isEmpty
        ? "write its days to holidays.csv: list,date,name"
        : YamlSuggestion.hint(for: name, among: holidays.map(\.description)))
    return nil
  }

  /// Days and spans of days such as `mon-fri`; a span may go over Sunday.
  private func days(_ node: YamlNode) -> DaysOfWeek? {
    var all: DaysOfWeek = []
    for element in findings.elements(node, what: "days") ?? [] {
      guard let text = findings.text(element, what: "a day of the week") else { continue }
      let parts = text.description.split(separator: "-", omittingEmptySubsequences: false)
      let numbers = parts.compactMap { Self.dayWords.firstIndex(of: String($0)) }
      guard numbers.count == parts.count, (1...2).contains(numbers.count) else {
        findings.error(
          "\(element.quoted) is not a day of the week", at: element.place,
          hint: "write mon, tue, wed, thu, fri, sat, sun, or a span such as mon-fri")
        continue
      }
      var days: DaysOfWeek = []
      var number = numbers[0]
      while true {
        days.insert(.day(Int32(number + 1)))
        if number == numbers[numbers.count - 1] { break }
        number = (number + 1) % 7
      }
      if !all.isDisjoint(with: days) {
        findings.error("\(element.quoted) is listed twice", at: element.place)
      }
      all.formUnion(days)
    }
    return all.isEmpty ? nil : all
  }

  /// `hh:mm` or `hh:mm:ss`, in seconds of the day.
  private func time(_ node: YamlNode, max: Int32) -> Int32? {
    guard let text = findings.text(node, what: "a time of day") else { return nil }
    let parts = text.description.split(separator: ":", omittingEmptySubsequences: false)
    let numbers = parts.compactMap { part in
      part.utf8.count == 2 && part.utf8.allSatisfy { $0 &- UInt8(ascii: "0") <= 9 } ? Int32(part) : nil
    }
    if numbers.count == parts.count, (2...3).contains(parts.count), numbers[1] < 60, numbers.last ?? 0 < 60 {
      let seconds = numbers[0] * 3600 + numbers[1] * 60 + (numbers.count > 2 ? numbers[2] : 0)
      if seconds <= max { return seconds }
    }
    findings.error(
      "\(node.quoted) is not a time of day", at: node.place,
      hint: max < BandRule.secondsPerDay
        ? "write hh:mm from \"00:00\" to \"23:59\"" : "write hh:mm up to \"24:00\"")
    return nil
  }
}

extension PlanReading {
  /// The bands of the plan.
  func bandRules(_ node: YamlNode) -> [BandRule] {
    BandReading(findings: findings, holidays: references.holidays).bands(node)
  }

  /// Names of bands that the plan has; others are errors.
  func bandName(_ name: Label, at place: YamlPlace) -> Label? {
    if bands.contains(where: { $0.band == name }) { return name }
    findings.error(
      "the plan has no band \(Quoted.text(name))", at: place,
      hint: bands.isEmpty
        ? "describe it under 'bands'"
        : YamlSuggestion.hint(for: name, among: Set(bands.map(\.band)).sorted().map(\.description)))
    return nil
  }
}

extension YamlFindings {
  /// `from` and `until` of a map with nothing else.
  package func span(_ node: YamlNode, what: String) -> DateSpan? {
    YamlMap(node, what: what, keys: ["from", "until"], findings: self).flatMap { span($0) }
  }

  /// `from` and `until` of a map: days, half-open.
  package func span(_ map: YamlMap) -> DateSpan? {
    let from = map["from"].flatMap { date($0, what: "a date") }
    let until = map["until"].flatMap { date($0, what: "a date") }
    if let from, let until, until <= from, let node = map["until"] {
      error(
        "\(node.quoted) is not after \(from)", at: node.place,
        hint: "'until' is the first day on which it no longer holds")
      return nil
    }
    return DateSpan(from: from, until: until)
  }
}
