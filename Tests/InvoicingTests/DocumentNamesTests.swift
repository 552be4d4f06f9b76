// File names are safe on every file system, and different accounts have different names.

import Tables
import Testing

@testable import Invoicing

@Suite struct DocumentNamesTests {
  private func name(_ account: String, among others: [Label] = []) -> String {
    DocumentNames(accounts: [Label(account)] + others).base(of: Label(account))
  }

  @Test(arguments: ["acme", "ACME", "C1001", "a", "0", "a-b_c", String(repeating: "a", count: 60)])
  func aSafeIdIsItsOwnName(account: String) { #expect(name(account) == account) }

  @Test(arguments: [
    ("../../etc/passwd", "etcpasswd-"), ("a/b", "ab-"), ("a.b", "ab-"), ("a b", "ab-"),
    (".hidden", "hidden-"),
    ("-rf", "rf-"), ("_x", "x-"), ("a--b", "a--b-"), ("index", "index-"), ("Drafts", "Drafts-"),
    ("con", "con-"),
    ("COM1", "COM1-"), ("Müller", "Mller-"), ("日本", "account-"), ("\"<>|", "account-"), ("", "account-"),
    (String(repeating: "a", count: 61), String(repeating: "a", count: 40) + "-"),
  ]) func anyOtherGetsTheDigitsOfItsHash(account: String, beginning: String) {
    let name = name(account)
    #expect(name.hasPrefix(beginning))
    #expect(name.utf8.count == beginning.utf8.count + 12)
    #expect(name.utf8.allSatisfy { $0 < 0x80 && $0 != UInt8(ascii: "/") && $0 != UInt8(ascii: ".") })
  }

  @Test func namesThatDifferInCapitalsAloneGetTheDigits() {
    #expect(name("acme", among: ["Acme"]) != "acme")
    #expect(name("Acme", among: ["acme"]) != "Acme")
    #expect(name("acme", among: ["acme2"]) == "acme")
    // What is left of another id counts as well.
    #expect(name("acme", among: ["ac.me"]) != "acme")
  }

  @Test func differentBytesHaveDifferentNames() {
    let ids: [Label] = [
      "a/b", "a.b", "ab", "AB", "a b", "e\u{301}", "\u{e9}", Label(bytes: [0xFF]), Label(bytes: [0xFE]),
    ]
    let names = DocumentNames(accounts: ids)
    #expect(Set(ids.map { names.base(of: $0).lowercased() }).count == ids.count)
  }
}
