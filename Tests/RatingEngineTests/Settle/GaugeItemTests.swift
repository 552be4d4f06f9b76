// Charges that count items need samples that name them.

import Catalog
import TestSupport
import Testing

@testable import RatingEngine

@Suite struct GaugeItemTests {
  private static func catalog(_ gauge: String) throws -> Catalog {
    let folder = try TemporaryFolder()
    let files = [
      "catalog.yaml": "currency: EUR\nzone: UTC\n", "accounts.csv": "account,plan\na,p\n",
      "sources.csv": "source,pattern,format\nu,u*.csv,usage-csv\nj,j*,usage-jsonl\n",
      "plans/p.yaml": """
      plan: p
      charges:
        - {charge: devices, kinds: [event], rating_groups: [devices], price: 3, gauge: \(gauge)}
        - {charge: other, kinds: [event], price: 1}

      """,
    ]
    for (name, text) in files { try folder.write(text, to: "c/" + name) }
    return try CatalogFolder.load(folder.path(of: "c"))
  }

  /// An `item` beside a meter is what the sample is of, under every name of the meter; alone it is the meter.
  @Test(arguments: ["meter", "metric", "service"])
  func anItemBesideAMeterIsCounted(meter: String) throws {
    let rows = ["pc-1", "pc-2", "pc-2"].map { "a,devices,\($0),1,2026-06-01T00:00:0\($0.last ?? "0")Z\n" }
      .joined()
    for name in ["item", "device"] {
      let text = "account,\(meter),\(name),quantity,time\n" + rows
      #expect(try Trial("u-1.csv", text).run(Self.catalog("distinct")).amounts == ["6 EUR"])
    }
    let lines = ["pc-1", "pc-2"].map {
      #"{"account":"a","item":"\#($0)","\#(meter)":"devices","quantity":1,"time":"2026-06-01"}"# + "\n"
    }
    #expect(try Trial("j-1", lines.joined()).run(Self.catalog("distinct")).amounts == ["6 EUR"])
  }

  @Test func anItemAloneIsTheMeter() throws {
    let text = "account,item,quantity,time\na,devices,4,2026-06-01\n"
    #expect(try Trial("u-1.csv", text).run(Self.catalog("max")).amounts == ["12 EUR"])
    let line = #"{"account":"a","item":"devices","quantity":4,"time":"2026-06-01"}"# + "\n"
    #expect(try Trial("j-1", line).run(Self.catalog("max")).amounts == ["12 EUR"])
  }

  @Test(arguments: [
    ("distinct", true), ("{measure: count, at: last-day}", true), ("max", false), ("last", false),
    ("average", false), ("p95", false), ("peak-of-sum", false),
  ])
  func whatCountsItemsTakesNoSampleWithoutOne(gauge: String, isSuspended: Bool) throws {
    let text =
      "account,meter,device,quantity,time\na,devices,,4,2026-06-30\na,devices,pc,4,2026-06-30\na,other,,4,2026-06-30\n"
    let found = try Trial("u-1.csv", text).run(Self.catalog(gauge))
    #expect(
      found.doors
        == (isSuspended
          ? ["read 3", "rated 2", "duplicate 0", "suspended missing-item 1"]
          : ["read 3", "rated 3", "duplicate 0"]))
    let without = "account,meter,quantity,time\na,devices,4,2026-06-30\n"
    #expect(try Trial("u-1.csv", without).run(Self.catalog(gauge)).report.rated == (isSuspended ? 0 : 1))
  }
}
