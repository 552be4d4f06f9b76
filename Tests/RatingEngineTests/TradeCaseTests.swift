// Cases on which the systems of the trade have published figures, as far as prices that do not depend on order cover them. Rows, names and calls are ours; the figures must come out all the same.
//
//   kind of case                     here
//   one price by seconds or minutes  yes
//   a price per unit or event        yes
//   price without increments         yes; amounts have the digits of the plan, here seven
//   first increment, then others     yes, also for bytes
//   30/6, exact multiples            yes
//   connection fee                   yes, beside IncrementTests and ConnectionFeeTests
//   rounding up, rounding defects    yes; EventRoundingTests has more
//   least and most of an event       yes
//   prices by date                   yes
//   a new price, rated again         yes, as two catalogs: what lies between them is the delta
//   several parts of one price       yes, as steps with prices and a fee: an event has one charge, not a row for each part
//   units converted and rounded up   yes, as increments: an event is rounded by itself
//   units converted, rounded down    no: a started unit is charged, here 20 where others take 10
//   a limit that ends the call       no: what was used is charged; a limit of the price is `least` and `most`
//   prices by time of the week       yes
//   a call over the end of a band    yes, both ways; the fee is that of the start also where both bands have one
//   data over the end of a band      yes: the band of the start
//   free seconds in a call           yes
//   the rest of a call rated before  no: a record is a whole event, and parts of calls are put together or suspended; what
//                                      is free of a call is followed by steps from 0
//   a price in the record            yes
//   a percentage of a price          yes
//   a percentage of an amount        yes, without what is free in a period
//   a second price book              yes, as a supplier's deck: retail 30 and wholesale 60 of one event are amount and cost
//   tiers, allowances, limits        in SettleCaseTests
//
// What a faulty system made of the same calls must not pass.

import Testing

@Suite struct TradeCaseTests {
  @Test func onePriceByTheSecondOrTheMinute() throws {
    try check(
      """
      deck    prefix  price  per  increment
      .       44      1      1    1/1
      .       45      1      60   1/1
      .       46      0.5    1    1/1
      event   A1  voice  447700900123  600s
      charge  A1  600  600s
      event   A2  voice  447700900123  90s
      charge  A2  90  90s
      event   B1  voice  457700900123  600s
      charge  B1  10  600s
      event   C1  voice  467700900123  3621s
      charge  C1  1810.5  3621s
      event   C2  voice  467700900123  110s
      charge  C2  55  110s
      event   C3  voice  467700900123  0s  disposition=ANSWERED
      charge  C3  0  0s
      """)
  }

  @Test func aPriceForEachUnit() throws {
    try check(
      """
      deck    prefix  kind     price  per
      .       44      message  0.005  1
      .       44      event    1      1
      .       45      event    0.001  1
      event   M1  message  447700900123  1
      charge  M1  0.005  1
      event   E1  event    447700900123  5
      charge  E1  5  5
      event   E2  event    457700900123  100
      charge  E2  0.10  100
      """)
  }

  @Test func aPriceWithoutIncrementsHasTheDigitsOfThePlan() throws {
    try check(
      """
      deck    prefix  price  per  increment
      .       44      1      60   1/1
      plan    rounding=7/half-up
      event   E1  voice  447700900123  1s
      charge  E1  0.0166667  1s
      event   E2  voice  447700900123  90s
      charge  E2  1.5  90s
      """)
  }

  @Test func aFirstIncrementAndThenOthers() throws {
    try check(
      """
      deck    prefix  kind   price  per  increment              connect
      .       44      data   1      1    60/1                   0
      .       45      voice  0.2    60   0:30@0.4,60:10         0.8
      .       46      voice  1      60   60/30                  0
      .       47      voice  0.006  60   30/6                   0
      plan    rounding=4/up
      event   D1  data   447700900123  1
      charge  D1  60  60
      event   D2  data   447700900123  65
      charge  D2  65  65
      event   A1  voice  457700900123  20s
      charge  A1  1.0  30s
      event   A2  voice  457700900123  85s
      charge  A2  1.3  90s
      event   A3  voice  457700900123  90s
      charge  A3  1.3  90s
      event   B1  voice  467700900123  30s
      charge  B1  1  60s
      event   B2  voice  467700900123  61s
      charge  B2  1.5  90s
      event   B3  voice  467700900123  91s
      charge  B3  2  120s
      event   B4  voice  467700900123  119s
      charge  B4  2  120s
      event   C1  voice  477700900123  32s
      charge  C1  0.0036  36s
      event   C2  voice  477700900123  57s
      charge  C2  0.006  60s
      """)
  }

