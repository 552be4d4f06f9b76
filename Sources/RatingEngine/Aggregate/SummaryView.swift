// The columns of one output, and where in the keys of the run they come from.
//
// A run that makes several outputs adds up by one key that determines the columns of all of them.

import Catalog
import Tables

/// A set of columns in their order, made from the keys of a run.
struct SummaryView: Sendable {
  /// One field: some columns that one number determines.
  struct Field: Sendable {
    var part: SummaryKeyPlan.Part
    var columns: [GroupColumn]
    /// Index of the field of the run's key.
    var source: Int

    /// The cells of a value of the source, one for each column.
    func texts(_ value: UInt32, from source: SummaryKeyPlan.Part, _ setup: RunSetup) -> [Label] {
      if part == .account, source == .identity {
        return [setup.catalog.source.accounts[setup.catalog.identities[Int(value)].account].id]
      }
      // What else is made from a wider part is told by the same number.
      return SummaryTexts.cells(part, value: UInt64(value), setup.catalog, setup.meters, setup.unitPrices)
    }
  }

  /// Columns as asked for, those that are always empty included.
  let columns: [GroupColumn]
  let fields: [Field]
  /// The columns of schema 1 with its measures; otherwise keys as given, currency and unit.
  let isWholeSchema: Bool
  /// Whether its rows tell what suppliers charge.
  let showsCost: Bool

  /// A view of the keys of `keyPlan`; nil where they do not tell all its columns, or it has too many.
  init?(
    columns: [GroupColumn], isWholeSchema: Bool, _ keyPlan: SummaryKeyPlan, _ catalog: CompiledCatalog
  ) {
    guard let own = SummaryKeyPlan(columns: columns, catalog) else { return nil }
    var fields: [Field] = []
    // Whether something is covered is no column: rows that differ by nothing else are one.
    for field in own.fields where field.part != .isCovered {
      guard let source = Self.source(of: field.part, keyPlan) else { return nil }
      fields.append(Field(part: field.part, columns: field.columns, source: source))
    }
    self.columns = columns
    self.fields = fields
    self.isWholeSchema = isWholeSchema
    showsCost = own.fields.contains { $0.part == .costCurrency }
  }

  /// The field of a key plan that a part can be made from.
  private static func source(of part: SummaryKeyPlan.Part, _ keyPlan: SummaryKeyPlan) -> Int? {
    func index(_ wanted: SummaryKeyPlan.Part) -> Int? { keyPlan.fields.firstIndex { $0.part == wanted } }
    if let own = index(part) { return own }
    switch part {
    case .account, .costCentre, .service: return index(.identity)
    case .group, .destination: return index(.tariff)
    case .price, .per: return index(.unitPrice)
    case .tierFrom, .tierUpTo: return index(.tier)
    default: return nil
    }
  }
}
