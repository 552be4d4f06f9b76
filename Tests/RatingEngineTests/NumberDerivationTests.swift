// The words for how a number was normalised against the normalising itself.

import Catalog
import Tables
import Testing

@testable import RatingEngine

@Suite struct NumberDerivationTests {
  static let rows: [(text: String, dialled: String?, rule: PhoneNumber.Rule?, digits: String)] = [
    ("+442079460123", "+442079460123", .plus, "442079460123"),
    ("+44 (20) 7946-0123", "+442079460123", .plus, "442079460123"),
    ("00442079460123", "00442079460123", .internationalPrefix(Array("00".utf8)), "442079460123"),
    ("03023125105", "03023125105", .nationalPrefix, "493023125105"), ("112", "112", .shortCode, "112"),
    ("3023125105", "3023125105", .bareInternational, "3023125105"), ("12", "12", .bareInternational, ""),
    ("sip:03023125105@pbx", "03023125105", .nationalPrefix, "493023125105"), ("anonymous", nil, nil, ""),
    ("", nil, nil, ""),
    ("+0491234", "+0491234", .plus, ""), ("+1234567890123456", "+1234567890123456", .plus, ""),
  ]

  @Test(arguments: rows)
  func theRuleThatWasUsedIsNamed(
    _ row: (text: String, dialled: String?, rule: PhoneNumber.Rule?, digits: String)
  ) throws {
    let phone = PhoneNumber(try #require(DiallingPlan.habits(of: "DE")))
    let padded = Array(row.text.utf8) + [UInt8](repeating: 0, count: ByteText.slack)
    padded.withUnsafeBufferPointer { bytes in
      guard let base = bytes.baseAddress else { return }
      let derivation = phone.derivation(base, row.text.utf8.count)
      #expect(derivation.dialled == row.dialled)
      #expect(derivation.rule == row.rule)
      #expect(derivation.digits == row.digits)
      // The hot path, which has a shorter way for `+`, says the same.
      let number = row.text.isEmpty ? PhoneNumber.Normalised() : phone.normalise(base, row.text.utf8.count)
      #expect(PhoneNumber.text(digits: number.digits, count: number.count) == row.digits)
    }
  }
}
