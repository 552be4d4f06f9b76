// Prices by the states of both ends of a North American call.

import Testing

@testable import RatingEngine

@Suite struct JurisdictionTests {
  private let deck = """
    deck    name=us jurisdiction=us  prefix  inter   intra   unknown  per-minute  increment
    .       1       0.010   0.020   0.030    -           6/6
    .       1212    0.011   0.021   -        -           6/6
    .       1213    -       0.022   -        -           6/6
    .       1900    -       -       -        0.500       6/6
    .       44      -       -       -        0.040       6/6
    state   212=NY 646=NY 213=CA 212555=CT 2125557=NJ
    """

  @Test func statesOfBothEndsDecide() throws {
    try checkTwice(
      """
      \(deck)
      event   E1  voice  12124440123  60s  from=+16465550100
      charge  E1  0.021  60s  jurisdiction=intra unit_price=0.021
      event   E2  voice  12124440123  60s  from=+12135550100
      charge  E2  0.011  60s  jurisdiction=inter
      event   E3  voice  16464440123  60s  from=+12125540100
      charge  E3  0.02  60s  jurisdiction=intra
      event   E4  voice  16464440123  60s  from=+12125550100
      charge  E4  0.01  60s  jurisdiction=inter
      event   E5  voice  12125560199  60s  from=+12125557100
      charge  E5  0.011  60s  jurisdiction=inter
      """)
  }

  @Test func anUnknownEndHasItsPriceOrThatBetweenStates() throws {
    try checkTwice(
      """
      \(deck)
      event   E1  voice  14154440123  60s  from=+16465550100
      charge  E1  0.03  60s  jurisdiction=indeterminate
      event   E2  voice  12124440123  60s  from=+4930900100
      charge  E2  0.011  60s  jurisdiction=indeterminate
      event   E3  voice  12124440123  60s  from=anonymous
      charge  E3  0.011  60s  jurisdiction=indeterminate
      event   E4  voice  12124440123  60s  from=-
      charge  E4  0.011  60s  jurisdiction=indeterminate
      """)
  }

  @Test func aRowWithoutThePriceIsNoPrice() throws {
    try checkTwice(
      """
      \(deck)
      event   E1  voice  12134440123  60s  from=+12135550100
      charge  E1  0.022  60s  jurisdiction=intra
      event   E2  voice  12134440123  60s  from=+12124440100
      suspense E2 no-price
      event   E3  voice  12134440123  60s  from=+14154440100
      suspense E3 no-price
      """)
  }

  @Test func aRowWithOnePriceAsksForNoStates() throws {
    try checkTwice(
      """
      \(deck)
      event   E1  voice  19004440123  60s  from=+12135550100
      charge  E1  0.5  60s  jurisdiction=
      event   E2  voice  442079460123  60s  from=+12135550100
      charge  E2  0.04  60s  jurisdiction=
      """)
  }

  @Test func theRoutingNumberDecidesWhereTheDeckSaysSo() throws {
    let ported = "event   E1  voice  12134440123  60s  from=+12124440100 lrn=6465550000"
    try checkTwice(
      """
      deck    name=us jurisdiction=us lrn=yes  prefix  inter   intra
      .       1       0.010   0.020
      .       1646    0.011   0.021
      state   212=NY 646=NY 213=CA
      \(ported)
      charge  E1  0.021  60s  jurisdiction=intra destination=to-1646
      event   E2  voice  12134440123  60s  from=+12124440100
      charge  E2  0.01  60s  jurisdiction=inter destination=to-1
      event   E3  voice  12134440123  60s  from=+12124440100 lrn=+1-646-555-0000
      charge  E3  0.021  60s  jurisdiction=intra
      event   E4  voice  12134440123  60s  from=+12124440100 lrn=none
      charge  E4  0.01  60s  jurisdiction=inter
      event   E5  voice  12134440123  60s  from=+12124440100 lrn=1115550000
      charge  E5  0.01  60s  jurisdiction=inter
      """)
    try checkTwice(
      """
      deck    name=us jurisdiction=us  prefix  inter   intra
      .       1       0.010   0.020
      .       1646    0.011   0.021
      state   212=NY 646=NY 213=CA
      \(ported)
      charge  E1  0.01  60s  jurisdiction=inter destination=to-1
      """)
  }

