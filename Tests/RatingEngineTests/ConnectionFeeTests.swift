// The connection fee: when it is owed, and that it is owed once (RULES 4).

import Testing

@Suite struct ConnectionFeeTests {
  private static let deck = """
    deck    prefix  kind     price   per  increment  connect
    .       44      voice    0.6000  60   1/1        0.25
    .       45      voice    0       60   1/1        0.25
    .       44      message  0.0500  1    1/1        0.10
    """
  private static let events = """
    event   E1  voice    447700900123  10s
    event   E2  voice    447700900123  0s   disposition=ANSWERED
    event   E3  voice    447700900123  0s   disposition=BUSY
    event   E4  voice    457700900123  10s
    event   E5  message  447700900123  2
    event   E6  message  447700900123  -2
    event   E7  message  447700900123  0
    """

  @Test func isOwedWhereSomethingIsLeftToCharge() throws {
    try check(
      """
      \(Self.deck)
      plan    fee=chargeable
      free    nothing
      \(Self.events)
      charge  E1  0.3500  10s
      charge  E2  0       0s
      charge  E3  0       0s
      charge  E4  0.2500  10s
      charge  E5  0.2000  2
      charge  E6  -0.1000 -2
      charge  E7  0       0
      """)
  }

  @Test func isOwedForAnyQuantity() throws {
    try check(
      """
      \(Self.deck)
      plan    fee=answered
      free    nothing
      \(Self.events)
      charge  E1  0.3500  10s
      charge  E2  0       0s
      charge  E3  0       0s
      charge  E4  0.2500  10s
      charge  E5  0.2000  2
      charge  E6  -0.1000 -2
      charge  E7  0       0
      """)
  }

  @Test func isOwedForEveryRatedEventButNotForARefund() throws {
    try check(
      """
      \(Self.deck)
      plan    fee=always
      free    nothing
      \(Self.events)
      charge  E1  0.3500  10s
      charge  E2  0.2500  0s
      charge  E3  0.2500  0s
      charge  E4  0.2500  10s
      charge  E5  0.2000  2
      charge  E6  -0.1000 -2
      charge  E7  0.1000  0
      """)
  }

  @Test func aCallOfZeroSecondsThatPaysItsFirstIncrementHasSomethingToChargeButNoQuantity() throws {
    let calls = """
      event   E1  voice    447700900123  0s   disposition=ANSWERED
      event   E2  voice    447700900123  0s   disposition=BUSY
      """
    for (rule, answered, unanswered) in [
      ("chargeable", "0.26", "0"), ("answered", "0.01", "0"), ("always", "0.26", "0.25"),
    ] {
      try check(
        """
        \(Self.deck)
        plan    fee=\(rule) answered_zero=first-increment
        free    nothing
        \(calls)
        charge  E1  \(answered)    1s
        charge  E2  \(unanswered)  0s
        """)
    }
  }

  @Test func isRoundedTogetherWithTheRest() throws {
    // 0.15 + 24 s at 0.05 a minute is 0.17 exactly; rounding the parts up by themselves would give 0.18 for the odd ones.
    try check(
      """
      deck    prefix  per-minute  increment  connect
      .       44      0.0500      1/1        0.15
      .       45      0.0240      1/1        0.004
      .       46      0.0060      1/1        0.0049
      plan    rounding=2/up
      event   E1  voice  447700900123  24s
      charge  E1  0.17  24s
      event   E2  voice  447700900123  180s
      charge  E2  0.30  180s
      event   E3  voice  457700900123  10s
      charge  E3  0.01  10s
      event   E4  voice  467700900123  51s
      charge  E4  0.01  51s
      event   E5  voice  467700900123  52s
      charge  E5  0.02  52s
      """)
  }
}
