// How documents of a seller look: a colour and a logo, which stand among its details in catalog.yaml.

import Tables

/// The looks of a seller. What cannot be used is no look, and shown as any other detail is.
struct Branding {
  /// The colour of headings, sums and rules, such as `#1d4e79`; nil for that of ours.
  let colour: String?
  /// An image as a `data:` URL in base 64; nil for none.
  let logo: String?

  init(_ seller: [InvoiceDraft.Detail]) {
    colour = Self.names.lazy.compactMap { seller.text(of: $0) }.compactMap(Self.colour).first
    logo = seller.text(of: "logo").flatMap(Self.logo)
  }

  private static let names: [Label] = ["colour", "color"]

  /// Whether a detail is used for looks, so that nobody has to read it.
  static func isUsed(_ detail: InvoiceDraft.Detail) -> Bool {
    if detail.name == "logo" { return logo(detail.text) != nil }
    return names.contains(detail.name) && colour(detail.text) != nil
  }

  /// Red, green and blue, 0 to 255.
  var parts: [UInt8]? {
    colour.map { text in
      stride(from: 1, to: 7, by: 2).compactMap { offset in
        UInt8(text.dropFirst(offset).prefix(2), radix: 16)
      }
    }
  }

  private static func colour(_ text: Label) -> String? {
    let bytes = text.bytes
    guard bytes.count == 7, bytes.first == UInt8(ascii: "#"), bytes.dropFirst().allSatisfy(isHexadecimal)
    else { return nil }
    return text.description
  }

  private static func isHexadecimal(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "f"),
      UInt8(ascii: "A")...UInt8(ascii: "F"):
      true
    default: false
    }
  }

  // It stands in every document, so it is small.
  private static let logoBytesMax = 100_000

  /// Pictures that a browser draws and never runs, and nothing but the letters of base 64 behind their kind.
  private static func logo(_ text: Label) -> String? {
    let kinds = ["png", "jpeg", "webp", "svg+xml"]
    let url = text.description
    guard url.utf8.count <= logoBytesMax,
      let head = kinds.map({ "data:image/\($0);base64," }).first(where: { url.hasPrefix($0) })
    else { return nil }
    let data = url.utf8.dropFirst(head.utf8.count)
    let isPlain = data.allSatisfy { byte in
      switch byte {
      case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "+"), UInt8(ascii: "/"), UInt8(ascii: "="):
        true
      default: false
      }
    }
    return isPlain && !data.isEmpty ? url : nil
  }
}