  /// A routing number says nothing of a call that leaves North America: row and state go by the number that was dialled.
  @Test func aRoutingNumberBesideANumberOfAnotherCountrySaysNothing() throws {
    try checkTwice(
      """
      deck    name=us jurisdiction=us lrn=yes  prefix  inter   intra  unknown
      .       1       0.010   0.020  0.030
      .       44      0.040   0.050  0.060
      state   212=NY 646=NY
      event   E1  voice  442079460000  60s  from=+12124440100 lrn=6465550000
      charge  E1  0.06  60s  jurisdiction=indeterminate destination=to-44
      event   E2  voice  442079460000  60s  from=+12124440100
      charge  E2  0.06  60s  jurisdiction=indeterminate destination=to-44
      event   E3  voice  12134440123  60s  from=+12124440100 lrn=6465550000
      charge  E3  0.02  60s  jurisdiction=intra destination=to-1
      """)
  }

  @Test func tollFreeCallsGoByTheirCaller() throws {
    let calls = """
      event   E1  voice  18005550123  60s  from=+12124440100
      event   E2  voice  18885550123  60s  from=+14154440100
      event   E3  voice  18775550123  60s  from=+12124440100 lrn=6465550000
      event   E4  voice  18445550123  60s  from=-
      """
    try checkTwice(
      """
      deck    name=us jurisdiction=us lrn=yes  prefix  inter   intra  unknown
      .       1       0.010   0.020  0.030
      .       1212    0.011   0.021  0.031
      state   212=NY 646=NY 213=CA
      \(calls)
      charge  E1  0.031  60s  jurisdiction=indeterminate destination=to-1212
      charge  E2  0.03   60s  jurisdiction=indeterminate destination=to-1
      charge  E3  0.021  60s  jurisdiction=intra destination=to-1212
      suspense E4 no-price
      """)
    // A deck that has the code among its rows prices it as a destination.
    try checkTwice(
      """
      deck    name=us jurisdiction=us  prefix  inter   intra  per-minute
      .       1       0.010   0.020  -
      .       1800    -       -      0
      state   212=NY
      event   E1  voice  18005550123  60s  from=+12124440100
      charge  E1  0  60s  jurisdiction= destination=to-1800
      """)
  }

  @Test func serviceCodesTakeTheirWholeRow() throws {
    try checkTwice(
      """
      deck    name=us jurisdiction=us  prefix  inter   intra  per-minute  connect increment
      .       1       0.010   0.020  -  -  1/1
      .       411     -       -      0  1.25  1/1
      state   212=NY
      source  switch country=1 national=1 short=411,611,911
      event   E1  voice  411  60s  from=+12124440100
      charge  E1  1.25  60s  jurisdiction= destination=to-411
      event   E2  voice  +1411  60s  from=+12124440100
      charge  E2  1.25  60s  destination=to-411
      event   E3  voice  +12125551212  60s  from=+12124440100
      charge  E3  1.25  60s  destination=to-411
      event   E4  voice  +18005551212  60s  from=+12124440100
      charge  E4  0.01  60s  destination=to-1
      event   E5  voice  611  60s  from=+12124440100
      suspense E5 no-price
      """)
    // Without a price for directory assistance it is a number like others.
    try checkTwice(
      """
      deck    name=us jurisdiction=us  prefix  inter   intra
      .       1       0.010   0.020
      state   212=NY
      event   E1  voice  +12125551212  60s  from=+12124440100
      charge  E1  0.02  60s  jurisdiction=intra
      """)
  }

  @Test func suppliersChargeByJurisdictionToo() throws {
    try checkTwice(
      """
      deck    prefix  per-minute
      .       1       0.05
      deck    name=wholesale jurisdiction=us lrn=yes  prefix  inter   intra
      .       1       0.004   0.009
      .       1213    -       0.001
      state   212=NY 646=NY 213=CA
      supplier carrier deck=wholesale
      event   E1  voice  16464440123  60s  from=+12124440100
      charge  E1  0.05  60s  jurisdiction=intra cost=0.009
      event   E2  voice  16464440123  60s  from=+14154440100
      charge  E2  0.05  60s  jurisdiction=indeterminate cost=0.004
      event   E3  voice  12134440123  60s  from=+12124440100
      charge  E3  0.05  60s  jurisdiction=inter cost= supplier=carrier
      event   E4  voice  12134440123  60s  from=+12124440100 lrn=6464440000
      charge  E4  0.05  60s  jurisdiction=intra cost=0.009
      """)
  }
}
