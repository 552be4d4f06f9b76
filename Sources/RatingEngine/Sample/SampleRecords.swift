// The first records of a sample as a run would read them.

public import Catalog
import Tables

/// Reads the front of samples.
public enum SampleRecords {
  /// Records shown.
  public static let countMax = 10

  /// Reads the first records in a format, as usage of `source`.
  ///
  /// - Throws: `FormatMismatch` where the file is not of the format.
  public static func read(
    _ sample: SampleText, _ format: FormatDescriptor, source: UsageSource? = nil
  ) throws(FormatMismatch) -> [ReadRecord] {
    let reader = TrialReader(textBytesMax: sample.bytes.count)
    var records: [ReadRecord] = []
    func read(_ legs: TrialReader.Legs?) throws(FormatMismatch) {
      records = []
      try reader.read(sample.bytes, format, source: source ?? .trial(), isWhole: sample.isWhole, legs: legs) {
        reading in
        for index in 0..<reading.count where records.count < countMax {
          records.append(reading.record(index))
        }
        return legs?.isChosen == false || records.count < countMax
      }
    }
    if let choice = format.legs?.choice {
      // The choice is made among the rows of the sample: near enough to see what it does.
      let table = LegTable(choice: choice)
      try read(TrialReader.Legs(table: table, textOffset: 0, isChosen: false))
      try read(TrialReader.Legs(table: table, textOffset: 0, isChosen: true))
    } else {
      try read(nil)
    }
    return records
  }
}
