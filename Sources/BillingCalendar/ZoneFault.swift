// Why a zone cannot be had, in words that say what to do.

/// A zone that could not be loaded. Its text names the zone and says what to do; the place where the name was
/// written stands in front of it, which only the caller knows.
public struct ZoneFault: Error, Hashable, Sendable, CustomStringConvertible {
  /// What is wrong.
  public enum Reason: Hashable, Sendable {
    /// The name is empty, leads out of the folder, or has bytes that no zone name has.
    case badName
    /// No folder has a zone of that name; a near name, if there is one.
    case unknown(suggestion: String?)
    /// None of these folders has any zone.
    case noZoneFiles(folders: [String])
    /// The file cannot be read; the system's error number.
    case unreadable(path: String, code: Int32)
    /// The file is not a zone; what is wrong with it.
    case damaged(path: String, detail: String)
    /// The file counts leap seconds, which instants here do not have.
    case countsLeapSeconds(path: String)
  }

  /// The name as it was asked for.
  public let name: String
  /// What is wrong.
  public let reason: Reason

  /// Makes a fault.
  public init(name: String, reason: Reason) {
    self.name = name
    self.reason = reason
  }

  /// One line for people.
  public var description: String {
    switch reason {
    case .badName:
      return "bad time zone name '\(name)'; expected a name such as Europe/Berlin, UTC or +02:00"
    case .unknown(let suggestion?):
      return "unknown time zone '\(name)'; did you mean '\(suggestion)'?"
    case .unknown(nil):
      return "unknown time zone '\(name)'; expected an IANA name such as Europe/Berlin, UTC or +02:00"
    case .noZoneFiles(let folders):
      return "no files for time zone '\(name)' in \(folders.joined(separator: ", ")); "
        + "install the tzdata package or set \(ZoneLibrary.environmentName) to a zoneinfo folder"
    case .unreadable(let path, let code):
      return "cannot read time zone '\(name)' from \(path) (system error \(code)); "
        + "make the file readable or set \(ZoneLibrary.environmentName)"
    case .damaged(let path, let detail):
      return "the file of time zone '\(name)' is damaged: \(path): \(detail); reinstall the tzdata package"
    case .countsLeapSeconds(let path):
      return "time zone '\(name)' counts leap seconds: \(path); name the zone without 'right/'"
    }
  }
}
