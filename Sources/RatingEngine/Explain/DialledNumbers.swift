// How numbers are meant that people write for a quote or a test: as dialled in the catalog's country.
//
// A number with `+`, an international or a national prefix is plain. Bare digits are what they are in the usage of the catalog's
// sources; where these do not agree, or say nothing in a country whose national numbers have no mark, nobody guesses: the wrong
// country is a wrong price.

public import Catalog
public import Tables

/// The dialling of a catalog's country, for numbers that no usage record holds.
public struct DialledNumbers {
  /// The country of the catalog's defaults; nil for none: numbers are international then.
  private let country: Label?
  /// How its numbers become digits.
  let plan: DiallingPlan
  /// Whether it is known what bare digits are.
  private let isBareKnown: Bool

  /// For the numbers of this catalog.
  public init(_ catalog: Catalog) {
    guard let country = catalog.defaults.country, var plan = DiallingPlan.habits(of: country) else {
      (self.country, self.plan, isBareKnown) = (nil, .international, true)
      return
    }
    // Where a prefix marks national numbers, sources that say nothing read bare ones as international without a warning.
    let areNationalsMarked = !plan.nationalPrefix.isEmpty && plan.nationalPrefix != plan.countryCode
    let usual: Bool? = areNationalsMarked ? false : nil
    let said = Set(
      catalog.sources.filter { $0.country == country }.map {
        $0.isBareStated ? $0.dialling.bareIsNational : usual
      })
    let isNational = said.isEmpty ? usual : said.count == 1 ? said.first ?? nil : nil
    plan.bareIsNational = isNational ?? false
    self.country = country
    self.plan = plan
    isBareKnown = isNational != nil
  }

  /// Why it cannot be said which number these digits are, with the way out; nil where it can.
  ///
  /// Bare digits that begin with the calling code of a country whose national numbers have a prefix are international: they are
  /// no national number.
  public func doubt(about number: Label) -> String? {
    guard let country, !isBareKnown, rule(of: number, by: plan) == .bareInternational else { return nil }
    if !plan.nationalPrefix.isEmpty, digits(of: number).starts(with: plan.countryCode.bytes) { return nil }
    return
      "has neither + nor a prefix, and it is not known whether bare digits are a number of \(country); write "
      + "+\(plan.countryCode) before a number of \(country), + before any other, or give the sources of \(country) in "
      + "sources.csv a column 'bare'"
  }

  /// The same for the tests of plans, where bare digits are international: what would be dialled as a national number is
  /// taken for a slip.
  func doubtInTest(about number: Label) -> String? {
    guard let country, rule(of: number, by: .international) == .bareInternational,
      rule(of: number, by: plan).map({ $0 == .bareInternational || $0 == .bareNational }) ?? false
    else { return nil }
    let digits = digits(of: number)
    // Ten digits are how numbers are dialled from North America to North America.
    let isTenDigits = plan.countryCode == "1" && digits.count == 10
    guard isTenDigits || plan.bareIsNational && !digits.starts(with: plan.countryCode.bytes) else {
      return nil
    }
    return
      "has no +, and would be dialled as a number of \(country); write +\(plan.countryCode) before it, or + before a "
      + "number of another country"
  }

  private func rule(of number: Label, by plan: DiallingPlan) -> PhoneNumber.Rule? {
    number.bytes.withUnsafeBufferPointer { bytes in
      bytes.baseAddress.flatMap { PhoneNumber(plan).derivation($0, bytes.count).rule }
    }
  }

  private func digits(of number: Label) -> [UInt8] {
    number.bytes.filter { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
  }
}
