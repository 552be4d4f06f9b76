// Numbers of meters: rating groups that usage names and no catalog need know.

import Catalog
import Synchronization
import Tables

/// Gives every meter a tariff number; those that the catalog names keep theirs. Shared by all workers.
///
/// The numbers depend on who asks first and never show: texts are ranked before anything is written.
final class MeterNames: Sendable {
  static let none = UInt32.max

  private let staticCount: UInt32
  private let staticNumbers: [Label: UInt32]
  /// Tariff number of events without a meter: the empty rating group.
  let unnamed: UInt32
  private let groupCount: UInt32
  // Guards the names that came with usage, in order of arrival.
  private let found = Mutex<(names: [Label], numbers: [Label: UInt32])>(([], [:]))

  init(_ catalog: CompiledCatalog) {
    staticCount = UInt32(catalog.tariffs.count)
    staticNumbers = catalog.tariffByGroup
    unnamed = catalog.tariffByGroup[.empty] ?? 0
    groupCount = UInt32(catalog.groups.count)
  }

  /// The tariff number of a meter; `none` where more meters appear than a run can tell apart.
  func number(_ text: TextPointer, _ length: Int) -> UInt32 {
    let name = Label(UnsafeBufferPointer(start: text, count: length))
    if let number = staticNumbers[name] { return number }
    return found.withLock { found in
      if let number = found.numbers[name] { return number }
      guard found.names.count < SummaryKeyPlan.dynamicTariffsMax else { return Self.none }
      let number = staticCount + UInt32(found.names.count)
      found.names.append(name)
      found.numbers[name] = number
      return number
    }
  }

  /// The rating group number of a tariff that came with usage: beyond all that charges name.
  func group(_ tariff: UInt32) -> UInt32 { groupCount + (tariff - staticCount) }

  /// Name of a tariff that came with usage.
  func name(_ tariff: UInt32) -> Label { found.withLock { $0.names[Int(tariff - staticCount)] } }
}
