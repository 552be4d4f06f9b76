// `basis.json`: written, and read again with its seal.

import BillingCalendar
import Catalog
import Money
import Tables
import UsageSummary

extension DraftBasis {
  private static let version = 3

  /// The bytes of the file: pretty JSON, sealed. Equal values give equal bytes.
  public func json() -> [UInt8] {
    SealedJSON.text(of: [
      "document": "invoice-basis", "version": .integer(Self.version), "period": .text(choice.description),
      "billed_accounts": .array(billedAccounts.sorted().map { .string($0) }),
      "invoices": .array(invoices.map(Self.json)),
      "charged": .array(charged.map(Self.json)), "earlier": .array(earlier.map(Self.json)),
      "reached": .array(reached.map(Self.json)), "uncorrected": .array(uncorrected.map(Self.json)),
      "unbilled": .array(unbilled.map(Self.json)),
      "usage_billed_later": .array(usageBilledLater.sorted().map { .string($0) }),
      "taken_back": .array(takenBack.map(Self.json)),
      "credited_in_full": .array(creditedInFull.map(Self.json)),
      "first_periods": .array(
        firstPeriods.sorted { $0.key < $1.key }.map { account, period in
          ["account": .string(account), "period": .text(period.description)]
        }),
      "closed": .array(
        closed.sorted { $0.key < $1.key }.map { account, periods in
          [
            "account": .string(account),
            "periods": .array(periods.sorted().map { .text($0.description) }),
          ]
        }),
      "differing": .array(differing.sorted().map { .string($0) }),
      "correcting": .array(correcting.sorted().map { .string($0) }),
      "billed_charges": .array(billedCharges.sorted().map { .string($0) }),
      "decisions": .array(
        decisions.map { decision in
          [
            "charge": .string(decision.charge), "verdict": .text(decision.decision.verdict.rawValue),
            "by": .string(decision.decision.by), "on": .textOrNull(decision.decision.on?.description),
          ]
        }),
      "adjustment_rows": .integer(adjustmentRowCount), "adjustments_sha256": .text(adjustmentsHash),
      "calls": calls.map { calls in
        [
          "shows_numbers": .bool(calls.listing.showsNumbers),
          "usage_manifests_sha256": .array(calls.manifestHashes.map { .text($0) }),
        ]
      } ?? .null,
    ])
  }

  private static func json(_ invoice: EarlierInvoice) -> JSONValue {
    [
      "number": .string(invoice.number), "account": .string(invoice.account),
      "period": .text(invoice.period.description), "currency": .text(invoice.currency.code),
      "part": .text(invoice.isProjects ? "projects" : "main"),
      "recurring": .text(invoice.recurring.description), "usage": .text(invoice.usage.description),
      "other": .text(invoice.other.description), "total": .text(invoice.total.description),
    ]
  }

  private static func json(_ line: ChargedLine) -> JSONValue {
    [
      "invoice": .string(line.invoice), "account": .string(line.account), "refund": .bool(line.isRefund),
      "contract": .string(line.contract), "description": .string(line.description),
      "item": .string(line.item), "from": .text(line.from.description),
      "until": .text(line.until.description),
      "quantity": .text(DecimalText.format(Int128(line.quantityMicro), scale: 6)),
      "price": .text(line.price.description), "currency": .text(line.currency.code),
      "amount": .text(line.amount.description), "discount": .text(line.discount.description),
      "corrects": .string(line.corrects),
      "counted": .bool(line.isCounted),
      "included": .text(DecimalText.format(Int128(line.includedMicro), scale: 6)),
      "credited": .bool(line.isCredited),
    ]
  }

  private static func json(_ usage: UnbilledUsage) -> JSONValue {
    [
      "account": .string(usage.account), "period": .text(usage.period.description),
      "currency": .text(usage.currency.code), "amount": .text(usage.amount.description),
      "billed_here": .bool(usage.isBilledHere),
    ]
  }

  private static func json(_ invoice: CreditedInvoice) -> JSONValue {
    [
      "number": .string(invoice.number), "account": .string(invoice.account),
      "period": .text(invoice.period.description), "currency": .text(invoice.currency.code),
      "net": .text(invoice.net.description), "kept_by": .array(invoice.keptBy.map { .string($0) }),
    ]
  }

  private static func creditedInFull(_ node: JSONNode) throws -> CreditedInvoice {
    guard let currency = Currency(code: try node.member("currency").text().description) else {
      throw node.fault("no currency")
    }
    return CreditedInvoice(
      number: try node.member("number").text(), account: try node.member("account").text(),
      period: try node.member("period").period(), currency: currency, net: try node.amount("net"),
      keptBy: try node.member("kept_by").elements().map { try $0.text() })
  }

  private static func unbilled(_ node: JSONNode) throws -> UnbilledUsage {
    guard let period = UsagePeriod.parse(try node.member("period").text().description),
      let currency = Currency(code: try node.member("currency").text().description)
    else { throw node.fault("no period or currency") }
    return UnbilledUsage(
      account: try node.member("account").text(), period: period, currency: currency,
      amount: try node.amount("amount"), isBilledHere: try node.member("billed_here").bool())
  }

