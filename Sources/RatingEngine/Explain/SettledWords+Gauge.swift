// What a sample adds to its gauge, in words.

import BillingCalendar
import Catalog

extension SettledWords {
  /// The sample, its item, and all samples of the gauge; nothing for events that are no samples.
  var sampleLines: [EventDerivation.Line] {
    guard let sample = settled.gauge, let measure = charge.gauge?.measure else { return [] }
    var lines = [Line("sample", Texts.quantity(sample.value, usage.kind) + held(sample, measure))]
    if measure != .peakOfSum {
      lines.append(
        Line(
          "its item",
          "\(count(sample.itemSampleCount, "sample")), \(words(measure, sample)): "
            + Texts.quantity(sample.itemQuantity, usage.kind)))
    }
    let items = measure == .peakOfSum ? "" : " of \(count(sample.itemCount, "item"))"
    let made =
      measure == .peakOfSum
      ? "the greatest sum of all samples of one instant"
      : measure == .average ? "its items added up before rounding" : "its items added up"
    lines.append(
      Line(
        "all samples",
        "\(count(sample.sampleCount, "sample"))\(items), \(made): \(Texts.quantity(sample.quantity, usage.kind))"
      ))
    return lines
  }

  /// Of an average: how long the sample held.
  private func held(_ sample: GaugeWitness, _ measure: ChargeGauge.Measure) -> String {
    guard measure == .average else { return "" }
    return
      ", held for \(Texts.quantity(sample.heldMillis, .voice)) of the \(Texts.quantity(sample.periodMillis, .voice)) "
      + "of the period"
  }

  private func words(_ measure: ChargeGauge.Measure, _ sample: GaugeWitness) -> String {
    switch measure {
    case .max: "the greatest of its values"
    case .last: "the last of its values"
    case .average: "each value × the time that it held ÷ the period, rounded half-up"
    case .percentile95:
      "the value of rank \((95 * sample.itemSampleCount + 99) / 100), the smallest first: 95 of 100 do not exceed it"
    case .distinct: "one for an item that was seen"
    case .count(let day):
      "one where its last value on \(day.date(in: settled.rules.period)) is above 0"
    case .peakOfSum: ""
    }
  }

  private func count(_ number: Int64, _ what: String) -> String {
    "\(number) \(what)\(number == 1 ? "" : "s")"
  }
}
