// Control files: what a sender says beside a file about how much is in it.
//
// Lines `records=N` and `bytes=N` (decoded bytes), in any order; blanks around the sign do not matter, lines beginning with
// `#` are comments. Anything else is a fault: a control that cannot be read controls nothing.

import Glibc
import Tables

/// What a control file promises.
struct ControlFile: Equatable {
  var records: Int?
  var bytes: Int64?

  /// Reads the control file of an input.
  ///
  /// - Throws: `DamagedFile` naming the input, where the control file is missing, promises nothing or cannot be read.
  static func read(_ path: String, of input: String) throws(DamagedFile) -> ControlFile {
    let text: [UInt8]
    do {
      text = try TableFile.read(path)
    } catch {
      throw damage(input, "has no readable control file '\(path)'; fetch it as well")
    }
    var control = ControlFile()
    for line in text.split(whereSeparator: { $0 == 10 || $0 == 13 }) {
      let line = line.filter { $0 != 32 && $0 != 9 }
      if line.isEmpty || line.first == UInt8(ascii: "#") { continue }
      let parts = line.split(separator: UInt8(ascii: "="), maxSplits: 1)
      let value = parts.count == 2 ? Int64(String(decoding: parts[1], as: UTF8.self)) : nil
      guard let value, value >= 0 else { throw unreadable(path, line, of: input) }
      switch String(decoding: parts[0], as: UTF8.self) {
      case "records": control.records = Int(value)
      case "bytes": control.bytes = value
      default: throw unreadable(path, line, of: input)
      }
    }
    guard control != ControlFile() else {
      throw damage(
        input, "has a control file '\(path)' that promises nothing; it must say records=N or bytes=N")
    }
    return control
  }

  private static func unreadable(_ path: String, _ line: [UInt8], of input: String) -> DamagedFile {
    let shown = String(decoding: line.prefix(80), as: UTF8.self)
    return damage(
      input, "has a control file '\(path)' with a line '\(shown)'; it must say records=N or bytes=N")
  }

  private static func damage(_ input: String, _ message: String) -> DamagedFile {
    DamagedFile(name: input, offset: -1, message: message, recordsRead: 0)
  }
}
