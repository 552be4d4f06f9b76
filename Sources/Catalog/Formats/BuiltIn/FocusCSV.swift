// FinOps FOCUS 1.x cost and usage: one row for each charge, columns by name in any order, amounts with many digits.

extension BuiltInFormats {
  static let focusCSV = #"""
    format: focus-csv
    summary: FinOps FOCUS 1.x cost and usage (billed cost by sub account and service)
    kind: event                         # a row counts one; what it costs is its amount
    type: csv
    header: names
    quotes: strict                      # tags are JSON in doubled quotes
    trim: yes
    nulls: [NULL, "null"]
    trailing_delimiter: yes
    requires: [BilledCost, ChargePeriodStart, ChargeCategory]
    fields:
      sub_account: {column: SubAccountId, optional: yes}
      billing_account: BillingAccountId
      meter: ServiceName
      start: {column: ChargePeriodStart, time: iso}      # the beginning of the period of the charge
      end: {column: ChargePeriodEnd, time: iso, optional: yes}
      amount: {column: BilledCost, scientific: yes}
      amount_currency: BillingCurrency
      disposition: ChargeCategory
    key: row                            # FOCUS has no id of a row
    guide: [sub_account, billing_account]
    examples:
      - header: &names BilledCost,BillingAccountId,BillingCurrency,ChargeCategory,ChargePeriodEnd,ChargePeriodStart,ServiceName,SubAccountId,Tags
        line: '1.25,acct-77,USD,Usage,2026-03-01 01:00:00,2026-03-01 00:00:00,Object Storage,sub-1,"{""team"": ""a"", ""env"": ""x""}"'
        event: {sub_account: sub-1, billing_account: acct-77, meter: Object Storage, start: "2026-03-01T00:00:00Z",
          amount: 1.25, amount_currency: USD, disposition: Usage, billable: 1, answered: yes}
      - header: *names
        line: '-0.00002200000,acct-77,USD,Credit,2026-03-01 01:00:00,2026-03-01 00:00:00,Object Storage,NULL,NULL'
        event: {sub_account: "", amount: -0.000022, disposition: Credit}
      - header: *names
        line: '4.0E-10,acct-77,USD,Usage,2026-03-01T01:00:00Z,2026-03-01T00:00:00Z,Message Queue,sub-2,'
        event: {sub_account: sub-2, amount: 0.0000000004, meter: Message Queue}

    """#
}
