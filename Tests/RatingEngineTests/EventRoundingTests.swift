// Rounding of events: one exact sum, rounded once, then maximum, then minimum (RULES 4).

import Testing

@Suite struct EventRoundingTests {
  @Test(arguments: [
    // mode, and what 0.5, 1.5, 1.4, 1.6 and −0.5, −1.5, −1.4, −1.6 units of the last digit become
    ("half-up", ["1", "2", "1", "2"]), ("half-even", ["0", "2", "1", "2"]), ("up", ["1", "2", "2", "2"]),
    ("down", ["0", "1", "1", "1"]),
  ])
  func everyModeIsWhatItsNameSaysAndRefundsMirror(mode: String, expected: [String]) throws {
    for (scale, unit) in [(0, ""), (2, "0."), (6, "0.00000"), (12, "0.00000000000")] {
      // A price of five tenths of the last digit, and of one tenth.
      let zeros = scale == 0 ? "0." : "0." + String(repeating: "0", count: scale)
      guard scale < 12 else { continue }
      let digit = { (text: String) in
        scale == 0 || text == "0" ? text : unit + (scale == 2 ? "0" : "") + text
      }
      try check(
        """
        deck    prefix  kind     price      per
        .       44      message  \(zeros)5  1
        .       45      message  \(zeros)1  1
        plan    rounding=\(scale)/\(mode)
        event   P1  message  447700900123  1
        charge  P1  \(digit(expected[0]))  1
        event   P2  message  447700900123  3
        charge  P2  \(digit(expected[1]))  3
        event   P3  message  457700900123  14
        charge  P3  \(digit(expected[2]))  14
        event   P4  message  457700900123  16
        charge  P4  \(digit(expected[3]))  16
        event   N1  message  447700900123  -1
        charge  N1  -\(digit(expected[0]))  -1
        event   N2  message  447700900123  -3
        charge  N2  -\(digit(expected[1]))  -3
        event   N3  message  457700900123  -14
        charge  N3  -\(digit(expected[2]))  -14
        event   N4  message  457700900123  -16
        charge  N4  -\(digit(expected[3]))  -16
        """)
    }
  }

  @Test func withoutRoundingAnAmountKeepsTwelveDigitsHalfEven() throws {
    try check(
      """
      deck    prefix  kind     price            per
      .       44      message  0.000000000001   2
      .       45      message  0.0000000001     3
      .       46      message  1                7
      plan    rounding=12/half-even
      event   E1  message  447700900123  1
      charge  E1  0  1
      event   E2  message  447700900123  3
      charge  E2  0.000000000002  3
      event   E3  message  447700900123  5
      charge  E3  0.000000000002  5
      event   E4  message  447700900123  7
      charge  E4  0.000000000004  7
      event   E5  message  457700900123  1
      charge  E5  0.000000000033  1
      event   E6  message  457700900123  2
      charge  E6  0.000000000067  2
      event   E7  message  467700900123  1
      charge  E7  0.142857142857  1
      event   E8  message  467700900123  -1
      charge  E8  -0.142857142857  -1
      """)
  }

  @Test func whatIsNotSaidIsSixDigitsHalfUp() throws {
    // Thirds of a millionth, and halves: 1 s at 0.00003 a minute is 0.0000005 exactly.
    try check(
      """
      deck    prefix  per-minute  increment
      .       44      0.00003     1/1
      .       45      0.00002     1/1
      .       46      0.1         1/1
      .       47      1           1/1
      event   E1  voice  447700900123  1s
      charge  E1  0.000001  1s
      event   E2  voice  447700900123  2s
      charge  E2  0.000001  2s
      event   E3  voice  447700900123  3s
      charge  E3  0.000002  3s
      event   E4  voice  457700900123  1s
      charge  E4  0  1s
      event   E5  voice  457700900123  2s
      charge  E5  0.000001  2s
      event   E6  voice  467700900123  180s
      charge  E6  0.3  180s
      event   E7  voice  477700900123  1s
      charge  E7  0.016667  1s
      event   E8  voice  477700900123  90s
      charge  E8  1.5  90s
      """)
  }

