// Reads holidays.csv: lists of days, dated or of every year.

import BillingCalendar
import Tables

/// The columns of holidays.csv.
enum HolidayColumn: Int, TableColumn {
  case list, date, name

  var names: [String] {
    switch self {
    case .list: ["list"]
    case .date: ["date", "day"]
    case .name: ["name"]
    }
  }

  var isNeeded: Bool { self == .list || self == .date }
}

/// Reads holidays.csv.
struct HolidayReader: ~Copyable {
  private var table: AuthoredTable<HolidayColumn>
  private var lists: [HolidayList] = []
  private var indexByName: [Label: Int] = [:]

  /// The lists of `text` in the order of their first rows, and what is wrong with it.
  static func read(
    _ text: UnsafeBufferPointer<UInt8>, file: String
  ) -> (rows: [HolidayList], findings: FindingList) {
    var reader = HolidayReader(table: AuthoredTable(text, file: file))
    while reader.table.nextRow() { reader.takeRow() }
    return (reader.lists, reader.table.finish())
  }

  private init(table: consuming AuthoredTable<HolidayColumn>) { self.table = table }

  private mutating func takeRow() {
    let list = table.needed(.list)
    guard table.needed(.date) != nil, let date = takeDate(), let list else { return }
    let index = indexByName[list] ?? lists.count
    if index == lists.count {
      lists.append(HolidayList(name: list, days: []))
      indexByName[list] = index
    }
    if let twin = lists[index].days.first(where: { $0.date == date }) {
      return table.error(
        .date, "list \(Quoted.text(list)) has this day already, on line \(twin.line)", hint: "keep one")
    }
    lists[index].days.append(HolidayList.Day(date: date, name: table.label(.name), line: table.line))
  }

  /// `YYYY-MM-DD`, or `MM-DD` for every year.
  private mutating func takeDate() -> HolidayList.Day.Date? {
    let text = table.bytes(.date)
    if let date = CivilDate.parse(text) { return .once(date) }
    // Of a leap year, so that 29 February is a day.
    if text.count == "MM-DD".utf8.count,
      let date = CivilDate.parse("2000-" + String(decoding: text, as: UTF8.self))
    {
      return .everyYear(month: date.month, day: date.day)
    }
    table.error(
      .date, "bad date \(Quoted.text(text))", hint: "expected YYYY-MM-DD, or MM-DD for every year")
    return nil
  }
}
