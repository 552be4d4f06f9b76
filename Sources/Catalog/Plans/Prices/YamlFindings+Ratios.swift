// Percentages and multipliers as people write them, as exact ratios.

import Money
import Tables

extension YamlFindings {
  /// A share of an amount: `1.5` and `1.5%` are 3/200.
  func share(_ node: YamlNode) -> PriceRatio? {
    percent(node, what: "a percentage", from: 0).map {
      PriceRatio(numerator: $0, denominator: PercentText.hundred)
    }
  }

  /// A change in per cent: `-10` is 9/10, `20` is 6/5.
  func change(_ node: YamlNode) -> PriceRatio? {
    percent(node, what: "a change in per cent", from: -100).map(PercentText.change)
  }

  /// A markup: `10%` is 11/10.
  func markup(_ node: YamlNode) -> PriceRatio? {
    needsSign(node, what: "a markup", example: "10%").map(PercentText.change)
  }

  /// A margin, a share of the price: `20%` is 5/4.
  func margin(_ node: YamlNode) -> PriceRatio? {
    guard let percent = needsSign(node, what: "a margin", example: "20%") else { return nil }
    guard percent < PercentText.hundred else {
      error(
        "a margin of \(node.quoted) leaves nothing for the cost", at: node.place, hint: "it is below 100%")
      return nil
    }
    return PriceRatio(numerator: PercentText.hundred, denominator: PercentText.hundred - percent)
  }

  /// A number that an amount is multiplied by, from 0.
  func multiplier(_ node: YamlNode) -> PriceRatio? {
    guard let text = text(node, what: "a multiplier") else { return nil }
    guard text.bytes.last != UInt8(ascii: "%") else {
      error(
        "\(node.quoted) is not a multiplier", at: node.place, hint: "write a number such as 1.25, or a markup"
      )
      return nil
    }
    return price(node, what: "a multiplier").map {
      PriceRatio(numerator: $0, denominator: PowersOfTen.int64[Amount.scale])
    }
  }

  /// A percentage whose sign must be written, because a bare 0.1 could be meant as a tenth.
  private func needsSign(_ node: YamlNode, what: String, example: String) -> Int64? {
    guard let text = text(node, what: what) else { return nil }
    guard text.bytes.last == UInt8(ascii: "%") else {
      error(
        "\(node.quoted) is not \(what)", at: node.place,
        hint: "write it with a percent sign, such as \(example)")
      return nil
    }
    return percent(node, what: what, from: 0)
  }

  private func percent(_ node: YamlNode, what: String, from least: Int64) -> Int64? {
    guard let text = text(node, what: what) else { return nil }
    switch PercentText.parse(text, from: least) {
    case .success(let percent): return percent
    case .failure(let fault):
      error("\(node.quoted) is not \(what)", at: node.place, hint: fault.hint)
      return nil
    }
  }
}