  // Rounded for each second and then multiplied, 180 s at 0.10 a minute came to 0.3001 or 0.30006 elsewhere.
  @Test(arguments: ["0.3001", "0.30006"])
  func anAmountRoundedBySecondsIsNoticed(wrong: String) throws {
    try checkIsNoticed(
      """
      deck    prefix  per-minute  increment
      .       44      0.1         1/1
      event   E1  voice  447700900123  180s
      charge  E1  \(wrong)  180s
      """)
  }

  @Test func stepsOfDifferentPricesAreOneExactSum() throws {
    // 10 s at a third of a cent a minute and 20 s at a seventh: rounded by themselves they would lose a cent's part.
    try check(
      """
      deck    prefix  per-minute  increment
      .       44      0.02        0:10@0.0333,10:1@0.0333
      .       45      0.02        0:1@0.0015,2:1@0.0015
      plan    rounding=4/half-up
      event   E1  voice  447700900123  10s
      charge  E1  0.0056  10s
      event   E2  voice  447700900123  20s
      charge  E2  0.0111  20s
      event   E3  voice  457700900123  2s
      charge  E3  0.0001  2s
      event   E4  voice  457700900123  4s
      charge  E4  0.0001  4s
      event   E5  voice  457700900123  6s
      charge  E5  0.0002  6s
      """)
  }
}

@Suite struct EventLimitTests {
  @Test func theMaximumCutsAndTheMinimumLiftsWhatIsNotFree() throws {
    try check(
      """
      deck    prefix  per-minute  increment
      .       44      0.6000      1/1
      .       45      0           1/1
      .       46      0.0000006   1/1
      plan
      free    nothing
      price   calls  least=0.05 most=1.20
      event   E1  voice  447700900123  4s
      charge  E1  0.05  4s
      event   E2  voice  447700900123  5s
      charge  E2  0.05  5s
      event   E3  voice  447700900123  6s
      charge  E3  0.06  6s
      event   E4  voice  447700900123  120s
      charge  E4  1.20  120s
      event   E5  voice  447700900123  121s
      charge  E5  1.20  121s
      event   E6  voice  457700900123  121s
      charge  E6  0     121s
      event   E7  voice  447700900123  0s
      charge  E7  0     0s
      # A hundred-millionth rounds to nothing, but the call was not free.
      event   E8  voice  467700900123  1s
      charge  E8  0.05  1s
      """)
  }

  @Test func theMinimumComesAfterTheMaximumAndBothAfterTheRounding() throws {
    try check(
      """
      deck    prefix  kind     price  per
      .       44      message  0.004  1
      .       45      message  1      1
      plan    rounding=2/half-up
      price   sms  kinds=message least=0.008 most=0.005
      event   E1  message  447700900123  1
      charge  E1  0.008  1
      event   E2  message  457700900123  1
      charge  E2  0.008  1
      """)
  }

  @Test func refundsMirrorTheLimits() throws {
    try check(
      """
      deck    prefix  kind     price  per
      .       44      message  0.01   1
      plan
      price   sms  kinds=message least=0.03 most=0.10
      event   E1  message  447700900123  -1
      charge  E1  -0.03  -1
      event   E2  message  447700900123  -3
      charge  E2  -0.03  -3
      event   E3  message  447700900123  -4
      charge  E3  -0.04  -4
      event   E4  message  447700900123  -11
      charge  E4  -0.10  -11
      """)
  }

  @Test func anAmountThatNoRowHoldsIsSuspendedAndNotCut() throws {
    // 5 × 10¹¹ is beyond any amount of one event, whether it comes by the common way or by a fee's.
    try check(
      """
      deck    prefix  kind     price  per  connect
      .       44      message  200    1    0
      .       45      message  200    1    1
      .       46      message  100    1    0
      event   E1  message  447700900123  2499999999
      charge  E1  499999999800  2499999999
      event   E2  message  447700900123  2500000000
      suspense E2  amount-too-large
      event   E3  message  447700900123  4294967295
      suspense E3  amount-too-large
      event   E4  message  457700900123  2499999999
      charge  E4  499999999801  2499999999
      event   E5  message  457700900123  2500000000
      suspense E5  amount-too-large
      event   E6  message  467700900123  4294967295
      charge  E6  429496729500  4294967295
      event   E7  message  467700900123  5000000000
      suspense E7  amount-too-large
      event   E8  message  447700900123  -2500000000
      suspense E8  amount-too-large
      """)
  }
}
