// Which country a prefix belongs to, for deck updates that declare whole countries.

/// The country of a prefix as its leading digits say it.
enum CountryScope {
  // ITU-T E.164: codes of one digit are zones 1 and 7, these are the codes of two; all others have three.
  private static let twoDigitCodes: Set<UInt64> = [
    20, 27, 30, 31, 32, 33, 34, 36, 39, 40, 41, 43, 44, 45, 46, 47, 48, 49, 51, 52, 53, 54, 55, 56, 57, 58,
    60, 61, 62,
    63, 64, 65, 66, 81, 82, 84, 86, 90, 91, 92, 93, 94, 95, 98,
  ]

  // Area codes of zone 1. Source: NANPA area code lists.
  private static let canada: Set<UInt64> = [
    204, 226, 236, 249, 250, 257, 263, 289, 306, 343, 354, 365, 367, 368, 382, 387, 403, 416, 418, 428, 431,
    437, 438,
    450, 460, 468, 474, 506, 514, 519, 537, 548, 568, 579, 581, 584, 587, 604, 613, 639, 647, 672, 683, 705,
    709, 742,
    753, 778, 780, 782, 807, 819, 825, 867, 873, 879, 902, 905, 942,
  ]
  /// Area codes of one island or territory each, by the one that stands for it.
  private static let islands: [UInt64: UInt64] = [
    242: 242, 246: 246, 264: 264, 268: 268, 284: 284, 340: 340, 345: 345, 441: 441, 473: 473, 649: 649,
    658: 876,
    664: 664, 670: 670, 671: 671, 684: 684, 721: 721, 758: 758, 767: 767, 784: 784, 787: 787, 809: 809,
    829: 809,
    849: 809, 868: 868, 869: 869, 876: 876, 939: 787,
  ]
  private static let tollFree: Set<UInt64> = [800, 822, 833, 844, 855, 866, 877, 888]

  /// A number that two prefixes share when they are of one country: the calling code, with a canonical area code where
  /// zone 1 has several countries, or 76 for Kazakhstan. A prefix shorter than its country's code stands for itself.
  static func code(of prefix: DeckPrefix) -> UInt64 {
    switch leading(1, of: prefix) {
    case 1: return northAmerican(prefix)
    case 7:
      guard prefix.count > 1 else { return 7 }
      let second = leading(2, of: prefix) % 10
      return second == 6 || second == 7 ? 76 : 7
    default:
      let two = leading(2, of: prefix)
      return twoDigitCodes.contains(two) ? two : leading(3, of: prefix)
    }
  }

  private static func northAmerican(_ prefix: DeckPrefix) -> UInt64 {
    guard prefix.count >= 4 else { return 1 }
    let area = leading(4, of: prefix) % 1000
    if canada.contains(area) { return 1204 }
    if tollFree.contains(area) { return 1800 }
    return islands[area].map { 1000 + $0 } ?? 1
  }

  /// The first `count` digits, or all where there are fewer.
  private static func leading(_ count: UInt8, of prefix: DeckPrefix) -> UInt64 {
    var digits = prefix.digits
    var left = prefix.count
    while left > count {
      digits /= 10
      left -= 1
    }
    return digits
  }
}
