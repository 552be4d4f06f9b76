// Writes the catalog of a world: tables row by row, so that any number of accounts and prices needs no memory.

import DurableFiles

extension SyntheticWorld {
  /// Writes a complete catalog into a folder, each name behind `path`.
  func writeCatalog(to folder: PublishedFolder, under path: String) throws(FileFault) {
    try write("catalog.yaml", CatalogText.defaults, to: folder, under: path)
    try write("sources.csv", CatalogText.sources, to: folder, under: path)
    try writeTable("accounts.csv", header: CatalogText.accountsHeader, to: folder, under: path) { account in
      account < accounts.count ? CatalogText.accountRows(account, accounts) : nil
    }
    try writeTable("services.csv", header: CatalogText.servicesHeader, to: folder, under: path) { account in
      account < accounts.count ? CatalogText.serviceRows(account, accounts) : nil
    }
    try folder.makeFolder(path + "decks")
    for deck in [retail, wholesale] {
      try write("decks/\(deck.name).yaml", CatalogText.layout(of: deck), to: folder, under: path)
      let name = "decks/\(deck.name).csv"
      try writeTable(name, header: CatalogText.deckHeader, to: folder, under: path) { row in
        row < deck.rows.count ? CatalogText.deckRow(deck.rows[row]) : nil
      }
    }
    try folder.makeFolder(path + "plans")
    for plan in SyntheticPlan.allCases {
      try write(
        "plans/\(plan.name).yaml", CatalogText.plan(plan, deck: deck(of: plan)), to: folder, under: path)
    }
  }

  private func write(
    _ name: String, _ text: String, to folder: PublishedFolder, under path: String
  ) throws(FileFault) {
    let writer = try folder.writer(path + name)
    try writer.write(text)
    try writer.finish()
  }

  /// Writes a table whose rows are asked for by number until there are no more.
  private func writeTable(
    _ name: String, header: String, to folder: PublishedFolder, under path: String,
    rows: (Int) -> String?
  ) throws(FileFault) {
    let writer = try folder.writer(path + name)
    try writer.write(header)
    var number = 0
    while let text = rows(number) {
      try writer.write(text)
      number += 1
    }
    try writer.finish()
  }
}
