// File operations that fail on demand: how tests prove what happens after any failure.

import Glibc
import Synchronization

/// The real operations, with faults at chosen places.
///
/// Calls are counted from 1 in the order in which they are made, whatever their kind. A failing call does
/// nothing, except that a failing close does close, as on Linux.
public final class FaultyFileOperations: FileOperations {
  /// EIO, the error number of a broken device.
  public static let deviceFault: Int32 = EIO

  /// Which faults to make.
  public struct Plan: Sendable {
    /// The number of the call that fails; nil for none.
    public var failingCall: Int?
    /// The error number of that failure.
    public var code: Int32
    /// Whether every later call fails too, as if the process had been killed there.
    public var isLasting: Bool
    /// At most that many bytes are taken by one write or given by one read; nil for no limit.
    public var transferBytesMax: Int?
    /// Every so-manieth read or write is interrupted first; nil for none.
    public var interruptEvery: Int?
    /// Whether the file system cannot exchange two names in one step.
    public var refusesExchange: Bool
    /// What another program does before a read, which is given its number, from 1; nil for nothing.
    public var beforeRead: (@Sendable (_ number: Int) -> Void)?

    /// Makes a plan; without arguments nothing fails.
    public init(
      failingCall: Int? = nil, code: Int32 = deviceFault, isLasting: Bool = false,
      transferBytesMax: Int? = nil,
      interruptEvery: Int? = nil, refusesExchange: Bool = false,
      beforeRead: (@Sendable (_ number: Int) -> Void)? = nil
    ) {
      self.failingCall = failingCall
      self.code = code
      self.isLasting = isLasting
      self.transferBytesMax = transferBytesMax
      self.interruptEvery = interruptEvery
      self.refusesExchange = refusesExchange
      self.beforeRead = beforeRead
    }
  }

  private let plan: Plan
  private let system = SystemFileOperations()
  private let calls = Atomic<Int>(0)
  private let transfers = Atomic<Int>(0)
  private let reads = Atomic<Int>(0)

  /// Makes operations with these faults.
  public init(_ plan: Plan) { self.plan = plan }

  /// How many calls were made so far.
  public var callCount: Int { calls.load(ordering: .relaxed) }

  /// Counts a call; whether it is to fail.
  private func isFailing() -> Bool {
    let number = calls.add(1, ordering: .relaxed).newValue
    guard let failing = plan.failingCall else { return false }
    return number == failing || (plan.isLasting && number > failing)
  }

  private func isInterrupted() -> Bool {
    guard let every = plan.interruptEvery else { return false }
    return transfers.add(1, ordering: .relaxed).newValue % every == 0
  }

  private func transferCount(_ count: Int) -> Int { min(count, plan.transferBytesMax ?? count) }

  private func result(_ call: () -> Int32) -> Int32 { isFailing() ? -plan.code : call() }

  private func transfer(_ count: Int, _ call: (_ count: Int) -> Int) -> Int {
    if isFailing() { return -Int(plan.code) }
    if isInterrupted() { return -Int(EINTR) }
    return call(transferCount(count))
  }

  /// open(2).
  public func open(_ path: String, flags: Int32, mode: UInt32) -> Int32 {
    result { system.open(path, flags: flags, mode: mode) }
  }
  /// write(2).
  public func write(_ descriptor: Int32, _ bytes: UnsafeRawBufferPointer) -> Int {
    transfer(bytes.count) { system.write(descriptor, UnsafeRawBufferPointer(rebasing: bytes.prefix($0))) }
  }
  /// pwrite(2).
  public func write(_ descriptor: Int32, _ bytes: UnsafeRawBufferPointer, at offset: Int64) -> Int {
    transfer(bytes.count) {
      system.write(descriptor, UnsafeRawBufferPointer(rebasing: bytes.prefix($0)), at: offset)
    }
  }
  /// pread(2).
  public func read(_ descriptor: Int32, _ bytes: UnsafeMutableRawBufferPointer, at offset: Int64) -> Int {
    plan.beforeRead?(reads.add(1, ordering: .relaxed).newValue)
    return transfer(bytes.count) {
      system.read(descriptor, UnsafeMutableRawBufferPointer(rebasing: bytes.prefix($0)), at: offset)
    }
  }
  /// poll(2).
  public func waitUntilWritable(_ descriptor: Int32) -> Int32 {
    result { system.waitUntilWritable(descriptor) }
  }
  /// fsync(2).
  public func sync(_ descriptor: Int32) -> Int32 { result { system.sync(descriptor) } }
  /// syncfs(2).
  public func syncFileSystem(_ descriptor: Int32) -> Int32 { result { system.syncFileSystem(descriptor) } }
  /// sync_file_range(2), which is not counted: nobody asks what came of it.
  public func beginWriting(_ descriptor: Int32, from offset: Int64, byteCount: Int64) {
    system.beginWriting(descriptor, from: offset, byteCount: byteCount)
  }
  /// close(2).
  public func close(_ descriptor: Int32) -> Int32 {
    let isFailing = isFailing()
    let closed = system.close(descriptor)
    return isFailing ? -plan.code : closed
  }
  /// flock(2).
  public func lock(_ descriptor: Int32) -> Int32 { result { system.lock(descriptor) } }
  /// rename(2).
  public func rename(_ from: String, to: String) -> Int32 { result { system.rename(from, to: to) } }
  /// renameat2(2).
  public func exchange(_ one: String, _ other: String) -> Int32 {
    result { plan.refusesExchange ? -EINVAL : system.exchange(one, other) }
  }
  /// mkdir(2).
  public func makeFolder(_ path: String, mode: UInt32) -> Int32 {
    result { system.makeFolder(path, mode: mode) }
  }
  /// unlink(2).
  public func unlink(_ path: String) -> Int32 { result { system.unlink(path) } }
  /// rmdir(2).
  public func removeFolder(_ path: String) -> Int32 { result { system.removeFolder(path) } }
  /// stat(2) or lstat(2).
  public func kind(of path: String, isFollowingLinks: Bool) -> FileKind {
    isFailing() ? .unknown(code: plan.code) : system.kind(of: path, isFollowingLinks: isFollowingLinks)
  }
  /// readdir(3).
  public func names(in path: String) -> (names: [String], result: Int32) {
    isFailing() ? ([], -plan.code) : system.names(in: path)
  }
}
