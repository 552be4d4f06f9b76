// What became of one prefix from one deck to another.

public import Catalog

/// A prefix that two decks do not treat alike.
public struct PrefixChange: Sendable {
  /// Which of the decks has a row for the prefix itself.
  public enum Standing: String, Sendable {
    /// Both.
    case kept
    /// The new one only; before, a shorter prefix covered it, or nothing.
    case new
    /// The old one only; now a shorter prefix covers it, or nothing.
    case removed
  }

  /// What it means for a call there.
  public enum Verdict: String, Sendable, CaseIterable {
    /// No part of it became cheaper.
    case dearer
    /// No part of it became dearer.
    case cheaper
    /// Some of it is dearer and some cheaper, or only names or dates differ.
    case changed
    /// Nothing priced it before.
    case priced
    /// Nothing prices it any more.
    case unpriced
    /// Closed for traffic now.
    case closed
    /// Was closed for traffic.
    case opened
    /// The same price as before, from another prefix.
    case same
  }

  /// What differs.
  public enum Aspect: String, Sendable, CaseIterable {
    /// Price per unit.
    case price
    /// First or further increment.
    case increment
    /// Least quantity.
    case minimum
    /// Connection fee.
    case fee
    /// Price, fee or increment of a band.
    case bands
    /// Price of a jurisdiction.
    case jurisdiction
    /// Closed for traffic or not.
    case status
    /// First or last day.
    case dates
    /// Name of the destination.
    case destination
    /// Rating group, which plans charge by.
    case ratingGroup = "rating group"
  }

  /// The prefix digits as a number; deck prefixes never begin with 0.
  public var prefix: UInt64
  /// What it prices.
  public var kind: UsageKind
  /// Which deck has it.
  public var standing: Standing
  /// What it means.
  public var verdict: Verdict
  /// What differs, in the order of `Aspect`; empty where one side has no price.
  public var aspects: [Aspect]
  /// The row that prices it in the old deck, perhaps of a shorter prefix; nil where none does.
  public var old: RateDeckRow?
  /// The row that prices it in the new deck.
  public var new: RateDeckRow?
}
