// How one event came to its amount, or to the door by which it left: steps that a clerk can follow.
//
// The model only; what the steps say is in Derivation+….swift, how they look is for the command.

public import Money
public import Tables

/// Every step from the bytes of one record to what became of it.
public struct EventDerivation: Sendable, Hashable {
  /// One statement of a step.
  public struct Line: Sendable, Hashable {
    /// What it is about: a word or two.
    public var name: String
    /// Text of the usage or of a table, to be quoted; nil where there is none.
    public var quote: Label?
    /// What the quoted text was read as; empty where it is its own value.
    public var value: String
    /// What holds, in words.
    public var text: String
    /// Whether `value` and `text` may hold telephone numbers; `quote` always may.
    public var holdsNumbers: Bool

    init(
      _ name: String, quote: Label? = nil, value: String = "", _ text: String = "", holdsNumbers: Bool = false
    ) {
      self.name = name
      self.quote = quote
      self.value = value
      self.text = text
      self.holdsNumbers = holdsNumbers
    }
  }

  /// One step.
  public struct Step: Sendable, Hashable {
    /// What it decides, such as `whose` or `price`.
    public var title: String
    /// Its statements, in order.
    public var lines: [Line]
  }

  /// The four doors.
  public enum Door: String, Sendable, Hashable {
    /// Rated: its amount counts.
    case rated
    /// No event, or not billed on purpose.
    case filtered
    /// A copy of a record that counts elsewhere.
    case duplicate
    /// Waits for somebody to correct the catalog or the record.
    case suspended
  }

  /// The input, as the user named it.
  public var file: String
  /// Line in the decoded file, from 1.
  public var line: Int
  /// The door by which it left.
  public var door: Door
  /// Why: a code of suspense or the reason of a filter; empty for the other doors.
  public var reason: String
  /// Account, where one was found.
  public var account: Label?
  /// Charge of the plan that took it; nil where it was not rated.
  public var charge: Label?
  /// Band of the plan in which it begins; nil where its plan has none.
  public var band: Label?
  /// Amount; nil where it was not rated.
  public var amount: Amount?
  /// Currency of the amount.
  public var currency: Currency?
  /// Supplier that carried it; nil where it was not rated, or nobody of suppliers.csv carries it.
  public var supplier: Label?
  /// What the supplier charges; nil where that is not known.
  public var cost: Amount?
  /// Currency of the cost.
  public var costCurrency: Currency?
  /// The steps, in order; the last one says what became of the record.
  public var steps: [Step]

  /// Amount and currency, such as `EUR 0.02`; nil where it was not rated.
  public var amountText: String? {
    guard let amount, let currency else { return nil }
    return Texts.amount(amount, currency)
  }
}
