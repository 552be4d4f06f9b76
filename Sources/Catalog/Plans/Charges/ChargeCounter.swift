// What the tiers and limits of a charge count together.

/// The counter of a charge: whose quantity it counts, and from when to when.
public struct ChargeCounter: Sendable, Hashable {
  /// Whose quantity is counted together.
  public enum Owner: String, Sendable, CaseIterable {
    /// Each account alone.
    case account
    /// The members of a pool together; an account without a pool alone. The default.
    case pool
  }

  /// How long it counts before it begins again at 0.
  public enum Window: Sendable, Hashable {
    /// The usage period.
    case period
    /// Each local day of the account inside the period, by charging start.
    case day
    /// Each local hour.
    case hour
  }

  /// Whose quantity is counted together.
  public var owner: Owner
  /// How long it counts.
  public var window: Window
  /// Whether each rating group has a counter of its own.
  public var isByRatingGroup: Bool

  /// Makes a counter; without arguments, the one of a charge that says nothing.
  public init(owner: Owner = .pool, window: Window = .period, isByRatingGroup: Bool = false) {
    self.owner = owner
    self.window = window
    self.isByRatingGroup = isByRatingGroup
  }
}
