// The book in PostgreSQL itself, where that is installed: it loads, and its views answer as those of the book.

import BillingStore
import Glibc
import TestSupport
import Testing

@testable import BillingOperations

@Suite struct PostgresExportTests {
  /// A desk with an account of a hard name, a duplicate, suspense, a billed period and a late record.
  private static func desk() throws -> NightDesk {
    let desk = try NightDesk()
    try desk.write(
      StoreRatingTests.monday + ["x1 2026-01-05 301 442079460123 9"], to: "usage/pbx-\"1\", é.csv")
    try desk.rate(["usage"])
    try desk.markBilled("2026-01")
    try desk.write(StoreRatingTests.monday + StoreRatingTests.tuesday, to: "usage/pbx-2.csv")
    try desk.rate(["usage"])
    return desk
  }

  @Test func everyTableIsWrittenWhole() throws {
    let desk = try Self.desk()
    let copy = try desk.store().exportPostgres(to: desk.folder.path(of: "copy"))
    for (name, rowCount) in copy.tables {
      let text = String(decoding: desk.folder.bytes(of: "copy/\(name).csv") ?? [], as: UTF8.self)
      #expect(text.split(separator: "\n").count == Int(rowCount) + 1, "\(name)")
    }
    #expect(copy.tables.map(\.name).count == 36)
    let rows = Dictionary(uniqueKeysWithValues: copy.tables.map { ($0.name, $0.rowCount) })
    #expect(rows["runs"] == 2)
    #expect(rows["billings"] == 1)
    #expect(rows["audit"] == 4)
  }

  @Test(.enabled(if: PostgresServer.isInstalled)) func postgresLoadsInvoicesAndAgrees() throws {
    let desk = try NightDesk()
    try desk.writeBilling(["contracts.csv": InvoiceDesk.contracts])
    try desk.write(StoreRatingTests.monday, to: "usage/pbx-1.csv")
    try desk.rate(["usage"])
    try desk.draft("2026-01")
    try desk.decide(.approve, drafts: ["zebra"])
    try desk.finalise()
    try desk.credit("INV-0001", lines: [1])
    _ = try desk.store().exportPostgres(to: desk.folder.path(of: "copy"))
    let answers = try PostgresServer.answers(
      to: [
        "SELECT number, kind, trim_scale(net)::text, corrects FROM invoices ORDER BY number",
        "SELECT number, line, section, trim_scale(gross)::text FROM invoice_lines ORDER BY number, line",
        "SELECT name, verdict, decided_by, invoice FROM draft_list ORDER BY name",
      ], afterLoading: desk.folder.path(of: "copy"))
    let book = desk.storePath + "/book.sqlite"
    for (query, answer) in zip(
      [
        "SELECT number, kind, net, corrects FROM invoices ORDER BY number",
        "SELECT number, line, section, gross FROM invoice_lines ORDER BY number, line",
        "SELECT name, verdict, decided_by, invoice FROM draft_list ORDER BY name",
      ], answers)
    {
      #expect(try SQLiteShell.run(query, book) == answer, "\(query)")
    }
    #expect(answers.first == ["CN-0001|credit-note|-9.99|INV-0001", "INV-0001|invoice|10|"])
  }

