// Compiling a descriptor against the columns that one file really has.

import Catalog
import Tables

/// Why a file is not the format it was said to be.
public struct FormatMismatch: Error, Sendable {
  /// Line of the header at fault; 0 where the file has none.
  public var line: Int
  /// What is wrong.
  public var message: String
  /// What to do about it.
  public var hint: String
}

extension FieldPlan {
  /// Compiles `format` for a file with these column names (empty for JSON lines).
  ///
  /// `filterReason` gives the number of a filter's reason; `serviceTag` the tag of a kind of service key.
  /// - Throws: `FormatMismatch` where a column that a field needs is missing, with the near names.
  static func compile(
    _ format: FormatDescriptor, columnNames: [Label], headerLine: Int, filterReason: (Label) -> UInt16,
    serviceTag: (Label) -> UInt32
  ) throws(FormatMismatch) -> FieldPlan {
    var compiler = FieldPlanCompiler(format: format, columnNames: columnNames, headerLine: headerLine)
    return try compiler.compile(filterReason: filterReason, serviceTag: serviceTag)
  }

  /// Header names match without regard to case and blanks around them.
  static func matches(_ a: Label, _ b: Label) -> Bool { a == b || folded(a) == folded(b) }
  private static func folded(_ label: Label) -> [UInt8] {
    let blanks: Set<UInt8> = [32, 9]
    var bytes = label.bytes[...]
    while let first = bytes.first, blanks.contains(first) { bytes.removeFirst() }
    while let last = bytes.last, blanks.contains(last) { bytes.removeLast() }
    return bytes.map { (65...90).contains($0) ? $0 | 0x20 : $0 }
  }
}

/// The work of one compilation: slots are given out as they are first needed.
private struct FieldPlanCompiler {
  let format: FormatDescriptor
  let columnNames: [Label]
  let headerLine: Int
  var plan: FieldPlan
  private var slotByColumn: [ColumnReference: Int] = [:]
  private var slotByField: [FieldRole: Int] = [:]

  init(format: FormatDescriptor, columnNames: [Label], headerLine: Int) {
    self.format = format
    self.columnNames = columnNames
    self.headerLine = headerLine
    plan = FieldPlan(dialect: format.dialect)
  }

  mutating func compile(
    filterReason: (Label) -> UInt16, serviceTag: (Label) -> UInt32
  ) throws(FormatMismatch) -> FieldPlan {
    plan.fieldCountMin = format.header.fieldCountMin
    plan.fieldCountMax = format.header.fieldCountMax
    // 0 says "as many as there are names".
    if plan.fieldCountMax <= 0 {
      plan.fieldCountMin = columnNames.isEmpty ? 1 : columnNames.count
      plan.fieldCountMax = columnNames.isEmpty ? .max : columnNames.count
    }
    plan.allowsTrailingDelimiter = format.header.allowsTrailingDelimiter
    plan.nullTokens = format.dialect.nullTokens.map(\.bytes)
    plan.kind = format.kind
    try gatherColumns()
    for rule in format.fields { slotByField[rule.role] = try slot(of: rule) }
    plan.slotCount = plan.columns.count + plan.derived.count
    leaveSharedColumnToMeter()
    for rule in format.fields { try bind(rule) }
    plan.roles = format.fields.compactMap { rule in
      slotByField[rule.role].map { FieldPlan.RoleSlot(rule: rule, slot: $0) }
    }
    let trunks = ["trunk_out", "trunk"].compactMap { slotByField[.service($0)] }
    plan.trunks = trunks.filter { isInFile($0) }
    bindKey()
    bindGuide(serviceTag)
    plan.answered = try format.answered.map { (list) throws(FormatMismatch) in try conditions(list) }
    plan.needsAssembly = try format.needsAssembly.map { (list) throws(FormatMismatch) in try conditions(list)
    }
    for filter in format.filters {
      plan.filters.append((filterReason(filter.reason), try conditions(filter.conditions)))
    }
    if let legs = format.legs { plan.call = legs.call.compactMap { slotByColumn[$0] } }
    if let trailer = format.trailer {
      plan.trailer = try conditions(trailer.conditions)
      plan.trailerCount = trailer.count.flatMap { slotByColumn[$0] }
      plan.trailerSum = trailer.sum.flatMap { slotByColumn[$0] }
    }
    return plan
  }

  /// Gives every column that anything refers to a slot.
  private mutating func gatherColumns() throws(FormatMismatch) {
    for rule in format.fields {
      // Of several columns one is enough, but where all are joined.
      let isChoice = rule.source.columns.count > 1 && rule.source.joinedBy == nil
      for column in rule.source.columns { try gather(column, isOptional: rule.isOptional || isChoice) }
      if isChoice, !rule.isOptional { try requireOne(rule.source.columns) }
    }
    let lists =
      format.answered + format.needsAssembly + format.filters.map(\.conditions)
      + (format.trailer.map { [$0.conditions] } ?? []) + format.fields.flatMap { $0.cases.map(\.conditions) }
    for condition in lists.joined() { try gather(condition.column, isOptional: condition.isOptional) }
    for column in format.legs?.call ?? [] { try gather(column, isOptional: false) }
    for column in [format.trailer?.count, format.trailer?.sum] {
      if let column { try gather(column, isOptional: true) }
    }
  }

