// The keys of `rate --by`.

/// A column that rated usage can be added up by: the key of the usage summary, and the day.
enum ByKey: String, CaseIterable, Sendable {
  case account
  case costCentre = "cost_centre"
  case service
  case usagePeriod = "usage_period"
  case day
  case plan
  case charge
  case serviceKind = "service_kind"
  case direction
  case ratingGroup = "rating_group"
  case destination
  case jurisdiction
  case band
  case unitPrice = "unit_price"
  case per
  case tierFrom = "tier_from"
  case tierUpTo = "tier_up_to"
  case allowance
  case supplier
  case currency
  case costCurrency = "cost_currency"
}
