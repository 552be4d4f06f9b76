// A generic carrier CSV: the usual names of the usual columns. Made for a first look; a carrier that stays deserves a
// descriptor of its own.

extension BuiltInFormats {
  static let carrierCSV = #"""
    format: carrier-csv
    summary: carrier CDR with header, columns found by their usual names
    kind: voice
    type: csv
    header: names
    quotes: lenient
    trim: yes
    nulls: [NULL, "null", "<null>", N/A, \N]
    trailing_delimiter: yes
    fields:
      id: {column: [call_id, callid, CallID, Call ID, CallId, call-id, cdr_id, id, uuid, uniqueid, record_id, RecordID, Record ID,
        transaction_id, TransactionId], optional: yes}
      # Only forms that can be read in one way: 03/04/2025 is in March or in April, so it needs a descriptor of its own.
      start:
        column: [start, start_time, starttime, StartTime, Start Time, Time Start, start_date, call_start, connect_time, setup_time,
          CallStartDateTime, Call Start, call_date, calldate, datetime, date_time, Date/Time Start (UTC), timestamp]
        time: [iso, YYYY/MM/DD hh:mm:ss, DD.MM.YYYY hh:mm:ss, YYYYMMDD hh:mm:ss, YYYYMMDDhhmmss]
      answer:
        column: [answer, answer_time, AnswerTime, Answer Time, Time Answer, answered_at, Date/Time Connect (UTC)]
        time: [iso, YYYY/MM/DD hh:mm:ss, DD.MM.YYYY hh:mm:ss, YYYYMMDD hh:mm:ss, YYYYMMDDhhmmss]
        absent: ["0000-00-00 00:00:00", "1970-01-01 00:00:00"]
        optional: yes
      account: {column: [account, account_id, AccountNumber, Account, customer, customer_id, Customer Identifier, subscriber],
        optional: yes}
      trunk: {column: [trunk, trunk_group, trunk_id, connection_id, sip_account, Domain], optional: yes}
      from: {column: [from, src, source, Source, ani, ANI, from_ani, a_number, anumber, caller, caller_number, calling_number,
        CallSource, Orig Number, cli, CLI], optional: yes}
      to: {column: [to, dst, dest, destination, Destination, dnis, DNIS, to_did, b_number, bnumber, callee, called,
        called_number, dialed_number, Dialed Number, CallDestination, Telephone Number Dialled, number]}
      direction:
        column: [direction, Direction, call_direction]
        words: {outbound: outbound, Outbound: outbound, OUTBOUND: outbound, out: outbound, OUT: outbound, O: outbound,
          outgoing: outbound, origination: outbound, inbound: inbound, Inbound: inbound, INBOUND: inbound, in: inbound,
          IN: inbound, I: inbound, incoming: inbound, internal: internal, Internal: internal}
        optional: yes
      billable: {column: [billsec, bill_sec, billable, billable_seconds, bill_seconds, bill_duration, BillDuration,
        billed_duration, Billable time, talk_time, duration, Duration, Duration (secs), call_duration, Call duration, CallDuration,
        duration_seconds, seconds], unit: s}
      disposition: {column: [disposition, Disposition, status, Status, call_result, result, hangup_cause, Release Cause, sip_code],
        optional: yes}
    # Where there is a disposition it decides; a ringing call may well have billable seconds.
    answered:
      - {column: [disposition, Disposition, status, Status, call_result, result, hangup_cause, Release Cause, sip_code],
        is: [ANSWERED, Answered, answered, ANSWER, answer, completed, Completed, connected, Connected, success, Success, OK, ok,
          NORMAL_CLEARING, Normal Clearing, "16", "200"], optional: yes}
      - - {column: [disposition, Disposition, status, Status, call_result, result, hangup_cause, Release Cause, sip_code],
          empty: yes, optional: yes}
        - {column: [billsec, bill_sec, billable, billable_seconds, bill_seconds, bill_duration, BillDuration, billed_duration,
            Billable time, talk_time, duration, Duration, Duration (secs), call_duration, Call duration, CallDuration,
            duration_seconds, seconds], positive: yes}
    key: [id]
    guide:
      outbound: [account, from, trunk]
      inbound: [account, to, trunk]
      internal: [account, from, trunk]
    examples:
      - header: &plain call_id,start,account,src,dst,direction,duration,billsec,disposition,trunk
        line: x1,2025-03-03T09:14:02Z,acme,+493023125101,+442079460123,outbound,68,61,ANSWERED,sip-1
        event: {id: x1, start: "2025-03-03T09:14:02Z", account: acme, from: 493023125101, to: 442079460123, direction: outbound,
          billable: 61, answered: yes, trunk: sip-1}
      - header: *plain
        line: 'x2,2025-03-03T09:20:00Z, acme ,"+493023125101",+12025550143,outbound,31,30,NO ANSWER,'
        event: {id: x2, account: acme, to: 12025550143, billable: 30, answered: no}
      - header: CallID,StartTime,CallSource,CallDestination,Duration
        line: x3,2025/03/03 09:31:00,442079460199,493023125100,30
        event: {id: x3, start: "2025-03-03T09:31:00Z", from: 442079460199, to: 493023125100, direction: outbound, billable: 30, answered: yes}
      - header: *plain
        line: x4,03/04/2025 09:31,acme,+493023125101,+442079460123,outbound,68,61,ANSWERED,sip-1
        suspense: bad-time

    """#
}
