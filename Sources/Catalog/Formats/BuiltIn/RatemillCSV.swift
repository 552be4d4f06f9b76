// The neutral CSV: what a program writes that was made for ratemill, and what `generate` writes.

extension BuiltInFormats {
  static let ratemillCSV = #"""
    format: ratemill-csv
    summary: ratemill's neutral CSV; only id, start and billable must be there
    kind: voice
    type: csv
    header: names
    quotes: strict
    trailing_delimiter: yes
    fields:
      id: id
      sequence: {column: sequence, optional: yes}
      call: {column: call, optional: yes}
      start: {column: start, time: iso}
      answer: {column: answer, time: iso, optional: yes}
      end: {column: end, time: iso, optional: yes}
      account: {column: account, optional: yes}
      account_code: {column: account_code, optional: yes}
      tenant: {column: tenant, optional: yes}
      extension: {column: extension, optional: yes}
      trunk: {column: trunk, optional: yes}
      trunk_out: {column: trunk_out, optional: yes}         # the trunk of the supplier, where `trunk` is the customer's
      lrn: {column: lrn, optional: yes}
      from: {column: from, optional: yes}
      to: {column: to, optional: yes}
      direction: {column: direction, optional: yes}
      kind: {column: kind, optional: yes}
      meter: {column: meter, optional: yes}
      duration: {column: duration, optional: yes}
      billable: billable
      unit: {column: unit, optional: yes}
      disposition: {column: disposition, optional: yes}
      amount: {column: amount, optional: yes}               # what the record itself says it costs
      amount_currency: {column: amount_currency, optional: yes}
      item: {column: item, optional: yes}                   # what a snapshot is of, for charges with a gauge
    # Where there is a disposition it decides; a ringing call may well have billable seconds.
    answered:
      - {column: disposition, is: [ANSWERED, Answered, answered], optional: yes}
      - - {column: disposition, empty: yes, optional: yes}
        - {column: billable, positive: yes}
      - {column: kind, is: [message, data, event], optional: yes}
    key: [id, sequence]
    guide:
      outbound: [account, account_code, tenant, extension, from, trunk]
      inbound: [account, account_code, tenant, to, trunk]
      internal: [account, account_code, tenant, extension, from, trunk]
    examples:
      - header: &wide id,start,answer,account,from,to,direction,kind,billable,disposition,trunk
        line: c1,2025-03-03T09:14:02Z,2025-03-03T09:14:09Z,acme,+493023125101,+442079460123,outbound,voice,61,ANSWERED,sip-1
        event: {id: c1, start: "2025-03-03T09:14:02Z", answer: "2025-03-03T09:14:09Z", account: acme, from: 493023125101,
          to: 442079460123, direction: outbound, kind: voice, billable: 61, answered: yes, trunk: sip-1}
      - header: *wide
        line: c2,2025-03-03T10:14:02.250+01:00,,acme,+493023125101,+12025550143,outbound,voice,12.5,NO ANSWER,sip-1
        event: {id: c2, start: "2025-03-03T09:14:02.25Z", to: 12025550143, billable: 12.5, answered: no}
      - header: *wide
        line: m1,2025-03-03 09:20:00,,"Acme, Ltd.",+493023125101,+12025550143,outbound,message,2,,
        event: {id: m1, account: "Acme, Ltd.", kind: message, billable: 2, answered: yes}
      - header: id,start,account,kind,meter,item,billable,unit
        line: d1,2025-03-03T00:00:00Z,acme,data,backup,srv-1,1.5,GB
        event: {id: d1, kind: data, meter: backup, item: srv-1, billable: 1500000000, answered: yes}
      - header: id,start,account,kind,meter,billable,amount,amount_currency
        line: x1,2025-03-03T00:00:00Z,acme,event,premium sms,1,0.4990,EUR
        event: {id: x1, meter: premium sms, billable: 1, amount: 0.499, amount_currency: EUR}
      - header: id,start,billable
        line: c3,2025-03-03T09:30:00Z,0
        event: {id: c3, direction: outbound, kind: voice, billable: 0, answered: no}
      - header: id,start,billable
        line: c4,03/03/2025 09:30,30
        suspense: bad-time

    """#
}
