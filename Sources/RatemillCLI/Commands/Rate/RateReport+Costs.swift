// What suppliers charge, in the report of `rate`: costs, what has none, margins, losses.

internal import BillingCalendar
internal import Catalog
internal import Money
internal import RatingEngine
internal import Tables

/// Renders a report of costs.
struct CostLines {
  let report: CostReport
  let console: Console

  // MARK: people

  /// The lines, most important last but one: what loses money comes at the end.
  var lines: [String] {
    report.suppliers.map { supplier in
      "  cost       \(money(supplier.cost, supplier.currency)) by \(name(supplier.name)) for \(events(supplier.eventCount))"
    } + missingLines + marginLines + lossLines
  }

  private var missingLines: [String] {
    report.missing.map { supplier in
      let quantities = supplier.quantities.map { " of \(quantity($0.kind, $0.raw))" }.joined(
        separator: " and")
      let why =
        supplier.name.isEmpty
        ? "no row of suppliers.csv fits" : "no row of the deck of \(name(supplier.name)) fits"
      return "  no cost    \(events(supplier.eventCount))\(quantities): \(why)"
    }
  }

  private var marginLines: [String] {
    report.margins.map { margin in
      "  margin     \(money(margin.margin, margin.currency)): \(money(margin.amount, margin.currency)) less "
        + "\(money(margin.cost, margin.currency)) of cost"
    }
      + settledLines
      + report.rates.map { rate in
        "  rate       1 \(rate.from) = \(Amount(pico: Int128(rate.ratePico))) \(rate.to), of \(rate.date)"
      }
      + report.unconverted.map { pair in
        "  no rate    from \(pair.from) to \(pair.to) for \(events(pair.eventCount)): add it to fx.csv"
      }
  }

  /// What margins and losses have of usage whose amounts depend on whole periods.
  private var settledLines: [String] {
    report.hasSettled
      ? ["  settled    margins have what this run changes of usage that is settled with its period"]
      : report.unsettled.map { supplier in
        "  settled    later: \(money(supplier.cost, supplier.currency)) by \(name(supplier.name)) for "
          + "\(events(supplier.eventCount)), in no margin before"
      }
  }

  private var lossLines: [String] {
    guard report.tellsLosses else {
      return ["  losses     not looked for: the keys of --by leave no room for destinations; use fewer"]
    }
    guard report.lossCount > 0 else { return [] }
    let rest = report.lossCount - report.losses.count
    return [
      "  losses     \(ReadableText.count(report.lossCount, "destination costs", "destinations cost")) more than it brings in:"
    ]
      + report.losses.map { loss in
        "    \(money(loss.margin.margin, loss.margin.currency))  \(name(loss.ratingGroup)), \(name(loss.destination)), by "
          + "\(name(loss.supplier)): \(money(loss.margin.amount, loss.margin.currency)) less "
          + "\(money(loss.margin.cost, loss.margin.currency)), \(events(loss.eventCount))"
      } + (rest > 0 ? ["    and \(ReadableText.count(rest)) more"] : [])
  }

  private func money(_ amount: Amount?, _ currency: Currency?) -> String {
    guard let amount, let currency else { return "" }
    return "\(currency) \(amount.text(minimumDigits: currency.minorDigits))"
  }

  private func name(_ label: Label) -> String { console.quoted(bytes: label.bytes) }
  private func events(_ count: Int) -> String { ReadableText.count(count, "event", "events") }
  private func quantity(_ kind: UsageKind, _ value: Int128) -> String {
    "\(DecimalText.format(value, scale: kind.quantityDigits)) \(kind.unit)"
  }

  // MARK: JSON

  /// The same as a JSON value.
  var value: JSONValue {
    [
      "by_supplier": .array(report.suppliers.map(Self.value)),
      "missing": .array(report.missing.map(Self.value)),
      "unsettled": .array(report.unsettled.map(Self.value)),
      "margins": .array(report.margins.map { .object(Self.members($0)) }),
      "rates": .array(
        report.rates.map { rate in
          [
            "from": .text(rate.from.code), "to": .text(rate.to.code), "date": .text(rate.date.description),
            "rate": .text(Amount(pico: Int128(rate.ratePico)).description),
          ]
        }),
      "unconverted": .array(
        report.unconverted.map { pair in
          ["from": .text(pair.from.code), "to": .text(pair.to.code), "events": .integer(pair.eventCount)]
        }),
      "loss_count": .integer(report.lossCount),
      "losses": .array(
        report.losses.map { loss in
          .object(
            [
              JSONMember(name: "rating_group", value: .text(loss.ratingGroup.description)),
              JSONMember(name: "destination", value: .text(loss.destination.description)),
              JSONMember(name: "supplier", value: .text(loss.supplier.description)),
              JSONMember(name: "events", value: .integer(loss.eventCount)),
            ] + Self.members(loss.margin))
        }),
    ]
  }

  private static func value(_ supplier: CostReport.Supplier) -> JSONValue {
    [
      "supplier": .text(supplier.name.description), "events": .integer(supplier.eventCount),
      "cost": .textOrNull(supplier.cost?.description), "currency": .textOrNull(supplier.currency?.code),
      "quantities": .object(
        supplier.quantities.map { quantity in
          JSONMember(
            name: Label(quantity.kind.unit),
            value: .text(DecimalText.format(quantity.raw, scale: quantity.kind.quantityDigits)))
        }),
    ]
  }

  private static func members(_ margin: CostReport.Margin) -> [JSONMember] {
    [
      JSONMember(name: "currency", value: .text(margin.currency.code)),
      JSONMember(name: "amount", value: .text(margin.amount.description)),
      JSONMember(name: "cost", value: .text(margin.cost.description)),
      JSONMember(name: "margin", value: .text(margin.margin.description)),
    ]
  }
}