  /// At least one of the columns must be in the file.
  private func requireOne(_ columns: [ColumnReference]) throws(FormatMismatch) {
    guard format.dialect.framing == .csv else { return }
    let isThere = columns.contains {
      slotByColumn[$0].map { plan.columns[$0] != FieldPlan.missingColumn } ?? false
    }
    guard !isThere else { return }
    let names = columns.flatMap { reference -> [Label] in
      if case .names(let names) = reference { names } else { [] }
    }
    _ = try column(.names(names), isOptional: false)
  }

  private mutating func gather(_ reference: ColumnReference, isOptional: Bool) throws(FormatMismatch) {
    guard slotByColumn[reference] == nil else { return }
    slotByColumn[reference] = plan.columns.count
    if format.dialect.framing == .jsonl {
      guard case .names(let names) = reference else { return }
      plan.columns.append(0)
      plan.paths.append(names.map(\.bytes))
      return
    }
    plan.columns.append(try column(reference, isOptional: isOptional))
  }

  private func column(_ reference: ColumnReference, isOptional: Bool) throws(FormatMismatch) -> Int {
    switch reference {
    case .index(let index): return index
    case .indexFromEnd(let index): return -index
    case .names(let names):
      for name in names {
        guard let index = columnNames.firstIndex(where: { FieldPlan.matches($0, name) }) else { continue }
        if let twin = columnNames[(index + 1)...].firstIndex(where: { FieldPlan.matches($0, name) }) {
          throw FormatMismatch(
            line: headerLine,
            message: "columns \(index + 1) and \(twin + 1) are both named '\(name)', which format "
              + "'\(format.name)' reads",
            hint: "rename the one that is not meant, or name the column by its number in a format of your own"
          )
        }
        return index
      }
      if isOptional { return FieldPlan.missingColumn }
      let wanted = names.map { "'\($0)'" }.joined(separator: " or ")
      throw FormatMismatch(
        line: headerLine, message: "no column \(wanted), which format '\(format.name)' needs",
        hint: "the file has \(columnNames.prefix(12).map(\.description).joined(separator: ", "))"
          + (columnNames.count > 12 ? ", … (\(columnNames.count) columns)" : "")
          + "; name another format in sources.csv, or describe this one in formats/")
    }
  }

  /// The slot with the text of a field: a gathered one, or a derived one where the text is made from columns.
  private mutating func slot(of rule: FieldRule) throws(FormatMismatch) -> Int {
    let source = rule.source
    let slots = source.columns.compactMap { slotByColumn[$0] }
    let isPlain =
      slots.count == 1 && source.joinedBy == nil && source.after.isEmpty && source.before.isEmpty
      && source.constant == nil
    var slot = slots.first ?? 0
    if !isPlain || !rule.absentTexts.isEmpty {
      slot = plan.columns.count + plan.derived.count
      plan.derived.append(
        FieldPlan.Derived(
          slot: slot, sources: slots, joinedBy: source.joinedBy?.bytes, after: source.after.bytes,
          before: source.before.bytes, constant: source.constant?.bytes))
    }
    if !rule.absentTexts.isEmpty { plan.absentTexts.append((slot, rule.absentTexts.map(\.bytes))) }
    return slot
  }

  private mutating func bind(_ rule: FieldRule) throws(FormatMismatch) {
    guard let slot = slotByField[rule.role] else { return }
    switch rule.role {
    case .start: plan.start = timeField(rule, slot, FieldRoleName.start)
    case .answer: plan.answer = timeField(rule, slot, FieldRoleName.answer)
    case .end: plan.end = timeField(rule, slot, FieldRoleName.end)
    case .from: plan.from = slot
    case .to: plan.to = slot
    case .direction: plan.directionField = try wordField(rule, slot, FieldRoleName.direction)
    case .kind: plan.kindField = try wordField(rule, slot, FieldRoleName.kind)
    // A record is usage or a sample: a format has one of the two.
    case .billable, .value: plan.billable = quantityField(rule, slot, FieldRoleName.billable)
    case .disposition:
      plan.disposition = slot
      plan.contentSlots.append(slot)
    case .meter:
      plan.meter = slot
      plan.contentSlots.append(slot)
    case .account:
      plan.account = slot
      plan.contentSlots.append(slot)
    case .service("trunk_out"):
      if isInFile(slot) { plan.presentContentSlots.append(slot) }
    case .call, .service, .duration, .unit: plan.contentSlots.append(slot)
    case .amount:
      // A file without the column has no amounts to look for.
      guard case .amount(let isComma, let isScientific) = rule.conversion, isInFile(slot) else { break }
      plan.amount = FieldPlan.AmountField(slot: slot, isDecimalComma: isComma, isScientific: isScientific)
    case .amountCurrency:
      if isInFile(slot) { plan.amountCurrency = slot }
    case .routingNumber:
      guard isInFile(slot) else { break }
      plan.routingNumber = slot
      plan.presentContentSlots.append(slot)
    case .item:
      guard isInFile(slot) else { break }
      plan.item = slot
      plan.presentContentSlots.append(slot)
    case .id, .sequence: break
    }
  }

