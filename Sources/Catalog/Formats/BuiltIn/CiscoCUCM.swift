// Cisco Unified CM CDR files: a line of names, a line of SQL types, epoch seconds in UTC, 0 for "never".

extension BuiltInFormats {
  static let ciscoCUCM = #"""
    format: cisco-cucm
    summary: Cisco Unified CM CDR files (94 to 133 columns by name, with a line of types)
    kind: voice
    type: csv
    header: names
    types_line: yes
    quotes: lenient
    requires: [cdrRecordType, globalCallID_callId]
    fields:
      id: pkid
      call: {join: [globalCallID_callManagerId, globalCallID_callId, globalCallId_ClusterID], with: "-"}
      start: {column: dateTimeOrigination, time: epoch-s}
      answer: {column: dateTimeConnect, time: epoch-s}            # 0 if it was never connected
      end: {column: dateTimeDisconnect, time: epoch-s}
      client_matter: {column: clientMatterCode, optional: yes}
      auth_code: {column: authCodeDescription, optional: yes}
      extension: callingPartyNumber
      called_extension: finalCalledPartyNumber
      device: origDeviceName
      called_device: destDeviceName
      partition: callingPartyNumberPartition
      from: callingPartyNumber
      to: {first_of: [finalCalledPartyNumber, originalCalledPartyNumber], before: "#"}   # dialled digits may end in #
      # No column says the direction. Pattern usage 5 is a route pattern: the call left the cluster. Calls from outside and
      # between phones both end at a device. Release 8 and later have the column.
      direction: {column: calledPartyPatternUsage, words: {5: outbound}, otherwise: inbound, optional: yes}
      billable: {column: duration, unit: s}
      disposition: destCause_value
    answered: {column: dateTimeConnect, positive: yes}
    # A transfer or conference splits a call into several records, each with a pkid and seconds of its own.
    key: [id]
    guide:
      outbound: [client_matter, auth_code, from, extension, device, partition]
      inbound: [to, called_extension, called_device]
      internal: [client_matter, auth_code, from, extension, device, partition]
    filters:
      - {reason: quality-record, when: {column: cdrRecordType, is: 2}}
      - {reason: start-record, when: {column: cdrRecordType, is: 0}}
    examples:
      - header: &names cdrRecordType,globalCallID_callManagerId,globalCallID_callId,dateTimeOrigination,origIpAddr,callingPartyNumber,originalCalledPartyNumber,finalCalledPartyNumber,destCause_value,dateTimeConnect,dateTimeDisconnect,pkid,callingPartyNumberPartition,duration,origDeviceName,destDeviceName,globalCallId_ClusterID,authCodeDescription,clientMatterCode,calledPartyPatternUsage
        line: '1,2,25450,1740993242,-1006518518,"493023125105","442079460123#","442079460123#",16,1740993249,1740993310,"0a649c5c-0000-4000-8000-0000000a0001","OnNet",61,"SEP00AABBCC0105","GW-BERLIN","StandAloneCluster","","acme",5'
        event: {id: 0a649c5c-0000-4000-8000-0000000a0001, call: 2-25450-StandAloneCluster, start: "2025-03-03T09:14:02Z",
          answer: "2025-03-03T09:14:09Z", client_matter: acme, from: 493023125105, to: 442079460123, direction: outbound, billable: 61,
          answered: yes}
      - header: *names
        line: '1,2,25451,1740993600,-1006518518,"493023125105","12025550143","12025550143",1459617833,0,1740993620,"0a649c5c-0000-4000-8000-0000000a0002","OnNet",0,"SEP00AABBCC0105","","StandAloneCluster","","",5'
        event: {id: 0a649c5c-0000-4000-8000-0000000a0002, to: 12025550143, billable: 0, answered: no}
      - header: *names
        line: '1,2,25452,1740994260,184549386,"442079460199","493023125100","493023125106",0,1740994264,1740994294,"0a649c5c-0000-4000-8000-0000000a0003","",30,"GW-BERLIN","SEP00AABBCC0106","StandAloneCluster","","",2'
        event: {from: 442079460199, to: 493023125106, called_device: SEP00AABBCC0106, direction: inbound, billable: 30, answered: yes}
      - header: *names
        line: '2,2,25452,1740994294,0,"","","",0,0,0,"0a649c5c-0000-4000-8000-0000000a0004","",0,"","","StandAloneCluster","","",0'
        filtered: quality-record

    """#
}
