// An amount off and percentages on one document: nobody is owed money because of a coupon, whatever comes after it.

import Money
import Testing

@testable import Invoicing

@Suite struct DiscountLimitTests {
  @Test(arguments: [
    // 100 and a credit of 50. All of 50 off, and then 10% of what is left of the charge, would leave −5: the amount is cut until
    // (100 − 44.44) × 0.9 = 50.00 are left, as much as the credit.
    ("-50", "50", "10", ["Coupon of 100 = -44.44", "Client of 55.56 = -5.56"], "0"),
    ("-50", "44.44", "10", ["Coupon of 100 = -44.44", "Client of 55.56 = -5.56"], "0"),
    ("-50", "44.43", "10", ["Coupon of 100 = -44.43", "Client of 55.57 = -5.56"], "0.01"),
    // Without a percentage the credit alone is the bound.
    ("-50", "50", "0", ["Coupon of 100 = -50"], "0"),
    // What is below zero by itself stays so, and the amount takes off nothing.
    ("-95", "5", "10", ["Client of 100 = -10"], "-5"), ("-90", "5", "10", ["Client of 100 = -10"], "0"),
    ("-89.99", "5", "10", ["Coupon of 100 = -0.01", "Client of 99.99 = -10"], "0"),
    ("-50", "50", "100", ["Client of 100 = -100"], "-50"),
    // No credit: the amount comes first, as before.
    ("0", "100", "10", ["Coupon of 100 = -100"], "0"),
    ("0", "60", "10", ["Coupon of 100 = -60", "Client of 40 = -4"], "36"),
  ])
  func anAmountBeforeAPercentageLeavesNothingBelowZero(
    credit: String, amount: String, percent: String, expected: [String], total: String
  ) throws {
    var book = BillingBook.contracts(
      "description,contract,price,from", "Base,care,100,2026-01-01", "Goodwill,,\(credit),2026-01-01")
    book.set(
      "discounts.csv",
      "account,contract,description,percent,amount\nacme,care,Coupon,,\(amount)\n"
        + (percent == "0" ? "" : "acme,,Client,\(percent),\n"))
    let drafts = try book.drafts("2026-01")
    let discounts = drafts.flatMap(BillingBook.lines).filter { $0.hasPrefix("discount ") }
    #expect(discounts == expected.map { "discount \($0)" })
    #expect(drafts.map { "\($0.total)" } == [total])
  }

  @Test func theLastOfTwoAmountsIsCutFirst() throws {
    var book = BillingBook.contracts(
      "description,item,contract,price,from", "Base,base,care,100,2026-01-01", "Goodwill,,,-50,2026-01-01")
    book.set(
      "discounts.csv",
      "account,item,contract,description,percent,amount\nacme,,care,Second,,20\nacme,base,,First,,30\nacme,,,Client,10,\n"
    )
    // 100 − 30 − 14.44 = 55.56, less 10% are 50.00.
    let drafts = try book.drafts("2026-01")
    #expect(
      drafts.flatMap(BillingBook.lines).filter { $0.hasPrefix("discount ") } == [
        "discount First of 100 = -30", "discount Second of 70 = -14.44", "discount Client of 55.56 = -5.56",
      ])
    #expect(drafts.map { "\($0.total)" } == ["0"])
  }
}
