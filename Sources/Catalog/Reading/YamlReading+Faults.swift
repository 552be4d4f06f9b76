// Faults of a YAML text: where they stand, and what to do about the commonest.

import CYaml

extension YamlReading {
  mutating func place(_ mark: yaml_mark_t) -> YamlPlace { cursor.place(ofCharacter: mark.index) }

  func stop(_ message: String, at place: YamlPlace, hint: String = "") -> Stopped {
    findings.error(message, at: place, hint: hint)
    return Stopped()
  }

  mutating func stop(_ message: String, at mark: yaml_mark_t, hint: String) throws(Stopped) {
    throw stop(message, at: place(mark), hint: hint)
  }

  /// What libyaml could not read, in its words, with a way out for the commonest slips.
  mutating func syntaxFault() -> Stopped {
    let fault = parser.pointee
    precondition(fault.error != YAML_MEMORY_ERROR, "libyaml has no memory")
    let problem = fault.problem.map { String(cString: $0) } ?? "not YAML"
    guard fault.error != YAML_READER_ERROR else {
      return stop(
        "not UTF-8 text (\(problem))", at: YamlPlaceCursor.place(ofByte: fault.problem_offset, in: text),
        hint: "save the file as UTF-8, and write control characters as \\xNN inside double quotes")
    }
    let context = fault.context.map { " \(String(cString: $0))" } ?? ""
    return stop(
      "not YAML: \(problem)\(context)", at: place(fault.problem_mark), hint: Self.hint(for: problem))
  }

  private static func hint(for problem: String) -> String {
    if problem.contains("mapping values are not allowed") {
      return "put quotes around a text that holds ': ', and indent the keys of one map alike"
    }
    if problem.contains("cannot start any token") {
      return "indent with blanks, not tabs, and quote a leading @ or `"
    }
    if problem.contains("did not find expected key") || problem.contains("block end") {
      return "indent the lines of one map or list alike"
    }
    return ""
  }
}
