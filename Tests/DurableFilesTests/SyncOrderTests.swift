// Power may fail at any time: what is published must be on the device before its name is.

import DurableFiles
import Glibc
import Synchronization
import Testing

/// The real operations, with a record of those that decide what survives a loss of power.
private final class RecordingFileOperations: FileOperations {
  private struct State {
    var paths: [Int32: String] = [:]
    var steps: [String] = []
  }
  private let system = SystemFileOperations()
  private let root: String
  private let refusesExchange: Bool
  private let state = Mutex(State())

  init(root: String, refusesExchange: Bool) {
    self.root = root
    self.refusesExchange = refusesExchange
  }

  /// The steps so far, with process numbers taken out.
  var steps: [String] {
    state.withLock { $0.steps }.map { step in
      let from = root + "/"
      var text = step[...]
      var result = ""
      while let match = text.firstRange(of: from) {
        result += text[..<match.lowerBound]
        text = text[match.upperBound...]
      }
      return (result + text).replacing("ratemill-\(getpid())-", with: "ratemill-PID-")
    }
  }

  private func record(_ step: String) { state.withLock { $0.steps.append(step) } }

  func open(_ path: String, flags: Int32, mode: UInt32) -> Int32 {
    let descriptor = system.open(path, flags: flags, mode: mode)
    state.withLock { $0.paths[descriptor] = path }
    return descriptor
  }
  func write(_ descriptor: Int32, _ bytes: UnsafeRawBufferPointer) -> Int {
    record("write \(state.withLock { $0.paths[descriptor] } ?? "?")")
    return system.write(descriptor, bytes)
  }
  func write(_ descriptor: Int32, _ bytes: UnsafeRawBufferPointer, at offset: Int64) -> Int {
    system.write(descriptor, bytes, at: offset)
  }
  func read(_ descriptor: Int32, _ bytes: UnsafeMutableRawBufferPointer, at offset: Int64) -> Int {
    system.read(descriptor, bytes, at: offset)
  }
  func waitUntilWritable(_ descriptor: Int32) -> Int32 { system.waitUntilWritable(descriptor) }
  func sync(_ descriptor: Int32) -> Int32 {
    record("sync \(state.withLock { $0.paths[descriptor] } ?? "?")")
    return system.sync(descriptor)
  }
  func syncFileSystem(_ descriptor: Int32) -> Int32 {
    record("sync all")
    return system.syncFileSystem(descriptor)
  }
  func close(_ descriptor: Int32) -> Int32 { system.close(descriptor) }
  func lock(_ descriptor: Int32) -> Int32 { system.lock(descriptor) }
  func rename(_ from: String, to: String) -> Int32 {
    record("rename \(from) \(to)")
    return system.rename(from, to: to)
  }
  func exchange(_ one: String, _ other: String) -> Int32 {
    if refusesExchange { return -EINVAL }
    record("exchange \(one) \(other)")
    return system.exchange(one, other)
  }
  func makeFolder(_ path: String, mode: UInt32) -> Int32 { system.makeFolder(path, mode: mode) }
  func unlink(_ path: String) -> Int32 {
    record("unlink \(path)")
    return system.unlink(path)
  }
  func removeFolder(_ path: String) -> Int32 { system.removeFolder(path) }
  func kind(of path: String, isFollowingLinks: Bool) -> FileKind {
    system.kind(of: path, isFollowingLinks: isFollowingLinks)
  }
  func names(in path: String) -> (names: [String], result: Int32) { system.names(in: path) }
}

struct SyncOrderTests {
  private let folder: TestFolder

  init() throws { folder = try TestFolder() }

  private func publishFolder(hasOld: Bool, refusesExchange: Bool = false) throws -> [String] {
    if hasOld {
      try folder.makeFolder("out")
      try folder.write("out/manifest.json", "old")
    }
    let operations = RecordingFileOperations(root: folder.path, refusesExchange: refusesExchange)
    let output = try PublishedFolder.begin(at: folder.of("out"), operations: operations)
    try output.makeFolder("detail")
    for name in ["manifest.json", "detail/a.csv"] {
      let writer = try output.writer(name)
      try writer.write("new")
      try writer.finish()
    }
    try output.publish()
    return operations.steps
  }

  private static let written = [
    "write .out.ratemill-PID-0/manifest.json", "write .out.ratemill-PID-0/detail/a.csv",
    "sync .out.ratemill-PID-0/detail/a.csv", "sync .out.ratemill-PID-0/detail",
    "sync .out.ratemill-PID-0/manifest.json", "sync .out.ratemill-PID-0",
  ]

  @Test func aNewFolderIsNamedWhenItsFilesAreOnTheDevice() throws {
    #expect(
      try publishFolder(hasOld: false)
        == Self.written + ["rename .out.ratemill-PID-0 out", "sync \(folder.path)"])
  }

  @Test func everyOneOfManyFilesIsOnTheDeviceBeforeItsFolderAndItsName() throws {
    let operations = RecordingFileOperations(root: folder.path, refusesExchange: false)
    let output = try PublishedFolder.begin(at: folder.of("out"), operations: operations)
    try output.makeFolder("detail")
    let names = (0..<300).map { $0.isMultiple(of: 2) ? "\($0).csv" : "detail/\($0).csv" }
    for name in names {
      let writer = try output.writer(name)
      try writer.write("new")
      try writer.finish()
    }
    try output.publish()
    let hidden = ".out.ratemill-PID-0"
    let steps = operations.steps
    #expect(steps.prefix(300).sorted() == names.map { "write \(hidden)/\($0)" }.sorted())
    #expect(steps[300] == "sync all")
    #expect(steps[301..<601].sorted() == names.map { "sync \(hidden)/\($0)" }.sorted())
    #expect(
      Array(steps[601...]) == [
        "sync \(hidden)/detail", "sync \(hidden)", "rename \(hidden) out", "sync \(folder.path)",
      ])
  }

  @Test func anOldFolderIsRemovedWhenTheNewNameIsOnTheDevice() throws {
    #expect(
      try publishFolder(hasOld: true)
        == Self.written + [
          "exchange .out.ratemill-PID-0 out", "sync \(folder.path)",
          "unlink .out.ratemill-PID-0/manifest.json",
        ])
  }

  @Test func withoutAnExchangeTheOldFolderIsKeptUntilThen() throws {
    #expect(
      try publishFolder(hasOld: true, refusesExchange: true)
        == Self.written + [
          "rename out .out.ratemill-PID-0.replaced", "rename .out.ratemill-PID-0 out", "sync \(folder.path)",
          "rename .out.ratemill-PID-0.replaced .out.ratemill-PID-0",
          "unlink .out.ratemill-PID-0/manifest.json",
        ])
  }

  @Test func aFileIsNamedWhenItsBytesAreOnTheDevice() throws {
    try folder.write("out.csv", "old")
    let operations = RecordingFileOperations(root: folder.path, refusesExchange: false)
    let file = try PublishedFile(at: folder.of("out.csv"), operations: operations)
    try file.writer.write("new")
    try file.publish()
    #expect(
      operations.steps == [
        "write .out.csv.ratemill-PID-0", "sync .out.csv.ratemill-PID-0",
        "exchange .out.csv.ratemill-PID-0 out.csv", "sync \(folder.path)", "unlink .out.csv.ratemill-PID-0",
      ])
  }
}
