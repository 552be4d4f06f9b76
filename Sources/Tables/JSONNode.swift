// Typed reading of a JSON document: every step knows its path, so that a wrong shape is named, not guessed around.

/// Why a JSON document has not the shape that its schema asks for.
public struct JSONShapeFault: Error, Hashable, Sendable, CustomStringConvertible {
  /// Where: `files[2].rows`; empty for the document itself.
  public var path: String
  /// What is wrong, lower-case.
  public var message: String

  /// Makes a fault.
  public init(path: String, message: String) {
    self.path = path
    self.message = message
  }

  /// `path: message`.
  public var description: String { path.isEmpty ? message : path + ": " + message }
}

/// A value inside a document and the path to it.
public struct JSONNode: Sendable {
  /// The value.
  public let value: JSONValue
  /// The way to it from the document: `files[2].rows`.
  public let path: String

  /// The root of a document.
  public init(_ value: JSONValue) { self.init(value, path: "") }

  init(_ value: JSONValue, path: String) {
    self.value = value
    self.path = path
  }

  /// A fault at this place.
  public func fault(_ message: String) -> JSONShapeFault { JSONShapeFault(path: path, message: message) }

  /// The members with their names, in order.
  public func members() throws(JSONShapeFault) -> [(name: Label, node: JSONNode)] {
    guard case .object(let members) = value else {
      throw fault("expected an object, found \(value.kindName)")
    }
    return members.map { ($0.name, JSONNode($0.value, path: joined($0.name))) }
  }

  /// The members named `names`, in that order; a missing one and one of another name are faults.
  public func members(_ names: [Label]) throws(JSONShapeFault) -> [JSONNode] {
    let members = try members()
    if let unknown = members.first(where: { !names.contains($0.name) }) {
      throw unknown.node.fault("unknown name '\(unknown.name)'")
    }
    var nodes: [JSONNode] = []
    for name in names {
      guard let member = members.first(where: { $0.name == name }) else {
        throw fault("'\(name)' is missing")
      }
      nodes.append(member.node)
    }
    return nodes
  }

  /// The member named `name`; where it is missing, a fault.
  public func member(_ name: Label) throws(JSONShapeFault) -> JSONNode {
    guard let found = try members().first(where: { $0.name == name }) else {
      throw fault("'\(name)' is missing")
    }
    return found.node
  }

  /// The elements, in order.
  public func elements() throws(JSONShapeFault) -> [JSONNode] {
    guard case .array(let elements) = value else { throw fault("expected an array, found \(value.kindName)") }
    return elements.enumerated().map { JSONNode($1, path: "\(path)[\($0)]") }
  }

  /// The string.
  public func text() throws(JSONShapeFault) -> Label {
    guard case .string(let text) = value else { throw fault("expected a string, found \(value.kindName)") }
    return text
  }

  /// The truth value.
  public func bool() throws(JSONShapeFault) -> Bool {
    guard case .bool(let truth) = value else {
      throw fault("expected true or false, found \(value.kindName)")
    }
    return truth
  }

  /// The whole number; a fraction, an exponent or one that does not fit 64 bits is a fault.
  public func integer() throws(JSONShapeFault) -> Int64 {
    guard case .number(let text) = value else { throw fault("expected a number, found \(value.kindName)") }
    guard let number = Int64(text) else { throw fault("expected a whole number, found \(text)") }
    return number
  }

  private func joined(_ name: Label) -> String { path.isEmpty ? "\(name)" : "\(path).\(name)" }
}
