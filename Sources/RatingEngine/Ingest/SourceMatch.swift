// Which source a file belongs to: by its name, or by --source.

import Catalog
import Glibc
import Tables

/// Finds sources for file names.
enum SourceMatch {
  /// The index of the first source whose pattern fits the file's name (or the end of its path, where the pattern holds a
  /// `/`); the compression suffix does not count. Nil where none fits.
  static func source(for file: InputFile, in catalog: Catalog) -> Int? {
    let path = withoutCompression(file.name)
    let name = path.split(separator: "/").last.map(String.init) ?? path
    return catalog.sources.firstIndex { source in
      guard !source.pattern.isEmpty else { return false }
      let pattern = withoutCompression(source.pattern.description)
      guard pattern.contains("/") else { return fnmatch(pattern, name, 0) == 0 }
      return fnmatch(pattern, path, 0) == 0 || fnmatch("*/" + pattern, path, 0) == 0
    }
  }

  /// Gives every input its source: by its name, else the one named `sourceName`.
  ///
  /// - Throws: `RunFault.usage` for a name that is no source, `RunFault.noSource` for inputs that nothing fits.
  static func assign(_ inputs: [InputFile], in catalog: Catalog, sourceName: String?) throws(RunFault)
    -> [AssignedFile]
  {
    var named: Int?
    if let sourceName {
      named = catalog.sources.firstIndex { $0.name.description == sourceName }
      guard named != nil else {
        let known = catalog.sources.map { "'\($0.name)'" }.joined(separator: ", ")
        throw .usage("--source: no source '\(sourceName)'; sources.csv has \(known.isEmpty ? "none" : known)")
      }
    }
    var assigned: [AssignedFile] = []
    var unknown: [InputFile] = []
    for input in inputs {
      if let excerpt = input.excerpt {
        guard let source = catalog.sources.firstIndex(where: { $0.name.description == excerpt.source }) else {
          throw .noSource("sources.csv has no source '\(excerpt.source)' any more; add its row again")
        }
        assigned.append(AssignedFile(input: input, sourceIndex: source))
      } else if let source = (input.isStandardInput ? nil : source(for: input, in: catalog)) ?? named {
        assigned.append(AssignedFile(input: input, sourceIndex: source))
      } else {
        unknown.append(input)
      }
    }
    guard unknown.isEmpty else { throw .noSource(message(for: unknown, in: catalog)) }
    return assigned
  }

  /// The name without `.zst` or `.gz`.
  static func withoutCompression(_ name: String) -> String {
    for suffix in [".zst", ".gz"] where name.hasSuffix(suffix) { return String(name.dropLast(suffix.count)) }
    return name
  }

  /// The message for files that no source fits, with the row of sources.csv to add.
  static func message(for files: [InputFile], in catalog: Catalog) -> String {
    if files.contains(where: \.isStandardInput) {
      let known = catalog.sources.map { "'\($0.name)'" }.joined(separator: ", ")
      return "standard input has no name that a source could fit; name its source with --source"
        + (known.isEmpty ? " and give it a row in sources.csv" : ", one of \(known)")
    }
    let shown = files.prefix(3).map { "'\($0.name)'" }.joined(separator: ", ")
    let more = files.count > 3 ? " and \(files.count - 3) more" : ""
    let name = withoutCompression(files[0].name.split(separator: "/").last.map(String.init) ?? files[0].name)
    let stem = name.split(separator: ".").first.map(String.init) ?? name
    let pattern = name.contains(".") ? "*." + (name.split(separator: ".").last.map(String.init) ?? "") : name
    return "no source fits \(shown)\(more); add a row to sources.csv such as 'source,pattern,format' = "
      + "'\(stem),\(pattern),FORMAT' (ratemill check --sample FILE guesses the format), or name one with --source"
  }
}
