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
    var formats: [FormatDescriptor]
    do throws(CatalogFault) {
      formats =
        try configuration.catalogPath.map { path throws(CatalogFault) in try CatalogFolder.load(path).formats
        }
        ?? BuiltInFormats.all()
    } catch {
      return CatalogFaultLines.fail(error, catalogPath: configuration.catalogPath ?? "", console: console)
    }
    formats.sort { $0.name < $1.name }
    guard let name = configuration.name else { return list(formats) }
    guard let format = formats.first(where: { $0.name == Label(name) }) else {
      let question = Suggestion.question(for: name, among: formats.map(\.name.description))
      let known = question.isEmpty ? "; 'ratemill formats' lists them" : question
      return console.fail(.usage, "no format \(console.quoted(name))\(known)")
    }
    return show(format)
  }

  private func list(_ formats: [FormatDescriptor]) -> ExitStatus {
    guard !configuration.printsJSON else {
      return console.finish(JSONText.document(["formats": .array(formats.map { .object(Self.members($0)) })]))
    }
    return console.finish(
      AlignedRows.lines(
        formats.map { format in
          [format.name, Label(format.origin), format.summary].map { MessageText.escaped($0.description) }
        }, indent: 0))
  }

  /// The descriptor's own text, byte for byte: a file that can be put into a catalog.
  private func show(_ format: FormatDescriptor) -> ExitStatus {
    guard configuration.printsJSON else { return console.finish(format.text.description) }
    return console.finish(
      JSONText.document(
        .object(Self.members(format) + [JSONMember(name: "text", value: .text(format.text.description))])))
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
