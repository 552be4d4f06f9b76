// Exports of clouds and exchanges in the layouts that their makers give them, rated with built-in descriptors alone. The rows
// are our own.

import Catalog
import Testing

@testable import RatingEngine

@Suite struct ExportLayoutTests {
  /// Rates a text under a plan and returns `rating group, events, amount` by row, and what left by other doors.
  private func rated(
    _ text: String, format: String, price: String, account: String = "a"
  ) throws -> (rows: [String], doors: [String]) {
    let sheet = """
      plan    currency=USD
      price   cloud  kinds=event price=recorded \(price)
      """
    return try rated(text, format: format, sheet: sheet)
  }

  private func rated(
    _ text: String, format: String, sheet: String
  ) throws -> (rows: [String], doors: [String]) {
    var tariff = try PriceSheet(sheet).tariff
    tariff.sources[0].format = format
    tariff.services = [Tariff.Service(kind: "sub_account", key: "000000000077", account: "a", name: "lab")]
    let result = try Trial("switch.csv", text).run(tariff.catalog())
    let rows = result.rows.map {
      "\($0["service"] ?? "") \($0["rating_group"] ?? "") \($0["event_count"] ?? "") \($0["amount"] ?? "")"
    }
    return (rows, result.doors)
  }

  /// FOCUS 1.0: 44 columns, every text in quotes, NULL for nothing, JSON among the tags, amounts with many digits.
  private static let focus = """
    "AvailabilityZone","BilledCost","BillingAccountId","BillingAccountName","BillingCurrency","BillingPeriodEnd","BillingPeriodStart",\
    "ChargeCategory","ChargeClass","ChargeDescription","ChargeFrequency","ChargePeriodEnd","ChargePeriodStart",\
    "CommitmentDiscountCategory","CommitmentDiscountId","CommitmentDiscountName","CommitmentDiscountStatus",\
    "CommitmentDiscountType","ConsumedQuantity","ConsumedUnit","ContractedCost","ContractedUnitPrice","EffectiveCost",\
    "InvoiceIssuerName","ListCost","ListUnitPrice","PricingCategory","PricingQuantity","PricingUnit","ProviderName",\
    "PublisherName","RegionId","RegionName","ResourceId","ResourceName","ResourceType","ServiceCategory","Id","ServiceName",\
    "SkuId","SkuPriceId","SubAccountId","SubAccountName","Tags"
    \(focusRow("12.50000000000", "Usage", "Compute", "\"{\"\"team\"\": \"\"a, b\"\"}\""))
    \(focusRow("0.00000044000", "Usage", "Compute", "NULL"))
    \(focusRow("-2.50000000000", "Credit", "Compute", "NULL"))
    \(focusRow("4.0E-6", "Usage", "Queue", "NULL"))
    \(focusRow("4.0E-6", "Usage", "Queue", "NULL"))

    """

  private static func focusRow(_ cost: String, _ category: String, _ service: String, _ tags: String)
    -> String
  {
    let head =
      "NULL,\(cost),\"000000000042\",\"Own\",\"USD\",\"2025-04-01 00:00:00\",\"2025-03-01 00:00:00\","
    let charge = "\"\(category)\",NULL,\"An hour, or a part of it\",\"Usage-Based\",\"2025-03-05 11:00:00\","
    let discount =
      "\"2025-03-05 10:00:00\",NULL,NULL,NULL,NULL,NULL,1.000000000000000,\"Hours\",0.00,0.00,0.00,"
    let list =
      "\"Own Cloud, Inc.\",\(cost),\"0.5\",\"Standard\",1.00000000000,\"Hours\",\"Own\",\"Own\",\"eu-1\",\"EU 1\","
    let rest =
      "NULL,NULL,NULL,\"Compute\",7,\"\(service)\",\"SKU\",\"SKU.P\",\"000000000077\",\"Lab\",\(tags)"
    return head + charge + discount + list + rest
  }

