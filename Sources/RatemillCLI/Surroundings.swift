// What a command may know of the place that it runs in.
//
// Read once at the start and handed down as a value, so that every decision that depends on it can be tested.

internal import Glibc

/// The terminals, the environment and the processors around a run.
struct Surroundings: Sendable {
  /// Somebody would have to type what is read from standard input.
  var standardInputIsTerminal = false
  /// Standard output goes to a person.
  var standardOutputIsTerminal = false
  /// Standard error goes to a person.
  var standardErrorIsTerminal = false
  /// `NO_COLOR` is set to something (https://no-color.org).
  var refusesColor = false
  /// `TERM` is `dumb`: no cursor movement, no colour.
  var isDumbTerminal = false
  /// Columns of the terminal on standard error.
  var columnCount = 80
  /// Processors that this process may use, at least 1.
  var coreCount = 1

  /// The surroundings of this process.
  static func ofThisProcess() -> Surroundings {
    Surroundings(
      standardInputIsTerminal: isatty(STDIN_FILENO) == 1,
      standardOutputIsTerminal: isatty(STDOUT_FILENO) == 1,
      standardErrorIsTerminal: isatty(STDERR_FILENO) == 1,
      refusesColor: !(variable("NO_COLOR") ?? "").isEmpty,
      isDumbTerminal: variable("TERM") == "dumb",
      columnCount: terminalColumns(STDERR_FILENO) ?? 80,
      coreCount: allowedCores())
  }

  private static func variable(_ name: String) -> String? { getenv(name).map { String(cString: $0) } }

  private static func terminalColumns(_ descriptor: Int32) -> Int? {
    var size = winsize()
    guard ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return nil }
    return Int(size.ws_col)
  }

  /// Counts what the scheduler allows (taskset, cpuset), which sysconf does not know; sysconf where /proc is missing.
  private static func allowedCores() -> Int {
    let descriptor = open("/proc/self/status", O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN))) }
    defer { close(descriptor) }
    // The file is about 1.5 KiB; the line wanted stands in its last third.
    var bytes = [UInt8](repeating: 0, count: 8192)
    let count = read(descriptor, &bytes, bytes.count)
    let text = String(decoding: bytes.prefix(max(0, count)), as: UTF8.self)
    let line = text.split(separator: "\n").first { $0.hasPrefix("Cpus_allowed_list:") }
    let cores = line.flatMap { coreCount(inList: $0.dropFirst("Cpus_allowed_list:".count)) }
    return cores ?? max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN)))
  }

  /// The number of processors in a list such as `0-3,6`; nil where it is no such list.
  static func coreCount(inList list: some StringProtocol) -> Int? {
    var count = 0
    for part in list.filter({ !$0.isWhitespace }).split(separator: ",") {
      let bounds = part.split(separator: "-", omittingEmptySubsequences: false).map { Int(String($0)) }
      guard bounds.count <= 2, let first = bounds[0], let last = bounds[bounds.count - 1], first <= last
      else { return nil }
      count += last - first + 1
    }
    return count > 0 ? count : nil
  }
}
