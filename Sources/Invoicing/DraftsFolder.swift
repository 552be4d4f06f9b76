// A folder of drafts, opened again: what a run made and from what. Documents are known by their hashes, not read.

public import BillingCalendar
public import Money
public import Tables
import UsageSummary

/// Why a folder of drafts cannot be used.
public struct DraftsFolderFault: Error, Sendable, CustomStringConvertible {
  /// The file, as the user named its folder.
  public var file: String
  /// What is wrong.
  public var message: String
  /// What to do about it.
  public var hint: String

  /// `file: message; hint`.
  public var description: String { "\(file): \(message); \(hint)" }
}

/// The manifest of a folder of drafts, sealed and read.
public struct DraftsFolder: Sendable {
  /// One draft.
  public struct Draft: Hashable, Sendable {
    /// Account id.
    public var account: Label
    /// Usage period.
    public var period: UsagePeriod
    /// Currency of the amounts.
    public var currency: Currency
    /// Whether it holds charges of projects that stand apart.
    public var isProjects: Bool
    /// Sum of the recurring lines.
    public var recurring: Amount
    /// Sum of the usage lines.
    public var usage: Amount
    /// Sum of everything else before tax.
    public var other: Amount
    /// What is owed.
    public var total: Amount
    /// Name of the JSON document and SHA-256 of its bytes.
    public var jsonName: Label
    /// SHA-256 of the JSON document.
    public var jsonHash: Label
    /// SHA-256 of what the document says, whatever usage folder it was made from; empty where no store asks for it.
    public var contentHash: Label
    /// One-time charges on it that nobody has decided about, by the names that a store gives them.
    public var undecidedCharges: [Label]
    /// Name of the file of its calls; nil where it has none.
    public var callsName: Label?

    /// Name of its files, without suffix.
    public var name: Label { Label(String(jsonName.description.dropLast(".json".count))) }
  }

  /// The folder as the user named it.
  public let path: String
  /// `UsageFolder.manifestHash` of the usage that was drafted.
  public let usageManifestHash: Label
  /// `Catalog.billingHash` of the catalog that was drafted with.
  public let billingHash: Label
  /// The periods that were asked for; nil for all.
  public let choice: UsagePeriodChoice?
  /// Seal of its manifest.
  public let seal: Label
  /// Seals of the earlier drafts that these were set beside.
  public let earlierSeals: [Label]
  /// The drafts, in the order of the manifest.
  public let drafts: [Draft]

  /// Opens the folder at `path`: its manifest must be sealed. Documents are not looked at.
  public static func open(_ path: String) throws(DraftsFolderFault) -> DraftsFolder {
    let name = path + "/" + DraftManifest.fileName
    let bytes: [UInt8]
    do throws(TableFileFault) { bytes = try TableFile.read(name) } catch {
      throw DraftsFolderFault(
        file: name, message: "\(error)",
        hint: "name a folder that 'ratemill invoice draft --out' has written")
    }
    do { return try read(bytes, path) } catch {
      throw DraftsFolderFault(file: name, message: "\(error)", hint: "draft again")
    }
  }

  private static func read(_ bytes: [UInt8], _ path: String) throws -> DraftsFolder {
    let root = JSONNode(try JSONReader.read(bytes))
    let version = try root.member("version").integer()
    guard version == DraftManifest.version else { throw root.fault("version \(version) is not known here") }
    do throws(SealedJSON.Broken) { try SealedJSON.check(bytes) } catch { throw root.fault(error.message) }
    let choice = try root.member("period")
    let isChosen = choice.value != .null
    return DraftsFolder(
      path: path, usageManifestHash: try root.member("usage_manifest_sha256").text(),
      billingHash: try root.member("billing_hash").text(),
      choice: isChosen ? UsagePeriodChoice.parse(try choice.text().description) : nil,
      seal: try root.member("sha256").text(),
      earlierSeals: try root.member("earlier_sha256").elements().map { try $0.text() },
      drafts: try root.member("drafts").elements().map { try draft($0) })
  }

  private static func draft(_ node: JSONNode) throws -> Draft {
    guard let period = UsagePeriod.parse(try node.member("period").text().description),
      let currency = Currency(code: try node.member("currency").text().description)
    else { throw node.fault("no period or currency") }
    let document = try node.member("json")
    return Draft(
      account: try node.member("account").text(), period: period, currency: currency,
      isProjects: try node.member("part").text() == "projects", recurring: try node.amount("recurring"),
      usage: try node.amount("usage"), other: try node.amount("other"), total: try node.amount("total"),
      jsonName: try document.member("name").text(), jsonHash: try document.member("sha256").text(),
      contentHash: try node.member("content_sha256").text(),
      undecidedCharges: try node.member("undecided_charges").elements().map { try $0.text() },
      callsName: try node.value["calls"].map { _ in try node.member("calls").member("name").text() })
  }
}