  private func isInFile(_ slot: Int) -> Bool {
    slot >= plan.columns.count || plan.columns[slot] != FieldPlan.missingColumn
  }

  private func timeField(_ rule: FieldRule, _ slot: Int, _ role: UInt8) -> FieldPlan.TimeField? {
    guard case .time(let patterns) = rule.conversion else { return nil }
    let readers = patterns.map { pattern -> FieldPlan.TimeField.Reader in
      switch pattern {
      case .iso: .iso
      case .epoch(let units): .epoch(unitsPerSecond: units)
      case .pattern(let text): .pattern(TimePatternReader(text))
      }
    }
    return FieldPlan.TimeField(slot: slot, readers: readers, role: role)
  }

  private func wordField(
    _ rule: FieldRule, _ slot: Int, _ role: UInt8
  ) throws(FormatMismatch) -> FieldPlan.WordField? {
    guard case .words(let words, let otherwise) = rule.conversion else { return nil }
    var field = FieldPlan.WordField(slot: slot, short: [], long: [], otherwise: otherwise, role: role)
    for word in words {
      let bytes = word.text.bytes
      if bytes.count <= 8 {
        let value = bytes.reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        field.short.append((value, bytes.count, word.code))
      } else {
        field.long.append((bytes, word.code))
      }
    }
    field.cases = try rule.cases.map { (each) throws(FormatMismatch) in
      (try conditions(each.conditions), each.code)
    }
    return field
  }

  private func quantityField(_ rule: FieldRule, _ slot: Int, _ role: UInt8) -> FieldPlan.QuantityField? {
    switch rule.conversion {
    case .quantity(let one, let comma):
      return FieldPlan.QuantityField(
        slot: slot, reader: .decimal(onePerUnit: one, isDecimalComma: comma), role: role)
    case .clock: return FieldPlan.QuantityField(slot: slot, reader: .clock, role: role)
    case .microseconds: return FieldPlan.QuantityField(slot: slot, reader: .microseconds, role: role)
    case .quantityInRecordUnit(let comma):
      guard let unit = slotByField[.unit] else {
        let one = format.kind.onePerUnit
        return FieldPlan.QuantityField(
          slot: slot, reader: .decimal(onePerUnit: one, isDecimalComma: comma), role: role)
      }
      return FieldPlan.QuantityField(
        slot: slot, reader: .inRecordUnit(unitSlot: unit, isDecimalComma: comma), role: role)
    default: return nil
    }
  }

  /// Where the names of the meter and of the item lead to one column, it is the meter's alone.
  private mutating func leaveSharedColumnToMeter() {
    guard let meter = slotByField[.meter], let item = slotByField[.item], item != meter,
      max(meter, item) < plan.columns.count, plan.dialect.framing == .csv,
      plan.columns[item] == plan.columns[meter]
    else { return }
    plan.columns[item] = FieldPlan.missingColumn
  }

  private mutating func bindKey() {
    plan.key = format.key.compactMap { slotByField[$0] }
    let identifying = format.key.filter { $0 != .sequence }
    plan.identifyingKey = identifying.compactMap { slotByField[$0] }
    plan.mayLackKey = identifying.allSatisfy { role in
      format.fields.first { $0.role == role }?.isOptional ?? false
    }
  }

  private mutating func bindGuide(_ serviceTag: (Label) -> UInt32) {
    for direction in UsageDirection.allCases {
      let roles = format.guide[direction] ?? []
      plan.guide[Int(direction.rawValue)] = roles.compactMap { role in
        switch role {
        case .from: return FieldPlan.GuideField(value: .from, tag: ServiceIndex.numberTag)
        case .to: return FieldPlan.GuideField(value: .to, tag: ServiceIndex.numberTag)
        case .account:
          return slotByField[role].map {
            FieldPlan.GuideField(value: .text(slot: $0), tag: ServiceIndex.accountTag)
          }
        default:
          return slotByField[role].map {
            FieldPlan.GuideField(value: .text(slot: $0), tag: serviceTag(role.name))
          }
        }
      }
    }
  }

  private func conditions(_ list: [Condition]) throws(FormatMismatch) -> [FieldPlan.CompiledCondition] {
    list.compactMap { condition in
      guard let slot = slotByColumn[condition.column] else { return nil }
      let test: FieldPlan.CompiledCondition.Test
      switch condition.test {
      case .isOneOf(let texts): test = .isOneOf(texts.map(\.bytes), true)
      case .isNoneOf(let texts): test = .isOneOf(texts.map(\.bytes), false)
      case .beginsWith(let texts): test = .beginsWith(texts.map(\.bytes))
      case .contains(let texts): test = .contains(texts.map(\.bytes))
      case .isLike(let patterns): test = .isLike(patterns.map(\.bytes))
      case .isEmpty: test = .isEmpty(true)
      case .isPresent: test = .isEmpty(false)
      case .isPositive: test = .isPositive
      }
      return FieldPlan.CompiledCondition(slot: slot, test: test)
    }
  }
}
