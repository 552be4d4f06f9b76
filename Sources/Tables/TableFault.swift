// Places in a table and what is wrong there, in words that the reader of a file can use.

/// A place in a text file.
public struct TablePosition: Hashable, Sendable {
  /// Line, from 1.
  public var line: Int
  /// Column in bytes, from 1; 0 where the whole line is meant.
  public var column: Int

  /// Makes a place.
  public init(line: Int, column: Int) {
    self.line = line
    self.column = column
  }
}

/// Text that is no table.
public struct TableFault: Error, Hashable, Sendable {
  /// Where.
  public var position: TablePosition
  /// What is wrong, lower-case.
  public var message: String
  /// What to do about it.
  public var hint: String

  /// Makes a fault.
  public init(position: TablePosition, message: String, hint: String) {
    self.position = position
    self.message = message
    self.hint = hint
  }
}
