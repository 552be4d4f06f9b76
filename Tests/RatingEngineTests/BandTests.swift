// Bands: which holds when, what a call pays that crosses from one into another (RULES 4).

import Testing

@Suite struct BandTests {
  private static let peak = """
    zone    Europe/Berlin
    deck    prefix  per-minute  increment  in-peak
    .       44      0.60        60/60      1.20
    """

  @Test func theFirstEntryThatHoldsWinsFromItsFirstSecondOn() throws {
    // Monday, 4 May 2026: summer time, two hours ahead of UTC.
    try checkTwice(
      """
      \(Self.peak)
      plan
      band    holiday holidays=de
      band    peak    days=1,2,3,4,5 from=08:00 until=18:00
      holiday de      05-01
      holiday de      2026-12-25
      event   E1  voice  447700900123  1s  start=2026-05-04T05:59:59Z
      charge  E1  0.60  60s  band= unit_price=0.6
      event   E2  voice  447700900123  1s  start=2026-05-04T06:00:00Z
      charge  E2  1.20  60s  band=peak unit_price=1.2 per=60
      event   E3  voice  447700900123  1s  start=2026-05-04T15:59:59Z
      charge  E3  1.20  60s  band=peak
      event   E4  voice  447700900123  1s  start=2026-05-04T16:00:00Z
      charge  E4  0.60  60s  band=
      event   E5  voice  447700900123  1s  start=2026-05-08T10:00:00Z
      charge  E5  1.20  60s  band=peak
      event   E6  voice  447700900123  1s  start=2026-05-09T10:00:00Z
      charge  E6  0.60  60s  band=
      event   H1  voice  447700900123  1s  start=2026-05-01T10:00:00Z
      charge  H1  0.60  60s  band=holiday
      event   H2  voice  447700900123  1s  start=2028-05-01T10:00:00Z
      charge  H2  0.60  60s  band=holiday
      event   H3  voice  447700900123  1s  start=2026-12-24T22:59:59Z
      charge  H3  0.60  60s  band=
      event   H4  voice  447700900123  1s  start=2026-12-24T23:00:00Z
      charge  H4  0.60  60s  band=holiday
      event   H5  voice  447700900123  1s  start=2029-12-25T10:00:00Z
      charge  H5  1.20  60s  band=peak
      """)
  }

  @Test func datesAreLocalDaysAndTheLastIsNoneOfThem() throws {
    try checkTwice(
      """
      \(Self.peak)
      plan
      band    peak  dates=2026-07-01..2026-09-01
      event   E1  voice  447700900123  1s  start=2026-06-30T21:59:59Z
      charge  E1  0.60  60s  band=
      event   E2  voice  447700900123  1s  start=2026-06-30T22:00:00Z
      charge  E2  1.20  60s  band=peak
      event   E3  voice  447700900123  1s  start=2026-08-31T21:59:59Z
      charge  E3  1.20  60s  band=peak
      event   E4  voice  447700900123  1s  start=2026-08-31T22:00:00Z
      charge  E4  0.60  60s  band=
      """)
  }

  @Test func anIncrementBelongsToTheBandInWhichItBegins() throws {
    let call = "event   E1  voice  447700900123  61s  start=2026-05-04T15:59:30Z"
    try checkTwice(
      """
      \(Self.peak)
      plan
      band    peak  from=08:00 until=18:00
      \(call)
      part    E1  1.20  60s  band=peak quantity_raw=60 event_count=1
      part    E1  0.60  60s  band= quantity_raw=1 event_count=0
      event   E2  voice  447700900123  60s  start=2026-05-04T15:59:30Z
      charge  E2  1.20  60s  band=peak quantity_raw=60
      """)
    // Each stay by itself: both of 30 and 31 seconds are rounded up.
    try checkTwice(
      """
      \(Self.peak)
      plan    crossing=split-each
      band    peak  from=08:00 until=18:00
      \(call)
      part    E1  1.20  60s  band=peak quantity_raw=30 event_count=1
      part    E1  0.60  60s  band= quantity_raw=31 event_count=0
      event   E2  voice  447700900123  60s  start=2026-05-04T15:59:30Z
      part    E2  1.20  60s  band=peak quantity_raw=30
      part    E2  0.60  60s  band= quantity_raw=30
      event   E3  voice  447700900123  30s  start=2026-05-04T15:59:30Z
      charge  E3  1.20  60s  band=peak
      """)
    try checkTwice(
      """
      \(Self.peak)
      plan    crossing=start
      band    peak  from=08:00 until=18:00
      \(call)
      charge  E1  2.40  120s  band=peak quantity_raw=61
      """)
  }

