// Where made-up accounts are: zone, numbers and currency.

import BillingCalendar

/// A place that accounts belong to.
///
/// Numbers of accounts lie in blocks that no numbering plan has given to anybody: areas 031 in Germany, 04469 in the
/// United Kingdom, 372 in North America and 06169 in Australia.
struct SyntheticHome: Sendable, BitwiseCopyable {
  let zoneName: StaticString
  /// What numbers of accounts begin with.
  let numberBlock: UInt64
  /// Index in `NumberingCountry.all` of the country that most calls stay in.
  let country: Int
  let paysDollars: Bool
  /// The instant of the local midnight at which plans change and numbers are given back.
  let changeSeconds: Int64

  /// The places, loaded from the system's zone files; accounts take them in turn.
  static func all(changeDay: CivilDate, zones: inout ZoneLibrary) throws(ZoneFault) -> [SyntheticHome] {
    var homes: [SyntheticHome] = []
    for (zoneName, numberBlock, calls, paysDollars) in table {
      let zone = try zones.zone(named: zoneName.description)
      guard let country = NumberingCountry.all.firstIndex(where: { $0.code == calls }) else {
        preconditionFailure("the home of accounts is a country that is called")
      }
      homes.append(
        SyntheticHome(
          zoneName: zoneName, numberBlock: numberBlock, country: country, paysDollars: paysDollars,
          changeSeconds: zone.midnight(of: changeDay)))
    }
    return homes
  }

  // Berlin twice: accounts there are as many as those of two other places.
  private static let table: [(StaticString, UInt64, UInt64, Bool)] = [
    ("Europe/Berlin", 4931, 49, false), ("UTC", 4469, 44, false), ("America/New_York", 1372, 1, true),
    ("Europe/Berlin", 4931, 49, false), ("Australia/Sydney", 6169, 61, false),
  ]
}
