// Plans that depend on whole periods in a store: however a month was divided into runs, and in whichever order, it comes to
// what one run makes of it.

import BillingStore
import DurableFiles
import RatingEngine
import Tables
import TestSupport
import Testing
import UsageSummary

@testable import BillingOperations

/// A provider whose plans have shared minutes, tiers and a minimum.
private struct SettledDesk {
  let desk: NightDesk

  init() throws {
    desk = try NightDesk()
    let files = [
      "catalog.yaml": "currency: EUR\n",
      "accounts.csv":
        "account,plan,pool,zone\nacme,team,family,Europe/Berlin\nben,team,family,Europe/Berlin\nzebra,tiered,,\nyak,tiered,,\nidle,team,,\n",
      "services.csv":
        "kind,key,account,service\nrange,493023125100-493023125149,acme,\nrange,493023125150-493023125199,ben,\nrange,493023125200-493023125249,zebra,\nrange,493023125250-493023125299,yak,\n",
      "sources.csv": "source,pattern,format,country,sequence,expected\npbx,pbx*,ratemill-csv,DE,,\n",
      "decks/retail.csv":
        "prefix,destination,price,increment\n44,United Kingdom,0.0100,60/60\n1,United States,0.0200,1/1\n",
      "plans/team.yaml":
        "plan: team\nlook_up: {voice: retail}\ncharges:\n  - {charge: calls, kinds: [voice], price: deck}\n"
        + "allowances:\n  - {allowance: minutes, amount: 300 s, shared: pool, kinds: [voice], rollover: {periods: 1}}\n",
      "plans/tiered.yaml":
        "plan: tiered\nlook_up: {voice: retail}\ncharges:\n  - charge: calls\n    kinds: [voice]\n    rating_group: United Kingdom\n"
        + "    tiers: graduated\n    steps:\n      - {up_to: 200 s, price: 0.0600, per: 60 s}\n      - {price: 0.0300, per: 60 s}\n"
        + "  - {charge: others, kinds: [voice], price: deck}\n",
    ]
    for (file, text) in files { try desk.folder.write(text, to: "settling/" + file) }
  }
}
