// Whose event it is: service keys by date and precedence, then the default account (RULES 3).

import Testing

@Suite struct GuidingTests {
  private static let deck = """
    deck    prefix  per-minute  increment
    .       44      0.60        1/1
    account a
    account b
    account c
    account d
    """

  @Test func numberBeforeRangeAndNarrowBeforeWide() throws {
    try check(
      """
      \(Self.deck)
      service range  4930100-4930999  account=a name=wide
      service range  4930200-4930299  account=b name=middle
      service range  4930250-4930259  account=c name=narrow
      service number 4930255          account=d name=one
      event   E1  voice  447123456  1s  from=+4930100
      charge  E1  0.01  1s  account=a service=wide
      event   E2  voice  447123456  1s  from=+4930199
      charge  E2  0.01  1s  account=a service=wide
      event   E3  voice  447123456  1s  from=+4930200
      charge  E3  0.01  1s  account=b service=middle
      event   E4  voice  447123456  1s  from=+4930249
      charge  E4  0.01  1s  account=b service=middle
      event   E5  voice  447123456  1s  from=+4930250
      charge  E5  0.01  1s  account=c service=narrow
      event   E6  voice  447123456  1s  from=+4930255
      charge  E6  0.01  1s  account=d service=one
      event   E7  voice  447123456  1s  from=+4930259
      charge  E7  0.01  1s  account=c service=narrow
      event   E8  voice  447123456  1s  from=+4930260
      charge  E8  0.01  1s  account=b service=middle
      event   E9  voice  447123456  1s  from=+4930299
      charge  E9  0.01  1s  account=b service=middle
      event   E10 voice  447123456  1s  from=+4930300
      charge  E10 0.01  1s  account=a service=wide
      event   E11 voice  447123456  1s  from=+4930999
      charge  E11 0.01  1s  account=a service=wide
      # One digit more is another number: the default account takes it, without a service.
      event   E12 voice  447123456  1s  from=+49301000
      charge  E12 0.01  1s  account=a service=
      """)
  }

  @Test func aShortCodeIsANumberOfItsOwnAsAWhole() throws {
    try check(
      """
      \(Self.deck)
      source  switch country=49 national=0 short=11833,118,1183
      service number 11833 account=b name=enquiries
      service number 118   account=c name=short
      service range  11830-11839 account=d name=wide
      event   E1  voice  447123456  1s  from=11833
      charge  E1  0.01  1s  account=b service=enquiries
      event   E2  voice  447123456  1s  from=118
      charge  E2  0.01  1s  account=c service=short
      # Neither longer nor shorter.
      event   E3  voice  447123456  1s  from=1183
      charge  E3  0.01  1s  account=a service=
      event   E4  voice  447123456  1s  from=0118
      charge  E4  0.01  1s  account=a service=
      """)
  }

  @Test func aShortCodeThatIsAServiceIsOnNet() throws {
    try check(
      """
      deck    prefix  per-minute  increment
      .       11833   0.60        1/1
      .       11834   0.60        1/1
      account a
      account b
      free    enquiries on_net=any
      source  switch short=11833,11834
      service number 11833 account=b
      event   E1  voice  11833  1s
      filtered E1  enquiries
      event   E2  voice  11834  1s
      charge  E2  0.01  1s
      """)
  }

  @Test func rowsThatAreNotInForceGiveWayToWiderOnes() throws {
    try check(
      """
      \(Self.deck)
      service range  4930100-4930999  account=a name=wide
      service range  4930200-4930299  account=b name=middle  from=2025-02-01 until=2025-03-01
      service number 4930255          account=c name=old     until=2025-02-10
      service number 4930255          account=d name=new     from=2025-02-20
      event   E1  voice  447123456  1s  from=+4930255 start=2025-02-09T23:59:59Z
      charge  E1  0.01  1s  account=c
      event   E2  voice  447123456  1s  from=+4930255 start=2025-02-10T00:00:00Z
      charge  E2  0.01  1s  account=b
      event   E3  voice  447123456  1s  from=+4930255 start=2025-02-19T23:59:59Z
      charge  E3  0.01  1s  account=b
      event   E4  voice  447123456  1s  from=+4930255 start=2025-02-20T00:00:00Z
      charge  E4  0.01  1s  account=d
      event   E5  voice  447123456  1s  from=+4930256 start=2025-01-31T23:59:59Z
      charge  E5  0.01  1s  account=a
      event   E6  voice  447123456  1s  from=+4930256 start=2025-02-01T00:00:00Z
      charge  E6  0.01  1s  account=b
      event   E7  voice  447123456  1s  from=+4930256 start=2025-03-01T00:00:00Z
      charge  E7  0.01  1s  account=a
      """)
  }

  @Test func aRowOfThisSourceComesBeforeOneOfAny() throws {
    try check(
      """
      \(Self.deck)
      service number 4930255          account=a name=any
      service number 4930255          account=b name=own    source=switch
      service range  4930300-4930399  account=a name=any
      service range  4930300-4930399  account=c name=own    source=switch
      service range  4930350-4930359  account=d name=narrow
      service range  4930350-4930359  account=b name=past   source=switch until=2025-01-01
      service trunk  t1               account=a name=any
      service trunk  t1               account=d name=own    source=other
      service number 4930777          account=b name=theirs source=other
      event   E1  voice  447123456  1s  from=+4930255
      charge  E1  0.01  1s  account=b service=own
      event   E2  voice  447123456  1s  from=+4930255 source=other
      charge  E2  0.01  1s  account=a service=any
      event   E3  voice  447123456  1s  from=+4930300
      charge  E3  0.01  1s  account=c
      event   E4  voice  447123456  1s  from=+4930300 source=other
      charge  E4  0.01  1s  account=a
      # Narrow before wide comes before the source.
      event   E5  voice  447123456  1s  from=+4930355
      charge  E5  0.01  1s  account=d service=narrow
      event   E6  voice  447123456  1s  from=+4930355 start=2024-12-31T10:00:00Z
      charge  E6  0.01  1s  account=b service=past
      event   E7  voice  447123456  1s  trunk=t1
      charge  E7  0.01  1s  account=a service=any
      event   E8  voice  447123456  1s  trunk=t1 source=other
      charge  E8  0.01  1s  account=d service=own
      # A number of another source is nobody's here.
      event   E9  voice  447123456  1s  from=+4930777
      charge  E9  0.01  1s  account=a service=
      """)
  }

