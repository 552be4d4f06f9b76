// libyaml's events made into a tree, one event at a time, with the bounds on depth and number kept on the way.

import CYaml
import Tables

/// The reading of one file: libyaml's parser and what is known of anchors.
struct YamlReading {
  /// Thrown after the fault was added to the findings.
  struct Stopped: Error {}

  /// A value with what its uses by alias cost.
  struct Measured {
    var node: YamlNode
    var nodeCount: Int
    var height: Int
  }

  let text: UnsafeBufferPointer<UInt8>
  let findings: YamlFindings
  let parser: UnsafeMutablePointer<yaml_parser_t>
  var cursor: YamlPlaceCursor
  /// Finished anchors, and nil for those whose value is still being read.
  var anchors: [Label: Measured?] = [:]
  var nodeCount = 0

  init(_ text: UnsafeBufferPointer<UInt8>, findings: YamlFindings) {
    self.text = text
    self.findings = findings
    cursor = YamlPlaceCursor(text)
    parser = .allocate(capacity: 1)
    precondition(yaml_parser_initialize(parser) == 1, "libyaml has no memory for a parser")
    yaml_parser_set_encoding(parser, YAML_UTF8_ENCODING)
    yaml_parser_set_input_string(parser, text.baseAddress, text.count)
  }

  func close() {
    yaml_parser_delete(parser)
    parser.deallocate()
  }

  mutating func document() throws(Stopped) -> YamlNode {
    try skip(YAML_STREAM_START_EVENT)
    guard try skip(YAML_DOCUMENT_START_EVENT) else {
      return YamlNode.nothing
    }
    let root = try nextValue(depth: 0).node
    try skip(YAML_DOCUMENT_END_EVENT)
    try withEvent { reading, event throws(Stopped) in
      guard event.type == YAML_DOCUMENT_START_EVENT else { return }
      try reading.stop(
        "a second document begins here; a file holds one", at: event.start_mark,
        hint: "make it a file of its own")
    }
    if case .scalar(let label, isPlain: true) = root.content, label.isEmpty {
      return YamlNode(content: .map([]), place: root.place)
    }
    return root
  }

  /// Reads the next event and says whether it was of this type.
  @discardableResult
  mutating func skip(_ type: yaml_event_type_t) throws(Stopped) -> Bool {
    try withEvent { _, event throws(Stopped) in event.type == type }
  }

  /// Reads one event, hands it to `body` and frees it.
  mutating func withEvent<T>(
    _ body: (inout YamlReading, yaml_event_t) throws(Stopped) -> T
  ) throws(Stopped) -> T {
    var event = yaml_event_t()
    guard yaml_parser_parse(parser, &event) == 1 else { throw syntaxFault() }
    defer { yaml_event_delete(&event) }
    return try body(&self, event)
  }

  mutating func nextValue(depth: Int) throws(Stopped) -> Measured {
    try withEvent { reading, event throws(Stopped) in try reading.value(of: event, depth: depth) }
  }

  mutating func value(of event: yaml_event_t, depth: Int) throws(Stopped) -> Measured {
    let place = place(event.start_mark)
    if event.type == YAML_ALIAS_EVENT { return try alias(event, depth: depth) }
    guard depth < YamlReader.depthMax else {
      throw stop("nested more than \(YamlReader.depthMax) deep", at: place)
    }
    try count(1, at: place)
    let (anchor, tag) = event.properties
    if let tag {
      throw stop(
        "the tag '\(String(cString: tag))' is not used here", at: place, hint: "write the plain text")
    }
    let name = anchor.map { Label(String(cString: $0)) }
    if let name { anchors[name] = .some(nil) }
    let measured = try unanchored(event, place: place, depth: depth)
    if let name { anchors[name] = measured }
    return measured
  }

  private mutating func unanchored(_ event: yaml_event_t, place: YamlPlace, depth: Int) throws(Stopped)
    -> Measured
  {
    switch event.type {
    case YAML_SEQUENCE_START_EVENT: return try list(at: place, depth: depth)
    case YAML_MAPPING_START_EVENT: return try map(at: place, depth: depth)
    default:
      let node = YamlNode(content: .scalar(event.scalarText, isPlain: event.isPlainScalar), place: place)
      return Measured(node: node, nodeCount: 1, height: 0)
    }
  }

