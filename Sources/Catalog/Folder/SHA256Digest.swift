// SHA-256 by Nettle, for the hashes that name a catalog.

import CNettle
import Dispatch

/// Digests of bytes.
enum SHA256Digest {
  /// The 32 bytes of the digest.
  static func of(_ bytes: [UInt8]) -> [UInt8] {
    var context = sha256_ctx()
    nettle_sha256_init(&context)
    nettle_sha256_update(&context, bytes.count, bytes)
    return [UInt8](unsafeUninitializedCapacity: Int(SHA256_DIGEST_SIZE)) { buffer, count in
      nettle_sha256_digest(&context, buffer.count, buffer.baseAddress)
      count = buffer.count
    }
  }

  /// Bytes as hexadecimal digits, lower-case.
  static func hexadecimal(_ bytes: [UInt8]) -> String {
    let digits = Array("0123456789abcdef".utf8)
    var text: [UInt8] = []
    for byte in bytes { text += [digits[Int(byte >> 4)], digits[Int(byte & 15)]] }
    return String(decoding: text, as: UTF8.self)
  }
}

/// The digest of a file: that of a large one is made on another core, while the file is read.
final class PendingDigest: @unchecked Sendable {
  // Safe to share: the value is written before the group is left, and read after.
  private static let bytesMin = 1 << 20
  private var value: [UInt8] = []
  private let making = DispatchGroup()

  init(_ stored: [UInt8]) {
    guard stored.count >= Self.bytesMin else {
      value = SHA256Digest.of(stored)
      return
    }
    DispatchQueue.global().async(group: making) { self.value = SHA256Digest.of(stored) }
  }

  /// The 32 bytes, once they are known.
  var bytes: [UInt8] {
    making.wait()
    return value
  }
}
