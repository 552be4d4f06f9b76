// FreePBX's CDR table, exported with its header: local time, no answer time, caller ids with stray quotes.

extension BuiltInFormats {
  static let freePBX = #"""
    format: freepbx
    summary: FreePBX CDR export with header (calldate, clid, src, dst, dcontext, ...)
    kind: voice
    type: csv
    header: names
    quotes: lenient
    trim: yes
    nulls: [NULL, \N]
    trailing_delimiter: yes
    requires: [calldate, clid, dcontext, lastapp]
    fields:
      id: uniqueid
      sequence: {column: sequence, optional: yes}
      call: {column: linkedid, optional: yes}
      start: {column: calldate, time: iso}
      account: accountcode
      account_code: accountcode
      extension: {column: channel, after: "/", before: "-"}       # PJSIP/105-0000af31: extension 105
      trunk: {column: dstchannel, after: "/", before: "-"}
      from: src
      # Calls from outside have the number that was dialled in did; all others have none.
      to: {first_of: [did, dst], optional: yes}
      # Sites name contexts of their own, so a word that is not known says nothing: what an extension began in such a
      # context went out, what else began there is for you to say in a copy of this format.
      direction:
        column: dcontext
        cases:
          - {means: inbound, when: {column: did, present: yes, optional: yes}}
          - {means: inbound, when: {column: dcontext, begins: [from-trunk, from-pstn, from-did, from-digital,
              from-analog, from-dahdi, from-zaptel, ext-did]}}
          - {means: outbound, when: {column: dcontext, begins: [from-internal, outrt-, outbound-]}}
          - {means: internal, when: {column: dcontext, is: ext-local}}
          - means: internal
            when: [{column: dcontext, is: [ext-group, ext-queues]}, &extension {column: channel,
              like: ["*/##-*", "*/###-*", "*/####-*", "*/#####-*", "*/######-*"]}]
          # A trunk that is named by its number has more digits than an extension.
          - {means: outbound, when: *extension}
        words: {}
      duration: {column: duration, unit: s}
      billable: {column: billsec, unit: s}
      disposition: disposition
    # Not "billsec above 0": a channel that was answered before Dial has seconds and NO ANSWER.
    answered: {column: disposition, is: ANSWERED}
    # uniqueid belongs to a channel: a ring group writes several records with one. Without the column sequence, start and
    # second channel tell them apart.
    key: [id, sequence, start, trunk]
    guide:
      outbound: [account_code, account, extension, from]
      inbound: [account_code, account, to]
      internal: [account_code, account, extension, from]
    filters:
      - {reason: local-leg, when: {column: dstchannel, begins: Local/}}
      - {reason: pbx-feature, when: [{column: dcontext, is: from-internal}, {column: dstchannel, empty: yes}]}
    examples:
      - header: &old calldate,clid,src,dst,dcontext,channel,dstchannel,lastapp,lastdata,duration,billsec,disposition,amaflags,accountcode,uniqueid,userfield
        line: '2025-03-03 09:14:02,"""Front desk"" <105>",493023125105,442079460123,from-internal,SIP/105-0000af31,SIP/carrier-0000af32,Dial,"SIP/carrier/442079460123,60",68,61,ANSWERED,3,acme,1740993242.4711,'
        event: {id: "1740993242.4711", start: "2025-03-03T09:14:02Z", account: acme, from: 493023125105, to: 442079460123, extension: 105,
          trunk: carrier, direction: outbound, billable: 61, answered: yes}
      - header: *old
        line: '2025-03-03 09:20:00,""Front desk" <105>",493023125105,12025550143,from-internal,SIP/105-0000af40,SIP/carrier-0000af41,Dial,,31,30,NO ANSWER,3,,1740993600.12,,'
        event: {id: "1740993600.12", to: 12025550143, billable: 30, answered: no}
      - header: &new calldate,clid,src,dst,dcontext,channel,dstchannel,lastapp,lastdata,duration,billsec,disposition,amaflags,accountcode,uniqueid,userfield,did,recordingfile,cnum,cnam,outbound_cnum,outbound_cnam,dst_cnam,linkedid,peeraccount,sequence
        line: '2025-03-03 09:31:00,442079460199,442079460199,106,ext-local,PJSIP/carrier-00000012,PJSIP/106-00000013,Dial,PJSIP/106,34,30,ANSWERED,3,,1740994260.12,,493023125100,,442079460199,,,,,1740994260.12,,55'
        event: {id: "1740994260.12", sequence: 55, from: 442079460199, to: 493023125100, direction: inbound, billable: 30, answered: yes}
      - header: *new
        line: '2025-03-03 09:35:00,105,105,442079460123,sales-staff,PJSIP/105-00000021,PJSIP/carrier-00000022,Dial,PJSIP/carrier,40,31,ANSWERED,3,,1740994500.21,,,,105,,,,,1740994500.21,,60'
        event: {id: "1740994500.21", from: 105, to: 442079460123, extension: 105, direction: outbound, billable: 31}
      - header: *new
        line: '2025-03-03 09:36:00,x,442079460199,106,sales-staff,PJSIP/carrier-00000023,PJSIP/106-00000024,Dial,PJSIP/106,40,31,ANSWERED,3,,1740994560.23,,,,,,,,,1740994560.23,,61'
        suspense: bad-word
      - header: *new
        line: '2025-03-03 09:40:00,105,105,*97,from-internal,PJSIP/105-00000021,,VoiceMailMain,,45,45,ANSWERED,3,NULL,1740994800.55,,,,105,,,,,1740994800.55,,71'
        filtered: pbx-feature

    """#
}
