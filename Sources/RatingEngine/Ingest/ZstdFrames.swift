// Where the frames of a mapped zstd file begin and end, from the headers alone.
//
// A frame says how long each of its blocks is, so its end is found without decoding anything. Walking over the blocks
// touches pages all over the file, which count as peak memory: they are given back behind the walk.

/// Walks over zstd frames. Layout: RFC 8878, section 3.1.
struct ZstdFrames {
  private let file: MappedFile
  private var released = 0
  private static let releaseBytes = 4 << 20
  private static let magic: UInt32 = 0xfd2f_b528
  private static let skippableMagic: UInt32 = 0x184d_2a50

  init(_ file: MappedFile) { self.file = file }

  /// Stretches of whole frames, each at least `groupBytes` long; nil where there is only one, or where the frames cannot be
  /// told: then one reader finds the damage. Complexity: O(blocks).
  mutating func groups(groupBytes: Int) -> [(Int, Int)]? {
    // Text shrinks to a third: a first frame that holds twice the bytes of the whole file is most of it, and walking over its
    // blocks would only keep the readers waiting.
    if let content = contentBytes(ofFrameAt: 0), content / 2 >= file.length { return nil }
    var groups: [(Int, Int)] = []
    var from = 0
    var at = 0
    while at < file.length {
      guard let end = end(ofFrameAt: at) else { return nil }
      at = end
      if at - from >= groupBytes || at == file.length {
        groups.append((from, at))
        from = at
      }
    }
    file.release(from: released, until: file.length)
    return groups.count > 1 ? groups : nil
  }

  /// What the frame says to hold; nil where it says nothing.
  private func contentBytes(ofFrameAt start: Int) -> Int? {
    guard let magic = number(at: start, byteCount: 4), UInt32(truncatingIfNeeded: magic) == Self.magic,
      let header = FrameHeader(number(at: start + 4, byteCount: 1)),
      header.contentSizeBytes > 0,
      let size = number(
        at: start + header.byteCount - header.contentSizeBytes, byteCount: header.contentSizeBytes)
    else { return nil }
    return size < 0 ? nil : size
  }

  /// Where the parts of a frame's header are, from its descriptor.
  private struct FrameHeader {
    /// Bytes of the header with the magic number.
    let byteCount: Int
    let contentSizeBytes: Int
    let hasChecksum: Bool

    init?(_ descriptor: Int?) {
      guard let descriptor else { return nil }
      let isSingleSegment = descriptor >> 5 & 1 != 0
      hasChecksum = descriptor >> 2 & 1 != 0
      contentSizeBytes = [isSingleSegment ? 1 : 0, 2, 4, 8][descriptor >> 6]
      byteCount = 5 + (isSingleSegment ? 0 : 1) + [0, 1, 2, 4][descriptor & 3] + contentSizeBytes
    }
  }

  private mutating func end(ofFrameAt start: Int) -> Int? {
    guard let magic = number(at: start, byteCount: 4) else { return nil }
    if UInt32(truncatingIfNeeded: magic) & 0xffff_fff0 == Self.skippableMagic {
      guard let size = number(at: start + 4, byteCount: 4) else { return nil }
      return within(start + 8 + size)
    }
    guard UInt32(truncatingIfNeeded: magic) == Self.magic,
      let frame = FrameHeader(number(at: start + 4, byteCount: 1))
    else { return nil }
    var at = start + frame.byteCount
    while true {
      guard let header = number(at: at, byteCount: 3) else { return nil }
      // Last block, type, size; a run is stored as one byte.
      let type = header >> 1 & 3
      guard type != 3 else { return nil }
      at += 3 + (type == 1 ? 1 : header >> 3)
      if at - released > Self.releaseBytes, at <= file.length {
        file.release(from: released, until: at)
        released = at
      }
      if header & 1 != 0 { return within(at + (frame.hasChecksum ? 4 : 0)) }
    }
  }

  private func within(_ end: Int) -> Int? { end <= file.length ? end : nil }

  /// A little-endian number of up to eight bytes; nil past the end.
  private func number(at offset: Int, byteCount: Int) -> Int? {
    guard offset + byteCount <= file.length else { return nil }
    return (0..<byteCount).reduce(0) {
      $0 | Int(file.base.load(fromByteOffset: offset + $1, as: UInt8.self)) << (8 * $1)
    }
  }
}