  private mutating func list(at place: YamlPlace, depth: Int) throws(Stopped) -> Measured {
    var values: [YamlNode] = []
    var whole = Measured(node: YamlNode(content: .list([]), place: place), nodeCount: 1, height: 0)
    while true {
      let next = try withEvent { reading, event throws(Stopped) -> Measured? in
        event.type == YAML_SEQUENCE_END_EVENT ? nil : try reading.value(of: event, depth: depth + 1)
      }
      guard let next else { break }
      values.append(next.node)
      whole.take(next)
    }
    whole.node.content = .list(values)
    return whole
  }

  private mutating func map(at place: YamlPlace, depth: Int) throws(Stopped) -> Measured {
    var entries: [YamlEntry] = []
    var lines: [Label: Int] = [:]
    var whole = Measured(node: YamlNode(content: .map([]), place: place), nodeCount: 1, height: 0)
    while let (key, keyPlace) = try nextKey() {
      let next = try nextValue(depth: depth + 1)
      whole.take(next)
      if let first = lines[key] {
        findings.error(
          "key \(Quoted.text(key)) is given twice in one map, first on line \(first)", at: keyPlace,
          hint: "keep one")
        continue
      }
      lines[key] = keyPlace.line
      entries.append(YamlEntry(key: key, place: keyPlace, value: next.node))
    }
    whole.node.content = .map(entries)
    return whole
  }

  /// The next key of a map, or nil at its end.
  private mutating func nextKey() throws(Stopped) -> (Label, YamlPlace)? {
    try withEvent { reading, event throws(Stopped) in
      if event.type == YAML_MAPPING_END_EVENT { return nil }
      let place = reading.place(event.start_mark)
      try reading.count(1, at: place)
      guard event.type == YAML_SCALAR_EVENT, event.properties == (nil, nil) else {
        throw reading.stop(
          "a key is one plain word here", at: place, hint: "put quotes around a text with '*', '&' or '['")
      }
      return (event.scalarText, place)
    }
  }

  private mutating func alias(_ event: yaml_event_t, depth: Int) throws(Stopped) -> Measured {
    let place = place(event.start_mark)
    let name = String(cString: event.data.alias.anchor)
    guard let known = anchors[Label(name)] else {
      throw stop(
        "nothing above is marked '&\(name)'", at: place, hint: "put quotes around a text that begins with '*'"
      )
    }
    guard let known else { throw stop("'*\(name)' stands inside the value that it names", at: place) }
    guard depth + known.height < YamlReader.depthMax else {
      throw stop("nested more than \(YamlReader.depthMax) deep behind '*\(name)'", at: place)
    }
    try count(known.nodeCount, at: place)
    return known
  }

  private mutating func count(_ more: Int, at place: YamlPlace) throws(Stopped) {
    nodeCount += more
    guard nodeCount <= YamlReader.nodesMax else {
      throw stop("more than \(YamlReader.nodesMax) values, aliases unfolded", at: place)
    }
  }
}

extension YamlReading.Measured {
  /// Counts a value inside this one.
  fileprivate mutating func take(_ inner: Self) {
    nodeCount += inner.nodeCount
    height = max(height, inner.height + 1)
  }
}

extension yaml_event_t {
  fileprivate typealias Name = UnsafeMutablePointer<yaml_char_t>

  /// The anchor and tag of a value, nil where it has none.
  fileprivate var properties: (anchor: Name?, tag: Name?) {
    switch type {
    case YAML_SCALAR_EVENT: (data.scalar.anchor, data.scalar.tag)
    case YAML_SEQUENCE_START_EVENT: (data.sequence_start.anchor, data.sequence_start.tag)
    case YAML_MAPPING_START_EVENT: (data.mapping_start.anchor, data.mapping_start.tag)
    default: (nil, nil)
    }
  }

  fileprivate var scalarText: Label {
    Label(UnsafeBufferPointer(start: data.scalar.value, count: data.scalar.length))
  }

  fileprivate var isPlainScalar: Bool { data.scalar.style == YAML_PLAIN_SCALAR_STYLE }
}
