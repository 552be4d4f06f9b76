// What suppliers charge beside what customers pay: which supplier, at which price, and what is missing.

import Testing

@testable import RatingEngine

@Suite struct SupplierCostTests {
  private let decks = """
    deck    prefix  per-minute  increment  connect
    .       44      0.0200      60/60      0
    .       49      0.0300      1/1        0
    deck    name=wholesale currency=USD  prefix  per-minute  increment  connect  minimum
    .       44      0.0050      6/6        -        -
    .       447     0.0120      30/6       0.0010   -
    .       4479    0.0130      1/1        -        10
    """

  @Test func theLongestPrefixOfItsOwnDeckDecides() throws {
    try checkTwice(
      """
      \(decks)
      supplier carrier deck=wholesale
      event   E1  voice  442079460123  61s
      charge  E1  0.04  120s  supplier=carrier cost=0.0055 cost_currency=USD currency=EUR
      event   E2  voice  447700900123  31s
      charge  E2  0.02  60s  supplier=carrier cost=0.0082 cost_currency=USD
      event   E3  voice  447700900123  30s
      charge  E3  0.02  60s  supplier=carrier cost=0.007
      event   E4  voice  447900900123  3s
      charge  E4  0.02  60s  cost=0.002167
      event   E5  voice  447900900123  0s  disposition=ANSWERED
      charge  E5  0  0s  cost=0 cost_currency=USD
      """)
    // The plan's increment is none of the supplier's.
    try checkIsNoticed(
      """
      \(decks)
      supplier carrier deck=wholesale
      event   E1  voice  442079460123  61s
      charge  E1  0.04  120s  cost=0.01
      """)
  }

  @Test func costIsRoundedOnceToSixDigitsHalfUp() throws {
    try checkTwice(
      """
      deck    prefix  per-minute
      .       44      0.01
      deck    name=wholesale  prefix  price  per  increment
      .       44      0.0000005  1  1/1
      .       45      0.0000004999  1  1/1
      supplier carrier deck=wholesale
      event   E1  voice  442079460123  1s
      charge  E1  0.000167  1s  cost=0.000001
      event   E2  voice  442079460123  3s
      charge  E2  0.0005  3s  cost=0.000002
      """)
    try checkTwice(
      """
      deck    prefix  per-minute
      .       45      0.01
      deck    name=wholesale  prefix  price  per  increment
      .       45      0.0000004999  1  1/1
      supplier carrier deck=wholesale
      event   E1  voice  452079460123  1s
      charge  E1  0.000167  1s  cost=0 cost_currency=EUR
      """)
  }

  @Test func whatTheDeckDoesNotHaveIsMissingAndNeverZero() throws {
    try checkTwice(
      """
      \(decks)
      .       4420   -           1/1        -        -   status=blocked
      supplier carrier deck=wholesale trunks=sip-*
      event   E1  voice  493023125100  60s  trunk=sip-1
      charge  E1  0.03  60s  supplier=carrier cost= cost_currency=
      event   E2  voice  442079460123  60s  trunk=sip-1
      charge  E2  0.02  60s  supplier=carrier cost= cost_currency=
      event   E3  voice  442179460123  60s  trunk=tdm-1
      charge  E3  0.02  60s  supplier= cost= cost_currency=
      event   E4  voice  442179460123  60s
      charge  E4  0.02  60s  supplier= cost=
      event   E5  voice  442179460123  60s  trunk=sip-
      charge  E5  0.02  60s  supplier=carrier cost=0.005
      """)
  }

