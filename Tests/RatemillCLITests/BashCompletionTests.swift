// What bash offers with our script loaded.

import Glibc
import TestSupport
import Testing

@testable import RatemillCLI

@Suite(.enabled(if: access("/bin/bash", X_OK) == 0)) struct BashCompletionTests {
  /// What is offered after these words, where the last one is being typed.
  private func offers(_ words: [String]) throws -> [String] {
    let folder = try TemporaryFolder()
    try folder.write("x", to: "usage/a.csv")
    let script = try BuiltProgram.ratemill.run(["completion", "bash"], in: folder).standardOutput
    let list = words.map { "'\($0)'" }.joined(separator: " ")
    let driver = """
      COMP_WORDS=(ratemill \(list)); COMP_CWORD=\(words.count)
      _ratemill; printf '%s\\n' "${COMPREPLY[@]}"
      """
    try folder.write(script + Array(driver.utf8), to: "driver")
    let result = try BuiltProgram(path: "/bin/bash").run(["driver"], in: folder)
    #expect(result.errorText == "")
    return result.outputText.split(separator: "\n").map(String.init)
  }

  @Test(arguments: [
    (["ch"], ["check"]),
    (
      ["invoice", ""],
      [
        "draft", "review", "export", "approve", "hold", "reject", "finalise", "credit", "list", "show", "pdf",
      ]
    ),
    (["rate", "--max"], ["--max-suspense", "--max-record"]),
    (["rate", "--progress", "a"], ["auto", "always"]),
    (["rate", "--progress", "="], ["auto", "always", "never"]),
    (["rate", "--progress", "=", "ne"], ["never"]), (["rate", "--by", "account,da"], ["account,day"]),
    (["rate", "--by", "=", "da"], ["day"]), (["rate", "-o", "us"], ["usage"]), (["rate", "us"], ["usage"]),
    (["rate", "--catalog", ""], ["usage"]), (["rate", "--threads", ""], []), (["completion", "z"], ["zsh"]),
    (["help", "ge"], ["generate"]), (["invoice", "draft", "--us"], ["--usage"]), (["check", "x"], []),
    (["nothing", ""], []),
  ])
  func theTableIsOffered(words: [String], expected: [String]) throws {
    #expect(try offers(words) == expected)
  }
}
