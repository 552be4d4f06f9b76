// An account's address as lines, from the columns that people commonly use.

import Tables

/// Puts address details into the order of an envelope.
enum PostalAddress {
  /// The lines: contact, address, address_1 to _3, postcode and city, state, country, then e-mail and phone.
  static func lines(of details: [InvoiceDraft.Detail]) -> [String] {
    func text(_ name: Label) -> String? { details.first { $0.name == name }?.text.description }
    let town = [text("postcode"), text("city")].compactMap { $0 }.joined(separator: " ")
    let lines = [
      text("contact"), text("address"), text("address_1"), text("address_2"), text("address_3"),
      town.isEmpty ? nil : town, text("state"), text("country"), text("email"), text("phone"),
    ]
    return lines.compactMap { $0 }
  }
}
