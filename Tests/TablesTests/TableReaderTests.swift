// The rules of authored CSV: text in, cells with places or faults with places out.

import Tables
import Testing

/// Everything that a reader says about a text, as lines: `line:column=cell|…` for rows, `line:column! message` for faults.
func rows(_ text: String, delimiter: Character = ",", skipLines: Int = 0) -> [String] {
  Array(text.utf8).withUnsafeBufferPointer { bytes in
    var reader = TableReader(bytes, delimiter: delimiter.asciiValue ?? 44, skipLines: skipLines)
    var lines: [String] = []
    while reader.nextRow() {
      var cells: [String] = []
      for index in 0..<reader.cellCount {
        let place = reader.position(ofCell: index)
        cells.append("\(place.line):\(place.column)=" + String(decoding: reader[index], as: UTF8.self))
      }
      lines.append(cells.joined(separator: "|"))
    }
    return lines + reader.faults.map { "\($0.position.line):\($0.position.column)! \($0.message)" }
  }
}

@Suite struct TableReaderTests {
  @Test(arguments: [
    // text, what is read
    ("", []),
    ("\n\n", []),
    ("a,b\n", ["1:1=a|1:3=b"]),
    ("a,b", ["1:1=a|1:3=b"]),
    ("a,\n", ["1:1=a|1:3="]),
    ("a,", ["1:1=a|1:3="]),
    ("a,b\r\nc,d\r\n", ["1:1=a|1:3=b", "2:1=c|2:3=d"]),
    ("a\rb\r", ["1:1=a", "2:1=b"]),
    ("\u{FEFF}a,b\n", ["1:1=a|1:3=b"]),
    ("é,b\n", ["1:1=é|1:4=b"]),
  ])
  func linesAreCutIntoCells(text: String, expected: [String]) {
    #expect(rows(text) == expected)
  }

  @Test(arguments: [
    ("# a,b\nc\n", ["2:1=c"]),
    ("#\n#x", []),
    (" #a\n", ["1:2=#a"]),
    ("\"#a\"\n", ["1:2=#a"]),
    ("a\n\nb\n", ["1:1=a", "3:1=b"]),
    (" , ,\nb\n", ["2:1=b"]),
    ("\"\",\nb\n", ["2:1=b"]),
    ("\"\",x\n", ["1:2=|1:4=x"]),
  ])
  func commentsAndEmptyRowsAreSkipped(text: String, expected: [String]) {
    #expect(rows(text) == expected)
  }

  @Test(arguments: [
    (" a ,\tb\t\n", ["1:2=a|1:6=b"]),
    ("\u{A0}a\u{A0},b\n", ["1:3=a|1:7=b"]),
    ("\" a \", \"b\" \n", ["1:2= a |1:9=b"]),
    ("a b,c\n", ["1:1=a b|1:5=c"]),
  ])
  func blanksAroundCellsAreDroppedAndKeptInQuotes(text: String, expected: [String]) {
    #expect(rows(text) == expected)
  }

  @Test(arguments: [
    ("\"a,b\",c\n", ["1:2=a,b|1:7=c"]),
    ("\"a\"\"b\"\n", ["1:2=a\"b"]),
    ("\"\"\"\"\n", ["1:2=\""]),
    ("\"a\"\"b\",\"c\"\"\"\n", ["1:2=a\"b|1:9=c\""]),
    ("\"a\nb\",c\nd\n", ["1:2=a\nb|2:4=c", "3:1=d"]),
    ("\"a\r\nb\",c\r\nd\n", ["1:2=a\r\nb|2:4=c", "3:1=d"]),
    ("a,\"\"", ["1:1=a|1:4="]),
  ])
  func quotedCellsHoldDelimitersQuotesAndNewlines(text: String, expected: [String]) {
    #expect(rows(text) == expected)
  }

  @Test(arguments: [
    ("a\"b,c\nd\n", ["2:1=d", "1:2! a quote stands inside a cell that does not begin with one"]),
    ("x,\"a\" b,c\nd\n", ["2:1=d", "1:7! text stands after the quote that closes the cell"]),
    ("a\"\"\"\nd\n", ["2:1=d", "1:2! a quote stands inside a cell that does not begin with one"]),
    ("a\nx,\"b\nc\n", ["1:1=a", "2:3! a quote is opened here and never closed"]),
    ("\"", ["1:1! a quote is opened here and never closed"]),
    ("\"a\nb\"c\nd\n", ["3:1=d", "2:3! text stands after the quote that closes the cell"]),
  ])
  func malformedQuotesAreFaultsAndTheirRowsAreNotGivenOut(text: String, expected: [String]) {
    #expect(rows(text) == expected)
  }

  @Test func anotherDelimiterLeavesCommasInCells() {
    #expect(rows("a,b;c\n", delimiter: ";") == ["1:1=a,b|1:5=c"])
    #expect(rows("a\t b\n", delimiter: "\t") == ["1:1=a|1:4=b"])
  }

