// The charging start decides service, plan, deck row, day and usage period (RULES 2).

import Testing

@Suite struct ChargingStartTests {
  @Test func isTheAnswerWhereThereIsOneElseTheStart() throws {
    try check(
      """
      deck    prefix  per-minute  increment  from
      .       44      0.60        1/1        -
      .       44      6.00        1/1        2025-02-01
      event   E1  voice  447123456  1s  start=2025-01-31T23:59:59Z
      charge  E1  0.01  1s  day=2025-01-31 usage_period=2025-01-01/2025-02-01
      event   E2  voice  447123456  1s  start=2025-01-31T23:59:59Z answer=2025-02-01T00:00:00Z
      charge  E2  0.10  1s  day=2025-02-01 usage_period=2025-02-01/2025-03-01
      event   E3  voice  447123456  1s  start=2025-01-31T23:59:59.999Z
      charge  E3  0.01  1s  day=2025-01-31
      event   E4  voice  447123456  1s  start=2025-02-01T00:00:00Z answer=2025-01-31T23:59:59Z
      charge  E4  0.01  1s  day=2025-01-31
      """)
  }

  @Test func plansAndServicesChangeAtLocalMidnightOfTheAccount() throws {
    // Sydney is eleven hours ahead in January: its 1 February begins at 13:00 UTC.
    try check(
      """
      zone    Australia/Sydney
      deck    prefix  per-minute  increment
      .       44      0.60        1/1
      account a  plan=old until=2025-02-01
      account a  plan=new from=2025-02-01 until=2025-03-01
      plan    name=old
      price   old-calls
      plan    name=new
      price   new-calls
      service trunk t1 name=before until=2025-02-01
      service trunk t1 name=after  from=2025-02-01
      event   E1  voice  447123456  1s  trunk=t1 start=2025-01-31T12:59:59Z
      charge  E1  0.01  1s  plan=old charge=old-calls service=before day=2025-01-31 usage_period=2025-01-01/2025-02-01
      event   E2  voice  447123456  1s  trunk=t1 start=2025-01-31T13:00:00Z
      charge  E2  0.01  1s  plan=new charge=new-calls service=after day=2025-02-01 usage_period=2025-02-01/2025-03-01
      event   E3  voice  447123456  1s  trunk=t1 start=2025-02-28T12:59:59Z
      charge  E3  0.01  1s  plan=new
      event   E4  voice  447123456  1s  trunk=t1 start=2025-02-28T13:00:00Z
      suspense E4  no-plan
      """)
  }

  @Test func aDayWithAClockChangeHasItsOwnLength() throws {
    // Berlin: 30 March 2025 has 23 hours, 26 October 25.
    try check(
      """
      zone    Europe/Berlin
      deck    prefix  per-minute  increment
      .       44      0.60        1/1
      event   E1  voice  447123456  1s  start=2025-03-29T22:59:59Z
      charge  E1  0.01  1s  day=2025-03-29
      event   E2  voice  447123456  1s  start=2025-03-29T23:00:00Z
      charge  E2  0.01  1s  day=2025-03-30
      event   E3  voice  447123456  1s  start=2025-03-30T21:59:59Z
      charge  E3  0.01  1s  day=2025-03-30
      event   E4  voice  447123456  1s  start=2025-03-30T22:00:00Z
      charge  E4  0.01  1s  day=2025-03-31
      event   E5  voice  447123456  1s  start=2025-10-25T22:00:00Z
      charge  E5  0.01  1s  day=2025-10-26
      event   E6  voice  447123456  1s  start=2025-10-26T22:59:59Z
      charge  E6  0.01  1s  day=2025-10-26
      event   E7  voice  447123456  1s  start=2025-10-26T23:00:00Z
      charge  E7  0.01  1s  day=2025-10-27
      """)
  }

