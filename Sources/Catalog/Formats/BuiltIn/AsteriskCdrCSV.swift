// Asterisk's cdr_csv (Master.csv): no header, 16 to 21 columns by the options of cdr.conf, local time.

extension BuiltInFormats {
  static let asteriskCdrCSV = #"""
    format: asterisk-cdr-csv
    summary: Asterisk cdr_csv (Master.csv), 16 to 21 columns without a header
    kind: voice
    type: csv
    header: none
    quotes: strict
    # loguniqueid adds column 17, loguserfield 18, newcdrcolumns 19 to 21; they may change in the middle of a file.
    field_count: 16-21
    columns: [accountcode, src, dst, dcontext, clid, channel, dstchannel, lastapp, lastdata, start, answer, end, duration,
      billsec, disposition, amaflags, uniqueid, userfield, peeraccount, linkedid, sequence]
    fields:
      id: {column: uniqueid, optional: yes}
      sequence: {column: sequence, optional: yes}
      call: {column: linkedid, optional: yes}
      start: {column: start, time: iso}
      answer: {column: answer, time: iso}
      end: {column: end, time: iso}
      account: accountcode
      account_code: accountcode
      extension: {column: channel, after: "/", before: "-"}       # SIP/105-0000af31: peer 105
      trunk: {column: dstchannel, after: "/", before: "-"}
      from: src
      to: dst
      # Contexts are named by each site: these are the usual ones. Copy this format to name your own.
      direction:
        column: dcontext
        cases: [{means: inbound, when: {column: dcontext, begins: [from-trunk-, from-pstn-, from-did-, ext-did]}}]
        words: {from-trunk: inbound, from-pstn: inbound, from-did: inbound, from-did-direct: inbound, from-external: inbound,
          from-provider: inbound, inbound: inbound, incoming: inbound, public: inbound}
        otherwise: outbound
      duration: {column: duration, unit: s}
      billable: {column: billsec, unit: s}
      disposition: disposition
    # Not "billsec above 0": a channel that was answered before Dial has seconds and NO ANSWER.
    answered: {column: disposition, is: ANSWERED}
    # uniqueid belongs to a channel, not to a record, and sequence is often not logged: the row itself is the safe key.
    key: row
    guide:
      outbound: [account_code, account, extension, from]
      inbound: [account_code, account, to]
      internal: [account_code, account, extension, from]
    filters:
      - {reason: omitted, when: {column: amaflags, is: [OMIT, IGNORE]}}
      # A call to Local/... is carried by the record of that channel's own second half.
      - {reason: local-leg, when: {column: dstchannel, begins: Local/}}
      - {reason: pbx-feature, when: [{column: dcontext, is: from-internal}, {column: dstchannel, empty: yes}]}
    examples:
      - line: '"acme","493023125105","442079460123","from-internal","""Front desk"" <105>","SIP/105-0000af31","SIP/carrier-0000af32","Dial","SIP/carrier/442079460123,60,tT","2025-03-03 09:14:02","2025-03-03 09:14:09","2025-03-03 09:15:10",68,61,"ANSWERED","DOCUMENTATION","1740993242.4711","","","1740993242.4711",8102'
        event: {id: "1740993242.4711", sequence: 8102, start: "2025-03-03T09:14:02Z", answer: "2025-03-03T09:14:09Z", account: acme,
          from: 493023125105, to: 442079460123, extension: 105, trunk: carrier, direction: outbound, billable: 61, answered: yes}
      - line: '"","493023125105","12025550143","from-internal","105","SIP/105-0000af40","SIP/carrier-0000af41","Dial","SIP/carrier/12025550143","2025-03-03 09:20:00",,"2025-03-03 09:20:31",31,0,"NO ANSWER","DOCUMENTATION"'
        event: {start: "2025-03-03T09:20:00Z", to: 12025550143, billable: 0, answered: no}
      - line: '"","442079460199","493023125100","from-trunk","""O""""Brien"" <442079460199>","PJSIP/carrier-00000012","PJSIP/106-00000013","Dial","PJSIP/106,25","2025-03-03 09:31:00","2025-03-03 09:31:04","2025-03-03 09:31:34",34,30,"ANSWERED","DOCUMENTATION","1740994260.12"'
        event: {id: "1740994260.12", from: 442079460199, to: 493023125100, direction: inbound, billable: 30, answered: yes}
      - line: '"","105","*97","from-internal","105","SIP/105-0000af50","","VoiceMailMain","105@default","2025-03-03 09:40:00","2025-03-03 09:40:00","2025-03-03 09:40:45",45,45,"ANSWERED","DOCUMENTATION","1740994800.55"'
        filtered: pbx-feature
      - line: '"","493023125105","493023125107","from-internal","105","SIP/105-0000af60","Local/107@ctx-0000001a;1","Dial","Local/107@ctx","2025-03-03 09:50:00","2025-03-03 09:50:02","2025-03-03 09:51:02",62,60,"ANSWERED","DOCUMENTATION","1740995400.60"'
        filtered: local-leg
      - line: '"","105","49302312'
        suspense: bad-quotes

    """#
}
