// The shares of the memory add up to no more than there is, at any time of a run.

import Testing

@testable import RatingEngine

@Suite struct MemoryBudgetTests {
  @Test(arguments: [16 << 20, 100 << 20, 1 << 30, 1 << 40])
  func sharesAddUpToTheMemory(memoryBytes: Int) {
    for choice in 0..<8 {
      let budget = MemoryBudget(
        memoryBytes: memoryBytes, findsDuplicates: choice & 1 != 0, keepsSuspense: choice & 2 != 0,
        keepsDetail: choice & 4 != 0)
      let stores = budget.cellBytes + budget.suspenseBytes + budget.detailBytes
      let reading = stores + budget.filterBytes + budget.keyLogBytes + budget.suspectBytes
      let writing = stores + budget.outputBytes
      #expect(reading <= memoryBytes && writing <= memoryBytes)
      // And little of it is left to nobody.
      #expect(max(reading, writing) > memoryBytes / 100 * 99)
      #expect(
        (budget.suspenseBytes > 0) == (choice & 2 != 0) && (budget.detailBytes > 0) == (choice & 4 != 0))
      // 48 bytes of order for 40 of cells, which go to disk at 15 sixteenths of their share.
      #expect(budget.outputBytes >= budget.cellBytes / 16 * 15 / 40 * 48)
    }
  }

  @Test func aStoreHasAlwaysSomething() {
    let budget = MemoryBudget(memoryBytes: 0, findsDuplicates: true, keepsSuspense: true, keepsDetail: true)
    for share in [
      budget.filterBytes, budget.keyLogBytes, budget.cellBytes, budget.suspectBytes, budget.suspenseBytes,
      budget.detailBytes, budget.outputBytes,
    ] { #expect(share >= 64 << 10) }
  }
}
