// The field plan: a descriptor compiled for one file, read per batch and never looked up by name again.
//
// A slot is a text column of the batch: first the columns of the file that anything needs, then texts derived from them.

import BillingCalendar
import Catalog
import Tables

/// What to gather from each record and how to turn it into typed columns. Immutable; shared by workers.
struct FieldPlan: Sendable {
  /// A slot made from others.
  struct Derived: Sendable {
    var slot: Int
    var sources: [Int]
    var joinedBy: [UInt8]?
    var after: [UInt8]
    var before: [UInt8]
    var constant: [UInt8]?
  }
  struct TimeField: Sendable {
    enum Reader: Sendable {
      case iso
      case epoch(unitsPerSecond: Int64)
      case pattern(TimePatternReader)
    }
    var slot: Int
    var readers: [Reader]
    var role: UInt8
  }
  struct WordField: Sendable {
    var slot: Int
    /// Words of up to eight bytes as one word and a length, the usual case.
    var short: [(word: UInt64, length: Int, code: UInt8)]
    var long: [(text: [UInt8], code: UInt8)]
    /// What holds before any word, in order.
    var cases: [(conditions: [CompiledCondition], code: UInt8)] = []
    var otherwise: UInt8?
    var role: UInt8
  }
  struct QuantityField: Sendable {
    enum Reader: Sendable {
      case decimal(onePerUnit: Int64, isDecimalComma: Bool)
      /// In the unit that the text of this slot names.
      case inRecordUnit(unitSlot: Int, isDecimalComma: Bool)
      case microseconds
      case clock
    }
    var slot: Int
    var reader: Reader
    var role: UInt8
  }
  struct CompiledCondition: Sendable {
    enum Test: Sendable {
      case isOneOf([[UInt8]], Bool)
      case beginsWith([[UInt8]])
      case contains([[UInt8]])
      case isLike([[UInt8]])
      case isEmpty(Bool)
      case isPositive
    }
    var slot: Int
    var test: Test
  }
  /// A role with the slot that holds its text.
  struct RoleSlot: Sendable {
    var rule: FieldRule
    var slot: Int
  }
  /// A recorded amount.
  struct AmountField: Sendable {
    var slot: Int
    var isDecimalComma: Bool
    var isScientific: Bool
  }
  /// A field that guides: looked up under `tag` in the service index.
  struct GuideField: Sendable, Equatable {
    enum Value: Sendable, Equatable {
      case text(slot: Int)
      case from
      case to
    }
    var value: Value
    /// `ServiceIndex` tag of the kind of key.
    var tag: UInt32
  }

  var dialect: Dialect
  var fieldCountMin = 1
  var fieldCountMax = Int.max
  var allowsTrailingDelimiter = false
  /// Column of each gathered slot; negative counts from the end (−1 is the last), −1,000,000 is "not in this file".
  var columns: [Int] = []
  /// Key paths of each gathered slot, for JSON lines.
  var paths: [[[UInt8]]] = []
  var slotCount = 0
  /// The rule and slot of every role that is read, in the descriptor's order: for people who ask what a record says.
  var roles: [RoleSlot] = []
  var derived: [Derived] = []
  /// Slots with texts that mean "absent" for their field.
  var absentTexts: [(slot: Int, texts: [[UInt8]])] = []
  var nullTokens: [[UInt8]] = []

  var kind: UsageKind = .voice
  var kindField: WordField?
  var directionField: WordField?
  var start: TimeField?
  var answer: TimeField?
  var end: TimeField?
  var from: Int?
  var to: Int?
  var billable: QuantityField?
  var disposition: Int?
  var meter: Int?
  /// What a gauge's sample is of.
  var item: Int?
  var amount: AmountField?
  var amountCurrency: Int?
  var account: Int?
  /// The trunk that decides which supplier carried the event, in the first of these slots that says something: the
  /// outgoing one goes before the only one.
  var trunks: [Int] = []
  var routingNumber: Int?
  var call: [Int] = []
  /// Slots whose texts identify the record; empty: the row's bytes.
  var key: [Int] = []
  /// Those of them that can identify a record: a sequence tells the rows of one id apart, and nothing without the id.
  var identifyingKey: [Int] = []
  /// Whether the format lets records leave the identifying slots empty: such a record is known by its row.
  var mayLackKey = false
  /// Slots that count as content besides the typed columns.
  var contentSlots: [Int] = []
  /// Slots that are content where a record says something in them: an empty column is as good as none.
  var presentContentSlots: [Int] = []
  var guide: [[GuideField]] = [[], [], []]
  var answered: [[CompiledCondition]] = []
  var filters: [(reason: UInt16, conditions: [CompiledCondition])] = []
  var needsAssembly: [[CompiledCondition]] = []
  var trailer: [CompiledCondition] = []
  var trailerCount: Int?
  var trailerSum: Int?

  static let missingColumn = -1_000_000
}

/// Words of field roles by their number in `UsageBatch.faultField`.
enum FieldRoleName {
  static let start: UInt8 = 0
  static let answer: UInt8 = 1
  static let end: UInt8 = 2
  static let billable: UInt8 = 3
  static let kind: UInt8 = 4
  static let direction: UInt8 = 5
  static let key: UInt8 = 6
  static let to: UInt8 = 7
  static let amount: UInt8 = 8
  static let amountCurrency: UInt8 = 9
  static let none: UInt8 = 255

  static func name(_ role: UInt8) -> String {
    let names = [
      "start", "answer", "end", "billable", "kind", "direction", "key", "to", "amount", "amount_currency",
    ]
    return Int(role) < names.count ? names[Int(role)] : ""
  }
}
