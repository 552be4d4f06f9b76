// Who calls whom: own numbers, favourite numbers, and numbers that cannot be rated.

extension EventMaker {
  /// Sets the number that the record belongs to, as its caller.
  func setOwnNumber(_ event: inout SyntheticEvent, _ draws: inout SeededDraws) {
    let accounts = world.accounts
    if event.role == .stranger {
      event.from = number(below: SyntheticAccounts.strangersBlock, &draws)
      return
    }
    switch accounts.connection(event.account) {
    case .trunk:
      event.hasTrunk = true
      event.numberOrdinal = draws.below(SyntheticAccounts.numbersPerBlock)
      // A telephone system behind a trunk may show any number; only the trunk tells then whose the call is.
      if event.kind == .voice, !event.isInbound, draws.below(10) < 4 {
        event.isByTrunkOnly = true
        event.from = draws.below(4) == 0 ? 0 : outsideNumber(&draws)
        return
      }
    case .range: event.numberOrdinal = draws.below(SyntheticAccounts.numbersPerBlock)
    case .numbers(let count): event.numberOrdinal = draws.below(count)
    }
    event.from = accounts.number(event.account, event.numberOrdinal)
  }

  /// A number of nobody's account.
  func outsideNumber(_ draws: inout SeededDraws) -> UInt64 {
    number(below: SyntheticAccounts.outsideBlock, &draws)
  }

  private func number(below block: UInt64, _ draws: inout SeededDraws) -> UInt64 {
    let size = SyntheticNumber.powersOfTen[world.accounts.digitsAfterBlock]
    return block * size + UInt64(draws.below(Int(size)))
  }

  /// A number that the account calls: at home, a favourite one, or any.
  func calledNumber(_ event: inout SyntheticEvent, _ draws: inout SeededDraws) -> UInt64 {
    let home = world.accounts.home(event.account)
    let deck = world.deck(ofAccount: event.account)
    let share = draws.below(100)
    if share < 35, home.country < deck.countryCount {
      let country = NumberingCountry.all[home.country]
      return complete(CalledPrefix(country.code, digitCount: country.codeDigits), &draws)
    }
    guard share < 80 else { return complete(prefix(of: deck, &draws), &draws) }
    // A favourite number is the same each time: it is drawn from the account and the favourite's rank.
    let rank = Self.favourites.draw(&draws)
    var own = SeededDraws(seed: world.seed, .favourite, UInt64(event.account * Self.favourites.count + rank))
    return complete(prefix(of: deck, &own), &own)
  }

  /// A number to a country that no deck knows.
  func numberWithoutPrice(_ draws: inout SeededDraws) -> UInt64 {
    let codes = NumberingCountry.unassignedCodes
    return complete(CalledPrefix(codes[draws.below(codes.count)], digitCount: 3), &draws)
  }

  /// A number to a destination that is closed; an ordinary one where the deck has none.
  func closedNumber(_ event: inout SyntheticEvent, _ draws: inout SeededDraws) -> UInt64 {
    let closed = world.deck(ofAccount: event.account).closedPrefixes
    guard !closed.isEmpty else { return calledNumber(&event, &draws) }
    return complete(closed[draws.below(closed.count)], &draws)
  }

  private func prefix(of deck: SyntheticDeck, _ draws: inout SeededDraws) -> CalledPrefix {
    deck.openPrefixes[deck.openItems.draw(&draws)]
  }

  /// A prefix with digits after it: 10 to 13 in all, and at least four of them new.
  private func complete(_ prefix: CalledPrefix, _ draws: inout SeededDraws) -> UInt64 {
    let digitCount = min(SyntheticNumber.digitCountMax, max(10 + draws.below(4), prefix.digitCount + 4))
    let size = SyntheticNumber.powersOfTen[digitCount - prefix.digitCount]
    return prefix.prefix * size + UInt64(draws.below(Int(size)))
  }

  private static let favourites = SkewedItems(count: 24)
}