  @Test func cycleDaysClampInShortMonths() throws {
    try check(
      """
      deck    prefix  per-minute  increment
      .       44      0.60        1/1
      account a  cycle=31
      account b  cycle=15
      service trunk t2 account=b
      event   E1  voice  447123456  1s  start=2024-01-30T23:59:59Z
      charge  E1  0.01  1s  usage_period=2023-12-31/2024-01-31
      event   E2  voice  447123456  1s  start=2024-01-31T00:00:00Z
      charge  E2  0.01  1s  usage_period=2024-01-31/2024-02-29
      event   E3  voice  447123456  1s  start=2024-02-29T00:00:00Z
      charge  E3  0.01  1s  usage_period=2024-02-29/2024-03-31
      event   E4  voice  447123456  1s  start=2025-02-27T23:59:59Z
      charge  E4  0.01  1s  usage_period=2025-01-31/2025-02-28
      event   E5  voice  447123456  1s  trunk=t2 start=2025-01-14T23:59:59Z
      charge  E5  0.01  1s  account=b usage_period=2024-12-15/2025-01-15
      event   E6  voice  447123456  1s  trunk=t2 start=2025-01-15T00:00:00Z
      charge  E6  0.01  1s  account=b usage_period=2025-01-15/2025-02-15
      """)
  }

  @Test func localTimesOfASourceAreReadInItsZone() throws {
    try check(
      """
      deck    prefix  per-minute  increment  from
      .       44      0.60        1/1        -
      .       44      6.00        1/1        2025-03-30T01:30:00Z
      source  switch zone=Europe/Berlin
      source  other  zone=Europe/Berlin gap=suspend overlap=suspend
      event   E1  voice  447123456  1s  start=2025-03-30_03:29:59
      charge  E1  0.01  1s
      event   E2  voice  447123456  1s  start=2025-03-30_03:30:00
      charge  E2  0.10  1s
      # 02:30 does not exist: it moves forward by the hour that is missing.
      event   E3  voice  447123456  1s  start=2025-03-30T02:29:59
      charge  E3  0.01  1s
      event   E4  voice  447123456  1s  start=2025-03-30T02:30:00
      charge  E4  0.10  1s
      event   E5  voice  447123456  1s  start=2025-03-30T02:30:00 source=other
      suspense E5  bad-time
      event   E6  voice  447123456  1s  start=2025-10-26T02:30:00 source=other
      suspense E6  bad-time
      event   E7  voice  447123456  1s  start=2025-10-26T03:00:00 source=other
      charge  E7  0.10  1s
      # A written offset is what it says, whatever the zone.
      event   E8  voice  447123456  1s  start=2025-10-26T02:30:00+01:00 source=other
      charge  E8  0.10  1s
      """)
    // The repeated hour of 26 October: the price changes between its first and its second half past two.
    for (overlap, amount) in [("first", "0.01"), ("second", "0.10")] {
      try check(
        """
        deck    prefix  per-minute  increment  from
        .       44      0.60        1/1        -
        .       44      6.00        1/1        2025-10-26T01:00:00Z
        source  switch zone=Europe/Berlin overlap=\(overlap)
        event   E1  voice  447123456  1s  start=2025-10-26T02:30:00
        charge  E1  \(amount)  1s
        event   E2  voice  447123456  1s  start=2025-10-26T01:59:59
        charge  E2  0.01  1s
        event   E3  voice  447123456  1s  start=2025-10-26T03:00:00
        charge  E3  0.10  1s
        """)
    }
  }

  @Test func timesThatAreNoneAreSuspended() throws {
    let times = [
      "-", "2025-02-29T00:00:00Z", "2025-13-01T00:00:00Z", "2025-00-01T00:00:00Z", "2025-01-00T00:00:00Z",
      "2025-01-01T24:00:00Z", "2025-01-01T23:60:00Z", "2025-01-01T23:59:61Z", "2025-1-3T10:00:00Z",
      "2025-01-01", "2025-01-01T10:00Z", "2025-01-01T10:00:00+1:00", "2025-01-01T10:00:00z1",
      "2025-01-01X10:00:00Z", "2025/01/01T10:00:00Z", "+2025-01-01T10:00:00Z", "2025-01-01T10:00:00.Z", "0",
      "1735689600",
    ]
    let events = times.enumerated().map { index, time in
      "event E\(index) voice 447123456 1s start=\(time)\nsuspense E\(index) bad-time"
    }
    try check("deck prefix per-minute\n. 44 0.60\n" + events.joined(separator: "\n"))
  }
}
