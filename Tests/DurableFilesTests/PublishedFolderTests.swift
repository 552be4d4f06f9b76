// Old state or new state, whatever fails and whenever.

import DurableFiles
import Glibc
import Testing

struct PublishedFolderTests {
  private let folder: TestFolder

  init() throws { folder = try TestFolder() }

  private static let new = [
    "out/", "out/detail/", "out/detail/a.csv", "out/manifest.json", "out/summary.csv",
  ]
  private static let old = ["out/", "out/manifest.json", "out/older.csv"]

  private func makeOld() throws {
    try folder.makeFolder("out")
    try folder.write("out/manifest.json", "old manifest")
    try folder.write("out/older.csv", "old rows")
  }

  /// Writes the new output, up to and with its publication.
  private func publishNew(_ operations: any FileOperations) throws(FileFault) {
    let output = try PublishedFolder.begin(at: folder.of("out"), operations: operations)
    try output.makeFolder("detail")
    for (name, text) in [
      ("summary.csv", "new rows"), ("detail/a.csv", "detail"), ("manifest.json", "new manifest"),
    ] {
      let writer = try output.writer(name)
      try writer.write(text)
      try writer.finish()
    }
    try output.publish()
  }

  private enum Seen { case old, new, neither }

  /// What a reader finds, left-overs not looked at.
  private func seen(hasOld: Bool) -> Seen {
    let names = folder.names().filter { !$0.hasPrefix(".") }
    if names == Self.new, folder.text("out/summary.csv") == "new rows",
      folder.text("out/detail/a.csv") == "detail", folder.text("out/manifest.json") == "new manifest"
    {
      return .new
    }
    guard hasOld else { return names.isEmpty ? .old : .neither }
    let isOld = names == Self.old && folder.text("out/older.csv") == "old rows"
    return isOld && folder.text("out/manifest.json") == "old manifest" ? .old : .neither
  }

  private func hiddenNames() -> [String] { folder.names().filter { $0.hasPrefix(".") } }

  @Test func anOutputAppearsWholeAtItsName() throws {
    try publishNew(SystemFileOperations())
    #expect(folder.names() == Self.new)
  }

