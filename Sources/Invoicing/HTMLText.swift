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
    for scalar in text.unicodeScalars {
      switch scalar {
      case "<": bytes.append(contentsOf: "&lt;".utf8)
      case ">": bytes.append(contentsOf: "&gt;".utf8)
      case "&": bytes.append(contentsOf: "&amp;".utf8)
      case "\"": bytes.append(contentsOf: "&quot;".utf8)
      case "'": bytes.append(contentsOf: "&#39;".utf8)
      case "\n", "\t": bytes.append(contentsOf: UTF8.encode(scalar)!)
      case "\u{0}"..."\u{1f}", "\u{7f}"..."\u{9f}": bytes.append(contentsOf: "\u{FFFD}".utf8)
      default: bytes.append(contentsOf: UTF8.encode(scalar)!)
      }
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
      <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
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
