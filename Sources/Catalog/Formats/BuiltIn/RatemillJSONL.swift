// The neutral format as JSON lines: the same names as the neutral CSV.

extension BuiltInFormats {
  static let ratemillJSONL = #"""
    format: ratemill-jsonl
    summary: ratemill's neutral JSON lines; only id, start and billable must be there
    kind: voice
    type: jsonl
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
      - line: '{"id":"c1","start":"2025-03-03T09:14:02Z","answer":"2025-03-03T09:14:09Z","account":"acme","from":"+493023125101","to":"+442079460123","direction":"outbound","billable":61,"disposition":"ANSWERED"}'
        event: {id: c1, start: "2025-03-03T09:14:02Z", account: acme, to: 442079460123, kind: voice, billable: 61, answered: yes}
      - line: '{"id":"c2","start":"2025-03-03T09:20:00Z","to":"+12025550143","billable":"12.5","disposition":"BUSY","trunk":null}'
        event: {id: c2, to: 12025550143, billable: 12.5, answered: no}
      - line: '{"id": "m1", "start": "2025-03-03T09:21:00Z", "account": "Acme \"North\"", "kind": "message", "billable": 2}'
        event: {id: m1, account: 'Acme "North"', kind: message, billable: 2, answered: yes}
      - line: '{"id":"s1","start":"2025-03-03T00:00:00Z","account":"acme","kind":"event","meter":"seats","item":"ann@example.com","billable":1}'
        event: {id: s1, kind: event, meter: seats, item: ann@example.com, billable: 1}
      - line: '{"id":"c3","start":"yesterday","billable":30}'
        suspense: bad-time

    """#
}
