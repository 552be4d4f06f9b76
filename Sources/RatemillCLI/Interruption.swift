// The wish to stop: SIGINT, SIGTERM or SIGHUP.
//
// Owns one counter, set by the signal and looked at once per batch by whoever works. It stops nothing itself.

internal import Glibc
internal import Synchronization

/// Whether somebody asked this process to stop.
enum Interruption {
  /// Signals seen so far. The only state that a signal handler here touches: an atomic, without lock or allocation.
  private static let signalCount = Atomic<Int>(0)

  /// Whether somebody looks at `isRequested`.
  private static let isWatched = Atomic<Bool>(false)

  /// Lets a signal end the process at once with status 130 and a word on standard error, unless somebody watches: for work on a store
  /// that is not done in batches. It is safe at any instant, as a kill is: a change is committed whole or not at all, and what a purge
  /// has yet to remove the next command that changes the store removes.
  static func endAtOnce() {
    if isWatched.load(ordering: .relaxed) { return }
    takeOver { _ in
      // Constant bytes and two system calls: all that a handler may do.
      let text: StaticString =
        "ratemill: interrupted; the store is whole, and the same command again does what is left\n"
      _ = write(2, text.utf8Start, text.utf8CodeUnitCount)
      _exit(ExitStatus.interrupted.rawValue)
    }
  }

  /// Takes over the signals; call it before the work begins.
  ///
  /// The first signal asks for an orderly end; the second ends the process at once with status 130, which is safe,
  /// because outputs appear under their names only when they are whole. A signal that the parent had set to be ignored
  /// (nohup, background jobs) stays ignored.
  static func watch() {
    // Touched here, so that the handler never runs the first-use initialisation.
    _ = signalCount.load(ordering: .relaxed)
    isWatched.store(true, ordering: .relaxed)
    takeOver { _ in
      if Interruption.signalCount.wrappingAdd(1, ordering: .relaxed).newValue > 1 {
        _exit(ExitStatus.interrupted.rawValue)
      }
    }
  }

  private static func takeOver(_ handler: @escaping @convention(c) (Int32) -> Void) {
    for number in [SIGINT, SIGTERM, SIGHUP] {
      let previous = signal(number, handler)
      if let previous, unsafeBitCast(previous, to: Int.self) == 1 { signal(number, SIG_IGN) }
    }
  }

  /// Whether a signal has come. Cheap enough to ask once per batch.
  static var isRequested: Bool { signalCount.load(ordering: .relaxed) > 0 }
}
