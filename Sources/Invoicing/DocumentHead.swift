// What stands at the head of every document: who sends it, what it is, who gets it, and the facts beside that.

import Tables

extension HTMLText {
  /// Begins the sheet, in the seller's colour.
  mutating func beginSheet(of seller: [InvoiceDraft.Detail]) {
    markup("<main class=\"sheet\"")
    if let colour = Branding(seller).colour { attribute("style", "--blue:\(colour)") }
    markup(">\n")
  }

  /// Name, logo and address of the seller, and the title.
  mutating func head(seller: [InvoiceDraft.Detail], title: String, isDraft: Bool) {
    markup("<header class=\"head\">\n<div>\n")
    if let logo = Branding(seller).logo {
      markup("<p class=\"logo\"><img alt=\"\"")
      attribute("src", logo)
      markup("></p>\n")
    }
    if let name = seller.text(of: "name") { element("p", style: "brand", name.description) }
    if let address = seller.text(of: "address") {
      element("p", style: "lines small grey", address.description)
    }
    markup("</div>\n<div class=\"title\">\n")
    element("h1", title)
    if isDraft { markup("<p class=\"badge\">Draft</p>\n") }
    markup("</div>\n</header>\n")
  }

  /// Name and address of the client, and facts by their titles.
  mutating func parties(name: Label, details: [InvoiceDraft.Detail], facts: [(title: String, text: String)]) {
    markup("<div class=\"parties\">\n<div>\n<p class=\"label\">Bill to</p>\n")
    element("p", style: "name", name.description)
    let address = PostalAddress.lines(of: details)
    if !address.isEmpty { element("p", style: "lines", address.joined(separator: "\n")) }
    markup("</div>\n<dl class=\"facts\">\n")
    for fact in facts {
      element("dt", fact.title)
      element("dd", fact.text)
    }
    markup("</dl>\n</div>\n")
  }
}

extension [InvoiceDraft.Detail] {
  /// The text of that name; nil where there is none.
  func text(of name: Label) -> Label? { first { $0.name == name }?.text }
}
