// Rules that every option of every command keeps.

import OptionTable
import Testing

@testable import RatemillCLI

@Suite struct OptionRulesTests {
  /// A value that each option takes and one that it refuses; of switches, the value that none of them takes.
  static let values: [String: (taken: String, refused: String)] = [
    "catalog": ("catalog", "-"), "source": ("pbx", ""), "out": ("out", "-"), "by": ("account,day", "acount"),
    "output": ("-", ""), "expect-records": ("0", "x"), "expect-bytes": ("1480000000", "1.4G"),
    "max-suspense": ("0.5%", "101%"), "threads": ("0", "1025"), "memory": ("16MiB", "15MiB"),
    "horizon": ("90", "0"),
    "max-record": ("64M", "65M"), "progress": ("never", "no"), "color": ("always", "yes"),
    "sample": ("-", ""),
    "event": ("a.csv:7", ""), "events": ("1", "0"), "seed": ("18446744073709551615", "-1"),
    "days": ("3660", "3661"),
    "accounts": ("1", "0"), "deck-rows": ("10000000", "10000001"), "usage": ("june", ""),
    "period": ("2026-06", "2026-13"), "at": ("2026-06-01 10:00:00", "yesterday"), "currency": ("EUR", "euro"),
    "csv": ("a.csv", ""), "previous": ("may", ""), "account": ("acme", ""), "plan": ("office", ""),
    "kind": ("voice", "fax"),
    "direction": ("inbound", "up"), "to": ("+49301", ""), "from": ("+49301", ""), "meter": ("Backup", ""),
    "amount": ("-2.05", ""),
    "trunk": ("sip-1", ""), "routing-number": ("2125550100", ""), "quantity": ("61s", ""),
    "drafts": ("drafts", ""), "earlier": ("drafts", ""), "store": ("store", ""), "reason": ("test", ""),
    "only": ("acme", ""), "postgres-copy": ("copy", ""), "invoice": ("INV-1", ""), "line": ("2", "0"),
    "charge": ("T-2058", ""), "who": ("Ines", ""), "date": ("2026-07-01", "2026-7-1"),
    "code": ("no-price", "no-prize"), "text": ("a,b", ""), "file": ("fixed.csv", ""),
    "until": ("2026-07-01", "x"), "before": ("2026-01-01", "x"), "rerate --from": ("2026-06-01", "x"),
    "rerate --accounts": ("acme", ""), "report-in": ("EUR", "euro"), "fx": ("fx.csv", ""),
  ]

  /// Words that mean something else where made-up calls are asked for, or are numbers of a call.
  private static let homonyms: Set<String> = ["from", "accounts"]

  @Test func everyRowTakesAValueAndRefusesAnother() throws {
    for command in CommandRunner.commands { try Self.checkRows(command) }
  }

  private static func checkRows<C: Command>(_ command: C.Type) throws {
    let nothing = String(describing: C.Options())
    for row in C.table.map(\.row) {
      let place = "\(C.spec.name) --\(row.long)"
      let value = values[place] ?? values[row.long]
      let taken: String
      let refused: String
      if row.valueName == nil {
        (taken, refused) = ("--\(row.long)", "--\(row.long)=yes")
      } else {
        let value = try #require(value, "\(place) needs a row in this table")
        (taken, refused) = ("--\(row.long)=\(value.taken)", "--\(row.long)=\(value.refused)")
      }
      let parsed = try OptionParser(C.table).parse([taken], into: C.Options())
      #expect(String(describing: parsed.raw) != nothing, "\(place) changes nothing")
      let refusal = #expect(throws: UsageError.self, "\(place)") {
        try OptionParser(C.table).parse([refused], into: C.Options())
      }
      #expect(refusal?.message.hasPrefix("--\(row.long): ") == true, "\(place)")
    }
  }

  @Test(arguments: CommandRunner.program.commands)
  func namesAreUniqueAndPlain(command: CommandSpec) {
    let longs = command.options.map(\.long)
    let shorts = command.options.compactMap(\.short)
    #expect(Set(longs).count == longs.count)
    #expect(Set(shorts).count == shorts.count)
    for long in longs {
      #expect(long.wholeMatch(of: /[a-z]+(-[a-z]+)*/) != nil, "\(long)")
    }
    for short in shorts { #expect(short.isASCII && short.isLetter) }
    #expect(longs.suffix(2) == ["help", "version"])
  }

  @Test(arguments: CommandRunner.program.commands)
  func summariesAreShortImperativesWithoutFullStop(command: CommandSpec) {
    for text in [command.summary] + command.options.map(\.summary) {
      #expect(text.count <= 60, "\(text)")
      #expect(!text.hasSuffix("."), "\(text)")
      #expect(text.first?.isUppercase == true, "\(text)")
    }
    for details in command.options.compactMap(\.details) + command.about {
      #expect(details.hasSuffix("."), "\(details)")
      #expect(!details.contains("\n"), "\(details)")
    }
  }

  @Test(arguments: CommandRunner.program.commands)
  func helpFitsEightyColumnsAndOptionsOneLine(command: CommandSpec) {
    let help = HelpText(CommandRunner.program)
    let lines = (help.short(command) + help.long(command) + help.overview()).split(separator: "\n")
    for line in lines { #expect(line.count <= 80, "\(line)") }
    for option in command.options {
      #expect(
        lines.contains { $0.contains("--\(option.long)") && $0.hasSuffix(option.summary) }, "\(option.long)")
    }
    #expect(help.short(command).split(separator: "\n").contains { $0.hasPrefix("Exit: 0 done") })
  }

  @Test func anOptionMeansTheSameInEveryCommand() {
    var first: [String: OptionRow] = [:]
    for row in CommandRunner.program.commands.flatMap(\.options) {
      guard let known = first[row.long] else {
        first[row.long] = row
        continue
      }
      if Self.homonyms.contains(row.long) { continue }
      #expect(row.short == known.short, "\(row.long)")
      #expect(row.valueName == known.valueName, "\(row.long)")
      #expect(row.group == known.group, "\(row.long)")
      #expect(row.arity == known.arity, "\(row.long)")
      #expect(row.hint == known.hint, "\(row.long)")
    }
  }

  @Test(arguments: CommandRunner.program.commands)
  func examplesAreLinesThatCanBeTyped(command: CommandSpec) throws {
    for line in command.examples.map(\.line) {
      // What stands between the program's name and a redirection, or the end.
      let joined = line.replacing("\\\n", with: " ").replacing(/[<>] \S+|\)$/, with: "")
      let start = try #require(joined.firstRange(of: "ratemill "), "\(line)")
      let words = joined[start.upperBound...].split(separator: " ").map(String.init)
      let (entry, rest) = try CommandRunner.find(words)
      for command in CommandRunner.commands where command.spec.name == entry.spec.name {
        Self.accept(rest, by: command)
      }
    }
  }

  private static func accept<C: Command>(_ words: [String], by command: C.Type) {
    #expect(throws: Never.self) { try C.configuration(arguments: words, in: Surroundings()) }
  }
}
