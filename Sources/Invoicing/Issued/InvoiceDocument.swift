// A finished invoice, read from its JSON document: what credit notes, explanations and paper are made from years later, when
// catalog and usage have gone on.

public import BillingCalendar
public import Money
public import Tables
import UsageSummary

/// A tax or a discount of a document, and what of it falls on which line.
public struct DocumentTax: Hashable, Sendable {
  /// Name of the tax.
  public var tax: Label
  /// The place whose tax it is.
  public var place: Label
  /// How it is counted: `percent` …
  public var method: Label
  /// Its rate, decimal.
  public var rate: Label
  /// Why nothing is owed; empty where it is.
  public var exemption: Label
  /// What it is a share of.
  public var base: Amount
  /// What is owed.
  public var amount: Amount
  /// What of it falls on each of its lines.
  public var shares: [LineShare]
}

/// A document as it was sent.
public struct InvoiceDocument: Sendable {
  /// Its number; empty for a draft.
  public var number: Label
  /// The date on it.
  public var date: CivilDate
  /// The last day to pay; nil for none.
  public var dueDate: CivilDate?
  /// Who sent it.
  public var seller: [InvoiceDraft.Detail]
  /// Account id.
  public var account: Label
  /// Account name.
  public var accountName: Label
  /// What else is said of the account.
  public var accountDetails: [InvoiceDraft.Detail]
  /// The usage period.
  public var period: UsagePeriod
  /// Whether it holds charges of projects that stand apart.
  public var isProjects: Bool
  /// Currency of every amount.
  public var currency: Currency
  /// Invoices of the period that were credited in full, and in whose place it stands.
  public var replaces: [Label] = []
  /// The lines in the order of their numbers, with discounts and taxes on them.
  public var lines: [DocumentLine]
  /// The taxes.
  public var taxes: [DocumentTax]
  /// All of it.
  public var root: JSONNode
  /// The JSON of each line and the section it stands in, by number.
  public var lineNodes: [Int: JSONNode]
  /// The discounts, as they stand in the document.
  public var discountNodes: [JSONNode]
  /// The taxes, as they stand in the document.
  public var taxNodes: [JSONNode]
  /// `UsageFolder.manifestHash` of the usage that it was made from.
  public var usageManifestHash: Label
  /// SHA-256 of its bytes.
  public var hash: String

  /// What is owed before tax.
  public var net: Amount { lines.reduce(.zero) { $0 + $1.net } }
  /// Sum of the taxes.
  public var tax: Amount { taxes.reduce(.zero) { $0 + $1.amount } }
  /// What is owed.
  public var total: Amount { net + tax }
}

extension InvoiceDocument {
  /// Reads a document; it must be sealed, of the version that is written here, and add up.
  public init(_ bytes: [UInt8], name: String) throws(DraftsFolderFault) {
    do {
      try SealedJSON.check(bytes)
      try self.init(JSONNode(try JSONReader.read(bytes)))
      hash = SHA256.hex(of: bytes)
    } catch {
      throw DraftsFolderFault(file: name, message: "\(error)", hint: "restore it from a good copy")
    }
  }

  private init(_ root: JSONNode) throws {
    self.root = root
    let version = try root.member("version").integer()
    guard version == InvoiceDraft.documentVersion, try root.member("document").text() == "invoice" else {
      throw root.fault("it is no invoice, or of a version that is not known here")
    }
    let period = try root.member("period")
    guard
      let usagePeriod = UsagePeriod.parse(
        "\(try period.member("from").text())/\(try period.member("until").text())"),
      let currency = Currency(code: try root.member("currency").text().description)
    else { throw root.fault("no period or currency") }
    number = try root.member("number").value == .null ? .empty : try root.member("number").text()
    date = try root.day("date")
    dueDate = try root.member("due_date").value == .null ? nil : try root.day("due_date")
    seller = try Self.details(try root.member("seller"))
    let account = try root.member("account")
    self.account = try account.member("id").text()
    accountName = try account.member("name").text()
    accountDetails = try Self.details(try account.member("details"))
    self.period = usagePeriod
    isProjects = try root.member("part").text() == "projects"
    self.currency = currency
    usageManifestHash = try root.member("usage_manifest_sha256").text()
    hash = ""
    if root.value["replaces"] != nil {
      replaces = try root.member("replaces").elements().map { try $0.text() }
    }
    taxNodes = try root.member("taxes").elements()
    discountNodes = try root.member("discounts").elements()
    taxes = try taxNodes.map { try Self.tax($0) }
    (lines, lineNodes) = try DocumentLineReader(period: usagePeriod).lines(root)
    try spread()
    guard net == (try root.amount("net")), total == (try root.amount("total")) else {
      throw root.fault("its lines do not add up to its total")
    }
  }

  /// Puts discounts and taxes on their lines.
  private mutating func spread() throws {
    let places = Dictionary(uniqueKeysWithValues: lines.enumerated().map { ($1.number, $0) })
    func place(_ share: LineShare, _ node: JSONNode) throws -> Int {
      guard let place = places[share.number] else { throw node.fault("there is no line \(share.number)") }
      return place
    }
    for node in discountNodes {
      for share in try Self.shares(node) { lines[try place(share, node)].discount += share.amount }
    }
    for (tax, node) in zip(taxes, taxNodes) {
      for share in tax.shares { lines[try place(share, node)].tax += share.amount }
    }
  }

  private static func details(_ node: JSONNode) throws -> [InvoiceDraft.Detail] {
    try node.members().map { InvoiceDraft.Detail(name: $0.name, text: try $0.node.text()) }
  }

  private static func shares(_ node: JSONNode) throws -> [LineShare] {
    try node.member("lines").elements().map {
      LineShare(number: Int(try $0.member("line").integer()), amount: try $0.amount("amount"))
    }
  }

  /// A tax as a document or a credit note has it.
  static func tax(_ node: JSONNode) throws -> DocumentTax {
    let exemption = try node.member("exemption")
    return DocumentTax(
      tax: try node.member("tax").text(), place: try node.member("place").text(),
      method: try node.member("method").text(), rate: try node.member("rate").text(),
      exemption: exemption.value == .null ? .empty : try exemption.text(), base: try node.amount("base"),
      amount: try node.amount("amount"), shares: try shares(node))
  }
}

extension JSONNode {
  /// The member of that name, as a day.
  func day(_ name: Label) throws(JSONShapeFault) -> CivilDate {
    guard let day = CivilDate.parse(try member(name).text().description) else {
      throw fault("\(name) is no day")
    }
    return day
  }
}
