// The front of an unknown file as text: how it is stored, and what about it no format could read.

import Glibc

/// The first bytes of an input, decoded.
public struct SampleText: Sendable {
  /// The input, as the user named it.
  public let name: String
  /// `plain`, `zstd` or `gzip`.
  public let stored: String
  /// Decoded bytes from the front.
  public let bytes: [UInt8]
  /// Whether that is all of it.
  public let isWhole: Bool
  /// What is wrong with the stored bytes, where they broke before the sample was full.
  public let damage: DamagedFile?

  /// Bytes of a sample: some thousand records.
  public static let bytesMax = 1 << 20

  /// Reads the front of an input.
  ///
  /// - Throws: `RunFault.input` where it cannot be opened or read, or is a folder.
  public static func read(_ input: InputFile, bytesMax: Int = SampleText.bytesMax) throws(RunFault)
    -> SampleText
  {
    let descriptor = input.isStandardInput ? 0 : open(input.name, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else {
      throw .input(
        file: input.name, message: "\(String(cString: strerror(errno))); check the name and its permissions")
    }
    defer { if !input.isStandardInput { close(descriptor) } }
    var status = stat()
    if fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFDIR {
      throw .input(file: input.name, message: "is a folder; name one file of it")
    }
    let head = try readHead(descriptor, input.name)
    let form = StoredForm(magic: head)
    let pipe = PipeInput(descriptor: descriptor, progress: nil)
    let stored = DescriptorBytes(name: input.name, input: pipe, head: head)
    let stream: any TextStream =
      switch form {
      case .plain: PlainStream(name: input.name, input: pipe, head: head)
      case .zstd: ZstdStream(name: input.name, stored: stored)
      case .gzip: GzipStream(name: input.name, stored: stored)
      }
    return read(stream, input.name, form, bytesMax: bytesMax)
  }

  private static func readHead(_ descriptor: Int32, _ name: String) throws(RunFault) -> [UInt8] {
    var head = [UInt8](repeating: 0, count: 4)
    var count = 0
    while count < head.count {
      let got = head.withUnsafeMutableBytes {
        Glibc.read(descriptor, $0.baseAddress.map { $0 + count }, 4 - count)
      }
      if got == 0 { break }
      if got < 0 {
        if errno == EINTR { continue }
        throw .input(file: name, message: "cannot be read: \(String(cString: strerror(errno)))")
      }
      count += got
    }
    return Array(head[..<count])
  }

  private static func read(_ stream: any TextStream, _ name: String, _ form: StoredForm, bytesMax: Int)
    -> SampleText
  {
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: bytesMax, alignment: 64)
    defer { buffer.deallocate() }
    var count = 0
    var isWhole = false
    var damage: DamagedFile?
    while count < bytesMax, !isWhole {
      do throws(DamagedFile) {
        let got = try stream.read(into: UnsafeMutableRawBufferPointer(rebasing: buffer[count...]))
        isWhole = got == 0
        count += got
      } catch {
        // What came before the break is still worth a look.
        damage = error
        break
      }
    }
    let words: [StoredForm: String] = [.plain: "plain", .zstd: "zstd", .gzip: "gzip"]
    return SampleText(
      name: name, stored: words[form] ?? "plain", bytes: Array(buffer[..<count]), isWhole: isWhole,
      damage: damage)
  }

  /// Why no format can read this text, with what to do; nil where one might.
  public var obstacle: String? {
    if bytes.isEmpty { return damage == nil ? "the file is empty" : "nothing of it can be decoded" }
    let signs: [(magic: [UInt8], words: String)] = [
      (
        [0x50, 0x4B, 0x03, 0x04],
        "it is a ZIP archive or a spreadsheet (xlsx, ods); export it as CSV, or unpack it"
      ),
      ([0xD0, 0xCF, 0x11, 0xE0], "it is an old spreadsheet (xls); export it as CSV"),
      ([0x25, 0x50, 0x44, 0x46], "it is a PDF; ask for the records as CSV or JSON lines"),
      ([0xFF, 0xFE], "it is UTF-16 text; export it as UTF-8, or: iconv -f UTF-16 -t UTF-8"),
      ([0xFE, 0xFF], "it is UTF-16 text; export it as UTF-8, or: iconv -f UTF-16 -t UTF-8"),
      (
        [0xFD, 0x37, 0x7A, 0x58, 0x5A],
        "it is compressed with xz; unpack it, or compress it with zstd or gzip"
      ),
      ([0x42, 0x5A, 0x68], "it is compressed with bzip2; unpack it, or compress it with zstd or gzip"),
    ]
    if let sign = signs.first(where: { bytes.starts(with: $0.magic) }) { return sign.words }
    // A stray NUL is dirt that formats read over; many of them are no text.
    let front = bytes.prefix(4096)
    return front.count { $0 == 0 } * 10 > front.count ? "it is no text: it is full of NUL bytes" : nil
  }
}
