// Increments: how a quantity is rounded up before it is priced (RULES 4).

import Testing

@Suite struct IncrementTests {
  @Test func anIncrementThatIsStartedIsChargedWholeAndAnExactMultipleIsNotExceeded() throws {
    try check(
      """
      deck    prefix  per-minute  increment
      .       44      0.0100      60/60
      event   E1  voice  447700900123  1s
      charge  E1  0.0100  60s
      event   E2  voice  447700900123  59s
      charge  E2  0.0100  60s
      event   E3  voice  447700900123  60s
      charge  E3  0.0100  60s
      event   E4  voice  447700900123  61s
      charge  E4  0.0200  120s
      event   E5  voice  447700900123  120s
      charge  E5  0.0200  120s
      event   E6  voice  447700900123  121s
      charge  E6  0.0300  180s
      """)
  }

  @Test func afterTheFirstIncrementTheRestIsRoundedUpInNextOnes() throws {
    try check(
      """
      deck    prefix  per-minute  increment
      .       44      0.6000      30/18
      .       45      0.6000      60/30
      .       46      0.6000      30/6
      .       47      0.6000      6/60
      event   A1  voice  447700900123  30s
      charge  A1  0.3000  30s
      event   A2  voice  447700900123  31s
      charge  A2  0.4800  48s
      event   A3  voice  447700900123  48s
      charge  A3  0.4800  48s
      event   A4  voice  447700900123  49s
      charge  A4  0.6600  66s
      event   B1  voice  457700900123  29s
      charge  B1  0.6000  60s
      event   B2  voice  457700900123  61s
      charge  B2  0.9000  90s
      event   B3  voice  457700900123  89s
      charge  B3  0.9000  90s
      event   B4  voice  457700900123  91s
      charge  B4  1.2000  120s
      event   C1  voice  467700900123  32s
      charge  C1  0.3600  36s
      event   C2  voice  467700900123  57s
      charge  C2  0.6000  60s
      event   D1  voice  477700900123  6s
      charge  D1  0.0600  6s
      event   D2  voice  477700900123  7s
      charge  D2  0.6600  66s
      """)
  }

  // What other systems made of these calls: a multiple of 18 s alone, one increment too many, whole calls in steps.
  @Test(arguments: [
    ("31s", "30/18", "36"), ("60s", "60/60", "120"), ("61s", "60/30", "120"), ("30s", "30/6", "36"),
  ])
  func aWrongIncrementIsNoticed(call: String, increment: String, wrong: String) throws {
    try checkIsNoticed(
      """
      deck    prefix  per-minute  increment
      .       44      0.6000      \(increment)
      event   E1  voice  447700900123  \(call)
      charge  E1  \(wrong == "36" ? "0.36" : "1.2")  \(wrong)s
      """)
  }

  @Test func stepsMayCarryTheirOwnPrice() throws {
    // The first minute in half minutes at 0.50, then ten-second pieces at the row's 0.30; the fee once.
    try check(
      """
      deck    prefix  per-minute  increment            connect
      .       44      0.3000      0:30@0.50,60:10      0.70
      event   E1  voice  447700900123  1s
      charge  E1  0.9500  30s
      event   E2  voice  447700900123  30s
      charge  E2  0.9500  30s
      event   E3  voice  447700900123  31s
      charge  E3  1.2000  60s
      event   E4  voice  447700900123  60s
      charge  E4  1.2000  60s
      event   E5  voice  447700900123  61s
      charge  E5  1.2500  70s
      event   E6  voice  447700900123  90s
      charge  E6  1.3500  90s
      event   E7  voice  447700900123  91s
      charge  E7  1.4000  100s
      """)
  }

  @Test func anIncrementBelongsToTheStepInWhichItBegins() throws {
    // 45 s pieces until second 30: the first reaches to 45, and the next begins there in the second step.
    // 60 s pieces until second 90: the second reaches to 120.
    try check(
      """
      deck    prefix  per-minute  increment
      .       44      0.6000      0:45@1.20,30:60
      .       45      0.6000      0:60,90:1
      .       46      0.6000      0:60@0.6,60:60@0.06
      event   A1  voice  447700900123  30s
      charge  A1  0.9000  45s
      event   A2  voice  447700900123  45s
      charge  A2  0.9000  45s
      event   A3  voice  447700900123  46s
      charge  A3  1.5000  105s
      event   A4  voice  447700900123  106s
      charge  A4  2.1000  165s
      event   B1  voice  457700900123  61s
      charge  B1  1.2000  120s
      event   B2  voice  457700900123  120s
      charge  B2  1.2000  120s
      event   B3  voice  457700900123  121s
      charge  B3  1.2100  121s
      event   C1  voice  467700900123  60s
      charge  C1  0.6000  60s
      event   C2  voice  467700900123  61s
      charge  C2  0.6600  120s
      event   C3  voice  467700900123  999999s
      charge  C3  1000.5600  1000020s
      """)
  }

