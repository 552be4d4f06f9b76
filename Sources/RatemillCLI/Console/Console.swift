// The two streams to the outside: data on standard output, everything for people on standard error.
//
// Owns when a line may be printed and that nothing from outside reaches a terminal unescaped. What is said, the
// commands decide.

internal import Glibc
internal import OptionTable
internal import Synchronization

/// When to do what depends on a terminal.
enum When: String, CaseIterable, Sendable {
  /// On a terminal that can.
  case auto
  /// Everywhere.
  case always
  /// Nowhere.
  case never
}

/// What the user wants to see, as validated from the options that every command shares.
struct ConsoleSettings: Sendable {
  /// Nothing but errors on standard error.
  var isQuiet = false
  /// Telephone numbers in full.
  var showsNumbers = false
  /// The progress line.
  var progress = When.auto
  /// Colour on standard error, bold headings on standard output.
  var color = When.auto
}

/// Where a command prints. Safe to use from several threads; lines never mix.
final class Console: Sendable {
  private let settings: ConsoleSettings
  private let standardOutput: Int32
  private let standardError: Int32
  private let paints: Bool
  private let drawsProgress: Bool
  /// Guards the progress line and with it every write to standard error.
  private let progressLine: Mutex<ProgressLine>

  /// Makes a console over two file descriptors that outlive it.
  init(
    _ settings: ConsoleSettings = ConsoleSettings(), in surroundings: Surroundings,
    standardOutput: Int32 = STDOUT_FILENO, standardError: Int32 = STDERR_FILENO
  ) {
    self.settings = settings
    self.standardOutput = standardOutput
    self.standardError = standardError
    let isCapable = surroundings.standardErrorIsTerminal && !surroundings.isDumbTerminal
    paints = settings.color.holds(on: isCapable && !surroundings.refusesColor)
    drawsProgress = settings.progress.holds(on: isCapable && !settings.isQuiet)
    progressLine = Mutex(ProgressLine(columnCount: surroundings.columnCount))
  }

  // MARK: Data

  /// Writes data to standard output, all of it, unchanged.
  func put(_ text: String) throws(OutputFailure) { try put(bytes: Array(text.utf8)) }

  /// Writes data to standard output, all of it.
  func put(bytes: [UInt8]) throws(OutputFailure) { try OutputFailure.writeAll(bytes, to: standardOutput) }

  /// Writes the whole result of a command to standard output and says how the command ends.
  ///
  /// A reader that went away (`| head`) is no failure: it has what it wanted.
  func finish(_ text: String, status: ExitStatus = .done) -> ExitStatus {
    do {
      try put(text)
      return status
    } catch {
      return error.isClosedPipe ? status : fail(.filesFailed, "standard output: \(error)")
    }
  }

  /// Writes the report of what is done and cannot be undone, and says how the command ends: where the report cannot be written, there
  /// is something to look at, but outputs exist.
  func finishReport(_ text: String) -> ExitStatus {
    do {
      try put(text)
      return .done
    } catch {
      if error.isClosedPipe { return .done }
      return fail(
        .findings, "standard output: \(error); what the report would have said is done all the same")
    }
  }

  // MARK: People

  /// Prints lines for people, unless they asked for quiet.
  func say(_ text: String) {
    if !settings.isQuiet { printLines(MessageLines.harmless(text)) }
  }

  /// Prints a message that names a fault, also when quiet: `ratemill: …`.
  func warn(_ message: String) {
    let name = paints ? "\u{1B}[1;31m\(ProgramVersion.name):\u{1B}[0m" : "\(ProgramVersion.name):"
    printLines("\(name) \(MessageLines.harmless(message))")
  }

  /// Prints why the run ends and hands back the status to end with.
  func fail(_ status: ExitStatus, _ message: String) -> ExitStatus {
    warn(message)
    return status
  }

  // MARK: Text from outside

  /// A text from outside for a message: masked unless numbers may be shown, escaped, cut at 80 bytes, in quotes.
  func quoted(_ text: String) -> String {
    MessageText.quoted(settings.showsNumbers ? text : MessageText.maskDigits(text))
  }

  /// The same for bytes of a file. Complexity: O(1), only the head of `bytes` is looked at.
  func quoted(bytes: some Collection<UInt8>) -> String {
    // A number that the cut would split still counts whole, so a little more than the cut is masked.
    let head = Array(bytes.prefix(MessageText.quotedBytesMax + 4 * MessageText.maskedRunMin))
    return MessageText.quoted(bytes: settings.showsNumbers ? head : MessageText.maskDigits(head))
  }

  /// A path for a message: escaped, never cut or masked, because people copy it.
  func path(_ path: String) -> String { MessageText.escaped(path) }

  /// A path as one word of a command that people copy into a shell.
  func argument(_ path: String) -> String {
    let text = self.path(path)
    let isPlain = text.unicodeScalars.allSatisfy {
      !$0.isASCII || $0.properties.isAlphabetic || $0.properties.numericType != nil
        || "_-./:@%+=,".unicodeScalars.contains($0)
    }
    if isPlain, !text.isEmpty { return text }
    return "'" + text.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''") + "'"
  }

  // MARK: Progress

  /// Shows one line in place of the last one; asks for its text only where it will be drawn.
  ///
  /// At most ten times a second, only where progress is wanted. Call it as often as you like, once per batch or so.
  func progress(_ text: () -> String) {
    guard drawsProgress else { return }
    progressLine.withLock { line in
      if let drawing = line.draw(atNanoseconds: Self.nanoseconds(), text) { writeToPeople(drawing) }
    }
  }

  /// Takes the progress line away; before the last lines of a run.
  func endProgress() {
    progressLine.withLock { line in writeToPeople(line.erase()) }
  }

  private func printLines(_ text: String) {
    progressLine.withLock { line in writeToPeople(line.erase() + text + "\n") }
  }

  private func writeToPeople(_ text: String) {
    // A message that cannot be shown has nowhere else to go; the exit status still tells.
    if !text.isEmpty { try? OutputFailure.writeAll(Array(text.utf8), to: standardError) }
  }

  private static func nanoseconds() -> UInt64 {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
  }
}

extension When {
  /// Whether to do it, where `isFitting` says that `auto` would.
  func holds(on isFitting: Bool) -> Bool { self == .always || (self == .auto && isFitting) }
}

/// Lines made harmless one by one.
private enum MessageLines {
  /// Escapes everything but the newlines that the message was made with.
  static func harmless(_ text: String) -> String {
    text.split(separator: "\n", omittingEmptySubsequences: false).map { MessageText.escaped(String($0)) }
      .joined(separator: "\n")
  }
}
