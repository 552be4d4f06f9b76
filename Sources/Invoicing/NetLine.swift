// What discounts, commitments and taxes see of a line, whatever kind of line it is.

import BillingCalendar
import Catalog
import Money
import Tables
import UsageSummary

/// A numbered line, reduced to what later steps need.
struct NetLine {
  /// What kind of line it is.
  enum Origin {
    case recurring, usage, oneTime, value, commitment, adjustment
  }

  /// Its number on the document, from 1.
  var number: Int
  /// What kind of line it is.
  var origin: Origin
  /// Contract; empty for none.
  var contract: Label
  /// Item; empty for none.
  var item: Label
  /// Class by which taxes know it.
  var taxClass: Label
  /// The day by which discounts are chosen: the first of its days.
  var firstDay: CivilDate
  /// The day by whose rates it is taxed: the first of a recurring line, the day of delivery, the last day of usage.
  var taxDay: CivilDate
  /// How many recurring lines count, in millionths; 0 for others.
  var countMicro: Int64 = 0
  /// Billed milliseconds of calls; 0 for others.
  var callMilliseconds: Int128 = 0
  /// Whether it corrects or changes what was charged before: what it gives back gives back the discounts on that, too.
  var isCorrection = false
  /// Whether what it corrects or changes is a credit, which no discount has touched.
  var isOfCredit = false
  /// Of a refund: what discounts took off its days when they were charged, zero or more, and the invoice that did.
  var discountThen: (amount: Amount, invoice: Label) = (.zero, .empty)
  /// Whether it belongs on an earlier invoice, so that no commitment of this one counts it.
  var isOfEarlierPeriod = false
  /// What it comes to, less the discounts so far; whole minor units.
  var net: Amount
}

extension InvoiceDraft {
  /// The lines in the order of their numbers.
  var netLines: [NetLine] {
    var lines: [NetLine] = []
    let lastDay = period.until.advanced(by: -1)
    for line in recurring {
      lines.append(
        NetLine(
          number: lines.count + 1, origin: .recurring, contract: line.contract, item: line.item,
          taxClass: line.taxClass, firstDay: line.supplyDay ?? line.days.lowerBound,
          taxDay: line.supplyDay ?? line.days.lowerBound, countMicro: line.quantityMicro,
          isCorrection: line.kind != .interval, isOfCredit: line.isOfCredit,
          discountThen: (line.discountThen, line.corrects), isOfEarlierPeriod: !line.corrects.isEmpty,
          net: line.amount.rounded))
    }
    for section in usage {
      for line in section.lines {
        lines.append(
          NetLine(
            number: lines.count + 1, origin: .usage, contract: .empty, item: line.name,
            taxClass: Label(section.kind?.name ?? "service"), firstDay: period.from, taxDay: lastDay,
            callMilliseconds: section.kind == .voice ? line.quantityBilled : 0, net: line.amount.rounded))
      }
    }
    for line in oneTime {
      lines.append(
        NetLine(
          number: lines.count + 1, origin: .oneTime, contract: line.contract, item: line.item,
          taxClass: line.taxClass, firstDay: line.delivered, taxDay: line.delivered, net: line.amount.rounded)
      )
    }
    for line in values {
      lines.append(
        NetLine(
          number: lines.count + 1, origin: .value, contract: line.contract, item: line.metric,
          taxClass: line.taxClass, firstDay: period.from, taxDay: lastDay, net: line.amount.rounded))
    }
    for line in commitments {
      lines.append(
        NetLine(
          number: lines.count + 1, origin: .commitment, contract: line.contract, item: .empty,
          taxClass: "service", firstDay: line.days.lowerBound,
          taxDay: (line.period ?? period).until.advanced(by: -1), isCorrection: line.period != nil,
          net: line.amount.rounded))
    }
    // Taxed and discounted as what they correct.
    for line in adjustments {
      lines.append(
        NetLine(
          number: lines.count + 1, origin: .adjustment, contract: .empty, item: line.name,
          taxClass: Label(line.kind?.name ?? "service"), firstDay: line.period.from,
          taxDay: line.period.until.advanced(by: -1),
          callMilliseconds: line.kind == .voice ? line.quantityBilled : 0, isCorrection: true,
          net: line.amount.rounded))
    }
    return lines
  }
}
