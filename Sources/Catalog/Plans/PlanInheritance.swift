// What a plan makes of the plan that it extends, key by key, before anything is read.

import Tables

/// Puts a plan over its parent. Both are taken as written: what is wrong with them is for the reader.
struct PlanInheritance {
  let findings: YamlFindings

  /// Keys that belong to one plan: they are not inherited.
  private static let ownKeys: Set<Label> = ["plan", "extends", "remove", "tests"]
  /// Lists of things with names, and the key of the name.
  private static let namedLists = [("charges", "charge"), ("bands", "band"), ("allowances", "allowance")]

  /// Keys of a charge or allowance that say one thing: one of them replaces the others.
  private static let alternatives: [[Label]] = [
    ["kinds", "kind"], ["directions", "direction"], ["rating_groups", "rating_group"],
    ["quantity", "events", "amount"],
  ]
  /// Ways to change a recorded amount.
  private static let recordedKeys: [Label] = ["percentage", "markup", "margin", "multiplier"]

  /// The child with all that it inherits.
  ///
  /// A key of the child replaces the parent's. Charges and allowances of one name are merged key by key, in the parent's
  /// place; the entries of a band replace all entries of that name. New names come before the inherited ones.
  func merged(_ child: YamlNode, onto parent: YamlNode) -> YamlNode {
    guard case .map(let own) = child.content, case .map(let inherited) = parent.content else { return child }
    let kept = removing(child.value("remove"), from: inherited.filter { !Self.ownKeys.contains($0.key) })
    var entries = own.map { entry in
      guard let list = Self.namedLists.first(where: { Label($0.0) == entry.key }),
        let older = kept.first(where: { $0.key == entry.key })?.value
      else { return entry }
      var entry = entry
      entry.value = mergedList(entry.value, onto: older, nameKey: list.1)
      return entry
    }
    entries += kept.filter { older in !own.contains { $0.key == older.key } }
    return YamlNode(content: .map(entries), place: child.place)
  }

  private func mergedList(_ child: YamlNode, onto parent: YamlNode, nameKey: String) -> YamlNode {
    guard case .list(let own) = child.content, case .list(let inherited) = parent.content else {
      return child
    }
    let ownNames = own.map { $0.value(nameKey)?.label }
    let inheritedNames = inherited.map { $0.value(nameKey)?.label }
    let isNew = { (name: Label?) in name == nil || !inheritedNames.contains(name) }
    var result = zip(own, ownNames).filter { isNew($0.1) }.map(\.0)
    var placed: Set<Label> = []
    for (older, name) in zip(inherited, inheritedNames) {
      let younger = zip(own, ownNames).filter { name != nil && $0.1 == name }.map(\.0)
      guard let name, !younger.isEmpty else {
        result.append(older)
        continue
      }
      guard placed.insert(name).inserted else { continue }
      // Entries of a band have no names of their own, so they replace those of the parent as a whole.
      result += nameKey == "band" ? younger : younger.map { mergedEntry($0, onto: older) }
    }
    return YamlNode(content: .list(result), place: child.place)
  }

  private func mergedEntry(_ child: YamlNode, onto parent: YamlNode) -> YamlNode {
    guard case .map(let own) = child.content, case .map(let inherited) = parent.content else { return child }
    let dropped = replacedKeys(by: own)
    let kept = inherited.filter { older in
      !dropped.contains(older.key) && !own.contains { $0.key == older.key }
    }
    return YamlNode(content: .map(own + kept), place: child.place)
  }

  /// Inherited keys that can no longer hold beside those given.
  private func replacedKeys(by own: [YamlEntry]) -> Set<Label> {
    let keys = Set(own.map(\.key))
    var dropped: Set<Label> = []
    for group in Self.alternatives where group.contains(where: keys.contains) { dropped.formUnion(group) }
    if Self.recordedKeys.contains(where: keys.contains) { dropped.formUnion(Self.recordedKeys) }
    if keys.contains("tiers") { dropped.formUnion(Self.recordedKeys + ["price", "per"]) }
    if let price = own.first(where: { $0.key == "price" })?.value.label {
      dropped.insert("tiers")
      // A new number is per what the old one was per.
      if price == "deck" || price == "recorded" { dropped.insert("per") }
      if price != "recorded" { dropped.formUnion(Self.recordedKeys) }
    }
    return dropped
  }
}

// `remove`.
extension PlanInheritance {
  private func removing(_ node: YamlNode?, from entries: [YamlEntry]) -> [YamlEntry] {
    guard let node,
      let map = YamlMap(node, what: "remove", keys: Self.namedLists.map(\.0), findings: findings)
    else { return entries }
    var kept = entries
    for (key, nameKey) in Self.namedLists {
      guard let names = map[key].flatMap({ findings.elements($0, what: key) }) else { continue }
      let place = kept.firstIndex { $0.key == Label(key) }
      for element in names {
        guard let name = findings.text(element, what: "a name") else { continue }
        remove(name, at: element, from: &kept, place, nameKey: nameKey)
      }
    }
    return kept
  }

  private func remove(
    _ name: Label, at node: YamlNode, from entries: inout [YamlEntry], _ place: Int?, nameKey: String
  ) {
    var names: [Label] = []
    if let place, case .list(let elements) = entries[place].value.content {
      names = elements.compactMap { $0.value(nameKey)?.label }
      let left = elements.filter { $0.value(nameKey)?.label != name }
      entries[place].value.content = .list(left)
    }
    guard !names.contains(name) else { return }
    findings.error(
      "no \(nameKey) \(Quoted.text(name)) is inherited", at: node.place,
      hint: YamlSuggestion.hint(for: name, among: names.map(\.description)))
  }
}