  @Test func aCallMayComeBackToABand() throws {
    try checkTwice(
      """
      deck    prefix  per-minute  increment  in-lunch
      .       44      0.60        1/1        0.06
      plan
      band    lunch  from=12:00 until=13:00
      event   E1  voice  447700900123  3720s  start=2026-05-04T11:59:00Z
      part    E1  1.20  120s   band= quantity_raw=120 event_count=1
      part    E1  3.60  3600s  band=lunch quantity_raw=3600 event_count=0
      """)
  }

  @Test func daysOfTwentyThreeAndTwentyFiveHoursAreRight() throws {
    // On 29 March the night is five hours long, on 25 October seven.
    try checkTwice(
      """
      zone    Europe/Berlin
      deck    prefix  per-minute  increment  in-night
      .       44      0.60        60/60      0.06
      plan
      band    night  until=06:00
      event   E1  voice  447700900123  18000s  start=2026-03-28T23:30:00Z
      part    E1  16.2  16200s  band=night
      part    E1  18    1800s   band=
      event   E2  voice  447700900123  25200s  start=2026-10-24T22:30:00Z
      part    E2  23.4  23400s  band=night
      part    E2  18    1800s   band=
      """)
  }

  @Test func anEntryInTheHourThatComesTwiceHoldsTwice() throws {
    // 02:00 to 03:00 in Berlin on 25 October 2026 is 00:00 to 02:00 in UTC.
    try checkTwice(
      """
      zone    Europe/Berlin
      deck    prefix  per-minute  increment  in-night
      .       44      0.60        60/60      0.06
      plan
      band    night  from=02:00 until=03:00
      event   E1  voice  447700900123  7260s  start=2026-10-25T00:00:00Z
      part    E1  7.2  7200s  band=night
      part    E1  0.6  60s    band=
      event   E2  voice  447700900123  60s  start=2026-03-29T00:59:00Z
      charge  E2  0.6  60s  band=
      event   E3  voice  447700900123  60s  start=2026-03-29T01:00:00Z
      charge  E3  0.6  60s  band=
      """)
  }

  @Test func theFeeIsThatOfTheBandOfTheStartAndOwedOnce() throws {
    try checkTwice(
      """
      deck    prefix  per-minute  increment  connect  in-peak
      .       44      0.60        60/60      0.10     1.20;connect:0.50
      plan
      band    peak  from=08:00 until=18:00
      event   E1  voice  447700900123  61s  start=2026-05-04T17:59:30Z
      part    E1  1.70  60s  band=peak
      part    E1  0.60  60s  band=
      event   E2  voice  447700900123  61s  start=2026-05-04T07:59:30Z
      part    E2  0.70  60s  band=
      part    E2  1.20  60s  band=peak
      event   E3  voice  447700900123  0s   start=2026-05-04T12:00:00Z disposition=ANSWERED
      charge  E3  0  0s  band=peak
      """)
  }

  @Test func partsAreDifferencesOfTheSumThatIsRoundedOnce() throws {
    let deck = "deck prefix per-minute increment in-peak\n. 44 0.30 1/1 0.30\n"
    try checkTwice(
      """
      \(deck)
      plan    rounding=2/half-up
      band    peak  from=08:00 until=18:00
      event   E1  voice  447700900123  2s  start=2026-05-04T17:59:59Z
      part    E1  0.01  1s  band=peak
      part    E1  0     1s  band=
      """)
    // Each part rounded by itself.
    try checkIsNoticed(
      """
      \(deck)
      plan    rounding=2/half-up
      band    peak  from=08:00 until=18:00
      event   E1  voice  447700900123  2s  start=2026-05-04T17:59:59Z
      part    E1  0.01  1s  band=peak
      part    E1  0.01  1s  band=
      """)
  }

  @Test func theMostAndTheLeastAreOfTheWholeEvent() throws {
    let bands = "band peak from=08:00 until=18:00"
    try checkTwice(
      """
      \(Self.peak)
      plan
      price   calls  kinds=voice most=1.5
      \(bands)
      event   E1  voice  447700900123  61s  start=2026-05-04T15:59:30Z
      part    E1  1.2  60s  band=peak
      part    E1  0.3  60s  band=
      """)
    try checkTwice(
      """
      \(Self.peak)
      plan
      price   calls  kinds=voice least=5
      \(bands)
      event   E1  voice  447700900123  61s  start=2026-05-04T15:59:30Z
      part    E1  5  60s  band=peak
      part    E1  0  60s  band=
      """)
  }

