// Prices of a row by band and by jurisdiction.

import Money
import Tables

extension DeckFileReader {
  /// The price of a row in a deck by jurisdiction or with columns of bands, and what it has besides.
  mutating func takePrice(
    _ status: Status, _ variant: inout DeckPriceVariant?, _ draft: inout DeckDraft
  ) -> Int64? {
    guard status == .open else { return takePrice(status) }
    if layout.jurisdiction != nil { return takeJurisdictionPrice(&variant) }
    let price = takePrice(status)
    var bands: [DeckBandPrice] = []
    for (number, index) in columns.bandIndices.enumerated() where !reader[index].isEmpty {
      let result = prices.pico(reader[index])
      guard case .success(let pico) = result, pico >= 0 else {
        refuseBand(layout.bandColumns[number].band, result, reader[index], at: index)
        return nil
      }
      let name = layout.bandColumns[number].band
      let band = name.bytes.withUnsafeBufferPointer { draft.bands.index(of: $0) }
      bands.append(
        DeckBandPrice(
          band: UInt32(truncatingIfNeeded: band), pricePico: pico, connectionFeePico: nil, increment: nil))
    }
    if !bands.isEmpty { variant = DeckPriceVariant(bands: bands.sorted { $0.band < $1.band }) }
    return price
  }

  private mutating func refuseBand(
    _ band: Label, _ result: Result<Int64, DecimalFault>, _ cell: UnsafeBufferPointer<UInt8>, at index: Int
  ) {
    let what = "price of band \(Quoted.text(band))"
    guard case .failure(let fault) = result else {
      return error(
        atCell: index, "the \(what), \(Quoted.text(cell)), is negative", hint: "a price is 0 or more")
    }
    error(atCell: index, fault.message(for: cell, as: what, scale: Amount.scale), hint: fault.cellHint)
  }

  /// The three prices, or the one that holds whatever the jurisdiction is.
  private mutating func takeJurisdictionPrice(_ variant: inout DeckPriceVariant?) -> Int64? {
    var isBad = false
    func cell(_ column: DeckColumn) -> UnsafeBufferPointer<UInt8> { reader[columns[column]] }
    var taken: [Int64?] = []
    for column in DeckColumn.jurisdictions {
      let text = reader[columns[column]]
      taken.append(text.isEmpty ? nil : takeAmount(text, column))
      if !text.isEmpty, taken[taken.count - 1] == nil { isBad = true }
    }
    let hasOwn = !cell(.price).isEmpty
    let isByJurisdiction = DeckColumn.jurisdictions.contains { !cell($0).isEmpty }
    guard hasOwn != isByJurisdiction else {
      if hasOwn {
        error(.price, "the row has a price and prices by jurisdiction", hint: "keep either")
      } else {
        error(.inter, "the row has no price", hint: "fill inter and intra, or price")
      }
      return nil
    }
    if hasOwn { return takeAmount(cell(.price), .price) }
    guard !isBad else { return nil }
    variant = DeckPriceVariant(
      jurisdiction: JurisdictionPrices(interPico: taken[0], intraPico: taken[1], indeterminatePico: taken[2]))
    return taken[0] ?? taken[2] ?? taken[1]
  }

  /// A row with a band: a price, and where it gives them a fee and an increment.
  mutating func takeBandRow(_ kind: UsageKind, _ status: Status, _ draft: inout DeckDraft) {
    guard layout.jurisdiction == nil else {
      return error(.band, "a deck by jurisdiction has no bands", hint: "leave the cell empty")
    }
    guard status == .open else {
      return error(
        .band, "a row with a band cannot be blocked or deleted", hint: "leave the band or the status out")
    }
    let price = takePrice(.open)
    let hasFee = !reader[columns[.connectionFee]].isEmpty
    let fee = hasFee ? takeFee() : 0
    let hasIncrement = [DeckColumn.increment, .incrementFirst, .incrementNext].contains {
      !reader[columns[$0]].isEmpty
    }
    let pair = hasIncrement ? takeIncrement(kind) : defaultPairs[Int(kind.rawValue)]
    let from = takeDate(.from, otherwise: fromSeconds)
    guard let price, let fee, let pair, let from, takeCurrency() else { return checkPrefixes() }
    let band = DeckBandPrice(
      band: UInt32(truncatingIfNeeded: draft.bands.index(of: reader[columns[.band]])), pricePico: price,
      connectionFeePico: hasFee ? fee : nil, increment: hasIncrement ? draft.incrementIndex(pair) : nil)
    for prefix in prefixes(reader[columns[.prefix]]) {
      draft.bandRows.append(
        DeckBandRow(
          sortCode: prefix.sortCode, prefix: prefix.digits, kind: kind, fromSeconds: from, file: fileIndex,
          line: UInt32(truncatingIfNeeded: reader.line), price: band))
    }
  }
}
