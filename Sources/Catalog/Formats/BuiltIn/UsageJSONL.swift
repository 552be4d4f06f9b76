// Generic usage as JSON lines: the names of the usage CSV.

extension BuiltInFormats {
  static let usageJSONL = #"""
    format: usage-jsonl
    summary: generic usage as JSON lines (account, meter, quantity, time; unit, kind and id where present)
    kind: event                         # where neither kind nor unit says otherwise
    type: jsonl
    fields:
      id: {column: [id, event_id, record_id, usage_id], optional: yes}
      account: {column: [account, account_id, customer, customer_id, tenant, company]}
      meter: {column: [meter, metric, product, sku, service, item]}
      # What a snapshot is of, for charges with a gauge. An `item` beside a meter is that; one without is the meter.
      item: {column: [resource, device, host, user, item], optional: yes}
      billable: {column: [quantity, qty, usage, value, units]}
      unit: {column: [unit, uom, unit_of_measure], optional: yes}
      kind: {column: kind, optional: yes}
      start: {column: [time, timestamp, start, date, usage_date, period_start], time: [iso, YYYY-MM-DD]}
      end: {column: [end, end_time, period_end], time: [iso, YYYY-MM-DD], optional: yes}
      from: {column: from, optional: yes}
      to: {column: to, optional: yes}
    key: [id]                           # the line itself where there is no id
    guide: [account]
    examples:
      - line: '{"account":"acme","meter":"seats","quantity":12,"time":"2025-03-01"}'
        event: {account: acme, meter: seats, billable: 12, kind: event, start: "2025-03-01T00:00:00Z", answered: yes}
      - line: '{"id":"u1","account":"acme","meter":"backup","quantity":"1.5","unit":"GB","time":"2025-03-01T00:00:00Z"}'
        event: {id: u1, meter: backup, billable: 1500000000, kind: data}
      - line: '{"id":"u2","account":"Acme \u0026 Sons","meter":"sms","quantity":3,"kind":"message","time":"2025-03-01T10:00:00Z"}'
        event: {id: u2, account: "Acme & Sons", kind: message, billable: 3}
      - line: '{"account":"acme","item":"KAV-NB-07","meter":"backup jobs","quantity":1,"time":"2025-03-01T10:00:00Z"}'
        event: {meter: backup jobs, item: KAV-NB-07, billable: 1}
      - line: '{"account":"acme","item":"tickets","quantity":1,"time":"2025-03-01T10:00:00Z"}'
        event: {meter: tickets, item: "", billable: 1}
      - line: '{"id":"u4","account":"acme","meter":"tickets","quantity":1,"time":"2025-02-30T10:00:00Z"}'
        suspense: bad-time

    """#
}
