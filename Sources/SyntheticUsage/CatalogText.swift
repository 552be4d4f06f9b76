// The words of a made-up catalog, as Sources/Catalog/README.md describes its files.

import BillingCalendar
import Money

/// Texts of catalog files.
enum CatalogText {
  static let defaults = """
    zone: UTC
    currency: EUR
    country: DE
    seller:
      name: Nowhere Telecom GmbH
      address: "1 Example Street, 00000 Nowhere"
      email: billing@example.com

    """

  static let sources = """
    source,format,pattern,country
    switch,ratemill-csv,usage-*.csv,DE

    """

  // MARK: accounts and services

  static let accountsHeader = "account,name,plan,zone,cycle_day,from,until\n"

  /// The rows of an account: one, or one before and one after its change of plan.
  static func accountRows(_ account: Int, _ accounts: SyntheticAccounts) -> String {
    let home = accounts.home(account)
    let cycleDay = [1, 1, 1, 15, 31][account % 5]
    let start = "\(SyntheticAccounts.name(account)),\(companyName(account))"
    let rest = "\(home.zoneName),\(cycleDay)"
    guard accounts.changesPlan(account) else {
      return "\(start),\(accounts.plan(account, atSeconds: home.changeSeconds).name),\(rest),,\n"
    }
    let day = accounts.changeDay
    return "\(start),\(SyntheticPlan.standard.name),\(rest),,\(day)\n"
      + "\(start),\(SyntheticPlan.business.name),\(rest),\(day),\n"
  }

  private static func companyName(_ account: Int) -> String {
    let first = [
      "Amber", "Birch", "Cobalt", "Delta", "Ember", "Fjord", "Granite", "Harbour", "Indigo", "Juniper",
    ]
    let second = [
      "Analytics", "Bakeries", "Clinics", "Design", "Freight", "Law", "Logistics", "Optics", "Tools",
    ]
    return "\(first[account % first.count]) \(second[account / 10 % second.count]) \(account)"
  }

  static let servicesHeader = "kind,key,account,service,site,cost_centre,until\n"

  /// The rows of an account's trunk, range and numbers.
  static func serviceRows(_ account: Int, _ accounts: SyntheticAccounts) -> String {
    let name = SyntheticAccounts.name(account)
    switch accounts.connection(account) {
    case .trunk:
      let trunk = SyntheticAccounts.trunkName(account)
      return "trunk,\(trunk),\(name),\(trunk),main,,\n" + rangeRows(account, accounts)
    case .range: return rangeRows(account, accounts)
    case .numbers(let count):
      return (0..<count).map { ordinal in
        let end = accounts.isGivenBack(account, ordinal) ? accounts.changeDay.description : ""
        let centre = ordinal == 0 ? "front" : "back"
        return "number,\(accounts.number(account, ordinal)),\(name),,main,\(centre),\(end)\n"
      }.joined()
    }
  }

  /// A range, and the number in it that another account has.
  private static func rangeRows(_ account: Int, _ accounts: SyntheticAccounts) -> String {
    let first = accounts.number(account, 0)
    let last = accounts.number(account, SyntheticAccounts.numbersPerBlock - 1)
    let lent = accounts.number(account, SyntheticAccounts.lentNumber)
    let user = SyntheticAccounts.name((account + 1) % accounts.count)
    return "range,\(first)-\(last),\(SyntheticAccounts.name(account)),,campus,,\n"
      + "number,\(lent),\(user),,campus,lent,\n"
  }

  // MARK: decks

  static func layout(of deck: SyntheticDeck) -> String { "currency: \(deck.currency.code)\n" }

  static let deckHeader =
    "prefix,destination,rating_group,price,increment,minimum,connection_fee,from,until,status\n"

  /// A row; the destination is in quotes where it holds a comma.
  static func deckRow(_ row: SyntheticDeckRow) -> String {
    let name = row.destination.contains(",") ? "\"\(row.destination)\"" : row.destination
    let minimum = row.minimumSeconds > 0 ? "\(row.minimumSeconds)" : ""
    let fee = row.connectionFeeMicro > 0 ? price(Int64(row.connectionFeeMicro)) : ""
    return "\(row.prefix),\(name),\(row.ratingGroup.rawValue),\(price(Int64(row.minutePriceMicro))),"
      + "\(row.firstSeconds)/\(row.nextSeconds),\(minimum),\(fee),\(date(row.fromSeconds)),"
      + "\(date(row.untilSeconds)),\(row.isClosed ? "closed" : "")\n"
  }

  private static func price(_ micro: Int64) -> String { DecimalText.format(Int128(micro), scale: 6) }

  /// A midnight in UTC as a date, another instant with its time; empty for "always".
  private static func date(_ seconds: Int64) -> String {
    seconds == .min || seconds == .max ? "" : Instant.shortText(millis: seconds * 1000, in: .utc)
  }

  // MARK: plans

  static func plan(_ plan: SyntheticPlan, deck: SyntheticDeck) -> String {
    """
    plan: \(plan.name)
    currency: \(plan.currency.code)
    look_up: {voice: \(deck.name)}
    not_billed:
      - {reason: inbound, direction: inbound}
      - {reason: unanswered, answered: no}
    charges:
    \(domesticCharge(plan))  - charge: calls
        kinds: [voice]
        price: deck
      - charge: messages
        kinds: [message]
        price: \(price(plan.messagePriceMicro))
      - charge: mobile data
        kinds: [data]
        price: \(price(plan.gigabytePriceMicro))
        per: 1 GB
        increment: \(plan.dataIncrementBytes / 1000) KB

    """
  }

  private static func domesticCharge(_ plan: SyntheticPlan) -> String {
    guard let minutePrice = plan.domesticMinuteMicro else { return "" }
    return """
        - charge: domestic calls
          kinds: [voice]
          rating_groups: [\(SyntheticRatingGroup.domestic.rawValue)]
          price: \(price(minutePrice))
          increment: 1/1

      """
  }
}