  private static func charged(_ node: JSONNode) throws -> ChargedLine {
    guard let currency = Currency(code: try node.member("currency").text().description) else {
      throw node.fault("no currency")
    }
    var line = ChargedLine(
      invoice: try node.member("invoice").text(), account: try node.member("account").text(),
      isRefund: try node.member("refund").bool(), contract: try node.member("contract").text(),
      description: try node.member("description").text(), item: try node.member("item").text(),
      from: try node.day("from"), until: try node.day("until"),
      quantityMicro: try node.millionths("quantity"),
      price: try node.amount("price"), currency: currency)
    line.amount = try node.amount("amount")
    if node.value["discount"] != nil { line.discount = try node.amount("discount") }
    line.corrects = try node.member("corrects").text()
    line.isCounted = try node.member("counted").bool()
    line.includedMicro = try node.millionths("included")
    if node.value["credited"] != nil { line.isCredited = try node.member("credited").bool() }
    return line
  }

  /// Reads the file in the folder at `path`; it must be sealed.
  public static func open(_ path: String) throws(DraftsFolderFault) -> DraftBasis {
    let name = path + "/" + fileName
    do {
      let bytes = try TableFile.read(name)
      try SealedJSON.check(bytes)
      return try read(JSONNode(try JSONReader.read(bytes)))
    } catch {
      throw DraftsFolderFault(file: name, message: "\(error)", hint: "draft again")
    }
  }

  private static func read(_ root: JSONNode) throws -> DraftBasis {
    guard let choice = UsagePeriodChoice.parse(try root.member("period").text().description),
      try root.member("version").integer() == version
    else { throw root.fault("no period, or a version that is not known here") }
    var basis = DraftBasis(
      choice: choice,
      billedAccounts: Set(try root.member("billed_accounts").elements().map { try $0.text() }),
      invoices: try root.member("invoices").elements().map { try invoice($0) },
      charged: try root.member("charged").elements().map { try charged($0) },
      decisions: try root.member("decisions").elements().map { try decision($0) },
      adjustmentRowCount: try root.member("adjustment_rows").integer(),
      adjustmentsHash: try root.member("adjustments_sha256").text().description)
    // Those of earlier programs have neither.
    if root.value["reached"] != nil {
      basis.reached = try root.member("reached").elements().map { try reached($0) }
      basis.uncorrected = try root.member("uncorrected").elements().map { try uncorrected($0) }
    }
    if root.value["unbilled"] != nil {
      basis.unbilled = try root.member("unbilled").elements().map { try unbilled($0) }
    }
    if root.value["taken_back"] != nil {
      basis.usageBilledLater = Set(try root.member("usage_billed_later").elements().map { try $0.text() })
      basis.takenBack = try root.member("taken_back").elements().map { try invoice($0) }
      for node in try root.member("first_periods").elements() {
        basis.firstPeriods[try node.member("account").text()] = try node.member("period").period()
      }
      for node in try root.member("closed").elements() {
        basis.closed[try node.member("account").text()] = Set(
          try node.member("periods").elements().map { try $0.period() })
      }
    }
    if root.value["credited_in_full"] != nil {
      basis.creditedInFull = try root.member("credited_in_full").elements().map { try creditedInFull($0) }
    }
    basis.earlier = try root.member("earlier").elements().map { try charged($0) }
    basis.differing = Set(try root.member("differing").elements().map { try $0.text() })
    basis.correcting = Set(try root.member("correcting").elements().map { try $0.text() })
    basis.billedCharges = Set(try root.member("billed_charges").elements().map { try $0.text() })
    let calls = try root.member("calls")
    if calls.value != .null {
      basis.calls = (
        CallListing(showsNumbers: try calls.member("shows_numbers").bool()),
        try calls.member("usage_manifests_sha256").elements().map { try $0.text().description }
      )
    }
    return basis
  }

  private static func invoice(_ node: JSONNode) throws -> EarlierInvoice {
    guard let period = UsagePeriod.parse(try node.member("period").text().description),
      let currency = Currency(code: try node.member("currency").text().description)
    else { throw node.fault("no period or currency") }
    return EarlierInvoice(
      number: try node.member("number").text(), account: try node.member("account").text(), period: period,
      currency: currency, isProjects: try node.member("part").text() == "projects",
      recurring: try node.amount("recurring"), usage: try node.amount("usage"),
      other: try node.amount("other"), total: try node.amount("total"))
  }

  private static func decision(_ node: JSONNode) throws -> Decision {
    let day = try node.member("on")
    guard let verdict = ChargeDecision.Verdict(rawValue: try node.member("verdict").text().description)
    else { throw node.fault("no verdict") }
    return Decision(
      charge: try node.member("charge").text(),
      decision: ChargeDecision(
        verdict: verdict, by: try node.member("by").text(),
        on: day.value == .null ? nil : CivilDate.parse(try day.text().description)))
  }
}