  @Test func theFirstRowThatFitsCarriesTheEvent() throws {
    try checkTwice(
      """
      \(decks)
      deck    name=cheap  prefix  per-minute
      .       44      0.0010
      supplier early deck=cheap trunks=a,b* until=2025-03-03
      supplier in    deck=cheap trunks=a directions=inbound
      supplier carrier deck=wholesale trunks=a,*-b-*
      supplier rest  deck=cheap kinds=voice
      event   E1  voice  442079460123  60s  trunk=a start=2025-03-02T23:59:59Z
      charge  E1  0.02  60s  supplier=early cost=0.001
      event   E2  voice  442079460123  60s  trunk=a start=2025-03-03T00:00:00Z
      charge  E2  0.02  60s  supplier=carrier cost=0.005
      event   E3  voice  442079460123  60s  trunk=a direction=inbound
      charge  E3  0.02  60s  supplier=in cost=0.001
      event   E4  voice  442079460123  60s  trunk=x-b-c
      charge  E4  0.02  60s  supplier=carrier
      event   E5  voice  442079460123  60s  trunk=x-b
      charge  E5  0.02  60s  supplier=rest
      event   E6  voice  442079460123  60s  trunk=a trunk_out=z
      charge  E6  0.02  60s  supplier=rest
      """)
  }

  @Test func aDeckIsEffectiveAtTheChargingStart() throws {
    try checkTwice(
      """
      deck    prefix  per-minute
      .       44      0.06
      deck    name=wholesale  prefix  per-minute  from                  until
      .       44      0.01        2025-01-01T00:00:00Z  -
      .       44      0.02        2025-03-03T10:00:00Z  2025-03-03T12:00:00Z
      supplier carrier deck=wholesale
      event   E1  voice  442079460123  60s  start=2025-03-03T09:59:59Z
      charge  E1  0.06  60s  cost=0.01
      event   E2  voice  442079460123  60s  start=2025-03-03T09:59:59Z answer=2025-03-03T10:00:00Z
      charge  E2  0.06  60s  cost=0.02
      event   E3  voice  442079460123  60s  start=2025-03-03T12:00:00Z
      charge  E3  0.06  60s  cost= supplier=carrier
      """)
  }

  @Test func bandsAreOnTheClocksOfTheDeck() throws {
    // 08:00 in New York is 13:00 in UTC in winter; the plan's own bands are those of the account.
    try checkTwice(
      """
      deck    prefix  per-minute
      .       44      0.06
      deck    name=wholesale zone=America/New_York  prefix  per-minute  increment  in-peak
      .       44      0.01  60/60  0.03;connect:0.5
      times   peak from=08:00 until=18:00
      supplier carrier deck=wholesale
      band    night from=00:00 until=13:00
      event   E1  voice  442079460123  60s  start=2025-03-03T12:59:59Z
      part    E1  0.001  1s  band=night cost=0.01
      part    E1  0.059  59s  band= cost=0 cost_currency=EUR
      event   E2  voice  442079460123  61s  start=2025-03-03T12:59:00Z
      part    E2  0.06  60s  band=night cost=0.04
      part    E2  0.001  1s  band= cost=0
      event   E3  voice  442079460123  60s  start=2025-03-03T13:00:00Z
      charge  E3  0.06  60s  band= cost=0.53
      event   E4  voice  442079460123  60s  start=2025-03-03T23:00:00Z
      charge  E4  0.06  60s  band= cost=0.01
      """)
  }

  @Test func theWholeEventCostsWhateverTheCustomerPays() throws {
    try checkTwice(
      """
      \(decks)
      plan
      free    emergency  to=112
      price   calls  kinds=voice free=30 most=0.01
      price   sms    kinds=message price=0.07
      deck    name=texts  prefix  kind  price
      .       44      message  0.03
      supplier carrier deck=wholesale kinds=voice
      supplier texter  deck=texts
      event   E1  voice  442079460123  30s
      charge  E1  0  0s  cost=0.0025
      event   E2  voice  442079460123  600s
      charge  E2  0.01  600s  cost=0.05
      event   E3  message  442079460123  2
      charge  E3  0.14  2  supplier=texter cost=0.06
      event   E4  message  442079460123  -2
      charge  E4  -0.14  -2  supplier=texter cost=-0.06
      event   E5  message  492079460123  1
      charge  E5  0.07  1  supplier=texter cost=
      """)
  }
}
