// The judge of the golden cases, judged: it must see every kind of difference.

import TestSupport
import Testing

@Suite struct GoldenHarnessTests {
  /// A program that prints its words and its input, and leaves a file.
  private static let script = """
    #!/bin/sh
    echo "said $*"; cat; echo complained >&2; mkdir -p out; echo left > out/file; exit 7

    """

  /// Makes a case whose expectations all hold, but for those given; an empty text leaves the file out.
  private func differences(_ changed: [String: String] = [:]) throws -> [String] {
    let folder = try TemporaryFolder()
    var files = [
      "cmd": "ratemill a 'b c'\n", "stdin": "read\n", "stdout": "said a b c\nread\n",
      "stderr": "complained\n",
      "exit": "7\n", "files/out/file": "left\n",
    ]
    files.merge(changed) { $1 }
    for (name, text) in files where !text.isEmpty { try folder.write(text, to: "cases/try/one/" + name) }
    // Made by another process: a child of another thread, which begins while this one writes, would keep the file busy.
    try folder.write(Self.script, to: "script")
    let install = try BuiltProgram(path: "/usr/bin/install").run(
      ["-m", "755", folder.path(of: "script"), folder.path(of: "program")], in: folder)
    #expect(install.status == 0)
    let golden = try #require(GoldenCase.all(in: folder.path(of: "cases")).first)
    #expect(golden.name == "try/one")
    let program = BuiltProgram(path: folder.path(of: "program"))
    defer { withExtendedLifetime(folder) {} }
    return try golden.differences(running: program).map {
      let written = FileContent.bytes(of: golden.folder + "/" + $0.file).map {
        String(decoding: $0, as: UTF8.self)
      }
      return "\($0.file): \($0.expected ?? "none") -> \($0.actual ?? "none"), file \(written ?? "none")"
    }
  }

  @Test(.enabled(if: !GoldenCase.isUpdating)) func aCaseThatHoldsHasNoDifference() throws {
    let found = try differences()
    #expect(found == [])
  }

  @Test(
    .enabled(if: !GoldenCase.isUpdating),
    arguments: [
      ("stdout", "said a b c\nread", "said a b c\nread\n"), ("stderr", "x\n", "complained\n"),
      ("exit", "0\n", "7\n"),
      ("files/out/file", "lost\n", "left\n"),
    ])
  func eachDifferenceIsSeen(file: String, expected: String, actual: String) throws {
    let found = try differences([file: expected])
    #expect(found == ["\(file): \(expected) -> \(actual), file \(expected)"])
  }

  @Test(.enabled(if: !GoldenCase.isUpdating)) func aMissingExpectationIsWrittenAndFails() throws {
    #expect(try differences(["stderr": ""]) == ["stderr: none -> complained\n, file complained\n"])
  }

  @Test(.enabled(if: !GoldenCase.isUpdating)) func aFileThatTheRunDoesNotLeaveIsADifference() throws {
    #expect(try differences(["files/other": "x"]) == ["files/other: x -> none, file x"])
  }

  @Test func aCommandOfAnotherNameIsRefused() {
    #expect(throws: FolderFault.self) { try differences(["cmd": "rm x"]) }
    #expect(throws: FolderFault.self) { try differences(["cmd": "ratemill 'x"]) }
  }

  @Test(arguments: [
    ("", []), ("a b", ["a", "b"]), ("  a\t b\n", ["a", "b"]), ("a 'b c'", ["a", "b c"]),
    ("\"it's\" x", ["it's", "x"]),
    ("--a='b c'd", ["--a=b cd"]), ("'' \"\"", ["", ""]), ("a\\ b", ["a\\", "b"]),
  ])
  func wordsAreSplitLikeAShell(line: String, words: [String]) {
    #expect(CommandWords.split(line) == words)
  }

  @Test func zstdIsDecoded() throws {
    // `printf 'left\n' | zstd -c`, twice: frames follow each other.
    let frame: [UInt8] = [
      0x28, 0xB5, 0x2F, 0xFD, 0x04, 0x58, 0x29, 0x00, 0x00, 0x6C, 0x65, 0x66, 0x74, 0x0A, 0xBD, 0xC6, 0x6B,
      0x48,
    ]
    #expect(ZstdContent.decode(frame) == Array("left\n".utf8))
    #expect(ZstdContent.decode(frame + frame) == Array("left\nleft\n".utf8))
    #expect(ZstdContent.decode(frame.dropLast()) == nil)
    #expect(ZstdContent.decode(frame.dropLast() + [0]) == nil)
  }

  @Test func aSeedGivesTheSameNumbers() {
    var generator = SeededGenerator(seed: 0)
    // The first numbers of the reference implementation for seed 0.
    #expect(generator.next() == 0xE220_A839_7B1D_CDAF)
    #expect(generator.next() == 0x6E78_9E6A_A1B9_65F4)
    #expect(generator.next() == 0x06C4_5D18_8009_454F)
  }
}
