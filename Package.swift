// swift-tools-version: 6.2
import PackageDescription

// Every warning is an error, and a module may only use what it imports itself.
let strict: [SwiftSetting] = [
  .treatAllWarnings(as: .error),
  .enableUpcomingFeature("MemberImportVisibility"),
  .enableUpcomingFeature("InternalImportsByDefault"),
]

// One room of the house: a Swift module under Sources/.
func room(_ name: String, _ dependencies: [Target.Dependency] = [], pages: [String] = []) -> Target {
  .target(name: name, dependencies: dependencies, exclude: ["README.md"] + pages, swiftSettings: strict)
}

// The tests of one room: Tests/<room>Tests.
func tests(_ room: String, _ dependencies: [Target.Dependency] = []) -> Target {
  .testTarget(
    name: room + "Tests", dependencies: [.init(stringLiteral: room)] + dependencies,
    swiftSettings: strict)
}

let package = Package(
  name: "ratemill",
  products: [
    .executable(name: "ratemill", targets: ["ratemill"]),
    .executable(name: "ratemill-pdf", targets: ["ratemill-pdf"]),
    .library(name: "RatingEngine", targets: ["RatingEngine"]),
  ],
  targets: [
    // Layer 0: leaves.
    .systemLibrary(name: "CZstd", pkgConfig: "libzstd", providers: [.apt(["libzstd-dev"])]),
    .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
    .systemLibrary(name: "CYaml", pkgConfig: "yaml-0.1", providers: [.apt(["libyaml-dev"])]),
    .systemLibrary(name: "CNettle", pkgConfig: "nettle", providers: [.apt(["nettle-dev"])]),
    .systemLibrary(name: "CXxhash", pkgConfig: "libxxhash", providers: [.apt(["libxxhash-dev"])]),
    .systemLibrary(name: "CSQLite", pkgConfig: "sqlite3", providers: [.apt(["libsqlite3-dev"])]),
    .target(name: "CMachine", exclude: ["README.md"]),
    room("Money"),
    room("BillingCalendar"),
    room("DurableFiles", ["CMachine", "CZstd"]),
    room("OptionTable"),
    room("Tables"),
    // Layer 1: what people write, and the documents between rating and invoicing.
    room(
      "Catalog", ["Money", "BillingCalendar", "Tables", "CYaml", "CNettle", "CZstd", "CZlib"],
      pages: ["Formats/README.md"]),
    room(
      "UsageSummary", ["CMachine", "Money", "BillingCalendar", "Tables", "DurableFiles", "CNettle", "CZstd"]),
    // Layer 2: the two stages, and made-up usage to try them on.
    room(
      "RatingEngine",
      [
        "CMachine", "CZstd", "CZlib", "CXxhash", "Money", "BillingCalendar", "DurableFiles", "Tables",
        "Catalog", "UsageSummary",
      ],
      pages: ["Settle/README.md"]),
    room("DeckReview", ["Money", "BillingCalendar", "Tables", "Catalog", "UsageSummary"]),
    room("Invoicing", ["Money", "BillingCalendar", "DurableFiles", "Tables", "Catalog", "UsageSummary"]),
    room(
      "BillingStore",
      ["CSQLite", "CZstd", "Money", "BillingCalendar", "DurableFiles", "Tables", "UsageSummary"]),
    room("SyntheticUsage", ["Money", "BillingCalendar", "DurableFiles", "Tables", "CZstd"]),
    // Layer 3: the verbs that join rooms.
    room(
      "BillingOperations",
      [
        "BillingStore", "RatingEngine", "Invoicing", "BillingCalendar", "Catalog", "DurableFiles", "Money",
        "Tables",
        "UsageSummary",
      ]),
    // Layer 3 and 4: the command.
    room(
      "RatemillCLI",
      [
        "BillingStore", "BillingOperations",
        "OptionTable", "CZstd", "RatingEngine", "Invoicing", "DeckReview", "SyntheticUsage", "Catalog",
        "UsageSummary", "Money", "BillingCalendar", "DurableFiles", "Tables",
      ]),
    .executableTarget(
      name: "ratemill", dependencies: ["RatemillCLI"], swiftSettings: strict,
      linkerSettings: [.unsafeFlags(["-static-stdlib"], .when(configuration: .release))]),

    // Invoices as PDF: a program of its own, because it needs libraries that ratemill does without.
    room("InvoicePaper", ["Invoicing", "DurableFiles", "Tables"]),
    .executableTarget(
      name: "ratemill-pdf", dependencies: ["InvoicePaper"], swiftSettings: strict,
      linkerSettings: [.unsafeFlags(["-static-stdlib"], .when(configuration: .release))]),

    // Where the time goes, stage by stage.
    .executableTarget(
      name: "ratemill-stages", dependencies: ["Catalog", "DurableFiles", "RatingEngine"],
      path: "Benchmarks/stages", swiftSettings: strict,
      linkerSettings: [.unsafeFlags(["-static-stdlib"], .when(configuration: .release))]),

    // Tests, one target for each room.
    .target(
      name: "TestSupport", dependencies: ["CZlib", "CZstd"], path: "Tests/TestSupport",
      exclude: ["README.md"],
      swiftSettings: strict),
    tests("OptionTable"),
    tests("RatemillCLI", ["OptionTable", "TestSupport", "ratemill"]),
    tests("Money", ["TestSupport"]),
    tests("BillingCalendar"),
    tests("DurableFiles", ["CZstd"]),
    tests("Tables"),
    tests(
      "SyntheticUsage",
      ["RatingEngine", "TestSupport", "BillingCalendar", "Catalog", "DurableFiles", "Money", "Tables"]),
    tests("Catalog", ["Tables", "Money", "BillingCalendar", "CZstd", "CZlib"]),
    tests(
      "RatingEngine",
      [
        "BillingCalendar", "Catalog", "CMachine", "CZstd", "DurableFiles", "Money", "Tables", "TestSupport",
        "UsageSummary",
      ]),
    tests(
      "BillingOperations",
      [
        "BillingStore", "CSQLite", "FaultySQLite", "Invoicing", "RatingEngine", "Catalog", "DurableFiles",
        "Tables",
        "UsageSummary",
        "TestSupport",
        "SyntheticUsage", "BillingCalendar", "Money",
      ]),
    // A layer below SQLite that fails on demand.
    .target(name: "FaultySQLite", dependencies: ["CSQLite"], path: "Tests/FaultySQLite"),
    // Usage folders made by tests, for the rooms that read them.
    .target(
      name: "UsageFolderSupport", dependencies: ["CZstd", "Tables", "TestSupport", "UsageSummary"],
      path: "Tests/UsageFolderSupport", swiftSettings: strict),
    tests(
      "UsageSummary",
      ["TestSupport", "UsageFolderSupport", "BillingCalendar", "DurableFiles", "Money", "Tables"]),
    tests(
      "BillingStore",
      [
        "CSQLite", "TestSupport", "UsageFolderSupport", "BillingCalendar", "DurableFiles", "Money", "Tables",
        "UsageSummary",
      ]),
    tests("InvoicePaper", ["Invoicing", "Tables", "TestSupport", "UsageSummary"]),
    tests(
      "DeckReview",
      [
        "TestSupport", "UsageFolderSupport", "BillingCalendar", "Catalog", "Money", "Tables", "UsageSummary",
      ]),
    tests(
      "Invoicing",
      [
        "TestSupport", "UsageFolderSupport", "BillingCalendar", "Catalog", "DurableFiles", "Money", "Tables",
        "UsageSummary",
      ]),
  ],
  swiftLanguageModes: [.v6]
)
