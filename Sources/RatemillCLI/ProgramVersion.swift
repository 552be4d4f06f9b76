// What this build is.

internal import CZstd

/// Name, version and the numbers that decide whether two builds give the same results.
public enum ProgramVersion {
  /// What people type.
  public static let name = "ratemill"
  /// The version of the program. Written here and nowhere else.
  public static let version = "0.1.0"
  /// Grows when the same usage and the same catalog may give other amounts.
  public static let ratingSemantics = 1
  /// The version of the libzstd that this process has loaded, such as `1.5.4`.
  public static var libzstd: String { String(cString: ZSTD_versionString()) }
}
