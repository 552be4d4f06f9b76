// HTML that cannot be broken by data: markup must be a literal of ours, and every other text is escaped.

import Tables

/// Builds a page.
///
/// `StaticString` keeps data out of the markup: what comes from a file is a `String` or `Label`, and for those there is no
/// way in but `text` and `attribute`.
struct HTMLText {
  /// The page so far, UTF-8.
  private(set) var bytes: [UInt8] = []

  /// Appends markup as it is.
  mutating func markup(_ literal: StaticString) {
    literal.withUTF8Buffer { bytes.append(contentsOf: $0) }
  }

  /// Appends text: `<`, `>`, `&` and quotes become references; controls other than newline and tab, and bytes that are not
  /// UTF-8, become U+FFFD.
  mutating func text(_ text: String) {
    var copy = text
    copy.withUTF8 { utf8 in
      // What needs nothing is appended in runs.
      var runStart = 0
      var offset = 0
      while offset < utf8.count {
        guard let (replaced, replacement) = Self.replacement(utf8, at: offset) else {
          offset += 1
          continue
        }
        bytes.append(contentsOf: utf8[runStart..<offset])
        replacement.withUTF8Buffer { bytes.append(contentsOf: $0) }
        offset += replaced
        runStart = offset
      }
      bytes.append(contentsOf: utf8[runStart...])
    }
  }

  // How many bytes from `offset` are replaced by what; nil where the byte stands as it is.
  private static func replacement(
    _ utf8: UnsafeBufferPointer<UInt8>, at offset: Int
  ) -> (count: Int, by: StaticString)? {
    switch utf8[offset] {
    case UInt8(ascii: "<"): return (1, "&lt;")
    case UInt8(ascii: ">"): return (1, "&gt;")
    case UInt8(ascii: "&"): return (1, "&amp;")
    case UInt8(ascii: "\""): return (1, "&quot;")
    case UInt8(ascii: "'"): return (1, "&#39;")
    case UInt8(ascii: "\n"), UInt8(ascii: "\t"): return nil
    case 0..<0x20, 0x7F: return (1, "\u{FFFD}")
    // U+0080 to U+009F are two bytes.
    case 0xC2 where (0x80...0x9F).contains(utf8[offset + 1]): return (2, "\u{FFFD}")
    default: return nil
    }
  }

  /// Appends the text of a label.
  mutating func text(_ label: Label) { text(label.description) }

  /// Appends ` name="value"`, the value escaped.
  mutating func attribute(_ name: StaticString, _ value: String) {
    markup(" ")
    markup(name)
    markup("=\"")
    text(value)
    markup("\"")
  }

  /// Appends `<name class="style">text</name>` and a newline.
  mutating func element(_ name: StaticString, style: StaticString? = nil, _ text: String) {
    open(name, style: style)
    self.text(text)
    close(name)
  }

  /// Appends `<name class="style">`.
  mutating func open(_ name: StaticString, style: StaticString? = nil) {
    markup("<")
    markup(name)
    if let style {
      markup(" class=\"")
      markup(style)
      markup("\"")
    }
    markup(">")
  }

  /// Appends `</name>` and a newline.
  mutating func close(_ name: StaticString) {
    markup("</")
    markup(name)
    markup(">\n")
  }

  /// Appends everything up to and including `<body>`: a page that loads nothing and runs nothing.
  mutating func begin(title: String) {
    markup(
      """
      <!doctype html>
      <html lang="en">
      <head>
      <meta charset="utf-8">
      <meta name="viewport" content="width=device-width, initial-scale=1">
      <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:">
      <meta name="robots" content="noindex">

      """)
    element("title", title)
    markup("<style>\n")
    markup(PageStyle.css)
    markup("</style>\n</head>\n<body>\n")
  }

  /// Appends the end of the page.
  mutating func end() { markup("</body>\n</html>\n") }
}