  @Test(.enabled(if: PostgresServer.isInstalled)) func postgresLoadsItAndAgrees() throws {
    let desk = try Self.desk()
    _ = try desk.store().exportPostgres(to: desk.folder.path(of: "copy"))
    let queries = [
      "SELECT account, event_count FROM usage_by_account ORDER BY account",
      "SELECT reason, event_count, quantity FROM unrated",
      "SELECT number, state, read, rated, duplicate FROM runs ORDER BY number",
      "SELECT name FROM run_files ORDER BY name", "SELECT action, hash FROM audit ORDER BY sequence",
      "SELECT account, usage_period, rating_group, event_count FROM adjustments ORDER BY account, rating_group",
      "SELECT place IS NULL, source = '' FROM run_files",
    ]
    let answers = try PostgresServer.answers(to: queries, afterLoading: desk.folder.path(of: "copy"))
    for (query, answer) in zip(queries, answers) {
      let expected = try SQLiteShell.run(query, desk.storePath + "/book.sqlite").map {
        // What SQLite shows of a condition as 0.
        query.contains("IS NULL") ? $0.replacing("0", with: "f") : $0
      }
      #expect(answer == expected, "\(query)")
    }
    #expect(answers.count == queries.count)
    let amounts = try PostgresServer.answers(
      to: ["SELECT account, amount::text FROM adjustments ORDER BY account, amount"],
      afterLoading: desk.folder.path(of: "copy"))
    #expect(
      amounts == [["acme|0.002333", "acme|0.01"]])
  }

  /// Names of the views of the book.
  private static func views(_ book: String) throws -> [String] {
    try SQLiteShell.run("SELECT name FROM sqlite_schema WHERE type = 'view' ORDER BY name", book)
  }

  /// What a view says: its columns, then its rows. Of views that are not sorted the rows are.
  private static func inBook(_ view: String, _ book: String) throws -> [String] {
    let columns = try SQLiteShell.run("SELECT name FROM pragma_table_info('\(view)')", book)
    return columns + (try SQLiteShell.run("SELECT * FROM \(view)", book).sorted())
  }

  /// Every view of the book is in PostgreSQL, with the same columns and the same values.
  @Test(.enabled(if: PostgresServer.isInstalled)) func everyViewSaysTheSame() throws {
    let desk = try NightDesk()
    try desk.writeCatalog("catalog", sources: "pbx,pbx*,ratemill-csv,DE,pbx-{n}.csv,daily\n")
    try desk.folder.write(
      "plan: retail\nlook_up: {voice: retail}\ncharges:\n  - {charge: calls, kinds: [voice], price: deck}\n"
        + "  - {charge: texts, kinds: [message], price: 0.05, per: 1}\n"
        + "  - {charge: data, kinds: [data], price: 0.002, per: 1000000}\n"
        + "  - {charge: hours, kinds: [event], price: 90, per: 1}\n",
      to: "catalog/plans/retail.yaml")
    try desk.writeBilling(["contracts.csv": InvoiceDesk.contracts])
    let kinds = [
      "m1,2026-01-06T09:14:02Z,030231251010,00442079460123,message,3",
      "d1,2026-01-06T09:14:02Z,030231251010,,data,1500000000",
      "e1,2026-01-06T09:14:02Z,030231251010,,event,1.5",
      "x1,2026-01-06T09:14:02Z,030231259010,,event,0.25",
      "x2,2026-01-06T09:14:02Z,030231259010,,data,7", "x3,never,030231251010,,data,7",
    ]
    try desk.folder.write(
      "id,start,from,to,kind,billable\n" + kinds.map { $0 + "\n" }.joined(), to: "usage/pbx-2.csv")
    try desk.write(
      StoreRatingTests.monday + [
        "x9 2026-01-05 301 442079460123 9.125", "x8 2026-01-05 301 442079460123 0.5",
      ],
      to: "usage/pbx-1.csv")
    try desk.rate(["usage"])
    try desk.writeOff(["1-1"])
    try desk.draft("2026-01")
    try desk.decide(.approve, drafts: ["zebra"])
    try desk.finalise()
    try desk.credit("INV-0001", lines: [1])
    try desk.markBilled("2026-01")
    // Adjustments, one of them negative.
    try desk.write(StoreRatingTests.tuesday, to: "usage/pbx-3.csv")
    try desk.rate(["usage"])
    try desk.writeCatalog("cheap", price: "0.0033")
    try desk.rerate("cheap")
    _ = try desk.store().exportPostgres(to: desk.folder.path(of: "copy"))
    let book = desk.storePath + "/book.sqlite"
    let views = try Self.views(book)
    let queries = views.flatMap { view in
      [
        "SELECT column_name FROM information_schema.columns WHERE table_schema = 'ratemill' "
          + "AND table_name = '\(view)' ORDER BY ordinal_position", "SELECT * FROM \(view)",
      ]
    }
    let answers = try PostgresServer.answers(
      to: queries, afterLoading: desk.folder.path(of: "copy"))
    for (index, view) in views.enumerated() {
      let answer = answers[2 * index] + answers[2 * index + 1].sorted()
      #expect(try answer == Self.inBook(view, book), "\(view)")
      #expect(!answers[2 * index + 1].isEmpty, "\(view) shows nothing here")
    }
    #expect(views.count == 16)
    let inPostgres = try PostgresServer.answers(
      to: [
        "SELECT viewname FROM pg_views WHERE schemaname = 'ratemill' ORDER BY viewname COLLATE \"C\""
      ],
      afterLoading: desk.folder.path(of: "copy"))
    #expect(inPostgres == [views])
  }
}

/// A server of its own for one test: in a folder, on a socket, gone after.
enum PostgresServer {
  private static let script = """
    set -eu
    copy=$1
    shift
    folder=$(mktemp -d)
    as() { "$@"; }
    if [ "$(id -u)" = 0 ]; then
      chown postgres "$folder"
      as() { runuser -u postgres -- "$@"; }
    fi
    stop() { as pg_ctl -D "$folder/data" -m immediate stop > /dev/null 2>&1 || true; rm -rf "$folder"; }
    trap stop EXIT
    cd "$folder"
    as initdb -D "$folder/data" -U tester --auth=trust -N > "$folder/log" 2>&1
    as pg_ctl -D "$folder/data" -o "-k $folder -h '' -F" -l "$folder/server.log" -w start >> "$folder/log" 2>&1
    cd "$copy"
    ask() { psql -X -q -A -t -v ON_ERROR_STOP=1 -h "$folder" -U tester -d postgres "$@"; }
    ask -f load.sql
    for query in "$@"; do
      echo "-- answer"
      ask -c "SET search_path TO ratemill" -c "$query"
    done
    """

  /// Whether the programs are there.
  static var isInstalled: Bool {
    system("command -v initdb > /dev/null && command -v pg_ctl > /dev/null && command -v psql > /dev/null")
      == 0
  }

  /// Loads an export into a new server and asks it; cells of a row are joined by `|`.
  static func answers(to queries: [String], afterLoading copy: String) throws -> [[String]] {
    let folder = try TemporaryFolder()
    try folder.write(script, to: "script")
    let words = queries.map { "'" + $0.replacing("'", with: "'\\''") + "'" }.joined(separator: " ")
    let line =
      "sh '\(folder.path)/script' '\(copy)' \(words) > '\(folder.path)/answers' 2> '\(folder.path)/errors'"
    let status = system(line)
    let errors = String(decoding: folder.bytes(of: "errors") ?? [], as: UTF8.self)
    try #require(status == 0, "\(errors)")
    let text = String(decoding: folder.bytes(of: "answers") ?? [], as: UTF8.self)
    return text.split(separator: "-- answer\n", omittingEmptySubsequences: false).dropFirst().map {
      $0.split(separator: "\n").map(String.init)
    }
  }
}
