// A small provider whose minutes roll over: one account alone, and two that share a pool.

import TestSupport
import Testing

@testable import BillingOperations

/// Desks with a catalog `settling`, and nights of few calls.
enum PoolDesk {
  /// One account alone, and two that share a pool.
  static func small(_ changes: [(String, String)] = [], grants: String = "") throws -> NightDesk {
    let desk = try NightDesk()
    try writeSmall("settling", changes, grants: grants, to: desk)
    return desk
  }

  static func writeSmall(
    _ name: String, _ changes: [(String, String)] = [], grants: String = "", to desk: NightDesk
  ) throws {
    var files = [
      "catalog.yaml": "currency: EUR\n", "sources.csv": "source,pattern,format\npbx,pbx*,ratemill-csv\n",
      "accounts.csv": "account,plan,pool,zone\na,single,,UTC\nb,team,x,UTC\nc,team,x,UTC\n",
      "grants.csv": "account,allowance,quantity,kind,from,until\n" + grants,
      "plans/single.yaml":
        "plan: single\nallowances: [{allowance: minutes, quantity: 10 min, kinds: [voice], rollover: {periods: 2}}]\n"
        + "charges: [{charge: calls, kinds: [voice], price: 1, per: 1 min, increment: 60/60}]\n",
      "plans/team.yaml":
        "plan: team\nallowances: [{allowance: minutes, quantity: 10 min, kinds: [voice], shared: pool, rollover: {periods: 2}}]\n"
        + "charges: [{charge: calls, kinds: [voice], price: 1, per: 1 min, increment: 60/60}]\n",
    ]
    for (old, new) in changes {
      for (file, text) in files { files[file] = text.replacing(old, with: new) }
    }
    for (file, text) in files { try desk.folder.write(text, to: name + "/" + file) }
  }

  /// Rates calls, `account time minutes` each, as a file of their own.
  @discardableResult static func rate(
    _ calls: [String], as name: String, _ desk: NightDesk, catalog: String = "settling"
  ) throws -> String {
    let rows = calls.enumerated().map { number, call in
      let cells = call.split(separator: " ")
      let time = cells[1].contains("T") ? "\(cells[1])" : "\(cells[1])T10:00:00"
      return "\(name)-\(number),\(time)Z,\(cells[0]),outbound,voice,,,\((Int(cells[2]) ?? 0) * 60),ANSWERED\n"
    }
    try desk.folder.write(SettledNights.header + rows.joined(), to: "\(name)/pbx-\(name).csv")
    return try desk.rate([name], catalog: catalog).doors
  }

  static func later(_ day: String) -> String { "some of its records began on \(day) or later" }

  static let january = ["a 2026-01-05 4", "b 2026-01-06 7", "c 2026-01-07 1"]
}