  @Test func focusIsMarkedUpOrKeepsAMargin() throws {
    // Two rows alike in one file are two charges.
    let all = ["read 5", "rated 5", "duplicate 0"]
    let asItIs = try rated(Self.focus, format: "focus-csv", price: "")
    #expect(asItIs.rows == ["lab Compute 3 10", "lab Queue 2 0.000008"] && asItIs.doors == all)
    let markup = try rated(Self.focus, format: "focus-csv", price: "markup=10")
    #expect(markup.rows == ["lab Compute 3 11", "lab Queue 2 0.000008"])
    let margin = try rated(Self.focus, format: "focus-csv", price: "margin=20")
    #expect(margin.rows == ["lab Compute 3 12.500001", "lab Queue 2 0.00001"])
    // A credit in another currency is no affair of this plan.
    let euro = Self.focus.replacing(", \"USD\"", with: ", \"EUR\"").replacing(
      "\"Own\",\"USD\"", with: "\"Own\",\"EUR\"")
    #expect(try rated(euro, format: "focus-csv", price: "").doors.contains("suspended other-currency 5"))
  }

  @Test(arguments: [
    (
      "aws-cur-legacy",
      "lineItem/UsageStartDate,lineItem/UsageEndDate,bill/PayerAccountId,lineItem/UsageAccountId,lineItem/ProductCode,"
        + "lineItem/UsageType,lineItem/Operation,lineItem/AvailabilityZone,lineItem/ResourceId,lineItem/UsageAmount,"
        + "lineItem/UnblendedCost,lineItem/BlendedCost,product/ProductName"
    ),
    (
      "aws-cur",
      "line_item_usage_start_date,line_item_usage_end_date,bill_payer_account_id,line_item_usage_account_id,"
        + "line_item_product_code,line_item_usage_type,line_item_operation,line_item_availability_zone,line_item_resource_id,"
        + "line_item_usage_amount,line_item_unblended_cost,line_item_blended_cost,product_product_name"
    ),
  ])
  func costAndUsageReportsWithEitherNamesAreRated(format: String, header: String) throws {
    let head = "2025-03-01T00:00:00Z,2025-03-01T01:00:00Z,000000000042,000000000077,"
    let text =
      header + "\n"
      + "\(head)OwnCompute,BoxUsage,Run,eu-1a,i-0001,1.0,0.0104,0.0104,Own Compute\n"
      + "\(head)OwnCompute,BoxUsage,Run,eu-1a,i-0002,1.0,1.04E-2,0.0104,Own Compute\n"
      + "\(head)OwnStore,Bytes,Put,,bucket,0.5,-0.0230000000,0.0,Own Store\n"
    let found = try rated(text, format: format, price: "multiplier=2")
    #expect(found.rows == [" OwnCompute 2 0.0416", " OwnStore 1 -0.046"])
    #expect(found.doors == ["read 3", "rated 3", "duplicate 0"])
  }

  @Test func callManagersNameTheirColumnsAndTypeThem() throws {
    let names = [
      "cdrRecordType", "globalCallID_callManagerId", "globalCallID_callId", "dateTimeOrigination",
      "callingPartyNumber", "originalCalledPartyNumber", "finalCalledPartyNumber", "destCause_value",
      "dateTimeConnect", "dateTimeDisconnect", "pkid", "callingPartyNumberPartition", "duration",
      "origDeviceName",
      "destDeviceName", "globalCallId_ClusterID", "authCodeDescription", "clientMatterCode",
      "calledPartyPatternUsage",
    ]
    let text =
      names.map { "\"\($0)\"" }.joined(separator: ",") + "\n"
      + names.map { $0.hasPrefix("dateTime") ? "INTEGER" : "VARCHAR(50)" }.joined(separator: ",") + "\n"
      + "1,2,7,1740993242,\"\"101\"\",\"447700900123\",\"447700900123\",16,1740993249,1740993310,\"k-1\",\"\",61,\"SEP1\",\"GW\",\"c\",\"\",\"\",5\n"
      .replacing("\"\"101\"\"", with: "\"101\"")
      + "1,2,8,1740993600,\"101\",\"447700900124\",\"447700900124\",1459617833,0,1740993620,\"k-2\",\"\",0,\"SEP1\",\"\",\"c\",\"\",\"\",5\n"
    let found = try rated(
      text, format: "cisco-cucm",
      sheet: """
        deck    prefix  per-minute  increment
        .       44      0.06        60/60
        """)
    #expect(found.rows == [" group-44 1 0.12"])
    #expect(found.doors == ["read 2", "rated 1", "duplicate 0", "filtered unanswered 1"])
  }
}
