// Deck rows: the longest prefix that is effective at the charging start (RULES 3).

import Testing

@Suite struct DeckTests {
  @Test func theLongestPrefixWinsAtEveryLength() throws {
    // Lengths on both sides of where the engine cuts digits: 4, 7, 9, 11, 13, 15.
    let digits = "447700900123456"
    let lengths = [1, 2, 3, 4, 5, 7, 8, 9, 10, 11, 12, 13, 14, 15]
    let rows = lengths.map { ".  \(digits.prefix($0))  \($0).00  60/60  length-\($0)" }
    var events = lengths.map { length in
      // A number that leaves the path after so many digits; 15 digits at most, 3 at least.
      let tail = length < 15 ? (digits.dropFirst(length).first == "9" ? "1" : "9") : ""
      return """
        event   E\(length)  voice  \(digits.prefix(length))\(tail)9\(length < 13 ? "9" : "")  1s
        charge  E\(length)  \(length).00  60s  destination=length-\(length)
        """
    }
    events.removeAll { $0.contains("event   E14") || $0.contains("event   E15") }
    try check(
      """
      deck    prefix  per-minute  increment  destination
      \(rows.joined(separator: "\n"))
      \(events.joined(separator: "\n"))
      event   F14  voice  \(digits.prefix(14))9  1s
      charge  F14  14.00  60s  destination=length-14
      event   F15  voice  \(digits)  1s
      charge  F15  15.00  60s  destination=length-15
      # A number with fewer digits than a prefix does not reach it, however it goes on with zeros.
      event   S1  voice  447  1s
      charge  S1  3.00  60s  destination=length-3
      event   S2  voice  4477  1s
      charge  S2  4.00  60s  destination=length-4
      """)
  }

  @Test func aPrefixOfZerosIsNotAShorterNumber() throws {
    try check(
      """
      deck    prefix  per-minute  increment  destination
      .       44      1.00        60/60      wide
      .       4400    2.00        60/60      zeros
      .       44000000 3.00       60/60      many-zeros
      event   E1  voice  440  1s
      charge  E1  1.00  60s  destination=wide
      event   E2  voice  4400  1s
      charge  E2  2.00  60s  destination=zeros
      event   E3  voice  4400000  1s
      charge  E3  2.00  60s  destination=zeros
      event   E4  voice  44000000  1s
      charge  E4  3.00  60s  destination=many-zeros
      event   E5  voice  450  1s
      suspense E5  no-price
      """)
  }

  @Test func aLaterFromEndsTheEarlierRowToTheSecond() throws {
    try check(
      """
      deck    prefix  per-minute  increment  from                  until
      .       44      1.00        60/60      2025-01-01            -
      .       44      2.00        60/60      2025-02-01T12:00:00Z  2025-03-01
      .       44      3.00        60/60      2025-04-01            -
      event   E1  voice  447700900123  1s  start=2024-12-31T23:59:59Z
      suspense E1  no-price
      event   E2  voice  447700900123  1s  start=2025-01-01T00:00:00Z
      charge  E2  1.00  60s
      event   E3  voice  447700900123  1s  start=2025-02-01T11:59:59Z
      charge  E3  1.00  60s
      event   E4  voice  447700900123  1s  start=2025-02-01T12:00:00Z
      charge  E4  2.00  60s
      event   E5  voice  447700900123  1s  start=2025-02-28T23:59:59Z
      charge  E5  2.00  60s
      # The second row has ended, and it had ended the first one.
      event   E6  voice  447700900123  1s  start=2025-03-01T00:00:00Z
      suspense E6  no-price
      event   E7  voice  447700900123  1s  start=2025-04-01T00:00:00Z
      charge  E7  3.00  60s
      event   E8  voice  447700900123  1s  start=2099-12-31T23:59:59Z
      charge  E8  3.00  60s
      """)
  }

