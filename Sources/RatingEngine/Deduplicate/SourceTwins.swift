// Which sources rate the same content the same, and which share a namespace with others that do not.

public import Catalog
public import Tables

/// Which sources rate the same content the same.
struct SourceTwins: Sendable {
  /// A number by source, equal for those that do.
  private let classes: [Int]

  init(classes: [Int]) { self.classes = classes }

  /// Sources of one format and default account for which no services of their own hold rate alike.
  init(_ catalog: Catalog) {
    let ownServices = Set(catalog.services.lazy.map(\.source))
    let sources = catalog.sources
    classes = sources.indices.map { index in
      let source = sources[index]
      if ownServices.contains(source.name) { return index }
      return sources.firstIndex {
        $0.formatIndex == source.formatIndex && $0.defaultAccountIndex == source.defaultAccountIndex
          && !ownServices.contains($0.name)
      } ?? index
    }
  }

  func rateAlike(_ a: Int, _ b: Int) -> Bool { classes[a] == classes[b] }
}

extension Catalog {
  /// Sources that share their namespace with one that may rate the same record otherwise: of its copies it matters which one counts.
  public var rivalSources: Set<Label> {
    let twins = SourceTwins(self)
    var first: [Label: Int] = [:]
    var rivals: Set<Label> = []
    for (index, source) in sources.enumerated() {
      if !twins.rateAlike(first[source.namespace, default: index], index) { rivals.insert(source.namespace) }
      if first[source.namespace] == nil { first[source.namespace] = index }
    }
    return Set(sources.lazy.filter { rivals.contains($0.namespace) }.map(\.name))
  }
}
