// What `explain` shows of lines that are no usage: how each was counted, from the numbers that stand on the document.

import TestSupport
import Testing

@Suite struct InvoiceExplanationTests {
  private let folder: TemporaryFolder

  /// A store whose January is invoiced and corrected with February.
  init() throws {
    folder = try TemporaryFolder()
    let files = [
      "catalog.yaml": "currency: EUR\n", "accounts.csv": "account,plan\nacme,retail\n",
      "services.csv": "kind,key,account\nrange,493023125100-493023125199,acme\n",
      "sources.csv": "source,pattern,format,country\npbx,pbx*,ratemill-csv,DE\n",
      "decks/retail.csv": "prefix,destination,price\n44,United Kingdom,0.01\n",
      "plans/retail.yaml":
        "plan: retail\nlook_up: {voice: retail}\ncharges:\n  - {charge: calls, kinds: [voice], price: deck}\n",
      "contracts.csv": """
      account,description,item,price,quantity,count,included,from
      acme,Seat,,10,3,,,2026-01-17
      acme,Mean,seat,31,,average,2,2026-01-01

      """,
      "counts.csv":
        "account,item,date,quantity\nacme,seat,2026-01-01,10\nacme,seat,2026-01-17,12\nacme,uptime,2026-01-31,99\n",
      "commitments.csv": "account,description,amount,from,counts\nacme,Least,100,2026-01-12,usage\n",
      "contracts/m-1.yaml":
        "contract: M-1\naccount: acme\nfrom: 2026-01-01\nlines:\n"
        + "  - description: Uptime\n    value: {metric: uptime, target: 99.9, of: 200, steps: [{below: 99.9, percent: -5}]}\n",
    ]
    for (name, text) in files { try folder.write(text, to: "catalog/" + name) }
    try folder.write(
      "id,start,from,to,billable\nk1,2026-01-10T09:14:02Z,03023125100,00447700900123,120\n",
      to: "usage/pbx-1.csv")
    try invoice("2026-01", "2026-02-03")
    try folder.write(
      "account,description,item,price,quantity,count,included,from\nacme,Seat,,10,3,,,2026-01-16\nacme,Mean,seat,31,,average,2,2026-01-01\n",
      to: "catalog/contracts.csv")
    try invoice("2026-02", "2026-03-03")
  }

  private func run(_ line: String) throws -> String {
    let result = try BuiltProgram.ratemill.run(line.split(separator: " ").map(String.init), in: folder)
    #expect(result.status == 0, "\(line): \(result.errorText)")
    return result.outputText
  }

  private func invoice(_ period: String, _ date: String) throws {
    _ = try run("rate --catalog catalog --store store usage")
    _ = try run("invoice draft --catalog catalog --store store --period \(period)")
    _ = try run("invoice approve --store store --all --who Ines")
    _ = try run("invoice finalise --store store --date \(date)")
  }

  /// The rows below `amount` that say how a line was counted, until its exact amount.
  private func count(_ invoice: String, _ line: Int) throws -> [String] {
    let text = try run("explain --store store --invoice \(invoice) --line \(line)")
    let rows = text.split(separator: "\n").map { $0.split(separator: " ").joined(separator: " ") }
    return Array(rows.drop { $0 != "amount" }.dropFirst().prefix { !$0.hasPrefix("to pay") })
  }

  @Test func everyLineShowsHowItWasCounted() throws {
    // 10 × 3 × 15/31.
    #expect(
      try count("INV-0001", 1) == [
        "count 3 × 10 × 15/31 days", "exact EUR 14.516129032258",
        "rounded once, to 2 digits, half-up: EUR 14.52 (0.003870967742)",
      ])
    // (8 × 16 + 10 × 15) ÷ 31 = 8.967742; 31 of each are 278.
    #expect(
      try count("INV-0001", 2) == [
        "counted 10.967742, 2 of them included",
        "count 8.967742 × 31, a mean: days are added up before anything is rounded", "exact EUR 278",
        "amount EUR 278.00",
      ])
    #expect(try count("INV-0001", 4) == ["count -5% of 200", "exact EUR -10", "amount EUR -10.00"])
    // 100 × 20/31 − 0.02.
    #expect(
      try count("INV-0001", 5) == [
        "count 100 × 20/31 days − 0.02 reached", "exact EUR 64.496129032258",
        "rounded once, to 2 digits, half-up: EUR 64.50 (0.003870967742)",
      ])
    #expect(try count("INV-0002", 1) == ["count 3 × 10", "exact EUR 30", "amount EUR 30.00"])
    // A day that became known late: 10 × 3 × 1/31.
    #expect(try count("INV-0002", 3).first == "count 3 × 10 × 1/31 days")
    #expect(try count("INV-0002", 4).first == "count 100 − 0.00 reached")
  }
}
