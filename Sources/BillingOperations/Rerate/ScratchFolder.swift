// A folder beside the store for what a command compares and throws away.

import DurableFiles
import Glibc

/// A folder of its own for what a command needs while it goes on.
struct ScratchFolder {
  let path: String

  init(in folder: String?) throws(FileFault) {
    let root = folder ?? getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
    var template = Array((root + "/ratemill-XXXXXX").utf8CString)
    guard mkdtemp(&template) != nil else {
      throw FileFault(path: root, operation: .open, code: errno)
    }
    path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  func remove() { try? DurableFolder.removeAll(path, operations: SystemFileOperations()) }
}
