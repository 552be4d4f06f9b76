// Plans that extend each other: finds the chain of each, puts it together and reads it.
//
// What is inherited is read again as part of each child, because it may mean something else there; a fault that the parent
// has alone is told once.

import Tables

/// The bytes of one file of `plans/`.
struct PlanText {
  /// The file as the user named it.
  var file: String
  /// Its bytes.
  var bytes: [UInt8]
}

/// What came of one file.
struct ReadPlan {
  /// The plan; nil where it has an error.
  var plan: RatePlan?
  /// Its name, also where it is faulty; nil where it has none.
  var name: Label?
  /// What was found.
  var findings: [CatalogFinding]
}

/// The plans of a folder.
struct PlanFamily {
  /// Longest chain of plans that extend each other.
  static let chainMax = 16

  private struct Member {
    var file: String
    var root: YamlNode?
    var name: Label?
    /// The name that it extends.
    var parent: YamlNode?
    var findings: YamlFindings
  }

  private var members: [Member]
  private let references: PlanReferences

  /// Every file read, in the order given.
  ///
  /// - Complexity: O(n × length of the chains).
  static func read(_ texts: [PlanText], _ references: PlanReferences) -> [ReadPlan] {
    let family = PlanFamily(texts, references)
    var read = family.members.indices.map { family.read($0) }
    let ownFindings = read.indices.map { index in
      Set(read[index].findings.filter { $0.file == family.members[index].file })
    }
    let known = ownFindings.reduce(into: Set()) { $0.formUnion($1) }
    for (index, member) in family.members.enumerated() {
      read[index].findings = read[index].findings.compactMap { finding in
        guard finding.file != member.file else { return finding }
        guard !known.contains(finding) else { return nil }
        var inherited = finding
        inherited.message += ", as plan \(Quoted.text(member.name ?? .empty)) inherits it"
        return inherited
      }
    }
    return read
  }

  private init(_ texts: [PlanText], _ references: PlanReferences) {
    self.references = references
    members = texts.map { text in
      let findings = YamlFindings(file: text.file)
      let root = YamlReader.read(text.bytes, findings: findings)
      return Member(
        file: text.file, root: root, name: root?.value("plan")?.label, parent: root?.value("extends"),
        findings: findings)
    }
  }

  private func read(_ index: Int) -> ReadPlan {
    let member = members[index]
    var plan: RatePlan?
    var all = member.findings
    if let chain = chain(of: index), let root = member.root {
      // A plan of its own goes on in the list that has its faults of YAML.
      let findings = chain.count == 1 ? member.findings : YamlFindings(files: chain.map { members[$0].file })
      var merged = root
      if chain.count > 1 {
        merged = members[chain[chain.count - 1]].root?.inFile(UInt8(chain.count - 1)) ?? root
        for place in (0..<chain.count - 1).reversed() {
          guard let child = members[chain[place]].root?.inFile(UInt8(place)) else { continue }
          merged = PlanInheritance(findings: findings).merged(child, onto: merged)
        }
      }
      var reading = PlanReading(findings: findings, references: references)
      plan = reading.plan(merged, parent: member.parent?.label)
      if findings.hasErrors || member.findings.hasErrors { plan = nil }
      all = findings
    }
    let findings = all === member.findings ? all.sorted : member.findings.sorted + all.sorted
    return ReadPlan(plan: plan, name: member.name, findings: findings)
  }

  /// The plan, its parent, that one's parent …; nil where it cannot be known, which is a finding or a parent's fault.
  private func chain(of index: Int) -> [Int]? {
    guard members[index].root != nil else { return nil }
    var chain = [index]
    while let parent = members[chain[chain.count - 1]].parent {
      let findings = members[index].findings
      let isOwn = chain.count == 1
      guard let name = parent.label else {
        if isOwn { _ = findings.text(parent, what: "the name of a plan") }
        return nil
      }
      guard let next = members.firstIndex(where: { $0.name == name }) else {
        if isOwn {
          findings.error(
            "there is no plan \(Quoted.text(name))", at: parent.place,
            hint: YamlSuggestion.hint(
              for: name, among: members.compactMap { $0.name?.description }.sorted()))
        }
        return nil
      }
      guard members[next].root != nil else { return nil }
      if next == index || chain.contains(next) {
        // Told at the plans of the circle, not at those that lead into it.
        if next == index, let own = members[index].parent {
          let names = (chain + [index]).map { members[$0].name?.description ?? "" }
          findings.error(
            "the plan extends itself: \(names.joined(separator: " → "))", at: own.place,
            hint: "let one of them stand alone")
        }
        return nil
      }
      guard chain.count < Self.chainMax else {
        findings.error(
          "more than \(Self.chainMax) plans extend each other",
          at: members[index].parent?.place ?? parent.place,
          hint: "let plans extend a common one")
        return nil
      }
      chain.append(next)
    }
    return chain
  }
}

extension YamlNode {
  /// The text of a scalar that is not empty; nil for anything else.
  var label: Label? {
    guard case .scalar(let text, _) = content, !text.isEmpty else { return nil }
    return text
  }

  /// The value of a key, where this is a map that has it.
  func value(_ key: String) -> YamlNode? {
    guard case .map(let entries) = content else { return nil }
    let key = Label(key)
    return entries.first { $0.key == key }?.value
  }
}
