// How far the inputs of a run were read, for runs that read on.

public import DurableFiles
import Tables
import UsageSummary

extension RatingResult {
  /// Writes how far each input was read (`FileEnds`), so that one that grows can be read on from there; nothing where no input is a
  /// file that may grow.
  ///
  /// To be called in `extra` of `publish`, of a run with `hashesInputs`.
  public func writeEnds(to folder: PublishedFolder) throws(FileFault) {
    let ends = files.compactMap { file -> (file: Label, end: FileEnds.End)? in
      guard file.isReadAgainLater, file.units.count == 1 else { return nil }
      let unit = file.units[0]
      let known = unit.beginning.flatMap { beginning in
        beginning.readFrom > 0 ? beginning.known : nil
      }
      return (
        Label(file.name),
        FileEnds.End(
          completeByteCount: unit.completeByteCount, endsInOpenEvent: file.endsInOpenEvent, known: known)
      )
    }
    guard !ends.isEmpty else { return }
    let writer = try folder.writer(FileEnds.fileName, mode: 0o600)
    try writer.write(contentsOf: FileEnds.text(of: ends))
    try writer.finish()
  }
}
