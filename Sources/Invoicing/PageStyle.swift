// The look of invoices and of their index: one sheet on a screen, cards on a phone, A4 on paper. No outside resources.

/// The style sheet that every page carries.
enum PageStyle {
  /// Plain CSS.
  ///
  /// Names read in their own direction, and stand where Latin ones would, at the left. One ink, one grey, one blue; figures of equal width, so that columns add up to the eye. Below 640 pixels a table row
  /// becomes a small card: name and amount on the first line, the rest in grey below, each with its column's name.
  static let css: StaticString = """
    :root { --ink: #1a2330; --grey: #5c6775; --line: #dde3e9; --soft: #f4f6f8; --blue: #1d4e79; --amber: #8a5a00 }
    * { box-sizing: border-box }
    html { -webkit-text-size-adjust: 100%; color-scheme: light }
    body { margin: 0; text-align: left; background: #eceff2; color: var(--ink);
      font: 15px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, "Liberation Sans", sans-serif;
      font-variant-numeric: tabular-nums lining-nums }
    p, h1, h2, dl, dd, table { margin: 0; padding: 0 }
    h1, h2, th { font-weight: 600 }
    a { color: var(--blue) }
    p, td, dd { overflow-wrap: anywhere; unicode-bidi: plaintext }
    .sheet { max-width: 860px; margin: 32px auto; padding: 52px 52px 36px; background: #fff; border-radius: 3px;
      border-top: 5px solid var(--blue); box-shadow: 0 1px 2px rgba(26,35,48,.10), 0 10px 30px rgba(26,35,48,.07) }
    .wide { max-width: 1080px }
    .head, .parties { display: flex; justify-content: space-between; gap: 40px }
    .brand { font-size: 21px; font-weight: 650; line-height: 1.25; letter-spacing: -.01em }
    .logo img { display: block; max-width: 260px; max-height: 64px; margin-bottom: 10px }
    .lines { white-space: pre-line }
    .grey { color: var(--grey) }
    .small { font-size: 13px }
    .title { text-align: right }
    h1 { font-size: 28px; line-height: 1.15; font-weight: 400; letter-spacing: -.01em }
    .badge { display: inline-block; margin-top: 10px; padding: 2px 12px; border: 1px solid currentColor;
      border-radius: 99px; color: var(--amber); font-size: 12px; font-weight: 600; letter-spacing: .08em;
      text-transform: uppercase }
    .parties { margin-top: 40px }
    .label, th, dt { color: var(--grey); font-size: 12px; font-weight: 500; letter-spacing: .02em }
    .parties .name { font-weight: 600; font-size: 16px }
    .facts { min-width: 300px; display: grid; grid-template-columns: auto auto; gap: 3px 24px; align-content: start }
    .facts dt { font-size: 13px; letter-spacing: 0 }
    .facts dd { text-align: right; font-size: 13px }
    .due { display: flex; justify-content: space-between; align-items: baseline; gap: 24px; margin: 36px 0 8px;
      padding: 18px 22px; background: var(--soft); border-radius: 4px }
    .due small { display: block; font-size: 13px; color: var(--grey) }
    .due .sum { font-size: 27px; font-weight: 600; letter-spacing: -.01em; color: var(--blue); white-space: nowrap }
    section { margin-top: 30px }
    h2 { font-size: 16px; color: var(--blue) }
    table { width: 100%; border-collapse: collapse; margin-top: 6px }
    th { text-align: left; vertical-align: bottom; padding: 6px 0 6px 16px; border-bottom: 1px solid var(--ink) }
    td { vertical-align: top; padding: 8px 0 7px 16px; border-bottom: 1px solid var(--line) }
    th:first-child, td:first-child { padding-left: 0 }
    .number { text-align: right; white-space: nowrap }
    .days { width: 22% } .count { width: 11% } .quantity { width: 14% } .price { width: 17% } .rounding { width: 12% }
    .amount { width: 12% }
    .rows th.name { min-width: 170px }
    .index th:first-child { width: 40% }
    td.rounding { color: var(--grey); font-size: 12px; line-height: 22px }
    td small { display: block; color: var(--grey); font-size: 12px; line-height: 1.35 }
    tr.subtotal td { border-bottom: 0; padding-top: 9px; font-weight: 600 }
    .totals { margin: 34px 0 0 auto; width: auto; min-width: 340px }
    .totals td { border: 0; padding: 4px 0; white-space: nowrap }
    .totals td:first-child { padding-right: 28px }
    .totals tr.total td { border-top: 2px solid var(--ink); padding-top: 10px; font-size: 19px; font-weight: 650 }
    .changes { margin-top: 22px; padding: 16px 22px 14px; border: 1px solid var(--line); border-radius: 4px }
    .changes dl { margin-top: 8px; display: grid; grid-template-columns: 1fr auto auto; gap: 4px 26px }
    .changes dt { font-size: 14px; letter-spacing: 0; color: var(--ink); overflow-wrap: anywhere; unicode-bidi: plaintext }
    .changes dd { font-size: 14px; color: var(--grey) }
    .changes dd.number { color: var(--ink); font-weight: 600 }
    .meters { display: grid; grid-template-columns: 1fr 1fr; gap: 18px 34px; margin-top: 10px }
    .meter .what { font-weight: 600; font-size: 14px }
    .meter small { margin-left: 8px; color: var(--grey); font-weight: 400 }
    .bar { height: 9px; margin: 6px 0 5px; border-radius: 5px; background: var(--line); overflow: hidden }
    .bar i { display: block; height: 100%; background: var(--blue) }
    .notes { margin-top: 36px; padding-top: 16px; border-top: 1px solid var(--line) }
    .notes p + p, .notes dl + p { margin-top: 6px }
    .payment { margin-top: 30px; padding: 14px 22px; border-left: 3px solid var(--blue); background: var(--soft) }
    .alert { margin-top: 24px; padding: 12px 18px; border-left: 3px solid var(--amber); background: #fdf8ec }
    .alert p + p { margin-top: 4px }
    .appendix { margin-top: 44px }
    .calls { margin-top: 18px; font-size: 13px }
    .calls td { padding-top: 4px; padding-bottom: 3px }
    .calls th.service { color: var(--ink); font-size: 14px; font-weight: 600; border-bottom: 0; padding-bottom: 0 }
    .calls .when { width: 23% } .calls .party { width: 20% }
    @media (max-width: 640px) {
      .sheet { margin: 0; padding: 28px 20px 24px; border-radius: 0; box-shadow: none }
      .head, .parties { gap: 24px }
      .parties { flex-direction: column; margin-top: 28px }
      .facts { min-width: 0 }
      .meters { grid-template-columns: 1fr }
      .changes { padding: 14px 18px }
      .changes dl { grid-template-columns: 1fr auto }
      .changes dt { grid-column: 1 / -1 }
      .due { flex-direction: column; gap: 2px; margin-top: 26px; padding: 14px 18px }
      table.rows thead { display: none }
      table.calls thead { display: block }
      table.calls thead tr:last-child { display: none }
      table.rows, table.rows tbody, table.rows tr { display: block }
      table.rows tr { display: flex; flex-wrap: wrap; align-items: baseline; gap: 0 14px; padding: 9px 0 8px;
        border-bottom: 1px solid var(--line) }
      table.rows tr::after { content: ""; order: 1; flex-basis: 100% }
      table.rows td { border: 0; padding: 0; width: auto; order: 2; color: var(--grey); font-size: 13px; text-align: left }
      table.rows td[data-label]::before { content: attr(data-label) " " }
      table.rows td:first-child, table.rows td:last-child { order: 0; color: var(--ink); font-size: 15px }
      table.rows td:first-child { flex: 1 1 0; min-width: 0 }
      table.rows td:last-child { text-align: right }
      table.rows td:not(:first-child) small { display: inline; margin-left: 4px }
      table.rows td:empty { display: none }
      td.rounding { line-height: inherit }
      table.rows tr.subtotal { border-bottom: 0 }
      .totals { width: 100% }
    }
    @page { size: A4; margin: 17mm 17mm 19mm;
      @bottom-right { content: "Page " counter(page) " of " counter(pages); font: 9px sans-serif; color: #5c6775 } }
    @media print {
      html { font-size: 100% }
      body { background: none; font-size: 11.5px; print-color-adjust: exact; -webkit-print-color-adjust: exact }
      .sheet { max-width: none; margin: 0; padding: 0; border: 0; border-radius: 0; box-shadow: none }
      .brand { font-size: 17px } h1 { font-size: 25px } h2 { font-size: 13px } .due .sum { font-size: 21px }
      .appendix { break-before: page; margin-top: 0 } .attached { margin-top: 24px }
      .calls { font-size: 9.5px } .calls td { padding-top: 2px; padding-bottom: 2px }
      .calls th.service { font-size: 10.5px }
      .small, .facts dt, .facts dd { font-size: 10.5px } .parties .name { font-size: 13px }
      .label, th, td small, td.rounding { font-size: 9.5px } td.rounding { line-height: 17px }
      .totals { min-width: 280px } .totals tr.total td { font-size: 15px }
      td { padding-top: 5px; padding-bottom: 5px }
      section { margin-top: 20px } .parties, .due { margin-top: 26px }
      .due small { font-size: 10.5px }
      .changes dt, .changes dd, .meter .what { font-size: 11px }
      .changes { margin-top: 16px; padding: 10px 14px }
      .changes, .meter { break-inside: avoid }
      tr, .due, .totals, .payment, .notes, .closing { break-inside: avoid }
      h2 { break-after: avoid } tr.subtotal { break-before: avoid }
      thead { display: table-header-group }
      a { color: inherit; text-decoration: none }
    }

    """
}
