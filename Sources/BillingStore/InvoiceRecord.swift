// Invoices and credit notes as the book knows them.

public import BillingCalendar
public import Money
public import Tables

/// A document that was sent: an invoice or a credit note. It never changes.
public struct InvoiceRecord: Sendable {
  /// What it is.
  public enum Kind: String, Sendable {
    /// An invoice.
    case invoice
    /// A credit note, which takes back all or some lines of an invoice.
    case creditNote = "credit-note"
  }

  /// Its number; the name of its folder.
  public var number = ""
  /// What it is.
  public var kind: Kind
  /// Its place in its series.
  public var sequence: Int64 = 0
  /// Account id.
  public var account: Label
  /// Account name.
  public var accountName: Label
  /// The usage period.
  public var period: UsagePeriod
  /// Whether it holds charges of projects that stand apart.
  public var isProjects: Bool
  /// Currency of the amounts.
  public var currency: Currency
  /// The date on it.
  public var date: CivilDate
  /// The last day to pay; nil for none.
  public var dueDate: CivilDate?
  /// The invoice that a credit note corrects.
  public var corrects: String?
  /// Why; of a credit note.
  public var reason = ""
  /// The drafts that an invoice was made from.
  public var draftID: String?
  /// Name of its draft there; empty for a credit note.
  public var draftName = Label.empty
  /// What was frozen as billed with it; nil for a credit note.
  public var billingID: String?
  /// Whether it was credited in full, with all other invoices of its account and billing, so that its period can be billed again.
  public var isTakenBack = false
  /// When it was finalised, in UTC.
  public var finalisedAt = ""
  /// SHA-256 of `invoice.json`.
  public var jsonHash = ""
  /// SHA-256 of `invoice.html`.
  public var pageHash = ""
  /// Sum of the recurring lines.
  public var recurring: Amount
  /// Sum of the usage lines.
  public var usage: Amount
  /// What is owed before tax.
  public var net: Amount
  /// Sum of the taxes.
  public var tax: Amount
  /// What is owed.
  public var total: Amount { net + tax }

  /// Makes one without a number.
  public init(
    kind: Kind, account: Label, accountName: Label, period: UsagePeriod, isProjects: Bool, currency: Currency,
    date: CivilDate, dueDate: CivilDate?, recurring: Amount, usage: Amount, net: Amount, tax: Amount
  ) {
    self.kind = kind
    self.account = account
    self.accountName = accountName
    self.period = period
    self.isProjects = isProjects
    self.currency = currency
    self.date = date
    self.dueDate = dueDate
    self.recurring = recurring
    self.usage = usage
    self.net = net
    self.tax = tax
  }
}

/// A line of a document as a row of the book; texts in the order of its columns.
public struct InvoiceLineRecord: Sendable {
  /// Its number.
  public var number: Int
  /// `section`, `description`, `contract`, `item`, `project`, `ticket`, `service_from`, `service_until`, `quantity`, `unit`,
  /// `unit_price`, `tax_class`, `charge`.
  public var texts: [Label]
  /// Before discounts.
  public var amount: Amount
  /// Discounts, zero or less.
  public var discount: Amount
  /// Taxes.
  public var tax: Amount

  /// Makes one.
  /// - Precondition: thirteen texts.
  public init(number: Int, texts: [Label], amount: Amount, discount: Amount, tax: Amount) {
    precondition(texts.count == 13, "a text for each column")
    self.number = number
    self.texts = texts
    self.amount = amount
    self.discount = discount
    self.tax = tax
  }
}

/// The series that documents are numbered in.
public struct NumberSeries: Sendable {
  /// Name of the seller.
  public var entity: Label
  /// Its name, with which numbers begin.
  public var name: Label
  /// The first number, where none was given yet.
  public var firstNumber: Int64

  /// Makes a series.
  public init(entity: Label, name: Label, firstNumber: Int64) {
    self.entity = entity
    self.name = name
    self.firstNumber = firstNumber
  }

  /// The number of a place: the name and at least four digits.
  func number(_ sequence: Int64) -> String {
    let digits = String(sequence)
    return "\(name)-" + String(repeating: "0", count: max(0, 4 - digits.utf8.count)) + digits
  }
}
