// Generic usage as CSV: whose, which meter, how much, when. Seats, backups, messages, tickets.

extension BuiltInFormats {
  static let usageCSV = #"""
    format: usage-csv
    summary: generic usage with header (account, meter, quantity, time; unit, kind and id where present)
    kind: event                         # where neither kind nor unit says otherwise
    type: csv
    header: names
    quotes: lenient
    trim: yes
    nulls: [NULL, \N]
    trailing_delimiter: yes
    fields:
      id: {column: [id, event_id, record_id, usage_id], optional: yes}
      account: {column: [account, account_id, customer, customer_id, tenant, company]}
      meter: {column: [meter, metric, product, sku, service, item]}
      # What a snapshot is of, for charges with a gauge. An `item` beside a meter is that; one without is the meter.
      item: {column: [resource, device, host, user, item], optional: yes}
      billable: {column: [quantity, qty, usage, value, units]}
      unit: {column: [unit, uom, unit_of_measure], optional: yes}
      kind: {column: kind, optional: yes}
      start: {column: [time, timestamp, start, date, usage_date, period_start], time: [iso, YYYY-MM-DD, YYYY/MM/DD, DD.MM.YYYY]}
      end: {column: [end, end_time, period_end], time: [iso, YYYY-MM-DD, YYYY/MM/DD, DD.MM.YYYY], optional: yes}
      from: {column: from, optional: yes}
      to: {column: to, optional: yes}
    key: [id]                           # the row itself where there is no id
    guide: [account]
    examples:
      - header: account,meter,quantity,time
        line: acme,seats,12,2025-03-01
        event: {account: acme, meter: seats, billable: 12, kind: event, start: "2025-03-01T00:00:00Z", answered: yes}
      - header: &units id,account,meter,quantity,unit,time
        line: u1,acme,backup,1.5,GB,2025-03-01T00:00:00Z
        event: {id: u1, account: acme, meter: backup, billable: 1500000000, kind: data}
      - header: *units
        line: 'u2,"Acme, Ltd.", sms ,3,messages,2025-03-01 10:00:00'
        event: {id: u2, account: "Acme, Ltd.", meter: sms, billable: 3, kind: message}
      - header: *units
        line: u3,acme,tickets,0.25,,2025-03-01T10:00:00+01:00
        event: {id: u3, billable: 0.25, kind: event, start: "2025-03-01T09:00:00Z"}
      - header: account,meter,device,quantity,unit,time
        line: acme,backup,KAV-NB-07,120,GB,2025-03-01T10:00:00Z
        event: {account: acme, meter: backup, item: KAV-NB-07, billable: 120000000000, kind: data}
      - header: account,meter,item,quantity,time
        line: acme,backup jobs,KAV-NB-07,1,2025-03-01T10:00:00Z
        event: {meter: backup jobs, item: KAV-NB-07, billable: 1}
      - header: *units
        line: u4,acme,tickets,1,,2025-02-30T10:00:00Z
        suspense: bad-time

    """#
}
