// A terminal with nobody in front of it.

internal import Glibc

/// A pair of descriptors: what is written to `terminal` can be read back by `read()`.
public final class PseudoTerminal {
  /// The end that a program takes for a terminal.
  public let terminal: Int32
  private let controller: Int32

  // TIOCSPTLCK and TIOCGPTN, which Swift cannot import: _IOW('T', 0x31, int) and _IOR('T', 0x30, unsigned int) of
  // asm-generic/ioctls.h.
  private static let unlock: UInt = 0x4004_5431
  private static let getNumber: UInt = 0x8004_5430

  /// Opens a terminal of 80 columns.
  public init() throws {
    let controller = open("/dev/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC)
    var isLocked: Int32 = 0
    var number: Int32 = 0
    guard controller >= 0, ioctl(controller, Self.unlock, &isLocked) == 0,
      ioctl(controller, Self.getNumber, &number) == 0
    else { throw FolderFault("cannot open a pseudo-terminal") }
    let terminal = open("/dev/pts/\(number)", O_RDWR | O_NOCTTY | O_CLOEXEC)
    guard terminal >= 0 else { throw FolderFault("cannot open /dev/pts/\(number)") }
    var size = winsize(ws_row: 24, ws_col: 80, ws_xpixel: 0, ws_ypixel: 0)
    _ = ioctl(terminal, UInt(TIOCSWINSZ), &size)
    self.terminal = terminal
    self.controller = controller
  }

  deinit {
    close(terminal)
    close(controller)
  }

  /// What has been written to the terminal since the last call, newlines as `\r\n`.
  public func read() -> String {
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 4096)
    var request = pollfd(fd: controller, events: Int16(POLLIN), revents: 0)
    while poll(&request, 1, 0) == 1, request.revents & Int16(POLLIN) != 0 {
      let count = Glibc.read(controller, &buffer, buffer.count)
      guard count > 0 else { break }
      bytes += buffer[..<count]
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}
