// The work of `ratemill-pdf`: documents in, one PDF for each out.

import DurableFiles
import Glibc
import Invoicing
import Tables

/// The program.
public enum PaperRun {
  private static let usage = """
    ratemill-pdf OUT.pdf INVOICE.json [OUT.pdf INVOICE.json]...
    Draws invoices and credit notes, as 'ratemill invoice finalise' and 'invoice credit' wrote them, as PDF.
    'ratemill invoice pdf --store DIR --out DIR' calls it for the documents of a store.

    """

  /// Runs it with the words after its name; returns the exit status: 0 done, 2 usage, 4 files.
  public static func run(_ arguments: [String]) -> Int32 {
    if arguments == ["-h"] || arguments == ["--help"] {
      say(usage, to: STDOUT_FILENO)
      return 0
    }
    guard !arguments.isEmpty, arguments.count.isMultiple(of: 2) else {
      say(usage, to: STDERR_FILENO)
      return 2
    }
    do {
      let paper = try InvoicePaper()
      for place in stride(from: 0, to: arguments.count, by: 2) {
        try write(arguments[place + 1], to: arguments[place], paper)
      }
      return 0
    } catch {
      say("ratemill-pdf: \(error)\n", to: STDERR_FILENO)
      return 4
    }
  }

  private static func write(_ document: String, to out: String, _ paper: InvoicePaper) throws {
    let bytes: [UInt8]
    do throws(TableFileFault) { bytes = try TableFile.read(document) } catch {
      throw PaperFault("\(document): \(error)")
    }
    let pdf = try paper.pdf(of: PaperSheet(document: bytes, name: document))
    let file = try PublishedFile(at: out)
    try file.writer.write(contentsOf: pdf)
    try file.publish()
  }

  private static func say(_ text: String, to descriptor: Int32) {
    var text = text
    text.withUTF8 { bytes in _ = Glibc.write(descriptor, bytes.baseAddress, bytes.count) }
  }
}