  @Test func chargesHavePricesByBandOfTheirOwn() throws {
    // A percentage is of the price that holds in that band, the deck's own included, and of step prices.
    try checkTwice(
      """
      deck    prefix  per-minute  increment       in-peak
      .       44      0.60        60/60           1.20
      .       45      0.60        0:30@1.00,60:1  -
      plan
      price   calls  kinds=voice in-peak=percent:20 in-night=0.05/60;connect:0.01;increment:1/1
      band    peak   from=08:00 until=18:00
      band    night  until=06:00
      event   E1  voice  447700900123  60s  start=2026-05-04T12:00:00Z
      charge  E1  1.44  60s  band=peak unit_price=1.44
      event   E2  voice  447700900123  60s  start=2026-05-04T07:00:00Z
      charge  E2  0.60  60s  band=
      event   E3  voice  447700900123  30s  start=2026-05-04T05:00:00Z
      charge  E3  0.035  30s  band=night unit_price=0.05
      event   E4  voice  457700900123  90s  start=2026-05-04T12:00:00Z
      charge  E4  1.56  90s  band=peak
      """)
  }

  @Test func messagesAndDataTakeTheBandOfTheirStart() throws {
    try checkTwice(
      """
      deck    prefix  kind     price  per  in-night
      .       44      message  0.07   1    0.01
      .       44      data     0.02   1000 0.01
      plan
      band    night  until=06:00
      event   M1  message  447700900123  5     start=2026-05-04T05:59:59Z
      charge  M1  0.05  5  band=night
      event   M2  message  447700900123  5     start=2026-05-04T06:00:00Z
      charge  M2  0.35  5  band=
      event   D1  data     447700900123  2000  start=2026-05-04T05:59:59Z
      charge  D1  0.02  2000  band=night
      """)
  }

  @Test func aCallLongerThanAnybodyCallsIsSuspended() throws {
    try check(
      """
      \(Self.peak)
      plan
      band    peak  from=08:00 until=18:00
      event   E1  voice  447700900123  3162240001s
      suspense  E1  amount-too-large
      """)
  }
}

@Suite struct FreeQuantityTests {
  @Test func whatIsFreeComesOffBeforeMinimumAndIncrements() throws {
    try checkTwice(
      """
      deck    prefix  per-minute  increment  minimum
      .       44      0.60        60/60      0
      .       45      0.60        1/1        20
      plan
      price   calls  kinds=voice free=30
      event   E1  voice  447700900123  30s
      charge  E1  0  0s  quantity_raw=30
      event   E2  voice  447700900123  31s
      charge  E2  0.60  60s  quantity_raw=31
      event   E3  voice  447700900123  90s
      charge  E3  0.60  60s
      event   E4  voice  447700900123  91s
      charge  E4  1.20  120s
      event   E5  voice  457700900123  31s
      charge  E5  0.20  20s
      event   E6  voice  457700900123  30.001s
      charge  E6  0.20  20s
      """)
    // Taken off what was rounded up already.
    try checkIsNoticed(
      """
      deck    prefix  per-minute  increment
      .       44      0.60        60/60
      plan
      price   calls  kinds=voice free=30
      event   E2  voice  447700900123  31s
      charge  E2  0.30  30s
      """)
  }

  @Test func theRestIsChargedAtItsOwnInstant() throws {
    try checkTwice(
      """
      deck    prefix  per-minute  increment  connect  in-peak
      .       44      0.60        60/60      0.10     1.20;connect:0.50
      plan
      price   calls  kinds=voice free=30
      band    peak  from=08:00 until=18:00
      event   E1  voice  447700900123  60s  start=2026-05-04T07:59:45Z
      charge  E1  1.30  60s  band=peak quantity_raw=60
      event   E2  voice  447700900123  30s  start=2026-05-04T07:59:45Z
      charge  E2  0  0s  band=
      event   E3  voice  447700900123  120s  start=2026-05-04T07:59:00Z
      part    E3  0.70  60s  band= quantity_raw=90
      part    E3  1.20  60s  band=peak quantity_raw=30
      """)
  }

  @Test func otherKindsHaveFreeQuantitiesAndRefundsMirror() throws {
    try checkTwice(
      """
      plan
      price   data  kinds=data price=0.02 per=1000 increment=1000/1000 free=500
      event   D1  data  447700900123  500
      charge  D1  0  0  quantity_raw=500
      event   D2  data  447700900123  501
      charge  D2  0.02  1000
      event   D3  data  447700900123  -1501
      charge  D3  -0.04  -2000  quantity_raw=-1501
      """)
  }
}