  @Test func theMinimumComesBeforeTheIncrements() throws {
    try check(
      """
      deck    prefix  per-minute  increment  minimum
      .       44      0.6000      20/20      30
      .       45      0.6000      1/1        30
      event   E1  voice  447700900123  1s
      charge  E1  0.4000  40s
      event   E2  voice  447700900123  40s
      charge  E2  0.4000  40s
      event   E3  voice  447700900123  41s
      charge  E3  0.6000  60s
      event   E4  voice  457700900123  29s
      charge  E4  0.3000  30s
      event   E5  voice  457700900123  30s
      charge  E5  0.3000  30s
      event   E6  voice  457700900123  31s
      charge  E6  0.3100  31s
      event   E7  voice  457700900123  0s  disposition=ANSWERED
      charge  E7  0  0s
      """)
  }

  @Test func zeroIsZeroWhetherAnsweredOrNot() throws {
    try check(
      """
      deck    prefix  per-minute  increment  connect  minimum
      .       44      0.6000      60/60      0.50     30
      plan
      free    nothing
      event   E1  voice  447700900123  0s  disposition=ANSWERED
      charge  E1  0  0s
      event   E2  voice  447700900123  0s  disposition=BUSY
      charge  E2  0  0s
      event   E3  voice  447700900123  0.001s  disposition=ANSWERED
      charge  E3  1.1000  60s
      """)
  }

  @Test func anAnsweredCallOfZeroSecondsPaysItsFirstIncrementOnRequest() throws {
    // Answered calls only, and the row's minimum does not count.
    try check(
      """
      deck    prefix  kind     price   per  increment  minimum
      .       44      voice    0.6000  60   60/60      90
      .       45      voice    0.6000  60   30/6       0
      .       46      message  0.0500  1    1/1        0
      plan    answered_zero=first-increment
      free    nothing
      event   E1  voice  447700900123  0s  disposition=ANSWERED
      charge  E1  0.6000  60s
      event   E2  voice  447700900123  0s  disposition=BUSY
      charge  E2  0  0s
      event   E3  voice  457700900123  0s  disposition=ANSWERED
      charge  E3  0.3000  30s
      event   E4  voice  457700900123  1s  disposition=ANSWERED
      charge  E4  0.3000  30s
      event   E5  voice  447700900123  1s  disposition=ANSWERED
      charge  E5  1.2000  120s
      event   E6  message  467700900123  0
      charge  E6  0  0
      """)
  }

  @Test func otherKindsHaveIncrementsInTheirOwnUnits() throws {
    try check(
      """
      deck    prefix  kind     price   per         increment
      .       44      message  0.0500  1           1/1
      .       45      message  0.0500  1           10/10
      .       44      data     0.0200  1000000     1000/1000
      .       44      event    2.0000  1           1/1
      .       45      event    2.0000  1           0.000001/0.000001
      .       46      event    3.0000  2           0.5/0.5
      event   M1  message  447700900123  1
      charge  M1  0.0500  1
      event   M2  message  447700900123  3
      charge  M2  0.1500  3
      event   M3  message  457700900123  11
      charge  M3  1.0000  20
      event   D1  data  447700900123  1
      charge  D1  0.00002  1000
      event   D2  data  447700900123  1001
      charge  D2  0.00004  2000
      event   V1  event  447700900123  1.2
      charge  V1  4.0000  2
      event   V2  event  457700900123  1.2
      charge  V2  2.4000  1.2
      event   V3  event  467700900123  1.2
      charge  V3  2.2500  1.5
      """)
  }
}

@Suite struct DurationTests {
  @Test func aStartedSecondCountsWholeBeforeTheIncrements() throws {
    try check(
      """
      deck    prefix  per-minute  increment
      .       44      0.6000      60/60
      .       45      0.6000      1/1
      event   E1  voice  447700900123  60s
      charge  E1  0.6000  60s
      event   E2  voice  447700900123  60.001s
      charge  E2  1.2000  120s
      event   E3  voice  457700900123  0.4s
      charge  E3  0.0100  1s
      event   E4  voice  457700900123  110.5s
      charge  E4  1.1100  111s
      event   E5  voice  457700900123  111.000s
      charge  E5  1.1100  111s
      event   E6  voice  457700900123  0.0000001s
      charge  E6  0.0100  1s
      """)
  }

  @Test func aPlanMayKeepTheMilliseconds() throws {
    try check(
      """
      deck    prefix  per-minute  increment
      .       44      0.6000      0.001/0.001
      .       45      0.6000      0.5/0.1
      .       46      0.6000      1/1
      plan    duration=exact
      event   E1  voice  447700900123  60.001s
      charge  E1  0.60001  60.001s
      event   E2  voice  457700900123  0.2s
      charge  E2  0.005  0.5s
      event   E3  voice  457700900123  0.501s
      charge  E3  0.006  0.6s
      event   E4  voice  467700900123  60.001s
      charge  E4  0.61  61s
      event   E5  voice  447700900123  0.0001s
      charge  E5  0.00001  0.001s
      """)
  }
}