  @Test func aFeeForTheConnection() throws {
    try check(
      """
      deck    prefix  per-minute  increment  connect
      .       44      1           60/60      1
      event   E1  voice  447700900123  30s
      charge  E1  2  60s
      event   E2  voice  447700900123  0s  disposition=ANSWERED
      charge  E2  0  0s
      event   E3  voice  447700900123  999999s
      charge  E3  16668  1000020s
      """)
    try check(
      """
      deck    prefix  per-minute  increment  connect
      .       44      0.05        1/1        0.15
      plan    rounding=2/up
      event   E1  voice  447700900123  180s
      charge  E1  0.30  180s
      """)
  }

  @Test func theLeastAndTheMostOfAnEvent() throws {
    let amounts = """
      deck    prefix  kind     price  per
      .       44      message  1.234  1
      .       45      message  2.34   1
      .       46      message  0.12   1
      .       47      message  0.5    1
      """
    try check(
      """
      \(amounts)
      plan
      price   sms  kinds=message least=1 most=2
      event   E1  message  447700900123  1
      charge  E1  1.234  1
      event   E2  message  457700900123  1
      charge  E2  2  1
      event   E3  message  467700900123  1
      charge  E3  1  1
      """)
    try check(
      """
      \(amounts)
      plan
      price   sms  kinds=message least=1.5
      event   E1  message  477700900123  1
      charge  E1  1.5  1
      """)
    // A call that costs more than the most is free from there on; without a most all of it is charged.
    let calls = "deck prefix price per increment\n. 44 0.01 1 1/1\n. 45 1 1 1/1\n"
    try check(
      """
      \(calls)
      plan
      price   calls  kinds=voice most=0.62
      event   E1  voice  447700900123  50s
      charge  E1  0.5  50s
      event   E2  voice  447700900123  62s
      charge  E2  0.62  62s
      event   E3  voice  447700900123  70s
      charge  E3  0.62  70s
      """)
    try check(
      """
      \(calls)
      event   E1  voice  447700900123  70s
      charge  E1  0.7  70s
      event   E2  voice  457700900123  1800s
      charge  E2  1800  1800s
      """)
  }

  @Test func thePriceInForceAtTheStart() throws {
    try check(
      """
      deck    prefix  per-minute  increment  from
      .       44      1           60/60      2000-01-01
      .       44      2           60/60      2013-01-01
      event   E1  voice  447700900123  30s  start=2014-01-23T12:00:00Z
      charge  E1  2  60s
      event   E2  voice  447700900123  90s  start=2014-01-23T12:00:00Z
      charge  E2  4  120s
      event   E3  voice  447700900123  90s  start=2012-12-31T23:59:59Z
      charge  E3  2  120s
      """)
  }

  @Test func theSameCallByTheOldAndTheNewPrice() throws {
    for (price, amount) in [("0.6", "1.2"), ("1.7", "3.4")] {
      try check(
        """
        deck    prefix  per-minute  increment
        .       44      \(price)    1/1
        plan    rounding=2/up
        event   E1  voice  447700900123  120s
        charge  E1  \(amount)  120s
        """)
    }
  }

  @Test func severalPartsOfOnePrice() throws {
    // 1 and 0.5 for the first minute, 0.1 and 0.05 a minute after it, and 1 for the connection.
    try check(
      """
      deck    prefix  per-minute  increment            connect
      .       44      0.15        0:60@1.5,60:60       1
      event   E1  voice  447700900123  30s
      charge  E1  2.5  60s
      event   E2  voice  447700900123  61s
      charge  E2  2.65  120s
      """)
  }