  @Test func expiredAndAnnouncedRowsHideNothing() throws {
    try check(
      """
      deck    prefix  per-minute  increment  from        until       destination
      .       44      1.00        60/60      -           -           britain
      .       4477    2.00        60/60      -           2025-02-01  mobile
      .       44770   3.00        60/60      2025-03-01  -           special
      event   E1  voice  447700900123  1s  start=2025-01-31T23:59:59Z
      charge  E1  2.00  60s  destination=mobile
      event   E2  voice  447700900123  1s  start=2025-02-01T00:00:00Z
      charge  E2  1.00  60s  destination=britain
      event   E3  voice  447700900123  1s  start=2025-02-28T23:59:59Z
      charge  E3  1.00  60s  destination=britain
      event   E4  voice  447700900123  1s  start=2025-03-01T00:00:00Z
      charge  E4  3.00  60s  destination=special
      """)
  }

  @Test func aBlockedRowWinsByItsLengthOnly() throws {
    try check(
      """
      deck    prefix  per-minute  increment  status   from        until
      .       44      1.00        60/60      open     -           -
      .       4470    1.00        60/60      blocked  -           -
      .       44701   2.00        60/60      open     -           -
      .       4499    1.00        60/60      blocked  2025-02-01  2025-03-01
      event   E1  voice  446900900123  60s
      charge  E1  1.00  60s
      event   E2  voice  447000900123  60s
      suspense E2  destination-closed
      event   E3  voice  447010900123  60s
      charge  E3  2.00  60s
      event   E4  voice  449900900123  60s  start=2025-01-31T23:59:59Z
      charge  E4  1.00  60s
      event   E5  voice  449900900123  60s  start=2025-02-01T00:00:00Z
      suspense E5  destination-closed
      event   E6  voice  449900900123  60s  start=2025-03-01T00:00:00Z
      charge  E6  1.00  60s
      # Closed is closed, also for a call of no seconds; an unanswered one is not billed before that.
      event   E7  voice  447000900123  0s  disposition=ANSWERED
      suspense E7  destination-closed
      event   E8  voice  447000900123  0s  disposition=BUSY
      filtered E8  unanswered
      """)
  }

  @Test func aShortCodeMatchesWholeRowsOnly() throws {
    try check(
      """
      deck    prefix  per-minute  increment  destination
      .       1       1.00        60/60      america
      .       11      1.00        60/60      eleven
      .       110     2.00        60/60      police
      source  switch short=110,112,1190,11
      event   E1  voice  110  1s
      charge  E1  2.00  60s  destination=police
      # 112 would begin with 11 and 1.
      event   E2  voice  112  1s
      suspense E2  no-price
      event   E3  voice  1190  1s
      suspense E3  no-price
      event   E4  voice  11  1s
      charge  E4  1.00  60s  destination=eleven
      # Not a short code: an ordinary number of three digits.
      event   E5  voice  119  1s
      charge  E5  1.00  60s  destination=eleven
      """)
  }

  @Test func eachKindHasItsOwnRowsAndDeck() throws {
    try check(
      """
      deck    prefix  kind     price  per  increment  destination
      .       44      voice    1.00   60   60/60      voice-wide
      .       447     message  0.10   1    1/1        message-narrow
      .       4       message  0.20   1    1/1        message-wide
      deck    name=bytes prefix kind price per destination
      .       44      data     0.01   1000  data
      .       44      voice    9.00   60    never
      plan    look_up=voice:deck,message:deck,data:bytes
      event   V1  voice    447700900123  1s
      charge  V1  1.00  60s  destination=voice-wide
      event   M1  message  447700900123  1
      charge  M1  0.10  1  destination=message-narrow
      event   M2  message  441700900123  1
      charge  M2  0.20  1  destination=message-wide
      event   D1  data     447700900123  500
      charge  D1  0.005  500  destination=data
      event   V2  voice    417700900123  1s
      suspense V2  no-price
      """)
  }

  @Test func aKindThatIsLookedUpNeedsARowAlsoWhereTheDeckHasNoneOfIt() throws {
    try check(
      """
      deck    prefix  kind   price  per
      .       44      voice  1.00   60
      plan    look_up=voice:deck,message:deck
      price   calls  kinds=voice
      price   sms    kinds=message price=0.05
      event   M1  message  447700900123  1
      suspense M1  no-price
      event   M2  message  alice  1
      suspense M2  bad-number
      """)
  }
}
