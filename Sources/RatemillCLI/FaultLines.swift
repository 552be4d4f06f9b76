// Faults of the rooms below as messages and exit statuses: the one place where they are rendered.

internal import BillingOperations
internal import BillingStore
internal import Catalog
internal import DurableFiles
internal import Invoicing
internal import RatingEngine
internal import UsageSummary

/// Whatever may end the work of a command that uses a catalog.
enum FaultLines {
  /// Prints the fault and gives the status it stands for; what is no fault of ours is called unexpected.
  static func fail(_ error: any Error, catalogPath: String, console: Console) -> ExitStatus {
    switch error {
    case let fault as CatalogFault: CatalogFaultLines.fail(fault, catalogPath: catalogPath, console: console)
    case let fault as RunFault: RunFaultLines.fail(fault, console: console)
    case let fault as FileFault: OutputFaultLines.fail(fault, console: console)
    case let fault as UsageFolderFault: UsageFaultLines.fail(fault, console: console)
    case let fault as StoreFault: StoreFaultLines.fail(fault, console: console)
    case let fault as OperationFault:
      OperationFaultLines.fail(fault, catalogPath: catalogPath, console: console)
    case let fault as InvoiceDraftFault:
      InvoiceFaultLines.fail(fault, catalogPath: catalogPath, console: console)
    case let fault as ProvenDraftsFault:
      ProvenDraftsFaultLines.fail(fault, catalogPath: catalogPath, console: console)
    case let fault as DraftsFolderFault: console.fail(.filesFailed, fault.description)
    default: console.fail(.totalsDoNotMeet, "unexpected: \(error)")
    }
  }
}

/// Faults that end a run.
enum RunFaultLines {
  /// Prints the fault and gives the status it stands for.
  static func fail(_ fault: RunFault, console: Console) -> ExitStatus {
    console.endProgress()
    switch fault {
    case .usage(let message): return console.fail(.usage, message)
    case .catalog(let message): return console.fail(.catalogInvalid, message)
    case .noSource(let message): return console.fail(.usage, message)
    case .input(let file, let message): return console.fail(.filesFailed, "\(console.path(file)): \(message)")
    case .damaged(let files):
      for file in files { console.warn(line(file, console)) }
      let hint = "nothing was published; --skip-damaged-files goes on without such files"
      return console.fail(.filesFailed, hint)
    case .output(let fault): return OutputFaultLines.fail(fault, console: console)
    case .totals(let message):
      return console.fail(.totalsDoNotMeet, "totals do not meet: \(message); please report this")
    case .interrupted: return console.fail(.interrupted, "interrupted; nothing was published")
    }
  }

  private static func line(_ file: DamagedFile, _ console: Console) -> String {
    let place = file.offset >= 0 ? " at byte \(file.offset)" : ""
    return "\(console.path(file.name))\(place): \(file.message)"
  }
}

/// Faults of outputs.
enum OutputFaultLines {
  /// Prints the fault and gives the status it stands for: a folder that must not be replaced is a slip of the command line.
  static func fail(_ fault: FileFault, console: Console) -> ExitStatus {
    console.endProgress()
    return console.fail(fault.isRefusal ? .usage : .filesFailed, fault.description)
  }
}

/// Faults of usage folders.
enum UsageFaultLines {
  /// Prints the fault and gives the status it stands for.
  static func fail(_ fault: UsageFolderFault, console: Console) -> ExitStatus {
    console.endProgress()
    switch fault.kind {
    case .unreadable: return console.fail(.filesFailed, fault.description)
    case .notAUsageFolder, .doesNotMeet: return console.fail(.totalsDoNotMeet, fault.description)
    }
  }
}

/// Faults of invoice drafts.
enum InvoiceFaultLines {
  /// Prints the fault and gives the status it stands for.
  ///
  /// Tables of the catalog are named with its folder.
  static func fail(_ fault: InvoiceDraftFault, catalogPath: String, console: Console) -> ExitStatus {
    console.endProgress()
    switch fault {
    case .usage(let usage): return UsageFaultLines.fail(usage, console: console)
    case .output(let output): return OutputFaultLines.fail(output, console: console)
    case .unknownAccounts, .otherCycle, .amountTooLarge:
      let folder = catalogPath.isEmpty || catalogPath.hasSuffix("/") ? catalogPath : catalogPath + "/"
      return console.fail(.catalogInvalid, console.path(folder) + fault.description)
    case .callsDoNotMeet: return console.fail(.totalsDoNotMeet, fault.description)
    }
  }
}

/// Faults of what works on drafts that exist.
enum ProvenDraftsFaultLines {
  /// Prints the fault and gives the status it stands for.
  static func fail(_ fault: ProvenDraftsFault, catalogPath: String, console: Console) -> ExitStatus {
    switch fault {
    case .drafting(let drafting):
      return InvoiceFaultLines.fail(drafting, catalogPath: catalogPath, console: console)
    case .output(let output): return OutputFaultLines.fail(output, console: console)
    case .notTheseDrafts: return console.fail(.totalsDoNotMeet, fault.description)
    }
  }
}

/// Faults of a catalog.
enum CatalogFaultLines {
  /// Findings printed before `check` is pointed to.
  static let shownMax = 10

  /// Prints the first findings and the command that prints all.
  static func fail(_ fault: CatalogFault, catalogPath: String, console: Console) -> ExitStatus {
    console.endProgress()
    let errors = fault.findings.filter { $0.severity == .error }
    for finding in errors.prefix(shownMax) { console.warn(finding.description) }
    let more = errors.count > shownMax ? "\(errors.count - shownMax) more; " : ""
    return console.fail(
      .catalogInvalid,
      "\(more)the catalog cannot be used; ratemill check --catalog \(console.argument(catalogPath)) names every fault"
    )
  }
}

/// Faults of stores.
enum StoreFaultLines {
  /// Prints the fault and gives the status it stands for.
  static func fail(_ fault: StoreFault, console: Console) -> ExitStatus {
    console.endProgress()
    switch fault {
    case .busy: return console.fail(.busy, fault.description)
    case .notAStore, .refused: return console.fail(.usage, fault.description)
    case .damaged: return console.fail(.totalsDoNotMeet, fault.description)
    case .book: return console.fail(.filesFailed, fault.description)
    case .file(let file): return OutputFaultLines.fail(file, console: console)
    case .usage(var usage):
      // Documents of a run are not written again.
      if usage.hint == UsageFolderFault.rateAgain { usage.hint = StoreFault.restore }
      return UsageFaultLines.fail(usage, console: console)
    }
  }
}

/// Faults of the verbs that join rooms.
enum OperationFaultLines {
  /// Prints the fault and gives the status it stands for.
  static func fail(_ fault: OperationFault, catalogPath: String, console: Console) -> ExitStatus {
    switch fault {
    case .run(let fault): return RunFaultLines.fail(fault, console: console)
    case .store(let fault): return StoreFaultLines.fail(fault, console: console)
    case .catalog(let fault):
      return CatalogFaultLines.fail(fault, catalogPath: catalogPath, console: console)
    case .drafting(let fault):
      return InvoiceFaultLines.fail(fault, catalogPath: catalogPath, console: console)
    case .document(let fault): return console.fail(.filesFailed, fault.description)
    }
  }
}
