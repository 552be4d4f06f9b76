// FreeSWITCH's mod_cdr_csv with its default template: 15 columns, all quoted, quotes inside not escaped.

extension BuiltInFormats {
  static let freeSwitchCdrCSV = #"""
    format: freeswitch-cdr-csv
    summary: FreeSWITCH mod_cdr_csv, default template, 15 columns without a header
    kind: voice
    type: csv
    header: none
    quotes: lenient                     # values stand between the quotes as they are: "Bob "B" Ray"
    columns: [caller_id_name, caller_id_number, destination_number, context, start_stamp, answer_stamp, end_stamp, duration,
      billsec, hangup_cause, uuid, bleg_uuid, accountcode, read_codec, write_codec]
    fields:
      id: uuid
      start: {column: start_stamp, time: iso}
      answer: {column: answer_stamp, time: iso}
      end: {column: end_stamp, time: iso}
      account: accountcode
      account_code: accountcode
      tenant: context
      extension: caller_id_number
      from: caller_id_number
      to: destination_number
      # The template has no direction; calls from outside arrive in the context public.
      direction: {column: context, words: {public: inbound}, otherwise: outbound}
      duration: {column: duration, unit: s}
      billable: {column: billsec, unit: s}
      disposition: hangup_cause
    # hangup_cause says how it ended, not whether it began.
    answered: {column: answer_stamp, present: yes}
    key: [id]
    guide:
      outbound: [account_code, account, extension, from, tenant]
      inbound: [account_code, account, to]
      internal: [account_code, account, extension, from, tenant]
    filters:
      - {reason: pbx-feature, when: {column: destination_number, is: [voicemail, vmain, "*97", "*98"]}}
    examples:
      - line: '"Front desk","493023125105","442079460123","default","2025-03-03 09:14:02","2025-03-03 09:14:09","2025-03-03 09:15:10","68","61","NORMAL_CLEARING","5d2bd9a2-58a1-4b8e-9d57-0b1c6f0a7711","5d2bd9a2-58a1-4b8e-9d57-0b1c6f0a7712","acme","PCMA","PCMA"'
        event: {id: 5d2bd9a2-58a1-4b8e-9d57-0b1c6f0a7711, start: "2025-03-03T09:14:02Z", answer: "2025-03-03T09:14:09Z", account: acme,
          from: 493023125105, to: 442079460123, direction: outbound, billable: 61, answered: yes}
      - line: '"Bob "B" Ray","493023125106","12025550143","default","2025-03-03 09:20:00","","2025-03-03 09:20:20","20","0","ORIGINATOR_CANCEL","5d2bd9a2-58a1-4b8e-9d57-0b1c6f0a7720","","","PCMU","PCMU"'
        event: {id: 5d2bd9a2-58a1-4b8e-9d57-0b1c6f0a7720, to: 12025550143, billable: 0, answered: no}
      - line: '"442079460199","442079460199","493023125100","public","2025-03-03 09:31:00","2025-03-03 09:31:04","2025-03-03 09:31:34","34","30","NORMAL_CLEARING","5d2bd9a2-58a1-4b8e-9d57-0b1c6f0a7731","","","PCMA","PCMA"'
        event: {from: 442079460199, to: 493023125100, direction: inbound, billable: 30, answered: yes}
      - line: '"Front desk","105","*98","default","2025-03-03 09:40:00","2025-03-03 09:40:00","2025-03-03 09:40:45","45","45","NORMAL_CLEARING","5d2bd9a2-58a1-4b8e-9d57-0b1c6f0a7740","","","PCMA","PCMA"'
        filtered: pbx-feature

    """#
}
