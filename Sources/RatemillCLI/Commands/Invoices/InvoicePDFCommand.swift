// `ratemill invoice pdf`: documents of a store as PDF, drawn by the program beside this one.

internal import BillingStore
internal import DurableFiles
internal import Glibc
internal import OptionTable
internal import Tables

/// What can be typed after `ratemill invoice pdf`.
struct InvoicePDFOptions: CommandOptions {
  var shared = SharedOptions()

  static let table: [OptionSpec<InvoicePDFOptions>] = [
    .store("Look at the billing store in DIR"),
    .out(
      "Write NUMBER.pdf for each document to DIR",
      details:
        "The folder is made where there is none; a file that is there is written again, with the same bytes."),
    .json(), .quiet, .color, .help, .version,
  ]
}

/// What `invoice pdf` is asked to do.
struct InvoicePDFConfiguration: Equatable, Sendable {
  let store: StoreConfiguration
  let outPath: String
  /// None for all.
  let numbers: [String]
}

/// Draws invoices and credit notes.
enum InvoicePDFCommand: Command {
  static let table = InvoicePDFOptions.table

  static let spec = CommandSpec(
    name: "invoice pdf",
    summary: "Draw invoices and credit notes of a store as PDF",
    about: [
      """
      NUMBER is as it stands on the document; without any, all of the store are drawn. The same document gives the same \
      bytes. The work is done by 'ratemill-pdf', which lies beside this program and needs cairo and Pango.
      """
    ],
    usage: ["--store DIR --out DIR [OPTION...] [NUMBER...]"],
    examples: [
      CommandExample("Draw an invoice", "ratemill invoice pdf --store store --out pdf INV-0007")
    ],
    operands: Operands("NUMBER", count: 0...Int.max, hint: .none), options: table.map(\.row),
    statuses: StoreDoor.statuses)

  static func configuration(
    _ options: InvoicePDFOptions, inputs: [String], in surroundings: Surroundings
  ) throws(UsageError) -> InvoicePDFConfiguration {
    InvoicePDFConfiguration(
      store: try StoreConfiguration(options.shared),
      outPath: try Requirement.given(options.shared.out, "--out", "DIR, the folder for the PDF files"),
      numbers: inputs)
  }

  static func run(_ configuration: InvoicePDFConfiguration, console: Console) -> ExitStatus {
    StoreDoor.with(configuration.store.storePath, for: .reading, console: console) {
      store throws(StoreFault) in
      var records: [InvoiceRecord] = []
      for number in configuration.numbers { records.append(try store.invoice(number)) }
      if configuration.numbers.isEmpty { records = try store.invoices() }
      // Nothing is drawn that is not what was finalised.
      for record in records { _ = try store.document(of: record) }
      do throws(FileFault) { try DurableFolder.make(configuration.outPath) } catch { throw .file(error) }
      let folder = configuration.outPath.hasSuffix("/") ? configuration.outPath : configuration.outPath + "/"
      let words = records.flatMap { record in
        [
          folder + record.number + ".pdf",
          store.invoicePath(record.number) + "/" + BillingStore.invoiceName,
        ]
      }
      let status = PDFProgram.run(words, console: console)
      guard status == .done else { return status }
      console.say(
        "wrote \(ReadableText.count(records.count, "PDF", "PDFs")) to \(console.path(configuration.outPath))")
      guard configuration.store.printsJSON else { return .done }
      return console.finishReport(
        JSONText.document(["files": .array(records.map { .text($0.number + ".pdf") })]))
    }
  }
}

/// The program that draws.
enum PDFProgram {
  private static let name = "ratemill-pdf"
  // Far below what a command line may hold.
  private static let pairsMax = 500

  /// Runs it with pairs of an output and a document; its messages are its own.
  static func run(_ words: [String], console: Console) -> ExitStatus {
    guard let path else {
      return console.fail(
        .filesFailed,
        "there is no '\(name)' beside this program; build it with 'swift build -c release --product \(name)'")
    }
    var rest = words[...]
    while !rest.isEmpty {
      let status = spawn(path, Array(rest.prefix(2 * pairsMax)))
      guard status == 0 else { return status == 2 ? .usage : .filesFailed }
      rest = rest.dropFirst(2 * pairsMax)
    }
    return .done
  }

  /// Where it lies; nil where it does not.
  private static var path: String? {
    var buffer = [CChar](repeating: 0, count: Int(PATH_MAX))
    let count = readlink("/proc/self/exe", &buffer, buffer.count - 1)
    guard count > 0 else { return nil }
    let own = String(decoding: buffer[..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self)
    guard let slash = own.lastIndex(of: "/") else { return nil }
    let path = own[...slash] + name
    return access(String(path), X_OK) == 0 ? String(path) : nil
  }

  private static func spawn(_ path: String, _ words: [String]) -> Int32 {
    var arguments: [UnsafeMutablePointer<CChar>?] = ([path] + words).map { strdup($0) }
    arguments.append(nil)
    defer { for argument in arguments { free(argument) } }
    var process: pid_t = 0
    guard posix_spawn(&process, path, nil, nil, arguments, environ) == 0 else { return 4 }
    var status: Int32 = 0
    while waitpid(process, &status, 0) < 0 {
      if errno != EINTR { return 4 }
    }
    // WIFEXITED and WEXITSTATUS: the low seven bits are a signal.
    return status & 0x7F == 0 ? (status >> 8) & 0xFF : 4
  }
}
