// A credit note: all lines of an invoice, or some, taken back with their discounts and taxes, to the cent.

public import BillingCalendar
public import Money
public import Tables
import UsageSummary

/// A document that takes back lines of an invoice.
///
/// Amounts are those of the invoice with the other sign. Of a tax it takes back what of it fell on its lines, so that credit
/// notes of all lines together are the invoice, whatever was rounded.
public struct CreditNote: Sendable {
  /// Its number.
  public var number: Label
  /// The date on it.
  public var date: CivilDate
  /// Why.
  public var reason: Label
  /// The invoice.
  public let invoice: InvoiceDocument
  /// What it takes back, by the numbers of the invoice's lines.
  public let lines: [DocumentLine]
  /// What it takes back of each tax.
  public let taxes: [DocumentTax]

  /// Takes back the lines of those numbers.
  /// - Precondition: the invoice has them.
  public init(number: Label, date: CivilDate, reason: Label, invoice: InvoiceDocument, lines: Set<Int>) {
    self.number = number
    self.date = date
    self.reason = reason
    self.invoice = invoice
    let taken = invoice.lines.filter { lines.contains($0.number) }
    precondition(taken.count == lines.count, "an invoice has the lines that are taken back")
    self.lines = taken.map(\.mirrored)
    let isWhole = taken.count == invoice.lines.count
    let nets = Dictionary(uniqueKeysWithValues: taken.map { ($0.number, $0.net) })
    taxes = invoice.taxes.compactMap { tax in
      let shares = tax.shares.filter { lines.contains($0.number) }
      guard !shares.isEmpty else { return nil }
      var mirrored = tax
      mirrored.shares = shares.map { LineShare(number: $0.number, amount: -$0.amount) }
      mirrored.amount = mirrored.shares.reduce(.zero) { $0 + $1.amount }
      // Of a part of the lines the base is their net: what taxes on taxes added to it is not known by line.
      mirrored.base = isWhole ? -tax.base : -shares.reduce(.zero) { $0 + (nets[$1.number] ?? .zero) }
      return mirrored
    }
  }

  /// What is given back before tax, zero or less for a usual invoice.
  public var net: Amount { lines.reduce(.zero) { $0 + $1.net } }
  /// What is given back of taxes.
  public var tax: Amount { taxes.reduce(.zero) { $0 + $1.amount } }
  /// What is given back.
  public var total: Amount { net + tax }

  /// Version of the document.
  public static let documentVersion = 1

  /// The bytes of the document: pretty JSON, sealed. Equal credit notes give equal bytes.
  public func json() -> [UInt8] {
    func money(_ amount: Amount) -> JSONValue {
      .text(amount.text(minimumDigits: invoice.currency.minorDigits))
    }
    return SealedJSON.text(of: [
      "document": "credit-note", "version": .integer(Self.documentVersion), "status": "final",
      "number": .string(number), "date": .text(date.description),
      "corrects": [
        "number": .string(invoice.number), "date": .text(invoice.date.description),
        "sha256": .text(invoice.hash),
      ],
      "reason": .string(reason),
      "period": [
        "from": .text(invoice.period.from.description), "until": .text(invoice.period.until.description),
      ],
      "part": .text(invoice.isProjects ? "projects" : "main"), "currency": .text(invoice.currency.code),
      "seller": Self.json(invoice.seller),
      "account": [
        "id": .string(invoice.account), "name": .string(invoice.accountName),
        "details": Self.json(invoice.accountDetails),
      ],
      "lines": .array(
        lines.map { line in
          [
            "line": .integer(line.number), "section": .string(line.section),
            "description": .string(line.description), "contract": .string(line.contract),
            "item": .string(line.item), "from": .text(line.from.description),
            "until": .text(line.until.description), "quantity": .text(line.quantity),
            "unit": .text(line.unit), "price": .text(line.unitPrice), "amount": money(line.amount),
            "discount": money(line.discount), "net": money(line.net), "tax": money(line.tax),
            "tax_class": .string(line.taxClass), "purchase_order": .string(line.purchaseOrder),
          ]
        }),
      "net": money(net),
      "taxes": .array(
        taxes.map { tax in
          [
            "tax": .string(tax.tax), "place": .string(tax.place), "method": .string(tax.method),
            "rate": .string(tax.rate), "exemption": .string(tax.exemption), "base": money(tax.base),
            "amount": money(tax.amount),
            "lines": .array(
              tax.shares.map { ["line": .integer($0.number), "amount": money($0.amount)] }),
          ]
        }), "tax": money(tax), "total": money(total),
    ])
  }

  private static func json(_ details: [InvoiceDraft.Detail]) -> JSONValue {
    .object(details.map { JSONMember(name: $0.name, value: .string($0.text)) })
  }
}

extension DocumentLine {
  /// The line with the other sign.
  var mirrored: DocumentLine {
    var line = self
    (line.amount, line.discount, line.tax) = (-amount, -discount, -tax)
    if quantity.hasPrefix("-") {
      line.quantity = String(quantity.dropFirst())
    } else if !quantity.isEmpty, quantity != "0" {
      line.quantity = "-" + quantity
    }
    return line
  }
}