  @Test func unitsThatAreRoundedUpToThousands() throws {
    try check(
      """
      deck    prefix  kind  price  per   increment
      .       44      data  10     1000  1000/1000
      event   E1  data  447700900123  1000
      charge  E1  10  1000
      event   E2  data  447700900123  1400
      charge  E2  20  2000
      event   E3  data  447700900123  1300
      charge  E3  20  2000
      event   E4  data  447700900123  1900
      charge  E4  20  2000
      """)
  }

  /// Dear with a fee on working days until six in the evening, cheap without one at other times.
  private static let evenings = """
    deck    prefix  price  per  increment  connect  in-day
    .       44      0.5    1    1/1        0        1;connect:1
    plan    rounding=4/half-up
    band    day  days=1,2,3,4,5 until=18:00
    """

  @Test func pricesByTheTimeOfTheWeek() throws {
    try check(
      """
      \(Self.evenings)
      event   E1  voice  447700900123  0s     start=2012-02-02T17:30:00Z disposition=ANSWERED
      charge  E1  0  0s
      event   E2  voice  447700900123  3600s  start=2012-02-08T17:30:00Z
      part    E2  1801  1800s  band=day
      part    E2  900   1800s  band=
      event   E3  voice  447700900123  2400s  start=2012-02-07T23:50:00Z
      part    E3  300   600s   band=
      part    E3  1800  1800s  band=day
      event   E4  voice  447700900123  3621s  start=2012-02-08T18:50:00Z
      charge  E4  1810.5  3621s
      event   E5  voice  447700900123  110s   start=2012-02-08T22:50:00Z
      charge  E5  55  110s
      event   E6  voice  447700900123  3600s  start=2013-02-01T17:30:00Z
      part    E6  1801  1800s  band=day
      part    E6  900   1800s  band=
      """)
    // The fee of the second band besides, where the call began in one without.
    try checkIsNoticed(
      """
      \(Self.evenings)
      event   E3  voice  447700900123  2400s  start=2012-02-07T23:50:00Z
      part    E3  300   600s   band=
      part    E3  1801  1800s  band=day
      """)
  }

  @Test func aCallOverTheEndOfABand() throws {
    // An increment of 45 seconds that begins before the end takes 15 of the seconds behind it.
    try check(
      """
      deck    prefix  per-minute  increment  in-first
      .       44      0.6         1/1        0.6;increment:45/45
      plan
      band    first  until=14:30:30
      event   E1  voice  447700900123  60s  start=2013-09-10T14:30:00Z
      part    E1  0.45  45s  band=first quantity_raw=45
      part    E1  0.15  15s  band= quantity_raw=15
      """)
    // Each stay rounded up by itself, dearer than with increments that carry over.
    let deck = "deck prefix per-minute increment in-peak\n. 44 1 30/30 2;increment:60/60\n"
    try check(
      """
      \(deck)
      plan    crossing=split-each
      band    peak  until=18:00
      event   E1  voice  447700900123  62s  start=2013-09-10T17:59:59Z
      part    E1  2    60s  band=peak
      part    E1  1.5  90s  band=
      """)
    try check(
      """
      \(deck)
      plan
      band    peak  until=18:00
      event   E1  voice  447700900123  62s  start=2013-09-10T17:59:59Z
      part    E1  2    60s  band=peak
      part    E1  0.5  30s  band=
      """)
    // A fee in both, owed once.
    try check(
      """
      deck    prefix  per-minute  increment  connect  in-peak
      .       44      0.16875     60/60      10       0.35;connect:10
      plan    crossing=split-each
      band    peak  until=18:00
      event   E1  voice  447700900123  62s  start=2013-09-10T17:59:59Z
      part    E1  10.35   60s   band=peak
      part    E1  0.3375  120s  band=
      """)
  }

  @Test func dataOverTheEndOfABandTakesThatOfItsStart() throws {
    try check(
      """
      deck    prefix  kind  price  per  increment  in-late
      .       44      data  0.002  10   10/10      0.001
      plan    rounding=4/up
      band    late  from=01:00
      event   E1  data  447700900123  20  start=2014-03-04T00:59:50Z
      charge  E1  0.004  20  band=
      """)
  }

