// Prices by quantity: what seats and devices cost when there are many of them.

public import Money
package import Tables

/// Tiers of a contract line, over the quantity that one interval is charged for.
public struct PriceTiers: Sendable, Hashable {
  /// How tiers add up.
  public enum Kind: String, CaseIterable, Sendable {
    /// Every unit costs the price of the tier that it lies in.
    case graduated
    /// All units cost the price of the tier that the last one lies in.
    case volume
  }

  /// One tier.
  public struct Step: Sendable, Hashable {
    /// The last quantity in it, in millionths; nil for the last tier.
    public var upToMicro: Int64?
    /// Price of one.
    public var price: Amount
    /// What the tier costs besides, once: graduated, every tier that the quantity reaches; by volume, the one that it lies in.
    public var flat: Amount

    /// Makes a tier.
    public init(upToMicro: Int64?, price: Amount, flat: Amount = .zero) {
      self.upToMicro = upToMicro
      self.price = price
      self.flat = flat
    }
  }

  /// What a quantity has of one tier.
  public struct Part: Sendable, Hashable {
    /// Where the tier begins: the first quantity lies just above it, in millionths.
    public var fromMicro: Int64
    /// The last quantity in it, in millionths; nil for the last tier.
    public var upToMicro: Int64?
    /// Price of one.
    public var price: Amount
    /// How many, in millionths.
    public var quantityMicro: Int64
    /// What the tier costs besides, once.
    public var flat: Amount

    /// Makes a part.
    public init(
      fromMicro: Int64, upToMicro: Int64?, price: Amount, quantityMicro: Int64, flat: Amount = .zero
    ) {
      self.fromMicro = fromMicro
      self.upToMicro = upToMicro
      self.price = price
      self.quantityMicro = quantityMicro
      self.flat = flat
    }
  }

  /// How they add up.
  public var kind: Kind
  /// The tiers, ascending; the last one has no end.
  public var steps: [Step]

  /// Makes tiers.
  /// - Precondition: there is a step, ends ascend from above zero, and the last step alone has none.
  public init(kind: Kind, steps: [Step]) {
    precondition(Self.fault(in: steps) == nil, "tiers ascend and cover every quantity")
    self.kind = kind
    self.steps = steps
  }

  /// What `quantity` comes to, in pico times millionths, both times `scale`: `quantity` is a quantity in millionths times
  /// `scale`, so that means are counted exactly. Nothing costs nothing, flat parts neither.
  public func cost(of quantity: Int128, scale: Int128 = 1) -> Int128 {
    let flatScale = 1_000_000 * scale
    switch kind {
    case .volume:
      let step = step(at: quantity, scale: scale)
      return quantity * step.price.pico + (quantity > 0 ? step.flat.pico * flatScale : 0)
    case .graduated:
      var (cost, from): (Int128, Int128) = (0, 0)
      for step in steps {
        let until = step.upToMicro.map { min(quantity, Int128($0) * scale) } ?? quantity
        if until > from { cost += (until - from) * step.price.pico + step.flat.pico * flatScale }
        from = max(from, until)
      }
      return cost
    }
  }

  /// The price of the tier that a quantity lies in; of nothing that of the first one.
  public func price(at quantity: Int128, scale: Int128 = 1) -> Amount {
    step(at: quantity, scale: scale).price
  }

  private func step(at quantity: Int128, scale: Int128) -> Step {
    let step = steps.first { step in step.upToMicro.map { quantity <= Int128($0) * scale } ?? true }
    return step ?? steps[steps.count - 1]
  }

  /// The tiers that a quantity in millionths has something of; of volume prices one.
  public func parts(of quantityMicro: Int64) -> [Part] {
    var parts: [Part] = []
    var from: Int64 = 0
    for step in steps {
      let until = min(quantityMicro, step.upToMicro ?? quantityMicro)
      let isLast = quantityMicro <= step.upToMicro ?? quantityMicro
      switch kind {
      case .graduated where until > from:
        parts.append(
          Part(
            fromMicro: from, upToMicro: step.upToMicro, price: step.price, quantityMicro: until - from,
            flat: step.flat))
      case .volume where isLast:
        parts.append(
          Part(
            fromMicro: from, upToMicro: step.upToMicro, price: step.price, quantityMicro: quantityMicro,
            flat: quantityMicro > 0 ? step.flat : .zero))
      default: break
      }
      if isLast { break }
      from = step.upToMicro ?? from
    }
    return parts
  }

