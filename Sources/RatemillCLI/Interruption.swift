// The wish to stop: SIGINT, SIGTERM or SIGHUP.
//
// Owns one counter, set by the signal and looked at once per batch by whoever works. It stops nothing itself.

internal import Glibc
internal import Synchronization

/// Whether somebody asked this process to stop.
enum Interruption {
  /// Signals seen so far. The only state that a signal handler here touches: an atomic, without lock or allocation.
  private static let signalCount = Atomic<Int>(0)

  /// Takes over the signals; call it before the work begins.
  ///
  /// The first signal asks for an orderly end; the second ends the process at once with status 130, which is safe,
  /// because outputs appear under their names only when they are whole. A signal that the parent had set to be ignored
  /// (nohup, background jobs) stays ignored.
  static func watch() {
    // Touched here, so that the handler never runs the first-use initialisation.
    _ = signalCount.load(ordering: .relaxed)
    for number in [SIGINT, SIGTERM, SIGHUP] {
      let previous = signal(number) { _ in
        if Interruption.signalCount.wrappingAdd(1, ordering: .relaxed).newValue > 1 {
          _exit(ExitStatus.interrupted.rawValue)
        }
      }
      if let previous, unsafeBitCast(previous, to: Int.self) == 1 { signal(number, SIG_IGN) }
    }
  }

  /// Whether a signal has come. Cheap enough to ask once per batch.
  static var isRequested: Bool { signalCount.load(ordering: .relaxed) > 0 }
}
