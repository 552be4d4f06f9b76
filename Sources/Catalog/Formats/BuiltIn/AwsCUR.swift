// AWS cost and usage reports, with the column names of the legacy report and of CUR 2.0.

extension BuiltInFormats {
  static let awsCUR = #"""
    format: aws-cur
    summary: AWS cost and usage report 2.0 (unblended cost by account and product)
    kind: event                         # a line counts one; what it costs is its amount
    type: csv
    header: names
    quotes: strict
    trailing_delimiter: yes
    requires: [line_item_usage_start_date, line_item_unblended_cost]
    fields:
      id: {column: identity_line_item_id, optional: yes}
      sequence: {column: identity_time_interval, optional: yes}    # a line item has a row for each interval
      usage_account: line_item_usage_account_id
      payer_account: {column: bill_payer_account_id, optional: yes}
      meter: line_item_product_code
      start: {column: line_item_usage_start_date, time: iso}
      end: {column: line_item_usage_end_date, time: iso, optional: yes}
      amount: {column: line_item_unblended_cost, scientific: yes}
      amount_currency: {column: line_item_currency_code, optional: yes}   # absent: the plan's
      disposition: {column: line_item_line_item_type, optional: yes}
    guide: [usage_account, payer_account]
    examples:
      - header: &names identity_line_item_id,identity_time_interval,bill_payer_account_id,line_item_usage_account_id,line_item_line_item_type,line_item_usage_start_date,line_item_usage_end_date,line_item_product_code,line_item_unblended_cost,line_item_currency_code
        line: 'li-1,2026-03-01T00:00:00Z/2026-03-01T01:00:00Z,000000000042,000000000043,Usage,2026-03-01T00:00:00Z,2026-03-01T01:00:00Z,AmazonS3,0.0230000000,USD'
        event: {id: li-1, sequence: "2026-03-01T00:00:00Z/2026-03-01T01:00:00Z", usage_account: "000000000043",
          payer_account: "000000000042", meter: AmazonS3, start: "2026-03-01T00:00:00Z", amount: 0.023,
          amount_currency: USD, billable: 1, answered: yes}
      - header: *names
        line: 'li-2,2026-03-01T00:00:00Z/2026-03-01T01:00:00Z,000000000042,000000000043,Usage,2026-03-01T00:00:00Z,2026-03-01T01:00:00Z,AWSLambda,1.0E-10,USD'
        event: {id: li-2, meter: AWSLambda, amount: 0.0000000001}
      - header: line_item_usage_start_date,line_item_usage_account_id,line_item_product_code,line_item_unblended_cost
        line: '2026-03-01T00:00:00Z,000000000043,AmazonEC2,-1.5'
        event: {usage_account: "000000000043", meter: AmazonEC2, amount: -1.5}

    """#

  static let awsCURLegacy = #"""
    format: aws-cur-legacy
    summary: AWS cost and usage report, legacy column names (unblended cost by account and product)
    kind: event                         # a line counts one; what it costs is its amount
    type: csv
    header: names
    quotes: strict
    trailing_delimiter: yes
    requires: [lineItem/UsageStartDate, lineItem/UnblendedCost]
    fields:
      id: {column: identity/LineItemId, optional: yes}
      sequence: {column: identity/TimeInterval, optional: yes}    # a line item has a row for each interval
      usage_account: lineItem/UsageAccountId
      payer_account: {column: bill/PayerAccountId, optional: yes}
      meter: lineItem/ProductCode
      start: {column: lineItem/UsageStartDate, time: iso}
      end: {column: lineItem/UsageEndDate, time: iso, optional: yes}
      amount: {column: lineItem/UnblendedCost, scientific: yes}
      amount_currency: {column: lineItem/CurrencyCode, optional: yes}   # absent: the plan's
      disposition: {column: lineItem/LineItemType, optional: yes}
    guide: [usage_account, payer_account]
    examples:
      - header: &names identity/LineItemId,identity/TimeInterval,bill/PayerAccountId,lineItem/UsageAccountId,lineItem/LineItemType,lineItem/UsageStartDate,lineItem/UsageEndDate,lineItem/ProductCode,lineItem/UnblendedCost,lineItem/CurrencyCode
        line: 'li-1,2026-03-01T00:00:00Z/2026-03-01T01:00:00Z,000000000042,000000000043,Usage,2026-03-01T00:00:00Z,2026-03-01T01:00:00Z,AmazonS3,0.0230000000,USD'
        event: {id: li-1, sequence: "2026-03-01T00:00:00Z/2026-03-01T01:00:00Z", usage_account: "000000000043",
          payer_account: "000000000042", meter: AmazonS3, start: "2026-03-01T00:00:00Z", amount: 0.023,
          amount_currency: USD, billable: 1, answered: yes}
      - header: *names
        line: 'li-2,2026-03-01T00:00:00Z/2026-03-01T01:00:00Z,000000000042,000000000043,Usage,2026-03-01T00:00:00Z,2026-03-01T01:00:00Z,AWSLambda,1.0E-10,USD'
        event: {id: li-2, meter: AWSLambda, amount: 0.0000000001}
      - header: lineItem/UsageStartDate,lineItem/UsageAccountId,lineItem/ProductCode,lineItem/UnblendedCost
        line: '2026-03-01T00:00:00Z,000000000043,AmazonEC2,-1.5'
        event: {usage_account: "000000000043", meter: AmazonEC2, amount: -1.5}

    """#
}