  /// Why steps are no tiers; nil where they are.
  static func fault(in steps: [Step]) -> TextFault? {
    guard let last = steps.last else { return TextFault(message: "there are no tiers") }
    let ends = steps.dropLast().map(\.upToMicro)
    guard ends.allSatisfy({ $0 != nil }), last.upToMicro == nil else {
      return TextFault(
        message: "the last tier alone has no end", hint: "such as graduated 10: 9.00; 50: 8.00; 7.00")
    }
    let known = [0] + ends.compactMap { $0 }
    guard zip(known, known.dropFirst()).allSatisfy(<) else {
      return TextFault(message: "the ends of tiers do not ascend", hint: "write the smallest first")
    }
    return nil
  }

  /// Reads `graduated 10: 9.00; 50: 8.00 + 20.00 flat; 7.00`: a kind, tiers with the last quantity of each, and what is
  /// beyond. A tier has a price of one, a flat part, or both.
  package static func parse(_ text: Label) -> Result<PriceTiers, TextFault> {
    let example = "expected such as 'graduated 10: 9.00; 50: 8.00; 7.00', or volume"
    let words = text.description.split(separator: " ", maxSplits: 1)
    guard words.count == 2, let kind = Kind(rawValue: String(words[0])) else {
      return .failure(TextFault(message: "bad tiers \(Quoted.text(text))", hint: example))
    }
    var steps: [Step] = []
    for part in words[1].split(separator: ";", omittingEmptySubsequences: false) {
      let cells = part.split(separator: ":", omittingEmptySubsequences: false).map { cell in
        trimmed(cell)
      }
      guard cells.count <= 2, let (price, flat) = prices(cells[cells.count - 1]),
        let end = cells.count == 1 ? .some(nil) : micro(cells[0]).map(Optional.some)
      else {
        return .failure(
          TextFault(message: "bad tier \(Quoted.text(Label(String(part))))", hint: example))
      }
      steps.append(Step(upToMicro: end, price: price, flat: flat))
    }
    if let fault = fault(in: steps) { return .failure(fault) }
    return .success(PriceTiers(kind: kind, steps: steps))
  }

  private static func trimmed(_ text: some StringProtocol) -> String {
    String(text.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
  }

  /// `9.00`, `50.00 flat` or `9.00 + 50.00 flat`.
  private static func prices(_ text: String) -> (price: Amount, flat: Amount)? {
    let parts = text.split(separator: "+", omittingEmptySubsequences: false).map { trimmed($0) }
    guard let last = parts.last, parts.count <= 2 else { return nil }
    guard last.hasSuffix(" flat") else {
      return parts.count == 1 ? amount(last).map { ($0, .zero) } : nil
    }
    guard let flat = amount(trimmed(last.dropLast(5))) else { return nil }
    return parts.count == 1 ? (.zero, flat) : amount(parts[0]).map { ($0, flat) }
  }

  private static func amount(_ text: String) -> Amount? {
    guard case .success(let pico) = DecimalText.parse(text, scale: Amount.scale), pico >= 0 else {
      return nil
    }
    return Amount(pico: pico)
  }

  private static func micro(_ text: String) -> Int64? {
    guard case .success(let value) = DecimalText.parse(text, scale: 6), value > 0 else { return nil }
    return Int64(exactly: value)
  }
}

extension YamlFindings {
  /// `{kind: graduated, steps: [{up_to: 10, price: 9.00, flat: 20.00}, {price: 8.00}]}`.
  func tiers(_ node: YamlNode) -> PriceTiers? {
    guard let map = YamlMap(node, what: "tiers", keys: ["kind", "steps"], findings: self) else { return nil }
    let kind = map.required("kind").flatMap {
      choice($0, what: "a kind of tiers", of: PriceTiers.Kind.allCases.map { (word: $0.rawValue, value: $0) })
    }
    guard let list = map.required("steps") else { return nil }
    var steps: [PriceTiers.Step] = []
    for element in elements(list, what: "tiers") ?? [] {
      let keys = ["up_to", "price", "flat"]
      guard let step = YamlMap(element, what: "a tier", keys: keys, findings: self) else { return nil }
      let flat = step["flat"].map { amount($0, what: "an amount") }
      let price = (step["price"] ?? (flat == nil ? step.required("price") : nil)).map {
        amount($0, what: "a price")
      }
      guard flat != nil || price != nil else { return nil }
      if case .some(nil) = flat { return nil }
      if case .some(nil) = price { return nil }
      let end = step["up_to"].map { millionths($0, what: "a quantity") }
      if case .some(nil) = end { return nil }
      steps.append(
        PriceTiers.Step(
          upToMicro: end ?? nil, price: (price ?? nil) ?? .zero, flat: (flat ?? nil) ?? .zero))
    }
    guard let kind else { return nil }
    if let fault = PriceTiers.fault(in: steps) {
      error(fault.message, at: list.place, hint: fault.hint)
      return nil
    }
    return PriceTiers(kind: kind, steps: steps)
  }
}
