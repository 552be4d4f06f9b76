// The tables of one-time charges, commitments, discounts and taxes.

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
      page.open("tr")
      page.open("td")
      page.text(line.description)
      for note in PrintedCharge.notes(of: line) { page.element("small", note) }
      page.close("td")
      page.element("td", PrintedNumber.day(line.delivered, isShort: true))
      numberCell("Quantity", PrintedCharge.quantity(line.quantityMicro))
      numberCell("Price", money(line.price))
      amountCells(line.amount)
      page.close("tr")
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
      page.open("tr")
      page.open("td")
      page.text(line.description)
      page.element("small", "\(line.metric), measured on \(PrintedNumber.day(line.measured, isShort: true))")
      page.close("td")
      numberCell("Promised", PrintedCharge.quantity(line.targetMicro))
      numberCell("Measured", PrintedCharge.quantity(line.measuredMicro))
      numberCell("Of", money(line.base))
      numberCell("Rate", PrintedCharge.percent(line.share))
      amountCells(line.amount)
      page.close("tr")
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
      page.open("tr")
      page.open("td")
      page.text(line.description)
      if !line.share.isWhole {
        page.element("small", "\(line.share.days) of \(line.share.ofDays) days")
      }
      page.close("td")
      numberCell("Agreed", money(line.committed))
      numberCell("Reached", money(line.reached))
      amountCells(line.amount)
      page.close("tr")
    }
    end(subtotal: draft.commitmentSubtotal, columnCount: columns.count)
  }

  mutating func discounts() {
    guard !draft.discounts.isEmpty else { return }
    let columns = [
      Column(title: "Discount", style: "name"), Column(title: "Of", style: "number price"),
      Column(title: "Rate", style: "number count"),
    ]
    begin(table: "Discounts", columns: columns)
    for line in draft.discounts {
      page.open("tr")
      page.element("td", line.description.description)
      numberCell("Of", money(line.base))
      if case .share(let share) = line.value {
        numberCell("Rate", PrintedCharge.percent(share))
      } else {
        numberCell("Rate", "")
      }
      amountCells(line.amount)
      page.close("tr")
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
      page.open("tr")
      page.open("td")
      page.text("\(line.tax), \(line.place)")
      if let exemption = line.exemption { page.element("small", PrintedCharge.reason(exemption)) }
      page.close("td")
      if let quantity = line.quantityMicro {
        numberCell("On", PrintedNumber.decimal(quantity, scale: 6))
      } else {
        numberCell("On", money(line.base))
      }
      numberCell("Rate", line.exemption == nil ? PrintedCharge.rate(of: line.method) : "")
      amountCells(line.amount)
      page.close("tr")
    }
    end(subtotal: draft.tax, columnCount: columns.count)
  }
}
