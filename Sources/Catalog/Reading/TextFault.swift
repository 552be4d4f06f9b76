// Why a text could not be read, before anybody knows where it stood.

/// Why a text is not what was expected, in words.
public struct TextFault: Error, Sendable, Hashable {
  /// What is wrong, quoting the text.
  public var message: String
  /// What to do about it; empty where the message says it.
  public var hint: String

  /// Makes a fault.
  public init(message: String, hint: String = "") {
    self.message = message
    self.hint = hint
  }
}

extension YamlFindings {
  /// The value, or nil after its fault was added at `node`.
  package func take<T>(_ result: Result<T, TextFault>, at node: YamlNode) -> T? {
    switch result {
    case .success(let value): return value
    case .failure(let fault):
      error(fault.message, at: node.place, hint: fault.hint)
      return nil
    }
  }
}
