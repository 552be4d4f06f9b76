// Runs a built executable the way a shell would, in a clean environment.

internal import Glibc

/// What a program reads as its standard input.
public enum ProgramInput {
  /// Nothing.
  case empty
  /// The file at this path, as by `<`.
  case file(String)
  /// A terminal.
  case terminal(PseudoTerminal)
}

/// Where the standard output of a program goes.
public enum ProgramOutput {
  /// Into the result.
  case captured
  /// Into the file or device at this path.
  case file(String)
  /// To a terminal.
  case terminal(PseudoTerminal)
  /// Into a pipe that nobody reads any more.
  case closedPipe
}

/// How a program ended and what it said.
public struct ProgramResult {
  /// Its exit status; 128 + n after signal n.
  public let status: Int32
  /// Standard output, where it was captured.
  public let standardOutput: [UInt8]
  /// Standard error.
  public let standardError: [UInt8]

  /// Standard output as text.
  public var outputText: String { String(decoding: standardOutput, as: UTF8.self) }
  /// Standard error as text.
  public var errorText: String { String(decoding: standardError, as: UTF8.self) }
}

/// An executable of this package, as built for the tests that run now.
public struct BuiltProgram: Sendable {
  /// Its path.
  public let path: String

  /// The `ratemill` beside the test bundle.
  public static let ratemill = BuiltProgram(name: "ratemill")

  /// Seconds after which a program is killed, so that a hanging one fails its test and not the whole run.
  static let secondsMax = 120

  /// The program at a path.
  public init(path: String) { self.path = path }

  /// The product of that name, in the folder of the running test executable.
  public init(name: String) {
    var buffer = [CChar](repeating: 0, count: 4096)
    let count = readlink("/proc/self/exe", &buffer, buffer.count)
    let own = String(decoding: buffer.prefix(max(0, count)).map(UInt8.init(bitPattern:)), as: UTF8.self)
    // Where a tool of the toolchain runs the bundle, the bundle is among its arguments.
    let bundle = CommandLine.arguments.first { $0.hasSuffix(".xctest") } ?? own
    path = bundle.prefix(through: bundle.lastIndex(of: "/") ?? bundle.startIndex) + name
  }

  /// Runs the program to its end.
  ///
  /// The environment is PATH, HOME (the folder), TZ and LC_ALL, and what `environment` adds.
  public func run(
    _ arguments: [String], in folder: TemporaryFolder, input: ProgramInput = .empty,
    output: ProgramOutput = .captured,
    environment: [String: String] = [:]
  ) throws -> ProgramResult {
    let inputDescriptor = try Self.open(input)
    let outputDescriptor = try Self.open(output)
    let errorDescriptor = try Self.openScratch()
    defer { for descriptor in [inputDescriptor, outputDescriptor, errorDescriptor] { close(descriptor) } }
    let words = [
      "/usr/bin/timeout", "--foreground", "-s", "KILL", "\(Self.secondsMax)", "/usr/bin/env", "-C",
      folder.path,
      path,
    ]
    let status = try Self.spawn(
      words + arguments, descriptors: [inputDescriptor, outputDescriptor, errorDescriptor],
      environment: Self.cleanEnvironment(home: folder.path).merging(environment) { $1 })
    var captured: [UInt8] = []
    if case .captured = output { captured = Self.content(outputDescriptor) }
    return ProgramResult(
      status: status, standardOutput: captured, standardError: Self.content(errorDescriptor))
  }

  private static func cleanEnvironment(home: String) -> [String: String] {
    var environment = ["PATH": "/usr/bin:/bin", "HOME": home, "TZ": "UTC", "LC_ALL": "C"]
    // Where the Swift runtime is found, and where a coverage build would leave its profile.
    environment["LD_LIBRARY_PATH"] = getenv("LD_LIBRARY_PATH").map { String(cString: $0) }
    environment["LLVM_PROFILE_FILE"] = "/dev/null"
    return environment
  }

  private static func spawn(
    _ words: [String], descriptors: [Int32], environment: [String: String]
  ) throws -> Int32 {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    for (number, descriptor) in descriptors.enumerated() {
      posix_spawn_file_actions_adddup2(&actions, descriptor, Int32(number))
    }
    // Threads that run tests block signals, and a child begins with what its parent blocks.
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    var none = sigset_t()
    sigemptyset(&none)
    posix_spawnattr_setsigmask(&attributes, &none)
    posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))
    var arguments: [UnsafeMutablePointer<CChar>?] = words.map { strdup($0) } + [nil]
    var variables: [UnsafeMutablePointer<CChar>?] = environment.map { strdup("\($0)=\($1)") } + [nil]
    defer { for pointer in arguments + variables { free(pointer) } }
    var process: pid_t = 0
    let code = posix_spawn(&process, words[0], &actions, &attributes, &arguments, &variables)
    guard code == 0 else { throw FolderFault("cannot run \(words[0]): \(String(cString: strerror(code)))") }
    var status: Int32 = 0
    while waitpid(process, &status, 0) < 0, errno == EINTR {}
    let signal = status & 0x7F
    return signal == 0 ? (status >> 8) & 0xFF : 128 + signal
  }

  private static func open(_ input: ProgramInput) throws -> Int32 {
    switch input {
    case .empty: try opened("/dev/null", O_RDONLY)
    case .file(let path): try opened(path, O_RDONLY)
    case .terminal(let terminal): fcntl(terminal.terminal, F_DUPFD_CLOEXEC, 3)
    }
  }

  private static func open(_ output: ProgramOutput) throws -> Int32 {
    switch output {
    case .captured: return try openScratch()
    case .file(let path): return try opened(path, O_WRONLY)
    case .terminal(let terminal): return fcntl(terminal.terminal, F_DUPFD_CLOEXEC, 3)
    case .closedPipe:
      // A pair of sockets, because it can be made close-on-exec at once: a program that another test starts in this
      // moment must not inherit the reading end.
      var ends: [Int32] = [0, 0]
      let kind = Int32(SOCK_STREAM.rawValue) | O_CLOEXEC
      guard socketpair(AF_UNIX, kind, 0, &ends) == 0 else { throw FolderFault("cannot make a pipe") }
      close(ends[0])
      return ends[1]
    }
  }

  private static func opened(_ path: String, _ flags: Int32) throws -> Int32 {
    let descriptor = Glibc.open(path, flags | O_CLOEXEC)
    guard descriptor >= 0 else {
      throw FolderFault("cannot open \(path): \(String(cString: strerror(errno)))")
    }
    return descriptor
  }

  /// A file without a name, so that a program that says much never waits for its reader.
  private static func openScratch() throws -> Int32 {
    let path = "\(TemporaryFolder.parent)/ratemill-test-\(UInt64.random(in: .min ... .max))"
    let descriptor = Glibc.open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw FolderFault("cannot make a scratch file") }
    unlink(path)
    return descriptor
  }

  private static func content(_ descriptor: Int32) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: Int(max(0, lseek(descriptor, 0, SEEK_END))))
    var offset = 0
    while offset < bytes.count {
      let count = bytes.withUnsafeMutableBytes {
        pread(descriptor, $0.baseAddress! + offset, $0.count - offset, off_t(offset))
      }
      guard count > 0 else { break }
      offset += count
    }
    return Array(bytes.prefix(offset))
  }
}
