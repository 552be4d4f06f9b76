// Where zones come from: names, folders and files.
//
// The only part of this module that touches the file system. A zone is loaded once and kept, so that ten
// thousand accounts in one zone share it.

import Glibc

/// Loads zones by name and keeps them.
public struct ZoneLibrary {
  /// The environment variable that names a zoneinfo folder to look in first.
  public static let environmentName = "RATEMILL_ZONEINFO"
  /// Larger files are not zones: the largest of tzdata has less than 4 KiB.
  static let fileBytesMax = 1 << 18

  /// The folders to look in, in order.
  public let folders: [String]
  private var zonesByName: [String: Zone] = [:]

  /// Takes the folders to look in, in order.
  public init(folders: [String] = ZoneLibrary.standardFolders) { self.folders = folders }

  /// The folder named by `RATEMILL_ZONEINFO`, if any, then those of the system.
  public static var standardFolders: [String] {
    folders(namedFirst: getenv(environmentName).map { String(cString: $0) } ?? "")
  }

  static func folders(namedFirst: String) -> [String] {
    let system = ["/usr/share/zoneinfo", "/usr/lib/zoneinfo"]
    return namedFirst.isEmpty ? system : [namedFirst] + system
  }

  /// Every zone that was asked for, ordered by the bytes of its name: what a catalog hash has to cover.
  public var loaded: [Zone] {
    zonesByName.values.sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
  }

  /// The zone of that name: `UTC` and offsets such as `+02:00` always, others from the first folder that has
  /// them.
  public mutating func zone(named name: String) throws(ZoneFault) -> Zone {
    if let known = zonesByName[name] { return known }
    let zone = try Zone.load(named: name, from: folders)
    zonesByName[name] = zone
    return zone
  }
}

extension Zone {
  /// Loads the zone of that name: `UTC` and offsets such as `+02:00` always, others from the first folder
  /// that has them.
  ///
  /// A name has letters, digits, `_`, `+`, `-` and `/`; one that begins with `/` or has an empty part is
  /// refused, so that what people write in a table never leads out of the folders.
  public static func load(
    named name: String, from folders: [String] = ZoneLibrary.standardFolders
  ) throws(ZoneFault) -> Zone {
    if name == utc.name { return utc }
    if let zone = Zone(fixedOffset: name) { return zone }
    let isZoneName = isZoneName(name)
    for folder in folders where isZoneName {
      let path = folder + "/" + name
      guard let bytes = try readFile(path, zone: name) else { continue }
      return try Zone(named: name, bytes: bytes, path: path)
    }
    let names = ZoneNames(folders: folders)
    let suggestion = names.nearest(to: name)
    if !isZoneName, suggestion == nil { throw ZoneFault(name: name, reason: .badName) }
    if names.isEmpty, suggestion == nil {
      throw ZoneFault(name: name, reason: .noZoneFiles(folders: folders))
    }
    throw ZoneFault(name: name, reason: .unknown(suggestion: suggestion))
  }

  /// A zone from the bytes of a TZif file that the caller has read; `path` is only named in faults.
  public convenience init(named name: String, bytes: [UInt8], path: String) throws(ZoneFault) {
    let table: ZoneTable
    do {
      table = try ZoneTable(bytes)
    } catch {
      switch error {
      case .damaged(let detail):
        throw ZoneFault(name: name, reason: .damaged(path: path, detail: detail))
      case .countsLeapSeconds:
        throw ZoneFault(name: name, reason: .countsLeapSeconds(path: path))
      }
    }
    self.init(name: name, rawBytes: bytes, table: table)
  }

  /// A zone with one offset for ever, written `+hh:mm` or `-hh:mm`, up to 23:59; nil for any other text.
  public convenience init?(fixedOffset text: String) {
    var copy = text
    guard let seconds = copy.withUTF8({ Zone.fixedOffsetSeconds($0) }) else { return nil }
    self.init(name: text, offsetSeconds: seconds)
  }

  /// Seconds ahead of UTC of `+hh:mm` or `-hh:mm`; nil for any other text.
  static func fixedOffsetSeconds(_ text: UnsafeBufferPointer<UInt8>) -> Int32? {
    guard text.count == 6, text[0] == UInt8(ascii: "+") || text[0] == UInt8(ascii: "-"),
      text[3] == UInt8(ascii: ":")
    else { return nil }
    var digits: [Int32] = []
    for index in [1, 2, 4, 5] {
      let digit = text[index] &- UInt8(ascii: "0")
      guard digit <= 9 else { return nil }
      digits.append(Int32(digit))
    }
    let (hours, minutes) = (digits[0] * 10 + digits[1], digits[2] * 10 + digits[3])
    guard hours < 24, minutes < 60 else { return nil }
    let size = hours * 3600 + minutes * 60
    return text[0] == UInt8(ascii: "-") ? -size : size
  }

  static func isZoneName(_ name: String) -> Bool {
    let parts = name.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
    // Dots are not among the bytes of a name, which rules out `..`.
    return parts.allSatisfy { part in
      !part.isEmpty
        && part.allSatisfy { byte in
          switch byte {
          case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "+"), UInt8(ascii: "-"):
            return true
          default: return false
          }
        }
    }
  }

  /// The bytes of a file, or nil where there is no such file; a folder is not a file.
  private static func readFile(_ path: String, zone name: String) throws(ZoneFault) -> [UInt8]? {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else {
      if errno == ENOENT || errno == ENOTDIR { return nil }
      throw ZoneFault(name: name, reason: .unreadable(path: path, code: errno))
    }
    defer { close(descriptor) }
    var bytes = [UInt8](repeating: 0, count: ZoneLibrary.fileBytesMax)
    var count = 0
    while count < bytes.count {
      let step = bytes.withUnsafeMutableBytes { read(descriptor, $0.baseAddress! + count, $0.count - count) }
      if step < 0, errno == EINTR { continue }
      if step < 0, errno == EISDIR { return nil }
      guard step >= 0 else { throw ZoneFault(name: name, reason: .unreadable(path: path, code: errno)) }
      if step == 0 { break }
      count += step
    }
    guard count < bytes.count else {
      throw ZoneFault(name: name, reason: .damaged(path: path, detail: "it is too large for a zone"))
    }
    return Array(bytes[..<count])
  }
}
