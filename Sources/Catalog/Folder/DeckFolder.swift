// The door to one deck: by its file, or by its name in a catalog, without the rest of the catalog.
//
// For looking at decks. What rates usage comes through CatalogFolder, which checks decks against everything else.

public import BillingCalendar
public import Money
import Tables

/// Finds and reads one deck.
public enum DeckFolder {
  /// What a finding says of a deck whose currency nothing says: whoever can be told of one adds how.
  public static let noCurrency = "the deck has no currency"

  /// The deck that `path` names; nothing but its own files, `catalog.yaml` and `holidays.csv` is read.
  ///
  /// `path` is a catalog folder with one deck, `CATALOG/DECKNAME`, or a deck's file (`.csv`, `.csv.zst`, `.csv.gz`, or its
  /// layout `.yaml`). A file in a folder `decks` has the defaults of the catalog around it; a layout of its name beside it is
  /// used. `currency` is that of a deck for which nothing says one.
  /// - Throws: `CatalogFault` with every fault of the deck.
  /// - Complexity: O(bytes of the deck).
  public static func load(_ path: String, currency: Currency? = nil, zones: ZoneLibrary = ZoneLibrary())
    throws(CatalogFault) -> RateDeck
  {
    let place = try DeckPlace(path)
    var loading = CatalogLoading(files: CatalogFiles(folder: place.folder), zones: zones)
    loading.deckFolder = place.deckFolder
    // Beside a loose file nothing but its layout belongs to it.
    let names = place.deckFolder.isEmpty ? [] : loading.names(in: "", .folder) ?? []
    let catalog = loading.readDefaults(names)
    let defaults = DeckDefaults(zone: catalog.zone, currency: catalog.currency ?? currency)
    let holidays = loading.readHolidays(names)
    let deck: RateDeck?
    if let name = place.name {
      deck = loading.readDeck(named: name, defaults, holidays)
    } else {
      deck = loading.readOnlyDeck(defaults, holidays)
    }
    guard let deck, !loading.hasErrors else { throw loading.fault() }
    return deck
  }

  /// All decks of the catalog folder at `path`, sorted by name, whatever else is wrong with the catalog.
  ///
  /// - Throws: `CatalogFault` with every fault of the decks, or where there is no catalog.
  /// - Complexity: O(bytes of the decks).
  public static func loadAll(_ path: String, zones: ZoneLibrary = ZoneLibrary()) throws(CatalogFault)
    -> [RateDeck]
  {
    var loading = CatalogLoading(files: CatalogFiles(folder: path), zones: zones)
    let names = loading.names(in: "", .folder) ?? []
    if names.isEmpty, !loading.hasErrors {
      loading.add(
        .folder, path, "there is no catalog folder here", hint: "name the folder that holds accounts.csv")
    }
    let catalog = loading.readDefaults(names)
    let defaults = DeckDefaults(zone: catalog.zone, currency: catalog.currency)
    let decks = loading.readDecks(defaults, loading.readHolidays(names)).parts
    guard !loading.hasErrors else { throw loading.fault() }
    return decks
  }
}

/// Where a deck lies.
private struct DeckPlace {
  /// The catalog, or the folder of a loose file.
  var folder: String
  /// `decks`, or empty for a loose file.
  var deckFolder: String
  /// nil for the only deck of a catalog.
  var name: String?

  init(_ path: String) throws(CatalogFault) {
    var path = path[...]
    while path.count > 1, path.hasSuffix("/") { path = path.dropLast() }
    if try Self.names(in: String(path)) != nil {
      guard try Self.names(in: path + "/decks") != nil else {
        throw Self.fault(
          String(path), "is no catalog: it has no folder 'decks'", "name a deck file or a catalog")
      }
      (folder, deckFolder, name) = (String(path), "decks", nil)
      return
    }
    let (above, last) = Self.split(path)
    let isFile = try Self.names(in: above)?.contains(last) ?? false
    if isFile, let name = CatalogLoading.deckNames(of: [last]).first {
      let (catalog, folderName) = Self.split(above[...])
      let isInCatalog = folderName == "decks"
      (folder, deckFolder) = isInCatalog ? (catalog, "decks") : (above, "")
      self.name = name
    } else if isFile {
      throw Self.fault(String(path), "is no deck file", "name a .csv, .csv.zst, .csv.gz or .yaml file")
    } else if try Self.names(in: above.isEmpty ? "decks" : above + "/decks") != nil {
      (folder, deckFolder, name) = (above, "decks", last)
    } else {
      throw Self.fault(
        String(path), "there is no deck here", "name a deck file, CATALOG/DECK, or a catalog with one deck")
    }
  }

  /// What stands before the last `/`, and after it.
  private static func split(_ path: Substring) -> (above: String, last: String) {
    guard let slash = path.lastIndex(of: "/") else { return ("", String(path)) }
    let above = path[..<slash]
    return (above.isEmpty ? "/" : String(above), String(path[path.index(after: slash)...]))
  }

  /// The names in a folder; nil where there is none.
  private static func names(in folder: String) throws(CatalogFault) -> [String]? {
    do throws(TableFileFault) {
      return try TableFile.names(inFolder: folder.isEmpty ? "." : folder)?.filter { !$0.hasPrefix(".") }
    } catch {
      // A file is no folder; whatever else keeps it from being read is found where it is read.
      if error.isNoFolder { return nil }
      throw fault(folder, "cannot read the folder: \(error)", "")
    }
  }

  private static func fault(_ path: String, _ message: String, _ hint: String) -> CatalogFault {
    CatalogFault(findings: [
      CatalogFinding(severity: .error, file: path, line: 0, column: 0, message: message, hint: hint)
    ])
  }
}