  @Test func freeSecondsInACall() throws {
    try check(
      """
      deck    prefix  price  per  increment
      .       44      1      1    1/1
      plan
      price   calls  kinds=voice free=5
      event   E1  voice  447700900123  15s
      charge  E1  10  10s
      event   E2  voice  447700900123  5s
      charge  E2  0  0s
      """)
  }

  @Test func aPriceInTheRecordAndPercentages() throws {
    try check(
      """
      plan
      price   own  kinds=event price=recorded
      event   E1  event  447700900123  15  amount=100
      charge  E1  100  15
      """)
    try check(
      """
      plan
      change  percent=-50
      price   base  kinds=event price=1
      event   E1  event  447700900123  50
      charge  E1  25  50
      """)
    try check(
      """
      plan
      price   fee  kinds=event price=recorded percent=0 fixed=2
      event   E1  event  447700900123  1  amount=200
      charge  E1  2  1
      """)
    try check(
      """
      plan
      price   fee  kinds=event price=recorded percent=2.9
      event   E1  event  447700900123  1  amount=4
      charge  E1  0.116  1
      """)
    for (fixed, amounts) in [("0", ["1.75", "2.392", "12"]), ("2", ["2.299", "4.392", "12"])] {
      try check(
        """
        plan
        price   fee  kinds=event price=recorded percent=2.99 at-least=1.75 at-most=12 fixed=\(fixed)
        event   E1  event  447700900123  1  amount=10
        charge  E1  \(amounts[0])  1
        event   E2  event  447700900123  1  amount=80
        charge  E2  \(amounts[1])  1
        event   E3  event  447700900123  1  amount=10000
        charge  E3  \(amounts[2])  1
        """)
    }
    // The fixed fee outside of the limits.
    try checkIsNoticed(
      """
      plan
      price   fee  kinds=event price=recorded percent=2.99 at-least=1.75 at-most=12 fixed=2
      event   E3  event  447700900123  1  amount=10000
      charge  E3  14  1
      """)
  }

  @Test func twoPriceBooksForOneEvent() throws {
    try checkTwice(
      """
      deck    prefix  kind   price  per
      .       44      event  0.5    1
      deck    name=wholesale  prefix  kind   price  per
      .       44      event  1      1
      supplier carrier deck=wholesale
      event   E1  event  447700900123  60
      charge  E1  30  60  cost=60 supplier=carrier
      """)
    // The same book for both, or both sums in one.
    for wrong in ["30  60  cost=30", "60  60  cost=60", "90  60  cost=60"] {
      try checkIsNoticed(
        """
        deck    prefix  kind   price  per
        .       44      event  0.5    1
        deck    name=wholesale  prefix  kind   price  per
        .       44      event  1      1
        supplier carrier deck=wholesale
        event   E1  event  447700900123  60
        charge  E1  \(wrong)
        """)
    }
  }

  // One increment too many for an exact multiple; an amount rounded for each second; a unit rounded down; the difference
  // of rounded sums, which is none where events are rounded by themselves; the fee of a call that had nothing to charge.
  @Test(arguments: [
    ("deck prefix per-minute increment\n. 44 0.6 60/60", "voice", "60s", "1.2", "120s"),
    ("deck prefix per-minute increment\n. 44 0.1 1/1", "voice", "180s", "0.30006", "180s"),
    ("deck prefix kind price per increment\n. 44 data 10 1000 1000/1000", "data", "1900", "10", "1000"),
    ("deck prefix kind price per increment\n. 44 data 10 1000 1000/1000", "data", "1300", "10", "1000"),
    (
      "deck prefix per-minute increment connect\n. 44 1 60/60 1", "voice", "0s  disposition=ANSWERED", "1",
      "0s"
    ),
  ])
  func whatAFaultySystemBillsIsNoticed(
    deck: String, kind: String, quantity: String, amount: String, billed: String
  ) throws {
    try checkIsNoticed(
      """
      \(deck)
      event   E1  \(kind)  447700900123  \(quantity)
      charge  E1  \(amount)  \(billed)
      """)
  }
}
