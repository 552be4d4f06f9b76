// Texts of usage in the results of commands that show single records: masked and escaped like in messages.

internal import Catalog
internal import OptionTable
internal import Tables

/// Makes texts of usage fit for a result that people read.
struct UsageText {
  /// Telephone numbers in full.
  let showsNumbers: Bool

  /// The text with its digit runs masked, unless numbers may be shown.
  func masked(_ text: String) -> String { showsNumbers ? text : MessageText.maskDigits(text) }

  /// What `check` says of the catalog: the same, but prices, quantities and prefixes keep their digits.
  func masked(_ finding: CatalogFinding) -> CatalogFinding {
    if showsNumbers { return finding }
    var masked = finding
    masked.message =
      finding.hasFigures
      ? MessageText.maskDigitsOfCatalog(quotedIn: finding.message)
      : MessageText.maskDigitsOfCatalog(finding.message)
    masked.hint = MessageText.maskDigitsOfCatalog(finding.hint)
    return masked
  }

  /// The text masked, escaped, cut and in quotes.
  func quoted(_ label: Label, bytesMax: Int = MessageText.quotedBytesMax) -> String {
    let bytes = showsNumbers ? label.bytes : MessageText.maskDigits(label.bytes)
    return MessageText.quoted(bytes: bytes, bytesMax: bytesMax)
  }

  /// The same without quotes, for the cells of a table; `-` for an empty text.
  func cell(_ text: String, bytesMax: Int = MessageText.quotedBytesMax) -> String {
    text.isEmpty ? "-" : MessageText.escaped(masked(text), bytesMax: bytesMax)
  }
}
