// How much of made-up usage is what: the stated shares of traffic and of dirt.

/// Shares in records of 100,000.
enum UsageShares {
  static let all = 100_000

  // Copies of earlier records, of which one in ten is of any earlier record, also of an earlier file.
  static let copies = 400
  static let farCopiesOf10 = 1
  /// A near copy is at most that many records away.
  static let nearCopyDistance = 3000

  // Dirt. Each takes its share of the records that are no copies, in this order.
  static let badTimes = 40
  static let badQuantities = 40
  static let truncatedLines = 30
  static let extraFields = 20
  static let strangers = 150
  static let badNumbers = 70
  static let numbersWithoutPrice = 100
  static let closedDestinations = 80

  // Traffic; what is left are outbound calls that were answered.
  static let inboundCalls = 12_000
  static let unansweredCalls = 15_000
  static let messages = 4_000
  static let data = 2_000

  // Of records with an odd index, where conflicts are asked for.
  static let conflicts = 60
}

/// What a record is made to be; its share decides, before anything else about it is known.
enum RecordRole: UInt8, CaseIterable {
  case badTime, badQuantity, truncated, extraField, stranger, badNumber, withoutPrice, closed
  case inbound, unanswered, message, data, call

  private var share: Int {
    switch self {
    case .badTime: UsageShares.badTimes
    case .badQuantity: UsageShares.badQuantities
    case .truncated: UsageShares.truncatedLines
    case .extraField: UsageShares.extraFields
    case .stranger: UsageShares.strangers
    case .badNumber: UsageShares.badNumbers
    case .withoutPrice: UsageShares.numbersWithoutPrice
    case .closed: UsageShares.closedDestinations
    case .inbound: UsageShares.inboundCalls
    case .unanswered: UsageShares.unansweredCalls
    case .message: UsageShares.messages
    case .data: UsageShares.data
    case .call: 0
    }
  }

  // The end of the share of each role but the last, on the line from 0 to `UsageShares.all`.
  private static let ends: [Int] = allCases.dropLast().reduce(into: []) { ends, role in
    ends.append((ends.last ?? 0) + role.share)
  }

  /// The role of a number from 0 up to `UsageShares.all` − 1.
  static func at(_ place: Int) -> RecordRole {
    // Most are ordinary calls: those need one comparison.
    if place >= ends[ends.count - 1] { return .call }
    for (index, end) in ends.enumerated() where place < end { return allCases[index] }
    return .call
  }

  /// Whether the record cannot be read.
  var isUnreadable: Bool { rawValue <= Self.extraField.rawValue }
}
