// Usage that is on purpose not billed: each condition, and the order of rules and doors (RULES 1 and 3).

import Testing

@Suite struct NotBilledTests {
  @Test func everyConditionThatIsGivenMustHold() throws {
    try check(
      """
      deck    prefix  kind     price  per
      .       44      voice    0.60   60
      .       44      message  0.05   1
      .       49      voice    0.60   60
      service number 4930255
      plan    look_up=voice:deck,message:deck
      free    nothing
      free    texts-in     kinds=message directions=inbound
      free    hotline      to=44800,4490
      free    unanswered   answered=no
      free    test-calls   kinds=voice answered=yes to=447000 dispositions=TEST,PROBE
      event   M1  message  447123456  1  direction=inbound
      filtered M1  texts-in
      event   M2  message  447123456  1  direction=outbound
      charge  M2  0.05  1
      event   V1  voice  447123456  1s  direction=inbound
      charge  V1  0.01  1s
      event   H1  voice  44800123  1s
      filtered H1  hotline
      event   H2  voice  4490123  1s
      filtered H2  hotline
      event   H3  voice  4480123  1s
      charge  H3  0.01  1s
      # Inbound, the other party is who called.
      event   H4  voice  447123456  1s  direction=inbound from=+4480012
      filtered H4  hotline
      event   H5  voice  44800123   1s  direction=inbound from=+447
      charge  H5  0.01  1s
      event   U1  voice  447123456  1s  disposition=BUSY
      filtered U1  unanswered
      event   T1  voice  447000123  1s  disposition=TEST
      filtered T1  unanswered
      event   T2  voice  447000123  1s  disposition=ANSWERED
      charge  T2  0.01  1s
      event   T3  voice  44  1s
      suspense T3  bad-number
      """)
  }

  @Test func theFirstRuleThatFitsGivesTheReason() throws {
    try check(
      """
      deck    prefix  per-minute  increment
      .       44      0.60        1/1
      plan
      free    nothing
      free    missed      answered=no dispositions=BUSY
      free    unanswered  answered=no
      free    inbound     directions=inbound
      event   E1  voice  447123456  1s  disposition=BUSY direction=inbound
      filtered E1  missed
      event   E2  voice  447123456  1s  disposition=FAILED direction=inbound
      filtered E2  unanswered
      event   E3  voice  447123456  1s  disposition=ANSWERED direction=inbound
      filtered E3  inbound
      event   E4  voice  447123456  1s  disposition=ANSWERED
      charge  E4  0.01  1s
      """)
  }

  @Test func dispositionsAreComparedAsTheyStand() throws {
    try check(
      """
      deck    prefix  per-minute  increment
      .       44      0.60        1/1
      plan
      free    nothing
      free    probes  dispositions=answered
      event   E1  voice  447123456  1s  disposition=answered
      filtered E1  probes
      event   E2  voice  447123456  1s  disposition=Answered
      charge  E2  0.01  1s
      event   E3  voice  447123456  1s
      charge  E3  0.01  1s
      """)
  }

