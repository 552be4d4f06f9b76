// What is left of each lot, who took how much, and the balances in the end.
//
// Owns the sums; which lot an event may use is decided elsewhere. Nothing is taken that is not there.

import BillingCalendar
import Catalog
import Money

/// The lots of one owner and period while they are used. One owner at a time.
struct LotLedger {
  private struct Taken {
    var quantity: Int128 = 0
    /// When it was used last, counting all uses of the period from 1; 0 for never.
    var lastUse: Int64 = 0
  }

  /// What an event asks of a lot. It holds no references.
  struct Terms: BitwiseCopyable {
    var isMoney: Bool
    var isEvents: Bool
    var isQuantity: Bool { !isMoney && !isEvents }
    /// Instants of its ends inside the period; half-open.
    var fromMillis: Int64
    var untilMillis: Int64
    /// Its bands in `bands`; none for all.
    fileprivate var firstBand: Int32
    fileprivate var bandCount: Int32

    /// Whether an instant lies between its ends.
    @inline(__always) func holds(atMillis: Int64) -> Bool { fromMillis <= atMillis && atMillis < untilMillis }
  }

  private(set) var terms: [Terms] = []
  private var bands: [Bool] = []
  private(set) var hasMoney = false
  /// Whether a lot is of quantities or events.
  private(set) var hasUsage = false
  /// Lots of money that have something left.
  private var openMoneyCount = 0
  var hasMoneyLeft: Bool { openMoneyCount > 0 }
  /// Whether a lot is a grant's.
  private(set) var hasGrants = false
  /// What may be taken still.
  private var left: [Int128] = []
  /// What the lots of a billed period have handed on; nil where they have handed on nothing.
  private var handedOn: HandedOn?
  private var used: [Int128] = []
  /// What each member took: one entry of a lot of one member, one for each member of a shared lot.
  private var taken: [Taken] = []
  private var firstTaken: [Int] = []
  private var isShared: [Bool] = []
  private var useCount: Int64 = 0

  /// Begins with the lots of a period.
  ///
  /// `bounds` are those of `boundsOfNextPass`; nil for none.
  mutating func begin(_ lots: [AllowanceLot], memberCount: Int, bounds: HandedOn.Bounds? = nil) {
    left.removeAll(keepingCapacity: true)
    used.removeAll(keepingCapacity: true)
    taken.removeAll(keepingCapacity: true)
    firstTaken.removeAll(keepingCapacity: true)
    isShared.removeAll(keepingCapacity: true)
    useCount = 0
    terms.removeAll(keepingCapacity: true)
    bands.removeAll(keepingCapacity: true)
    hasMoney = false
    hasUsage = false
    openMoneyCount = 0
    hasGrants = false
    for lot in lots {
      terms.append(
        Terms(
          isMoney: lot.measure == .money, isEvents: lot.measure == .events, fromMillis: lot.fromMillis,
          untilMillis: lot.untilMillis, firstBand: Int32(bands.count), bandCount: Int32(lot.bands.count)))
      bands += lot.bands
      if lot.measure == .money {
        hasMoney = true
        if lot.granted + lot.rolledIn > 0 { openMoneyCount += 1 }
      } else {
        hasUsage = true
      }
      if case .grant = lot.source { hasGrants = true }
      left.append(lot.granted + lot.rolledIn)
      used.append(0)
      firstTaken.append(taken.count)
      isShared.append(lot.member == AllowanceLot.everyone)
      let entryCount = lot.member == AllowanceLot.everyone ? memberCount : 1
      taken.append(contentsOf: repeatElement(Taken(), count: entryCount))
    }
    handedOn = nil
    if lots.contains(where: { $0.handedOn ?? 0 > 0 }) {
      let known = HandedOn(lots, bounds)
      left = lots.indices.map(known.takeable)
      handedOn = known
    }
  }

  /// Bounds for another pass where this one has used what a billed period has handed on; nil where it has not.
  func boundsOfNextPass() -> HandedOn.Bounds? { handedOn?.boundsOfNextPass() }

  /// Whether a lot may be used in a band.
  @inline(__always) func takes(_ lot: Int32, band: Int32) -> Bool {
    let terms = terms[Int(lot)]
    return terms.bandCount == 0 || (band < terms.bandCount && bands[Int(terms.firstBand + band)])
  }

  /// Whether a lot may be used in all bands.
  @inline(__always) func takesAllBands(_ lot: Int32) -> Bool { terms[Int(lot)].bandCount == 0 }

  @inline(__always) private func entry(_ lot: Int32, _ member: Int32) -> Int {
    firstTaken[Int(lot)] + (isShared[Int(lot)] ? Int(member) : 0)
  }