  @Test func theFirstFieldWithAServiceInForceWins() throws {
    // Order of the neutral format: account, account code, tenant, extension, number, trunk.
    try check(
      """
      \(Self.deck)
      service account_code 77    account=b name=code   until=2025-04-01
      service number 4930255     account=c name=number
      service trunk  t1          account=d name=trunk
      event   E1  voice  447123456  1s  account=d account_code=77 from=+4930255 trunk=t1
      charge  E1  0.01  1s  account=d service=
      event   E2  voice  447123456  1s  account=nobody account_code=77 from=+4930255 trunk=t1
      charge  E2  0.01  1s  account=b service=code
      event   E3  voice  447123456  1s  account_code=78 from=+4930255 trunk=t1
      charge  E3  0.01  1s  account=c service=number
      event   E4  voice  447123456  1s  account_code=77 from=+4930255 trunk=t1 start=2025-04-01T00:00:00Z
      charge  E4  0.01  1s  account=c service=number
      event   E5  voice  447123456  1s  from=+4930256 trunk=t1
      charge  E5  0.01  1s  account=d service=trunk
      event   E6  voice  447123456  1s  from=+4930256 trunk=t2
      charge  E6  0.01  1s  account=a service=
      """)
  }

  @Test func inboundCallsAreGuidedByTheNumberThatWasCalled() throws {
    try check(
      """
      deck    prefix  per-minute  increment
      .       49      0.60        1/1
      account b
      service number 4930255  account=b name=desk
      event   E1  voice  4930255    1s  from=+442012345 direction=inbound
      charge  E1  0.01  1s  account=b service=desk direction=inbound
      event   E2  voice  4930256    1s  from=+4930255 direction=inbound
      charge  E2  0.01  1s  account=a direction=inbound
      event   E3  voice  4930256    1s  from=+4930255 direction=internal
      charge  E3  0.01  1s  account=b service=desk direction=internal
      """)
  }

  @Test func whatNobodyClaimsTakesTheDefaultAccountOrIsSuspended() throws {
    try check(
      """
      \(Self.deck)
      source  switch default=b
      source  other  default=none
      event   E1  voice  447123456  1s
      charge  E1  0.01  1s  account=b service=
      event   E2  voice  447123456  1s  source=other
      suspense E2  unknown-service
      """)
  }

  @Test func keysAreExactBytesOfAnyLength() throws {
    // 8, 9, 16 and 17 bytes are where the engine changes how it keeps a key.
    let keys = [
      "t", "trunk-08", "trunk--09", "trunk-----16-end", "trunk------17-end",
      "trunk-with-a-very-long-name-40-bytes-long",
    ]
    let services = keys.map { "service trunk  \($0)  account=b name=n-\($0)" }
    let events = keys.map { key in
      """
      event   \(key)  voice  447123456  1s  trunk=\(key)
      charge  \(key)  0.01  1s  account=b service=n-\(key)
      event   \(key)+ voice  447123456  1s  trunk=\(key)x
      charge  \(key)+ 0.01  1s  account=a
      event   \(key)- voice  447123456  1s  trunk=T\(key.dropFirst())
      charge  \(key)- 0.01  1s  account=a
      """
    }
    try check("\(Self.deck)\n\(services.joined(separator: "\n"))\n\(events.joined(separator: "\n"))")
  }

  @Test func aKeyIsNotTheSameWithZeroBytesBehindIt() throws {
    var tariff = try PriceSheet("\(Self.deck)\nservice trunk t1 account=b").tariff
    tariff.sources.removeAll { $0.name == "other" }
    var cells = ["id": "E1", "start": "2025-03-03T10:00:00Z", "to": "447123456", "billable": "1"]
    for (trunk, account) in [("t1", "b"), ("t1\0", "a"), ("t1\0\0\0\0\0\0", "a")] {
      cells["trunk"] = trunk
      let result = try Trial("switch.csv", NeutralCSV.text([cells])).run(tariff.catalog())
      #expect(result.rows.map { $0["account"] } == [account], "trunk of \(trunk.utf8.count) bytes")
    }
  }

  @Test func servicesCarryCostCentresAndSitesDoNotSplitRows() throws {
    var sheet = try PriceSheet(
      """
      \(Self.deck)
      service trunk  t1  name=phones cost_centre=sales site=north
      service trunk  t2  name=phones cost_centre=sales site=south
      service trunk  t3  name=phones cost_centre=lab
      """)
    sheet.tariff.sources.removeAll { $0.name == "other" }
    let rows = ["t1", "t2", "t3", "t2"].enumerated().map { index, trunk in
      [
        "id": "E\(index)", "start": "2025-03-03T10:00:00Z", "to": "447123456", "billable": "1",
        "trunk": trunk,
      ]
    }
    let result = try Trial("switch.csv", NeutralCSV.text(rows)).run(sheet.tariff.catalog())
    #expect(
      result.rows.map { "\($0["cost_centre"] ?? "") \($0["event_count"] ?? "")" } == ["lab 1", "sales 3"])
  }
}
