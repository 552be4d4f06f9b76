// Output files beside what a command reads: nothing that is read is overwritten.

import Glibc
import TestSupport
import Testing

@testable import RatemillCLI

@Suite struct OutputFileTests {
  /// A folder with a catalog, another one, a store and loose files, as the working folder of no test: paths are whole.
  private static func folder() throws -> TemporaryFolder {
    let folder = try TemporaryFolder()
    for name in [
      "cat/accounts.csv", "cat/sources.csv", "cat/decks/d.csv", "cat/usage/u.csv", "other/catalog.yaml",
      "other/tax.csv",
      "other/plans/p.yaml", "other/reports/r.csv", "store/book.sqlite", "store/runs/1/summary.csv.zst",
      "loose/u.csv",
      "loose/accounts.csv", "stranger/book.sqlite", "stranger/runs/1/manifest.json", "output/manifest.json",
      "output/summary.csv.zst",
    ] { try folder.write("x\n", to: name) }
    symlink("../../loose/u.csv", folder.path(of: "cat/usage/link.csv"))
    return folder
  }

  /// What stands at a path that is written, and a word of the refusal; nil where the file may be written.
  @Test(
    arguments: [
      ("loose/u.csv", "is the input"), ("cat/usage/link.csv", "is the input"),
      ("loose/../loose/u.csv", "is the input"),
      ("loose/new.csv", nil), ("loose/accounts.csv", nil), ("new.csv", nil), ("nowhere/new.csv", nil),
      ("cat/accounts.csv", "lies in the catalog"), ("cat/new.csv", "lies in the catalog"),
      ("cat/decks/d.csv", "lies in the catalog"), ("cat/decks/new.csv", "lies in the catalog"),
      ("cat/usage/../accounts.csv", "lies in the catalog"), ("cat/usage/u.csv", nil),
      ("cat/usage/new.csv", nil),
      ("store/book.sqlite", "lies in"), ("store/new.csv", "lies in"),
      ("store/runs/1/summary.csv.zst", "lies in"),
      ("store/runs/1/new.csv", "lies in"),
      // A catalog that nobody named: its files stay, and there may be new ones.
      ("other/tax.csv", "is a file of a catalog"), ("other/plans/p.yaml", "is a file of a catalog"),
      ("other/new.csv", nil), ("other/reports/r.csv", nil),
      // A store and an output that the command does not read.
      ("stranger/book.sqlite", "lies in the billing store"),
      ("stranger/new.csv", "lies in the billing store"),
      ("stranger/runs/1/manifest.json", "lies in the billing store"),
      ("output/summary.csv.zst", "is a file of an output"), ("output/new.csv", nil),
    ] as [(String, String?)])
  func whatIsReadIsSpared(path: String, refusal: String?) throws {
    let folder = try Self.folder()
    let spared = OutputFile.Spared(
      files: [folder.path(of: "loose/u.csv"), folder.path(of: "gone.csv")],
      catalogs: [folder.path(of: "cat")], folders: [folder.path(of: "store"), folder.path(of: "gone")])
    let found = OutputFile.refusal(folder.path(of: path), option: "--csv", spared: spared)
    guard let refusal else {
      #expect(found == nil)
      return
    }
    #expect(found?.hasPrefix("--csv: '\(folder.path(of: path))' ") == true)
    #expect(found?.contains(refusal) == true && found?.hasSuffix("; name another file") == true)
  }

  /// What stands in the place of a folder that is replaced, and a word of the refusal; nil where nothing is lost.
  @Test(
    arguments: [
      ("loose", "the input '"), ("cat", "the input '"), ("cat/usage", "the input '"),
      ("other", "the catalog '"),
      ("store", nil), ("cat/decks", nil), ("new", nil), ("nowhere/new", nil),
    ] as [(String, String?)])
  func whatIsReadDoesNotLieInAFolderThatIsReplaced(path: String, refusal: String?) throws {
    let folder = try Self.folder()
    let spared = OutputFile.Spared(
      files: ["loose/u.csv", "cat/usage/link.csv", "gone.csv"].map { folder.path(of: $0) },
      catalogs: [folder.path(of: "other")])
    let found = OutputFile.refusal(folder: folder.path(of: path), option: "--out", spared: spared)
    guard let refusal else {
      #expect(found == nil)
      return
    }
    #expect(found?.contains(refusal) == true && found?.hasSuffix("; name another folder") == true)
  }

  @Test(
    arguments: [
      ("store", true), ("store/runs/1", true), ("store/runs/new", true), ("store/../store", true),
      ("output", false), ("new", false), ("nowhere/new", false),
    ])
  func aFolderInAStoreIsKnown(path: String, isInStore: Bool) throws {
    let folder = try Self.folder()
    #expect((OutputFile.storeFolder(around: folder.path(of: path)) != nil) == isInStore)
  }
}