  /// What is left of a lot.
  @inline(__always) func left(_ lot: Int32) -> Int128 { left[Int(lot)] }

  /// What a member took so far and has not given back.
  func taken(_ lot: Int32, by member: Int32) -> Int128 { taken[entry(lot, member)].quantity }

  /// Of lots that the member took from, the one used last; nil where nothing is taken.
  func lastUsed(_ lots: some Sequence<Int32>, by member: Int32) -> Int32? {
    let usedLots = lots.filter { taken[entry($0, member)].quantity > 0 }
    return usedLots.max { taken[entry($0, member)].lastUse < taken[entry($1, member)].lastUse }
  }

  /// Takes from a lot, or gives back where `quantity` is negative.
  @inline(__always) mutating func take(_ quantity: Int128, from lot: Int32, by member: Int32) {
    let before = left[Int(lot)]
    let after = handedOn == nil ? before - quantity : takeable(after: quantity, from: Int(lot))
    left[Int(lot)] = after
    used[Int(lot)] += quantity
    if terms[Int(lot)].isMoney { openMoneyCount += (after > 0 ? 1 : 0) - (before > 0 ? 1 : 0) }
    let at = entry(lot, member)
    taken[at].quantity += quantity
    // Giving back is no use: "last used first" asks when it was taken.
    if quantity > 0 {
      useCount += 1
      taken[at].lastUse = useCount
    }
  }

  /// What may be taken of a lot of a billed period when a quantity was taken, or given back.
  @inline(never) private mutating func takeable(after quantity: Int128, from lot: Int) -> Int128 {
    handedOn?.take(quantity, from: lot)
    return handedOn?.takeable(lot) ?? 0
  }

  /// The balance of every allowance, its lots of several ages together; also where nothing was used.
  ///
  /// In the order in which their first lots are used.
  func balances(_ rules: SettleRules, _ tables: SettleTables) -> [AllowanceBalance] {
    let lots = rules.lots
    // An owner has a few lots: looking at all of them is faster than remembering holders.
    func isSameHolder(_ a: Int, _ b: Int) -> Bool {
      lots[a].member == lots[b].member && lots[a].source == lots[b].source
    }
    return lots.indices.compactMap { first in
      if (0..<first).contains(where: { isSameHolder($0, first) }) { return nil }
      return balance((first..<lots.count).filter { isSameHolder($0, first) }, rules, tables)
    }
  }

  private func balance(_ indices: [Int], _ rules: SettleRules, _ tables: SettleTables) -> AllowanceBalance {
    let first = rules.lots[indices[0]]
    let account = isShared[indices[0]] ? nil : rules.members[Int(first.member)].account
    var balance = AllowanceBalance(source: first.source, name: first.name, account: account)
    var room: Int128? =
      if case .plan(let plan, let allowance) = first.source {
        tables.catalog.plans[plan].allowances[allowance].rollover?.cap
      } else {
        nil
      }
    // The newest roll, so that it is the oldest that a cap lets expire.
    for index in indices.sorted(by: { rules.lots[$0].periodCount > rules.lots[$1].periodCount }) {
      let lot = rules.lots[index]
      balance.granted += lot.granted
      balance.rolledIn += lot.rolledIn
      balance.used += used[index]
      let left = lot.granted + lot.rolledIn - used[index]
      balance.left += left
      let open = lot.isKept ? min(left, room ?? left) : 0
      room = room.map { $0 - open }
      let kept = lot.handedOn ?? open
      balance.rolledOut += kept
      guard kept > 0, lot.handedOn == nil else { continue }
      balance.lotsOut.append(
        RolledLot(
          source: lot.source, account: account, quantity: kept, periodCount: max(0, lot.periodCount - 1)))
    }
    if first.handedOn != nil, let frozen = rules.frozen {
      // Their ages are those of the catalog of then.
      balance.lotsOut = frozen.lots.filter { $0.source == first.source && $0.account == account }
    }
    balance.expired = balance.left - balance.rolledOut
    if isShared[indices[0]] { balance.shares = shares(indices, first.source, rules) }
    return balance
  }

  /// Every member that has the plan, also where it took nothing; of a grant, every member.
  private func shares(
    _ indices: [Int], _ source: AllowanceSource, _ rules: SettleRules
  ) -> [AllowanceBalance.Share] {
    rules.members.enumerated().compactMap { number, member in
      if case .plan(let plan, _) = source, member.days(of: plan) == nil { return nil }
      return AllowanceBalance.Share(
        account: member.account,
        used: indices.reduce(0) { $0 + taken[firstTaken[$1] + number].quantity })
    }
  }
}
