// Splits the command line of a case into words.

/// A command line as a shell would split it, without anything else that a shell does.
public enum CommandWords {
  /// The words of one line, split at blanks. Single or double quotes keep blanks and may make an empty word; nothing is
  /// expanded, and a backslash is an ordinary character. Nil where a quote stays open.
  public static func split(_ line: String) -> [String]? {
    var words: [String] = []
    var word: String?
    var quote: Character?
    for character in line {
      if character == quote {
        quote = nil
      } else if quote == nil, character == "'" || character == "\"" {
        quote = character
        word = word ?? ""
      } else if quote == nil, character.isWhitespace {
        if let finished = word { words.append(finished) }
        word = nil
      } else {
        word = (word ?? "") + String(character)
      }
    }
    if let finished = word { words.append(finished) }
    return quote == nil ? words : nil
  }
}
