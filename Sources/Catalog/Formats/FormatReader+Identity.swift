// What identifies a record (`key`), and what it is looked up by (`guide`).

import Tables

extension FormatReading {
  /// `row` (no roles), or roles of `fields`.
  func key(_ node: YamlNode) -> [FieldRole] {
    if case .scalar("row", _) = node.content { return [] }
    let key = roles(node, what: "the key")
    if key == [.sequence] {
      findings.error(
        "a sequence alone identifies nothing: it tells the rows of one id apart", at: node.place,
        hint: "add the id, or give a number that no two records share the role id")
    }
    return key
  }

  /// Where the format says nothing: `id` and `sequence` as far as they are read, else the row.
  var usualKey: [FieldRole] {
    roles.contains(.id) ? [.id] + (roles.contains(.sequence) ? [.sequence] : []) : []
  }

  /// One list for all directions, or a list by direction; a direction that is not named keeps the usual list.
  func guide(_ node: YamlNode) -> [UsageDirection: [FieldRole]] {
    guard case .map = node.content else {
      let list = guideRoles(node)
      return Dictionary(uniqueKeysWithValues: UsageDirection.allCases.map { ($0, list) })
    }
    let directions = UsageDirection.allCases.map(\.name)
    guard let map = YamlMap(node, what: "the guide", keys: directions, findings: findings) else { return [:] }
    var guides = usualGuides
    for direction in UsageDirection.allCases {
      if let node = map[direction.name] { guides[direction] = guideRoles(node) }
    }
    return guides
  }

  /// The account id first, then service keys in file order, then the number of the account's own end.
  var usualGuides: [UsageDirection: [FieldRole]] {
    let services = roles.filter { role in
      if case .service = role { return true }
      return false
    }
    let common = (roles.contains(.account) ? [FieldRole.account] : []) + services
    return Dictionary(
      uniqueKeysWithValues: UsageDirection.allCases.map { direction in
        let own: FieldRole = direction == .inbound ? .to : .from
        return (direction, common + (roles.contains(own) ? [own] : []))
      })
  }

  private func guideRoles(_ node: YamlNode) -> [FieldRole] {
    roles(node, what: "the guide").filter { role in
      switch role {
      case .account, .from, .to, .service: return true
      default:
        findings.error(
          "'\(role.name)' is nothing to look up", at: node.place,
          hint: "a guide takes account, from, to and service keys")
        return false
      }
    }
  }

  /// Roles that `fields` has, each once.
  private func roles(_ node: YamlNode, what: String) -> [FieldRole] {
    var seen: Set<FieldRole> = []
    return findings.elements(node, what: "roles")?.compactMap { element in
      guard let word = findings.text(element, what: "a role") else { return nil }
      guard let role = roles.first(where: { $0.name == word }) else {
        findings.error(
          "\(what) names \(Quoted.text(word)), which no field has", at: element.place,
          hint: YamlSuggestion.hint(for: word, among: roles.map(\.name.description)))
        return nil
      }
      if !seen.insert(role).inserted {
        findings.error("\(what) names \(Quoted.text(word)) twice", at: element.place)
      }
      return role
    } ?? []
  }
}
