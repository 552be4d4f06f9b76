// 3CX's cdr.log (up to version 18): the usual 27 fields, a byte order mark, durations as HH:MM:SS.

extension BuiltInFormats {
  static let threeCX = #"""
    format: 3cx
    summary: 3CX cdr.log, the usual 27 columns without a header
    kind: voice
    type: csv
    header: none
    quotes: lenient
    columns: [historyid, callid, duration, time-start, time-answered, time-end, reason-terminated, from-no, to-no, from-dn,
      to-dn, dial-no, reason-changed, final-number, final-dn, bill-code, bill-rate, bill-cost, bill-name, chain, from-type,
      to-type, final-type, from-dispname, to-dispname, final-dispname, missed-queue-calls]
    fields:
      id: callid
      call: historyid
      start: {column: time-start, time: YYYY/MM/DD hh:mm:ss}
      answer: {column: time-answered, time: YYYY/MM/DD hh:mm:ss}
      end: {column: time-end, time: YYYY/MM/DD hh:mm:ss}
      account_code: bill-code
      extension: from-dn
      called_extension: to-dn
      from: {column: from-no, after: Ext.}
      to: {first_of: [dial-no, to-no], after: Ext., absent: [EndCall]}
      # Who is inside and who outside is said by both ends together; versions differ in their words, and one that is not
      # known decides nothing.
      direction:
        join: [from-type, to-type]
        with: "/"
        cases:
          - means: internal
            when: [{column: from-type, is: &inside [Internal, Extension, Queue, RingGroup, Ivr, VMail, Parking, ConfPlace]},
              {column: to-type, is: *inside}]
          - means: inbound
            when: [{column: from-type, is: &outside [External, ExternalLine, LineSet]}, {column: to-type, is: *inside}]
          # From outside to outside is a call that was forwarded.
          - {means: outbound, when: [{column: from-type, is: [Internal, Extension, Queue, RingGroup, Ivr, External, ExternalLine,
              LineSet]}, {column: to-type, is: *outside}]}
        words: {}
      billable: {column: duration, unit: clock}
      disposition: reason-terminated
    answered: {column: time-answered, present: yes}
    key: [call, id]
    guide:
      outbound: [account_code, extension, from]
      inbound: [account_code, to, called_extension]
      internal: [account_code, extension, from]
    filters:
      - {reason: pbx-feature, when: {column: to-type, is: [VMail, Parking]}}
    examples:
      - line: 'Call 9744,00000195A5B2C3D4_1201,00:01:01,2025/03/03 09:14:02,2025/03/03 09:14:09,2025/03/03 09:15:10,TerminatedBySrc,Ext.105,442079460123,105,10000,442079460123,,442079460123,10000,acme,,,,"Chain: Ext.105;442079460123;",Extension,LineSet,LineSet,"Front desk",,,'
        event: {id: 00000195A5B2C3D4_1201, call: Call 9744, start: "2025-03-03T09:14:02Z", answer: "2025-03-03T09:14:09Z", account_code: acme,
          extension: 105, from: 105, to: 442079460123, direction: outbound, billable: 61, answered: yes}
      - line: 'Call 9745,00000195A5B2C3D4_1202,,2025/03/03 09:20:00,,2025/03/03 09:20:31,TerminatedBySrc,Ext.105,12025550143,105,10000,12025550143,,,,,,,,"Chain: Ext.105;12025550143;",Internal,External,,Front desk,,,'
        event: {id: 00000195A5B2C3D4_1202, to: 12025550143, direction: outbound, answered: no}
      - line: 'Call 9746,00000195A5B2C3D4_1203,00:00:30,2025/03/03 09:31:00,2025/03/03 09:31:04,2025/03/03 09:31:34,TerminatedByDst,442079460199,Ext.106,10000,106,493023125100,,,,,,,,"Chain: 442079460199;Ext.106;",LineSet,Extension,,,"Bob "B" Ray",,'
        event: {from: 442079460199, to: 493023125100, called_extension: 106, direction: inbound, billable: 30, answered: yes}
      - line: 'Call 9748,00000195A5B2C3D4_1205,00:01:01,2025/03/03 09:44:02,2025/03/03 09:44:09,2025/03/03 09:45:10,TerminatedBySrc,Ext.105,442079460123,105,10000,442079460123,,442079460123,10000,,,,,"Chain: Ext.105;",Extension,Bridge,Bridge,"Front desk",,,'
        suspense: bad-word
      - line: 'Call 9747,00000195A5B2C3D4_1204,00:00:45,2025/03/03 09:40:00,2025/03/03 09:40:00,2025/03/03 09:40:45,TerminatedBySrc,Ext.105,Ext.999,105,999,999,,,,,,,,"Chain: Ext.105;Ext.999;",Extension,VMail,,Front desk,,,'
        filtered: pbx-feature

    """#
}
