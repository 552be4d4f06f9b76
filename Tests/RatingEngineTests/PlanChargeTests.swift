// Which charge takes an event, and what of the deck row it replaces (RULES 4).

import RatingEngine
import Testing

@Suite struct PlanChargeTests {
  @Test func theFirstChargeWhoseKindsDirectionsAndGroupsFitTakesTheEvent() throws {
    try check(
      """
      deck    prefix  kind     price  per  group
      .       44      voice    0.60   60   red
      .       49      voice    0.60   60   blue
      .       1       voice    0.60   60   green
      .       44      message  0.05   1    red
      plan    look_up=voice:deck,message:deck
      price   red-out   kinds=voice directions=outbound groups=red
      price   in        kinds=voice directions=inbound
      price   two       kinds=voice groups=red,blue
      price   texts     kinds=message
      price   rest
      event   E1  voice  447123456  1s
      charge  E1  0.01  1s  charge=red-out rating_group=red
      event   E2  voice  447123456  1s  direction=inbound
      charge  E2  0.01  1s  charge=in
      event   E3  voice  497123456  1s
      charge  E3  0.01  1s  charge=two rating_group=blue
      event   E4  voice  447123456  1s  direction=internal
      charge  E4  0.01  1s  charge=two
      event   E5  voice  1447123456  1s
      charge  E5  0.01  1s  charge=rest rating_group=green
      event   E6  message  447123456  1
      charge  E6  0.05  1  charge=texts
      """)
  }

  @Test func aPriceOfItsOwnReplacesPriceAndFeeOfTheRowAndKeepsItsIncrementsAndMinimum() throws {
    try check(
      """
      deck    prefix  per-minute  increment  minimum  connect
      .       44      9.00        60/30      90       0.50
      plan
      price   flat  kinds=voice price=0.60 directions=outbound
      price   paid  kinds=voice price=0.60 directions=inbound connect=0.20 increment=1/1 minimum=0
      price   deck  directions=internal
      event   E1  voice  447123456  1s
      charge  E1  0.90  90s  unit_price=0.6 per=60
      event   E2  voice  447123456  1s  direction=inbound
      charge  E2  0.21  1s
      event   E3  voice  447123456  1s  direction=internal
      charge  E3  14.00  90s  unit_price=9 per=60
      """)
  }

  @Test func aChargeThatTakesTheRowsPriceMayStillWriteIncrementMinimumAndFee() throws {
    try check(
      """
      deck    prefix  per-minute  increment  minimum  connect
      .       44      0.60        60/60      0        0.50
      .       45      1.20        60/60      0        0
      plan
      price   fine   increment=1/1 directions=outbound
      price   least  minimum=61 directions=inbound
      price   free   connect=0 directions=internal
      event   E1  voice  447123456  1s
      charge  E1  0.51  1s
      event   E2  voice  447123456  1s  direction=inbound
      charge  E2  1.70  120s
      event   E3  voice  447123456  1s  direction=internal
      charge  E3  0.60  60s
      event   E4  voice  457123456  1s
      charge  E4  0.02  1s
      """)
  }

  @Test func withoutADeckAMeterIsTheRatingGroup() throws {
    try check(
      """
      plan
      price   backup  kinds=data groups=backup price=0.02 per=1000000000
      price   data    kinds=data price=0.03 per=1000000000 increment=1000000
      price   seats   kinds=event groups=seat,desk price=5
      price   texts   kinds=message price=0.07
      event   E1  data  -  1500000000  meter=backup
      charge  E1  0.03  1500000000  charge=backup rating_group=backup destination=
      event   E2  data  -  1500000000  meter=archive
      charge  E2  0.045  1500000000  charge=data rating_group=archive
      event   E3  data  -  1  meter=archive
      charge  E3  0.00003  1000000
      event   E4  event  -  3  meter=seat
      charge  E4  15  3  rating_group=seat
      event   E5  event  -  2.5  meter=desk
      charge  E5  12.5  2.5
      event   E6  event  -  1  meter=chair
      suspense E6  no-charge
      event   E7  message  -  1
      charge  E7  0.07  1  rating_group=
      event   E8  event  -  1
      suspense E8  no-charge
      # A charge that asks for a row's price cannot take what has no row.
      event   E9  voice  447123456  60s
      suspense E9  no-charge
      """)
  }

  @Test func aChargeFromTheDeckIsPassedOverByKindsWithoutOne() throws {
    try check(
      """
      deck    prefix  per-minute
      .       44      0.60
      plan    look_up=voice:deck
      price   all
      price   texts  kinds=message price=0.07
      event   E1  voice  447123456  60s
      charge  E1  0.60  60s  charge=all
      event   E2  message  447123456  1
      charge  E2  0.07  1  charge=texts
      """)
  }

  @Test func currenciesAreNeverAddedUp() throws {
    let sheet = try PriceSheet(
      """
      deck    name=euro prefix per-minute
      .       44      0.60
      deck    name=dollar currency=USD prefix per-minute
      .       44      0.60
      account a  plan=euro
      account b  plan=dollar
      service trunk t2 account=b
      plan    name=euro look_up=voice:euro
      plan    name=dollar currency=USD look_up=voice:dollar
      event   E1  voice  447123456  60s
      event   E2  voice  447123456  60s  trunk=t2
      event   E3  voice  447123456  60s  trunk=t2
      """)
    let result = try Trial("switch.csv", NeutralCSV.text(sheet.events.map(\.cells))).run(
      sheet.tariff.catalog()
    ) {
      $0.groupBy = [.service_kind]
    }
    #expect(result.amounts == ["0.6 EUR", "1.2 USD"])
    #expect(result.rows.map { "\($0["currency"] ?? "") \($0["amount"] ?? "")" } == ["EUR 0.6", "USD 1.2"])
  }
}
