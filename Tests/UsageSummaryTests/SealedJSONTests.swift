// Seals are SHA-256 as everybody computes it, and every change of a sealed document is seen.

import Tables
import Testing

@testable import UsageSummary

@Suite struct SealedJSONTests {
  @Test(arguments: [
    // Source: FIPS 180-4 examples and NIST's test vectors.
    ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
    ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
    (
      "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
      "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
    ),
  ]) func hashesAreThoseOfTheStandard(text: String, hash: String) {
    #expect(SHA256.hex(of: Array(text.utf8)) == hash)
  }

  @Test func aHashMayBeFedInPieces() {
    let bytes = (0..<1000).map { UInt8($0 % 251) }
    for cut in [0, 1, 63, 64, 65, 999, 1000] {
      var hash = SHA256()
      hash.update(Array(bytes[..<cut]))
      _ = hash.hexDigest()
      hash.update(Array(bytes[cut...]))
      #expect(hash.hexDigest() == SHA256.hex(of: bytes), "\(cut)")
    }
  }

  @Test func aSealedDocumentChecksAndAChangedOneDoesNot() throws {
    let text = SealedJSON.text(of: ["a": 1, "b": ["x", "y"]])
    try SealedJSON.check(text)
    #expect(try JSONReader.read(text)["sha256"] != nil)
    for offset in text.indices {
      var changed = text
      changed[offset] ^= 1
      #expect(throws: SealedJSON.Broken.self, "byte \(offset)") { try SealedJSON.check(changed) }
      #expect(throws: SealedJSON.Broken.self, "cut at \(offset)") {
        try SealedJSON.check(Array(text[..<offset]))
      }
    }
    #expect(throws: SealedJSON.Broken.self) { try SealedJSON.check(text + [10]) }
  }
}
