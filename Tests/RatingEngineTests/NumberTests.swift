// Numbers: how dialled digits become international ones, and when they are none (RULES 3).

import Testing

@Suite struct NumberTests {
  // Deck rows tell which number was understood: their destination stands in the charge.
  private static let deck = """
    deck    prefix  per-minute  increment  destination
    .       49      0.60        1/1        germany
    .       4930    0.60        1/1        berlin
    .       44      0.60        1/1        britain
    .       1       0.60        1/1        america
    .       0       0.60        1/1        nowhere
    .       112     0.60        1/1        emergency
    .       11      0.60        1/1        eleven
    .       55      0.60        1/1        brazil
    """

  @Test func separatorsAreDropped() throws {
    try check(
      """
      \(Self.deck)
      source  switch country=49 international=00 national=0
      event   E1  voice  +49_(30)_12-34.56/78  1s
      charge  E1  0.01  1s  destination=berlin
      event   E2  voice  00_49_30_123456  1s
      charge  E2  0.01  1s  destination=berlin
      event   E3  voice  030/123456  1s
      charge  E3  0.01  1s  destination=berlin
      event   E4  voice  030_123456#  1s
      charge  E4  0.01  1s  destination=berlin
      event   E5  voice  +4930x123456  1s
      suspense E5  bad-number
      event   E6  voice  +49*30123456  1s
      suspense E6  bad-number
      event   E7  voice  49+30123456  1s
      suspense E7  bad-number
      event   E8  voice  ++4930123456  1s
      suspense E8  bad-number
      event   E9  voice  anonymous  1s
      suspense E9  bad-number
      event   E10  voice  -  1s
      suspense E10  bad-number
      """)
  }

  @Test func shortCodeThenPlusThenInternationalThenNationalThenBare() throws {
    try check(
      """
      \(Self.deck)
      source  switch country=49 international=0,0015,00 national=01 short=112,0044
      # A short code wins over every prefix, but only as a whole and without a plus.
      event   S1  voice  112  1s
      charge  S1  0.01  1s  destination=emergency
      event   S2  voice  1-1-2  1s
      charge  S2  0.01  1s  destination=emergency
      event   S3  voice  1123  1s
      charge  S3  0.01  1s  destination=emergency
      event   S4  voice  +112  1s
      charge  S4  0.01  1s  destination=emergency
      event   S5  voice  0044  1s
      suspense S5  no-price
      # The longest international prefix wins: 0015 before 00 before 0, and each before the national one.
      event   I1  voice  00155512345  1s
      charge  I1  0.01  1s  destination=brazil
      event   I2  voice  0044201234  1s
      charge  I2  0.01  1s  destination=britain
      event   I3  voice  0110123456  1s
      charge  I3  0.01  1s  destination=eleven
      """)
    try check(
      """
      \(Self.deck)
      source  switch country=49 international=00 national=0
      event   N1  voice  030123456  1s
      charge  N1  0.01  1s  destination=berlin
      # Bare digits are international.
      event   B1  voice  30123456  1s
      suspense B1  no-price
      event   B2  voice  4930123456  1s
      charge  B2  0.01  1s  destination=berlin
      """)
    try check(
      """
      \(Self.deck)
      source  switch country=49 international=00 national=0 bare=national
      event   B1  voice  30123456  1s
      charge  B1  0.01  1s  destination=berlin
      event   B2  voice  4930123456  1s
      charge  B2  0.01  1s  destination=germany
      event   B3  voice  +44201234  1s
      charge  B3  0.01  1s  destination=britain
      """)
  }

  @Test func aNumberHasThreeToFifteenDigitsAndNoZeroInFront() throws {
    try check(
      """
      \(Self.deck)
      source  switch international=00
      event   L2  voice  44  1s
      suspense L2  bad-number
      event   L3  voice  447  1s
      charge  L3  0.01  1s  destination=britain
      event   L15  voice  441234567890123  1s
      charge  L15  0.01  1s  destination=britain
      event   L16  voice  4412345678901234  1s
      suspense L16  bad-number
      event   P15  voice  +441234567890123  1s
      charge  P15  0.01  1s  destination=britain
      event   P16  voice  +4412345678901234  1s
      suspense P16  bad-number
      event   P3  voice  +447  1s
      charge  P3  0.01  1s  destination=britain
      event   P2  voice  +44  1s
      suspense P2  bad-number
      event   Z1  voice  0441234567  1s
      suspense Z1  bad-number
      event   Z2  voice  +0441234567  1s
      suspense Z2  bad-number
      event   Z3  voice  000441234567  1s
      suspense Z3  bad-number
      event   Z4  voice  00447  1s
      charge  Z4  0.01  1s  destination=britain
      event   Z5  voice  0044  1s
      suspense Z5  bad-number
      event   L64  voice  4444444444444444444444444444444444444444444444444444444444444444  1s
      suspense L64  bad-number
      """)
  }

  @Test func addressesHoldTheNumberBeforeTheirHost() throws {
    try check(
      """
      \(Self.deck)
      event   E1  voice  sip:+442012345@10.0.0.1:5060  1s
      charge  E1  0.01  1s  destination=britain
      event   E2  voice  sips:+442012345@host;transport:tcp  1s
      charge  E2  0.01  1s  destination=britain
      event   E3  voice  tel:+44-20-12345;phone-context:x  1s
      charge  E3  0.01  1s  destination=britain
      event   E4  voice  sip:alice@host  1s
      suspense E4  bad-number
      event   E5  voice  sip:  1s
      suspense E5  bad-number
      """)
  }

  @Test func aNumberIsOnlyNeededWhereAPriceNeedsIt() throws {
    // Messages are not looked up in a deck: whatever stands in `to`.
    try check(
      """
      deck    prefix  per-minute
      .       44      0.60
      plan    look_up=voice:deck
      free    nothing
      price   sms    kinds=message price=0.05
      price   calls  kinds=voice
      event   M1  message  alice  1
      charge  M1  0.05  1
      event   M2  message  -  1
      charge  M2  0.05  1
      event   V1  voice  alice  1s
      suspense V1  bad-number
      # Looked up, whatever takes the charge, and whatever the quantity.
      event   V2  voice  alice  0s
      suspense V2  bad-number
      """)
    try check(
      """
      deck    prefix  per-minute
      .       44      0.60
      price   flat  kinds=voice price=0.10
      event   V1  voice  alice  60s
      suspense V1  bad-number
      event   V2  voice  55123456  60s
      suspense V2  no-price
      event   V3  voice  447123456  60s
      charge  V3  0.10  60s
      """)
  }
}
