// The work of `ratemill formats`: the list, or the text of one.

internal import Catalog
internal import OptionTable
internal import Tables

/// One call of `formats`.
struct FormatsRun {
  private let configuration: FormatsConfiguration
  private let console: Console

  init(_ configuration: FormatsConfiguration, console: Console) {
    self.configuration = configuration
    self.console = console
  }

  /// Does it and says how it ended.
  func run() -> ExitStatus {
    var formats = BuiltInFormats.all()
    var feeds: [FeedDescriptor] = []
    do throws(CatalogFault) {
      if let path = configuration.catalogPath {
        let catalog = try CatalogFolder.load(path)
        (formats, feeds) = (catalog.formats, catalog.billing.feeds)
      }
    } catch {
      return CatalogFaultLines.fail(error, catalogPath: configuration.catalogPath ?? "", console: console)
    }
    formats.sort { $0.name < $1.name }
    feeds.sort { $0.name < $1.name }
    guard let name = configuration.name else { return list(formats, feeds) }
    guard let format = formats.first(where: { $0.name == Label(name) }) else {
      if let feed = feeds.first(where: { $0.name == Label(name) }) {
        return show(feed.text, Self.members(feed))
      }
      let question = Suggestion.question(
        for: name, among: (formats.map(\.name) + feeds.map(\.name)).map(\.description))
      let known = question.isEmpty ? "; 'ratemill formats' lists them" : question
      return console.fail(.usage, "no format \(console.quoted(name))\(known)")
    }
    return show(format.text, Self.members(format))
  }

  /// Formats of usage, then layouts of counts and tickets.
  private func list(_ formats: [FormatDescriptor], _ feeds: [FeedDescriptor]) -> ExitStatus {
    guard !configuration.printsJSON else {
      return console.finish(
        JSONText.document([
          "formats": .array(formats.map { .object(Self.members($0)) }),
          "feeds": .array(feeds.map { .object(Self.members($0)) }),
        ]))
    }
    let rows =
      formats.map { [$0.name, Label($0.origin), $0.summary] }
      + feeds.map { [$0.name, Label($0.origin), $0.summary] }
    return console.finish(
      AlignedRows.lines(rows.map { row in row.map { MessageText.escaped($0.description) } }, indent: 0))
  }

  /// The descriptor's own text, byte for byte: a file that can be put into a catalog.
  private func show(_ text: Label, _ members: [JSONMember]) -> ExitStatus {
    guard configuration.printsJSON else { return console.finish(text.description) }
    return console.finish(
      JSONText.document(.object(members + [JSONMember(name: "text", value: .text(text.description))])))
  }

  private static func members(_ feed: FeedDescriptor) -> [JSONMember] {
    [
      JSONMember(name: "name", value: .text(feed.name.description)),
      JSONMember(name: "summary", value: .text(feed.summary.description)),
      JSONMember(name: "origin", value: .text(feed.origin)),
      JSONMember(name: "table", value: .text(feed.table.rawValue)),
      JSONMember(name: "files", value: .text(feed.files.description)),
    ]
  }

  private static func members(_ format: FormatDescriptor) -> [JSONMember] {
    [
      JSONMember(name: "name", value: .text(format.name.description)),
      JSONMember(name: "summary", value: .text(format.summary.description)),
      JSONMember(name: "origin", value: .text(format.origin)),
      JSONMember(name: "kind", value: .text(format.kind.name)),
      JSONMember(name: "type", value: .text(format.dialect.framing.rawValue)),
    ]
  }
}
