// The tables of one-time charges, results, commitments, corrections, discounts and taxes.

import BillingCalendar
import Catalog
import Money
import Tables

extension InvoicePage {
  mutating func oneTime() {
    guard !draft.oneTime.isEmpty else { return }
    let columns = [
      Column(title: "Description", style: "name"), Column(title: "Delivered", style: "days"),
      Column(title: "Quantity", style: "number count"), Column(title: "Price", style: "number price"),
    ]
    begin(table: "One-time charges", columns: columns)
    for line in draft.oneTime {
      lineRow(
        [
          .text(line.description.description, notes: PrintedCharge.notes(of: line)),
          .text(
            PrintedNumber.day(line.delivered, isShort: true),
            notes: line.delivered < draft.period.from ? ["not on the invoice of its month"] : []),
          .number("Quantity", PrintedCharge.quantity(line.quantityMicro)),
          .number("Price", money(line.price)),
        ], line.amount)
    }
    end(subtotal: draft.oneTimeSubtotal, columnCount: columns.count)
  }

  mutating func values() {
    guard !draft.values.isEmpty else { return }
    let columns = [
      Column(title: "Description", style: "name"), Column(title: "Promised", style: "number count"),
      Column(title: "Measured", style: "number count"), Column(title: "Of", style: "number price"),
      Column(title: "Rate", style: "number count"),
    ]
    begin(table: "Service levels", columns: columns)
    for line in draft.values {
      let note = "\(line.metric), measured on \(PrintedNumber.day(line.measured, isShort: true))"
      lineRow(
        [
          .text(line.description.description, notes: [note]),
          .number("Promised", PrintedCharge.quantity(line.targetMicro)),
          .number("Measured", PrintedCharge.quantity(line.measuredMicro)),
          .number("Of", money(line.base)), .number("Rate", PrintedCharge.percent(line.share)),
        ], line.amount)
    }
    end(subtotal: draft.valueSubtotal, columnCount: columns.count)
  }

  mutating func commitments() {
    guard !draft.commitments.isEmpty else { return }
    let columns = [
      Column(title: "Description", style: "name"), Column(title: "Agreed", style: "number price"),
      Column(title: "Reached", style: "number price"),
    ]
    begin(table: "Minimum commitments", columns: columns)
    for line in draft.commitments {
      var notes = line.share.isWhole ? [] : ["\(line.share.days) of \(line.share.ofDays) days"]
      if let period = line.period {
        notes.append("\(PrintedNumber.days(period.days, isShort: true)), corrects invoice \(line.corrects)")
      }
      lineRow(
        [
          .text(line.description.description, notes: notes), .number("Agreed", money(line.committed)),
          .number("Reached", money(line.reached)),
        ], line.amount)
    }
    end(subtotal: draft.commitmentSubtotal, columnCount: columns.count)
  }

  mutating func adjustments() {
    guard !draft.adjustments.isEmpty else { return }
    let columns = [
      Column(title: "Usage", style: "name"), Column(title: "Of", style: "days"),
      Column(title: "Events", style: "number count"), Column(title: "Quantity", style: "number quantity"),
    ]
    begin(table: "Corrections of earlier periods", columns: columns)
    for line in draft.adjustments {
      let corrects = line.corrects.isEmpty ? [] : ["corrects invoice \(line.corrects)"]
      lineRow(
        [
          .text(line.name.description),
          .text(PrintedNumber.days(line.period.days, isShort: true), notes: corrects),
          .number("Events", PrintedNumber.count(line.eventCount)),
          .number("Quantity", PrintedUsage(kind: line.kind).quantity(line.quantityBilled, price: nil)),
        ], line.amount)
    }
    end(subtotal: draft.adjustmentSubtotal, columnCount: columns.count)
  }

  mutating func discounts() {
    guard !draft.discounts.isEmpty else { return }
    let columns = [
      Column(title: "Discount", style: "name"), Column(title: "Of", style: "number price"),
      Column(title: "Rate", style: "number count"),
    ]
    begin(table: "Discounts", columns: columns)
    for line in draft.discounts {
      var rate = ""
      if case .share(let share) = line.value { rate = PrintedCharge.percent(share) }
      row(
        [
          .text(line.description.description), .number("Of", money(line.base)), .number("Rate", rate),
        ], line.amount)
    }
    end(subtotal: draft.discountTotal, columnCount: columns.count)
  }

  mutating func taxes() {
    guard !draft.taxes.isEmpty else { return }
    let columns = [
      Column(title: "Tax", style: "name"), Column(title: "On", style: "number price"),
      Column(title: "Rate", style: "number count"),
    ]
    begin(table: "Tax", columns: columns)
    for line in draft.taxes {
      let base = line.quantityMicro.map { PrintedNumber.decimal($0, scale: 6) } ?? money(line.base)
      row(
        [
          .text("\(line.tax), \(line.place)", notes: line.exemption.map { [PrintedCharge.reason($0)] } ?? []),
          .number("On", base),
          .number("Rate", line.exemption == nil ? PrintedCharge.rate(of: line.method) : ""),
        ], line.amount)
    }
    end(subtotal: draft.tax, columnCount: columns.count)
  }
}