  /// What appears after the early look is not replaced by somebody who did not ask for it.
  @Test(arguments: [false, true]) func anOutputThatAppearsMeanwhileIsReplacedOnlyOnDemand(replaces: Bool)
    throws
  {
    let output = try PublishedFolder.begin(at: folder.of("out"), replaces: replaces)
    let writer = try output.writer("manifest.json")
    try writer.write("new manifest")
    try writer.finish()
    try makeOld()
    if replaces {
      try output.publish()
    } else {
      let fault = #expect(throws: FileFault.self) { try output.publish() }
      #expect(
        "\(try #require(fault))".contains(
          "the folder is not empty; name another, or add --force to replace it"))
      output.discard()
    }
    #expect(folder.text("out/manifest.json") == (replaces ? "new manifest" : "old manifest"))
    #expect(hiddenNames().isEmpty)
  }

  @Test func anEmptyFolderIsUsed() throws {
    try folder.makeFolder("out")
    let output = try PublishedFolder.begin(at: folder.of("out"), replaces: false)
    try output.publish()
    #expect(folder.names() == ["out/"])
  }

  @Test(arguments: [false, true])
  func anEarlierOutputIsReplacedWhole(refusesExchange: Bool) throws {
    try makeOld()
    try publishNew(FaultyFileOperations(.init(refusesExchange: refusesExchange)))
    #expect(folder.names() == Self.new)
  }

  @Test func nothingIsSeenBeforeItIsPublished() throws {
    try makeOld()
    let output = try PublishedFolder.begin(at: folder.of("out"))
    try output.writer("summary.csv").finish()
    #expect(seen(hasOld: true) == .old)
    output.discard()
    #expect(folder.names() == Self.old)
  }

  @Test func whatIsNeitherPublishedNorDiscardedIsDiscarded() throws {
    do {
      let output = try PublishedFolder.begin(at: folder.of("out"))
      try output.writer("summary.csv").finish()
      #expect(!hiddenNames().isEmpty)
    }
    #expect(folder.names().isEmpty)
  }

  /// Fails call 1, 2, 3 … of the same publication until one run needs fewer calls.
  ///
  /// `isLasting` is a process killed at that call: nothing it would have done later happens, and its locks are gone.
  @Test(arguments: [false, true], [(false, false), (true, false), (false, true), (true, true)])
  func everyFailingCallLeavesTheOldOrTheNew(hasOld: Bool, how: (isLasting: Bool, refusesExchange: Bool))
    throws
  {
    var seenCounts: [Seen: Int] = [:]
    for number in 1... {
      let folder = try TestFolder()
      let tests = try PublishedFolderTests(in: folder)
      if hasOld { try tests.makeOld() }
      let operations = FaultyFileOperations(
        .init(failingCall: number, isLasting: how.isLasting, refusesExchange: how.refusesExchange))
      var fault: FileFault?
      do throws(FileFault) {
        try tests.publishNew(operations)
      } catch {
        fault = error
      }
      let isOver = operations.callCount < number
      if !how.isLasting, fault != nil {
        // The process lived on: it has put everything back itself.
        #expect(tests.seen(hasOld: hasOld) == .old, "call \(number)")
      }
      if fault == nil { #expect(tests.seen(hasOld: hasOld) == .new, "call \(number)") }
      let faults = try PublishedFolder.sweep(beside: folder.of("out"))
      #expect(faults.isEmpty, "call \(number)")
      let seen = tests.seen(hasOld: hasOld)
      #expect(seen != .neither, "call \(number): \(folder.names())")
      #expect(tests.hiddenNames().isEmpty, "call \(number)")
      // The same command again finishes the job.
      try tests.publishNew(SystemFileOperations())
      #expect(folder.names() == Self.new, "call \(number)")
      seenCounts[seen, default: 0] += 1
      if isOver { break }
    }
    #expect(seenCounts[.old, default: 0] > 20 && seenCounts[.new, default: 0] >= 1, "\(seenCounts)")
  }

  private func publishMany(_ operations: any FileOperations) throws(FileFault) {
    let output = try PublishedFolder.begin(at: folder.of("out"), operations: operations)
    for name in ["detail.csv", "manifest.json", "summary.csv"] + (0..<60).map({ "\($0).csv" }) {
      let writer = try output.writer(name)
      try writer.write("new rows")
      try writer.finish()
    }
    try output.publish()
  }

  /// Of many files, which are brought to the device side by side, each one can keep the folder from appearing.
  @Test func oneFileThatIsNotOnTheDeviceKeepsTheFolderBack() throws {
    let counting = FaultyFileOperations(.init())
    try publishMany(counting)
    let whole = folder.names()
    var faultCount = 0
    for number in 1...counting.callCount {
      let tests = try PublishedFolderTests(in: TestFolder())
      try tests.makeOld()
      do throws(FileFault) {
        try tests.publishMany(FaultyFileOperations(.init(failingCall: number)))
        // To close a file that is on the device already may fail.
        #expect(tests.folder.names() == whole, "call \(number)")
      } catch {
        faultCount += 1
        #expect(tests.seen(hasOld: true) == .old, "call \(number)")
      }
    }
    // Of each file one call may fail, whichever number the turns of the threads give it.
    #expect(faultCount > 200, "\(faultCount) of \(counting.callCount)")
  }

  private init(in folder: TestFolder) throws { self.folder = folder }

  @Test func shortWritesAndInterruptsChangeNothing() throws {
    try publishNew(FaultyFileOperations(.init(transferBytesMax: 1, interruptEvery: 2)))
    #expect(folder.names() == Self.new)
    #expect(folder.text("out/summary.csv") == "new rows")
  }

  // MARK: refusals

  /// The message of the refusal to publish at `name`, which must leave everything as it is.
  private func refusal(_ name: String) throws -> String? {
    let before = folder.names()
    let fault = #expect(throws: FileFault.self) { try PublishedFolder.begin(at: folder.of(name)) }
    #expect(fault?.isRefusal == true)
    #expect(folder.names() == before)
    return fault.map { String($0.description.dropFirst(folder.path.utf8.count + 1)) }
  }

  @Test func aForeignFolderIsRefused() throws {
    try folder.makeFolder("out")
    try folder.write("out/thesis.doc", "ten years")
    #expect(
      try refusal("out") == "out: cannot replace: it holds files that are not an output of ratemill "
        + "(no manifest.json); name another folder or empty it")
    #expect(folder.text("out/thesis.doc") == "ten years")
  }

  @Test func aFileInTheWayIsRefused() throws {
    try folder.write("out", "a file")
    #expect(try refusal("out") == "out: cannot replace: it is not a folder; name another or remove it")
  }

  @Test func anEmptyFolderIsTaken() throws {
    try folder.makeFolder("out")
    try publishNew(SystemFileOperations())
    #expect(folder.names() == Self.new)
  }

  @Test func aSlashAtTheEndChangesNothing() throws {
    try folder.makeFolder("out")
    let output = try PublishedFolder.begin(at: folder.of("out/"))
    try output.writer("manifest.json").finish()
    try output.publish()
    #expect(folder.names() == ["out/", "out/manifest.json"])
  }

  @Test(arguments: ["", "/", "//", "."])
  func namesThatCannotBeReplacedAreRefused(path: String) throws {
    let fault = #expect(throws: FileFault.self) { try PublishedFolder.begin(at: path, marker: "nothing") }
    #expect(fault?.isRefusal == true)
  }

  @Test func aFolderThatBecameForeignMeanwhileIsNotReplaced() throws {
    let output = try PublishedFolder.begin(at: folder.of("out"))
    try folder.makeFolder("out")
    try folder.write("out/thesis.doc", "ten years")
    let fault = #expect(throws: FileFault.self) { try output.publish() }
    #expect(fault?.isRefusal == true)
    output.discard()
    #expect(folder.names() == ["out/", "out/thesis.doc"])
  }

  @Test func aMissingParentIsNamedWithWhatToDo() throws {
    let fault = #expect(throws: FileFault.self) { try PublishedFolder.begin(at: folder.of("a/out")) }
    #expect(
      fault?.description == folder.of("a/out")
        + ": cannot make the folder: No such file or directory; make the folder first or name another")
  }

  @Test func aLinkStaysALink() throws {
    try makeOld()
    try #require(symlink("out", folder.of("latest")) == 0)
    let output = try PublishedFolder.begin(at: folder.of("latest"))
    try output.writer("manifest.json").finish()
    try output.publish()
    #expect(folder.names() == ["latest", "out/", "out/manifest.json"])
  }

  @Test func messagesNameFilesWhereTheyWillBe() throws {
    let output = try PublishedFolder.begin(at: folder.of("out"))
    try output.writer("a.csv").finish()
    #expect(throws: FileFault(path: folder.of("out/a.csv"), operation: .open, code: EEXIST)) {
      try output.writer("a.csv")
    }
  }

  // MARK: left-overs

  @Test func leftOversOfTheDeadAreSweptAndTheLivingAreNot() throws {
    // No process has a number above 2²², the largest that Linux gives.
    try folder.makeFolder(".out.ratemill-9999999-0")
    try folder.write(".out.ratemill-9999999-0/summary.csv", "half")
    try folder.write(".out.ratemill-9999999-1", "half a file")
    // A process number that is in use again: the lock tells.
    try folder.makeFolder(".out.ratemill-1-0")
    // Names that only look like ours.
    let foreign = [
      ".out.ratemill-", ".out.ratemill-x-0", ".out.ratemill-1", ".out.ratemill-1-0-0", ".outer.ratemill-1-0",
    ]
    for name in foreign { try folder.write(name, "") }
    let living = try PublishedFolder.begin(at: folder.of("out"))
    let other = try PublishedFolder.begin(at: folder.of("out"))
    #expect(living.hiddenPath != other.hiddenPath)
    let faults = try PublishedFolder.sweep(beside: folder.of("out"))
    #expect(faults.isEmpty)
    let hidden = [living, other].map { String($0.hiddenPath.split(separator: "/").last ?? "") + "/" }
    #expect(folder.names() == (foreign + hidden).sorted())
  }

  @Test func whatWasAboutToBeReplacedIsPutBack() throws {
    try folder.makeFolder(".out.ratemill-9999999-0.replaced")
    try folder.write(".out.ratemill-9999999-0.replaced/manifest.json", "old manifest")
    try folder.makeFolder(".out.ratemill-9999999-0")
    let output = try PublishedFolder.begin(at: folder.of("out"))
    #expect(folder.text("out/manifest.json") == "old manifest")
    output.discard()
    #expect(folder.names() == ["out/", "out/manifest.json"])
  }

  @Test func whatCannotBeRemovedIsReportedAndHindersNobody() throws {
    try makeOld()
    // The last removal of the replaced folder is the last but one call: after it only the lock is closed.
    var callCount = 0
    do {
      let counting = FaultyFileOperations(.init())
      let other = try TestFolder()
      let tests = try PublishedFolderTests(in: other)
      try tests.makeOld()
      try tests.publishNew(counting)
      callCount = counting.callCount
    }
    let operations = FaultyFileOperations(.init(failingCall: callCount - 1, code: EBUSY))
    let output = try PublishedFolder.begin(at: folder.of("out"), operations: operations)
    try output.makeFolder("detail")
    for (name, text) in [
      ("summary.csv", "new rows"), ("detail/a.csv", "detail"), ("manifest.json", "new manifest"),
    ] {
      let writer = try output.writer(name)
      try writer.write(text)
      try writer.finish()
    }
    #expect(try output.publish()?.operation == .remove)
    #expect(seen(hasOld: true) == .new)
    #expect(hiddenNames().count == 1)
    #expect(try PublishedFolder.sweep(beside: folder.of("out")).isEmpty)
    #expect(folder.names() == Self.new)
  }
}