  @Test func skippedLinesAreCounted() {
    #expect(rows("Notice \"x\r\n\r\na,b\n", skipLines: 2) == ["3:1=a|3:3=b"])
    #expect(rows("a\n", skipLines: 2) == [])
  }

  @Test func moreCellsThanAnyRowBeforeAreHeld() {
    let wide = Array(repeating: "1", count: 1000).joined(separator: ",")
    #expect(rows(wide).first?.split(separator: "|").count == 1000)
  }

  @Test func everyCutOfATextIsReadWithoutTrap() {
    let text = Array("a,\"b\"\"c\nd\" , x\r\n#k\n\"e\",\u{A0}f\r\"g".utf8)
    for count in 0...text.count {
      text[..<count].withUnsafeBufferPointer { bytes in
        var reader = TableReader(bytes)
        while reader.nextRow() {
          let cellCount = reader.cellCount
          #expect(cellCount > 0)
        }
      }
    }
  }
}

@Suite struct TableTextTests {
  @Test(
    arguments: [
      // bytes, place and message, nil where they are text
      ([0x61, 0x0A, 0xC3, 0xA9], nil),
      ([0x61, 0x0A, 0x62, 0xE9, 0x0A], "2:2 byte 0xE9 is not UTF-8"),
      ([0xED, 0x9F, 0xBF], nil),
      ([0xED, 0xA0, 0x80], "1:1 byte 0xED is not UTF-8"),
      ([0xF4, 0x8F, 0xBF, 0xBF], nil),
      ([0xF4, 0x90, 0x80, 0x80], "1:1 byte 0xF4 is not UTF-8"),
      ([0xE2, 0x82], "1:1 byte 0xE2 is not UTF-8"),
      ([0xC0, 0x80], "1:1 byte 0xC0 is not UTF-8"),
      ([0x61, 0x61, 0x61, 0x61, 0x61, 0x61, 0x61, 0x00, 0x61], "1:8 byte 0x0 is not UTF-8"),
      ([0xFF, 0xFE, 0x61, 0x00], "1:1 the file is UTF-16"),
      ([0x50, 0x4B, 0x03, 0x04], "1:1 the file is a spreadsheet or zip, not CSV"),
    ] as [([UInt8], String?)])
  func onlyUTF8IsATable(bytes: [UInt8], expected: String?) {
    let fault = bytes.withUnsafeBufferPointer { TableText.fault(in: $0) }
    #expect(fault.map { "\($0.position.line):\($0.position.column) \($0.message)" } == expected)
  }
}

@Suite struct TableHeaderTests {
  @Test(arguments: [
    ("Prefix", "prefix"), (" Rate Per  Min ", "rate_per_min"), ("valid-from", "valid_from"),
    ("valid_from", "valid_from"), ("No.", "no"), ("Rate\u{A0}Group", "rate_group"), ("", ""),
  ])
  func namesAreComparedWithoutCaseAndBlanks(written: String, key: String) {
    #expect(TableHeader.key(written) == Label(key))
  }

  @Test func namesKeepTheirPlace() {
    let text = Array("# c\na, \"Rate\nGroup\" ,b\n".utf8)
    text.withUnsafeBufferPointer { bytes in
      var reader = TableReader(bytes)
      let hasRow = reader.nextRow()
      #expect(hasRow)
      let names = TableHeader(reader).names
      #expect(names.map(\.key) == ["a", "rate_group", "b"])
      #expect(names.map { "\($0.position.line):\($0.position.column)" } == ["2:1", "2:5", "3:9"])
    }
  }
}

@Suite struct NearestNameTests {
  @Test(
    arguments: [
      ("retial", "retail"), ("Retail", "retail"), ("retail-2024", "retail-2025"), ("wholesale", nil),
      ("retai", "retail"),
      ("rxtxxl", nil),
    ] as [(String, String?)])
  func aNameWithinAThirdOfItsLengthIsMeant(name: String, expected: String?) {
    let found = NearestName.find(Label(name), in: ["retail", "retail-2025", "business"])
    #expect(found?.description == expected)
  }
}

@Suite struct TableFileTests {
  @Test func aMissingFileSaysWhatTheSystemSays() {
    #expect(throws: TableFileFault.self) { try TableFile.read("no/such/file.csv") }
    do throws(TableFileFault) {
      _ = try TableFile.read("no/such/file.csv")
    } catch {
      #expect(error.description == "No such file or directory")
    }
  }

  @Test func aFileOfUnknownSizeIsReadWhole() throws {
    // Files of procfs say that they have 0 bytes.
    let bytes = try TableFile.read("/proc/self/status")
    #expect(bytes.starts(with: "Name:".utf8))
  }
}
