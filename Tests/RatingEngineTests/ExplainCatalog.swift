// A small catalog with something of everything, for the tests of explanations.

import Catalog
import TestSupport

/// The files of a catalog and what reads them.
struct ExplainCatalog {
  let folder: TemporaryFolder
  let catalog: Catalog

  /// Writes the files and loads them.
  init() throws {
    folder = try TemporaryFolder()
    for (name, text) in Self.files { try folder.write(text, to: "catalog/" + name) }
    catalog = try CatalogFolder.load(folder.path(of: "catalog"))
  }

  private static let files = [
    "catalog.yaml": "currency: EUR\n",
    "accounts.csv": """
    account,plan,cycle_day,from,until
    acme,retail,15,2025-01-01,
    acme,old,,,2025-01-01
    globex,retail,,2025-03-01,
    house,exact,,,

    """,
    "services.csv": """
    kind,key,account,service,cost_centre,from,until,source
    range,493023125100-493023125199,acme,main,4711,,,
    number,493023125105,acme,desk,4712,2025-02-01,,
    number,442071838750,globex,main,,,2025-03-04,
    trunk,sip-9,globex,trunk,,,,

    """,
    "sources.csv": """
    source,pattern,format,country,default_account
    pbx,pbx*.csv,ratemill-csv,DE,
    house,house*.csv,ratemill-csv,,house
    meters,meters*.jsonl,usage-jsonl,,

    """,
    "decks/retail.csv": """
    prefix,destination,price,increment,connection_fee,minimum,from,until,rating_group,status
    44,United Kingdom,0.0100,60/60,,,,,uk,
    4420,UK London,0.0123,30/6,0.05,18,2025-01-01,,uk,
    44207,UK London 7,0.0099,1/1,,,2025-04-01,,uk,
    44207,UK London 7,0.0150,1/1,,,2024-01-01,2025-02-01,uk,
    1,USA,0.0070,60/6,,,,,us,
    1264,Anguilla,0.5,60/60,,,,,car,blocked
    112,Emergency,0,1/1,,,,,free,

    """,
    "decks/wholesale.yaml":
      "currency: USD\nzone: America/New_York\nband_times: [{band: peak, from: \"04:00\", until: \"09:00\"}]\n",
    "decks/wholesale.csv": """
    prefix,destination,price,increment,connection_fee,minimum,from,until,band,status
    44,United Kingdom,0.0040,1/1,,,,,,
    44,United Kingdom,0.0077,6/6,0.002,,,,peak,
    4420,UK London,0.0050,30/6,,20,2025-01-15,,,
    1,USA,0.0020,6/6,,,,2025-03-01,,
    112,Emergency,0,1/1,,,,,,blocked

    """,
    "suppliers.csv": """
    supplier,deck,trunks,kinds,directions,from,until
    early,wholesale,*,voice,,,2024-12-31
    carrier,wholesale,sip-* *9,voice,outbound internal,,
    rest,wholesale,*,,,,

    """,
    "plans/retail.yaml": """
    plan: retail
    look_up: {voice: retail}
    not_billed:
      - {reason: unanswered, answered: no}
      - {reason: inbound, direction: inbound}
      - {reason: on-net, on_net: account}
      - {reason: test-call, disposition: TEST}
    charges:
      - {charge: us-calls, kinds: [voice], rating_groups: [us], price: 0.01, minimum_amount: 0.02}
      - {charge: calls, kinds: [voice], price: deck, maximum_amount: 0.5}
      - {charge: sms, kinds: [message], price: 0.07}
      - {charge: seats, kinds: [event], rating_groups: [seats], price: 4.99}
      - {charge: backup, kinds: [data], price: 0.02, per: 1 GB}

    """,
    "plans/old.yaml": """
    plan: old
    look_up: {voice: retail}
    charges: [{charge: calls, kinds: [voice], price: deck}]

    """,
    "plans/exact.yaml": """
    plan: exact
    duration: exact
    rounding: none
    answered_zero: first-increment
    connection_fee: always
    look_up: {voice: retail}
    not_billed: []
    charges:
      - charge: steps
        kinds: [voice]
        price: deck
        connection_fee: 0.01
        increment: [{from: 0, increment: 7}, {from: 21, increment: 11, price: 0.003, per: 7}]

    """,
  ]
}