  @Test func onNetAsksWhoseTheOtherNumberIsAtThatTime() throws {
    let services = """
      deck    prefix  per-minute  increment
      .       4       0.60        1/1
      account a
      account b
      service number 4930255          account=a
      service number 4930256          account=a until=2025-03-01
      service number 4930257          account=b
      service range  4930300-4930399  account=a
      service range  4930400-4930499  account=b
      service number 4930258          account=a source=switch
      service number 4930259          account=a source=other
      """
    try check(
      """
      \(services)
      plan
      free    on-net  on_net=account
      event   E1  voice  4930255  1s  from=+4930300
      filtered E1  on-net
      event   E2  voice  4930256  1s  from=+4930300
      charge  E2  0.01  1s
      event   E3  voice  4930256  1s  from=+4930300 start=2025-02-28T23:59:59Z
      filtered E3  on-net
      event   E4  voice  4930257  1s  from=+4930300
      charge  E4  0.01  1s
      event   E5  voice  4930399  1s  from=+4930255
      filtered E5  on-net
      event   E6  voice  4930499  1s  from=+4930255
      charge  E6  0.01  1s
      event   E7  voice  4930500  1s  from=+4930255
      charge  E7  0.01  1s
      event   E8  voice  4930255  1s  from=+4930399 direction=inbound
      filtered E8  on-net
      event   E9  voice  4930258  1s  from=+4930255
      filtered E9  on-net
      event   E10 voice  4930259  1s  from=+4930255
      charge  E10 0.01  1s
      event   E11 voice  4930259  1s  from=+4930255 source=other
      filtered E11 on-net
      # A call that the default account takes is on-net where the other end is the account's.
      event   E12 voice  4930255  1s  from=+447123456
      filtered E12 on-net
      """)
    try check(
      """
      \(services)
      plan
      free    on-net  on_net=any
      event   E1  voice  4930257  1s  from=+4930300
      filtered E1  on-net
      event   E2  voice  4930500  1s  from=+4930300
      charge  E2  0.01  1s
      event   E3  voice  4930256  1s  from=+4930300
      charge  E3  0.01  1s
      """)
  }
}

@Suite struct DoorOrderTests {
  @Test func anEventLeavesByTheFirstDoorThatIsOpen() throws {
    // One record with every fault; then one fault less each time.
    let head = """
      deck    prefix  per-minute  increment  status
      .       44      0.60        1/1        open
      .       4499    0.60        1/1        blocked
      account a
      account b       plan=none
      source  switch  default=none
      service trunk   t1  account=a
      service trunk   t2  account=b
      plan
      free    on-site  directions=internal
      price   calls    kinds=voice groups=group-44
      """
    try check(
      """
      \(head)
      event   E1  voice  alice  -  start=yesterday direction=internal trunk=t9
      suspense E1  bad-time
      event   E2  voice  alice  -  direction=internal trunk=t9
      suspense E2  unknown-service
      event   E3  voice  alice  -  direction=internal trunk=t2
      suspense E3  no-plan
      event   E4  voice  alice  -  direction=internal trunk=t1
      filtered E4  on-site
      event   E5  voice  alice  -  trunk=t1
      suspense E5  bad-number
      event   E6  voice  55123456  -  trunk=t1
      suspense E6  no-price
      event   E7  voice  4499123  -  trunk=t1
      suspense E7  destination-closed
      event   E8  voice  4498123  -  trunk=t1
      suspense E8  missing-quantity
      event   E9  voice  4498123  -1s  trunk=t1 disposition=ANSWERED
      suspense E9  negative-quantity
      event   E10 voice  4498123  1s  trunk=t1
      charge  E10 0.01  1s
      """)
  }

  @Test func aPlanThatHasNoChargeForAnEventSuspendsIt() throws {
    try check(
      """
      deck    prefix  kind     price  per  group
      .       44      voice    0.60   60   red
      .       49      voice    0.60   60   blue
      .       44      message  0.05   1    red
      plan    look_up=voice:deck,message:deck
      price   calls  kinds=voice directions=outbound groups=red
      event   E1  voice  447123456  1s
      charge  E1  0.01  1s  charge=calls
      event   E2  voice  497123456  1s
      suspense E2  no-charge
      event   E3  voice  447123456  1s  direction=inbound
      suspense E3  no-charge
      event   E4  message  447123456  1
      suspense E4  no-charge
      event   E5  data  447123456  1
      suspense E5  no-charge
      """)
  }

  @Test func anUnansweredCallMayLeaveItsDurationOut() throws {
    try check(
      """
      deck    prefix  per-minute  increment
      .       44      0.60        1/1
      plan
      free    nothing
      event   E1  voice  447123456  -  disposition=BUSY
      charge  E1  0  0s
      event   E2  voice  447123456  -  disposition=ANSWERED
      suspense E2  missing-quantity
      event   E3  message  -  -
      suspense E3  no-charge
      """)
  }
}
