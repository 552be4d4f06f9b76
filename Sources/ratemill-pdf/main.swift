// The command. All it does is in InvoicePaper.
import Glibc
import InvoicePaper

exit(PaperRun.run(Array(CommandLine.arguments.dropFirst())))
