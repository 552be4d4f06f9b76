// Prices that plans and accounts change, charges that hold for some days, whole numbers that are not billed.

import Testing

@Suite struct PriceChangeTests {
  private static let deck = """
    zone    Europe/Berlin
    deck    prefix  per-minute  increment       connect  group
    .       49      0.60        60/60           0.10     fixed
    .       4915    0.90        60/60           0.10     mobile
    .       44      0.60        0:60@1.20,60:1  0        uk
    """

  @Test func theFirstThatFitsIsUsed() throws {
    try checkTwice(
      """
      \(Self.deck)
      plan
      change  percent=-10 groups=mobile fee=yes
      change  price=0.011 prefixes=4930,4940 kinds=voice
      change  percent=5 prefixes=49
      event   E1  voice  4915112345678  60s
      charge  E1  0.90  60s  unit_price=0.81
      event   E2  voice  493012345678  60s
      charge  E2  0.111  60s  unit_price=0.011 per=60
      event   E3  voice  498912345678  60s
      charge  E3  0.73  60s  unit_price=0.63
      event   E4  voice  447700900123  60s
      charge  E4  1.20  60s  unit_price=0.6
      """)
  }

  @Test func aPercentageChangesStepsAndAPriceLeavesThem() throws {
    try checkTwice(
      """
      \(Self.deck)
      plan
      change  percent=50 kinds=voice directions=outbound
      event   E1  voice  447700900123  61s
      charge  E1  1.815  61s  unit_price=0.9
      """)
    try checkTwice(
      """
      \(Self.deck)
      plan
      change  price=0.06 per=1 kinds=voice
      event   E1  voice  447700900123  61s
      charge  E1  1.26  61s  unit_price=0.06 per=1
      """)
  }

  @Test func aProductIsRoundedHalfEvenAtTwelveDigits() throws {
    try checkTwice(
      """
      deck    prefix  per-minute      increment
      .       44      0.000000000001  1/1
      .       45      0.000000000003  1/1
      plan    rounding=12/half-even
      change  percent=50
      event   E1  voice  447700900123  60s
      charge  E1  0.000000000002  60s
      event   E2  voice  457700900123  60s
      charge  E2  0.000000000004  60s
      """)
  }

  @Test func itHoldsBetweenLocalMidnights() throws {
    // March begins in Berlin an hour before it does in UTC.
    try checkTwice(
      """
      \(Self.deck)
      plan
      change  percent=100 charges=usage from=2026-03-01 until=2026-04-01
      price   usage
      event   E1  voice  493012345678  60s  start=2026-02-28T22:59:59Z
      charge  E1  0.70  60s
      event   E2  voice  493012345678  60s  start=2026-02-28T23:00:00Z
      charge  E2  1.30  60s
      event   E3  voice  493012345678  60s  start=2026-03-31T21:59:59Z
      charge  E3  1.30  60s
      event   E4  voice  493012345678  60s  start=2026-03-31T22:00:00Z
      charge  E4  0.70  60s
      """)
  }

  @Test func itChangesBandPricesToo() throws {
    let bands = "band peak from=08:00 until=18:00\nevent E1 voice 4930123456 60s start=2026-05-04T12:00:00Z"
    try checkTwice(
      """
      deck    prefix  per-minute  increment  in-peak
      .       49      0.60        60/60      1.20
      plan
      change  percent=-10
      \(bands)
      charge  E1  1.08  60s  band=peak
      """)
    try checkTwice(
      """
      deck    prefix  per-minute  increment  in-peak
      .       49      0.60        60/60      1.20
      plan
      price   usage  kinds=voice in-peak=percent:100
      change  price=0.30
      \(bands)
      charge  E1  0.30  60s  band=peak
      """)
  }

  @Test func theAccountsOwnPriceBeatsThePlans() throws {
    // The longest prefix, then the rating group, then the charge; other accounts pay the plan's price.
    try checkTwice(
      """
      \(Self.deck)
      plan
      change  percent=-50
      account   b  plan=plan
      override  percent=100
      override  price=0.05 charge=usage
      override  price=0.04 group=mobile
      override  price=0.03 prefix=4930
      override  price=0.02 prefix=49301 until=2026-01-01
      event   E1  voice  442079460123  60s
      charge  E1  1.20  60s  unit_price=0.05
      event   E2  voice  4915112345678  60s
      charge  E2  0.14  60s
      event   E3  voice  493012345678  60s
      charge  E3  0.12  60s
      event   E4  voice  493012345678  60s  start=2026-02-01T00:00:00Z
      charge  E4  0.13  60s
      event   E5  voice  493012345678  60s  account=b
      charge  E5  0.40  60s
      """)
  }

  @Test func aPriceTooLargeToBeOneIsSuspended() throws {
    try check(
      """
      deck    prefix  per-minute  increment
      .       44      9000000     1/1
      plan
      change  percent=900
      event   E1  voice  447700900123  60s
      suspense  E1  amount-too-large
      """)
  }
}

@Suite struct ChargeDateTests {
  @Test func aChargeTakesEventsOfItsDaysOnly() throws {
    try checkTwice(
      """
      zone    America/New_York
      plan
      price   winter  kinds=message price=0.10 until=2026-04-01
      price   summer  kinds=message price=0.20 from=2026-05-01
      event   M1  message  447700900123  1  start=2026-04-01T03:59:59Z
      charge  M1  0.10  1  charge=winter
      event   M2  message  447700900123  1  start=2026-04-01T04:00:00Z
      suspense  M2  no-charge
      event   M3  message  447700900123  1  start=2026-05-01T03:59:59Z
      suspense  M3  no-charge
      event   M4  message  447700900123  1  start=2026-05-01T04:00:00Z
      charge  M4  0.20  1  charge=summer
      """)
  }
}

@Suite struct NotBilledCodeTests {
  @Test func aCodeIsAWholeNumberAndNotABeginning() throws {
    try checkTwice(
      """
      source  switch  country=1 short=911,411
      deck    prefix  per-minute  increment
      .       91      0.60        60/60
      .       911     0.90        60/60
      plan
      free    emergency  codes=911,112
      event   E1  voice  911           60s
      filtered  E1  emergency
      event   E2  voice  +911140009999  60s
      charge  E2  0.90  60s
      event   E3  voice  +911           60s
      filtered  E3  emergency
      """)
  }
}
