// One fx.csv, without the rest of its catalog.

import Tables

/// Reads a table of exchange rates where it lies.
public enum ExchangeRateFile {
  /// The rates of the file at `path`, in file order. Its faults are thrown by line and column.
  public static func load(_ path: String) throws(CatalogFault) -> [ExchangeRate] {
    let bytes: [UInt8]
    do throws(TableFileFault) { bytes = try TableFile.read(path) } catch {
      throw CatalogFault(findings: [
        CatalogFinding(
          severity: .error, file: path, line: 0, column: 0, message: "cannot read the file: \(error)",
          hint: "name a table such as fx.csv of a catalog")
      ])
    }
    let (rates, findings) = bytes.withUnsafeBufferPointer { ExchangeRateReader.read($0, file: path) }
    guard !findings.hasErrors else { throw CatalogFault(findings: findings.sorted()) }
    return rates
  }
}
