// The names of all zones in some folders, to find the one that was meant. Only read when a name is wrong.

import Glibc

/// The names of the zones in some zoneinfo folders.
struct ZoneNames {
  private let names: [String]

  /// Walks over the folders; one that does not exist has no names.
  init(folders: [String]) {
    var found: Set<String> = []
    for folder in folders { Self.collect(folder: folder, prefix: "", depth: 0, into: &found) }
    names = found.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
  }

  var isEmpty: Bool { names.isEmpty }

  /// The name that was most likely meant: the same but for case, the same city, an offset without its colon,
  /// or one that differs by a few letters; nil where none is near.
  func nearest(to name: String) -> String? {
    let wanted = Self.folded(name)
    if let same = names.first(where: { Self.folded($0) == wanted }) { return same }
    // Before the cities: GMT+1 means +01:00, but Etc/GMT+1 is an hour behind UTC.
    if let offset = Self.offsetWithColon(wanted) { return offset }
    if let city = names.first(where: { Self.lastPart(Self.folded($0)) == Self.lastPart(wanted) }) {
      return city
    }
    // One letter in five at most: more, and the suggestion is a guess (PST is not EST).
    let distanceMax = min(3, wanted.count / 5)
    var best: (name: String, distance: Int)?
    for candidate in names {
      let distance = Self.editDistance(wanted, Self.folded(candidate))
      if distance <= best.map({ $0.distance - 1 }) ?? distanceMax { best = (candidate, distance) }
    }
    return best?.name
  }

  private static func collect(folder: String, prefix: String, depth: Int, into found: inout Set<String>) {
    // tzdata nests three deep (America/Argentina/Salta); the bound ends loops of links.
    guard depth < 4, let handle = opendir(folder) else { return }
    defer { closedir(handle) }
    while let entry = readdir(handle) {
      let name = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
        String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
      }
      // `posix` and `right` hold the zones again; names of other files have dots.
      guard Zone.isZoneName(name), depth > 0 || (name != "posix" && name != "right") else { continue }
      let path = folder + "/" + name
      var status = stat()
      guard stat(path, &status) == 0 else { continue }
      if status.st_mode & S_IFMT == S_IFDIR {
        collect(folder: path, prefix: prefix + name + "/", depth: depth + 1, into: &found)
      } else if startsLikeZone(path) {
        found.insert(prefix + name)
      }
    }
  }

  private static func startsLikeZone(_ path: String) -> Bool {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return false }
    defer { close(descriptor) }
    var magic: UInt32 = 0
    return read(descriptor, &magic, 4) == 4 && magic.bigEndian == 0x545a_6966
  }

  /// Lower case, with blanks as zone names write them.
  private static func folded(_ name: String) -> [UInt8] {
    name.utf8.map { byte in
      switch byte {
      case UInt8(ascii: "A")...UInt8(ascii: "Z"): byte | 0x20
      case UInt8(ascii: " "): UInt8(ascii: "_")
      default: byte
      }
    }
  }

  private static func lastPart(_ name: [UInt8]) -> ArraySlice<UInt8> {
    name.lastIndex(of: UInt8(ascii: "/")).map { name[($0 + 1)...] } ?? name[...]
  }

  /// `+02:00` for `+2`, `+0200`, `utc+2` and the like.
  private static func offsetWithColon(_ folded: [UInt8]) -> String? {
    let hasPrefix = folded.starts(with: "utc".utf8) || folded.starts(with: "gmt".utf8)
    let text = folded.dropFirst(hasPrefix ? 3 : 0)
    guard let sign = text.first else { return nil }
    var digits = text.dropFirst().filter { $0 != UInt8(ascii: ":") }
    if digits.count <= 2 { digits += Array("00".utf8) }
    if digits.count == 3 { digits.insert(UInt8(ascii: "0"), at: 0) }
    digits.insert(UInt8(ascii: ":"), at: 2)
    // The zone itself decides whether that is an offset.
    let offset = String(decoding: [sign] + digits, as: UTF8.self)
    return Zone(fixedOffset: offset) == nil ? nil : offset
  }

  /// How many letters must be added, dropped or changed. Complexity: O(a × b).
  private static func editDistance(_ a: [UInt8], _ b: [UInt8]) -> Int {
    var row = Array(0...b.count)
    for (i, left) in a.enumerated() {
      var diagonal = row[0]
      row[0] = i + 1
      for (j, right) in b.enumerated() {
        let changed = diagonal + (left == right ? 0 : 1)
        diagonal = row[j + 1]
        row[j + 1] = min(changed, row[j] + 1, row[j + 1] + 1)
      }
    }
    return row[b.count]
  }
}
