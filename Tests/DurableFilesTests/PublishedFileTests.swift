// One file, old or new, whatever fails.

import DurableFiles
import Glibc
import Testing

struct PublishedFileTests {
  private let folder: TestFolder

  init() throws { folder = try TestFolder() }

  private func publish(_ text: String, _ operations: any FileOperations) throws(FileFault) {
    let file = try PublishedFile(at: folder.of("out.csv"), operations: operations)
    try file.writer.write(text)
    try file.publish()
  }

  @Test(arguments: [false, true], [false, true])
  func aFileAppearsWholeAndReplacesAnother(hasOld: Bool, refusesExchange: Bool) throws {
    if hasOld { try folder.write("out.csv", "old") }
    try publish("new", FaultyFileOperations(.init(refusesExchange: refusesExchange)))
    #expect(folder.names() == ["out.csv"])
    #expect(folder.text("out.csv") == "new")
  }

  @Test(arguments: [false, true], [(false, false), (true, false), (false, true), (true, true)])
  func everyFailingCallLeavesTheOldOrTheNew(hasOld: Bool, how: (isLasting: Bool, refusesExchange: Bool))
    throws
  {
    let old = hasOld ? "old" : nil
    var oldCount = 0
    for number in 1... {
      let folder = try TestFolder()
      let tests = PublishedFileTests(in: folder)
      if let old { try folder.write("out.csv", old) }
      let operations = FaultyFileOperations(
        .init(failingCall: number, isLasting: how.isLasting, refusesExchange: how.refusesExchange))
      var hasFailed = false
      do throws(FileFault) {
        try tests.publish("new", operations)
      } catch {
        hasFailed = true
      }
      let isOver = operations.callCount < number
      let text = folder.text("out.csv")
      #expect(text == old || text == "new", "call \(number)")
      if !hasFailed { #expect(text == "new", "call \(number)") }
      // Without an exchange a file that was renamed over another cannot be taken back.
      if hasFailed, !how.isLasting, !(hasOld && how.refusesExchange) {
        #expect(text == old, "call \(number)")
      }
      #expect(try PublishedFolder.sweep(beside: folder.of("out.csv")).isEmpty)
      #expect(folder.names() == (text == nil ? [] : ["out.csv"]), "call \(number)")
      if text == old { oldCount += 1 }
      if isOver { break }
    }
    #expect(oldCount > 6)
  }

  private init(in folder: TestFolder) { self.folder = folder }

  @Test func aDiscardedFileLeavesTheOld() throws {
    try folder.write("out.csv", "old")
    do {
      let file = try PublishedFile(at: folder.of("out.csv"))
      try file.writer.write("new")
    }
    #expect(folder.names() == ["out.csv"])
    #expect(folder.text("out.csv") == "old")
  }

  @Test func aCompressorMayFinishTheWriterItself() throws {
    let file = try PublishedFile(at: folder.of("out.csv.zst"), mode: 0o600)
    let compressor = try ZstdWriter(file.writer)
    try compressor.write(contentsOf: Array("rows".utf8))
    try compressor.finish()
    try file.publish()
    #expect(folder.names() == ["out.csv.zst"])
    #expect(folder.bytes("out.csv.zst")?.starts(with: [0x28, 0xb5, 0x2f, 0xfd]) == true)
  }

  @Test func aDeviceIsWrittenToAsItStands() throws {
    let file = try PublishedFile(at: "/dev/null")
    try file.writer.write("nothing")
    try file.publish()
    let full = try PublishedFile(at: "/dev/full")
    try full.writer.write("nothing")
    let fault = #expect(throws: FileFault.self) { try full.publish() }
    #expect(fault?.code == ENOSPC)
  }

  @Test func aFolderIsRefused() throws {
    try folder.makeFolder("out.csv")
    let fault = #expect(throws: FileFault.self) { try PublishedFile(at: folder.of("out.csv")) }
    #expect(fault?.description == folder.of("out.csv") + ": cannot replace: it is a folder; name a file")
  }
}
