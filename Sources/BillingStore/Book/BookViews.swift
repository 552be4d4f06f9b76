// Views with plain names, for people at a shell and for reports: one text for the book and for its copy in PostgreSQL.
//
// Money is exact in them: sums are made of two whole numbers and shown as decimals. SQLite has none, and a REAL would not add
// up: there they are text, whose order is that of its bytes; for order by value cast it.

/// The views of `book.sqlite` and of its copy.
enum BookViews {
  /// What the two databases write differently.
  enum Database {
    case sqlite
    case postgres
  }

  /// Makes all views, each after those that it looks at.
  static func statements(_ database: Database) -> [String] {
    [
      BookSchema.runRows, BookSchema.countedUsage, currentUsage, billed, billedPeriods,
      usageByAccount(database),
      usageByAccountAndGroup(database), unrated(database), suspenseStates, margin(database),
      adjustments(database), runList, fileList,
    ]
  }

  private static let whole = "1000000000000"

  /// The exact decimal of an amount in two normal parts: as text, or where there are decimals as one.
  static func decimal(_ name: String, _ database: Database) -> String {
    let (units, pico) = (name + "_units", name + "_pico")
    switch database {
    case .sqlite:
      return """
        CASE WHEN \(units) >= 0 OR \(pico) = 0 THEN rtrim(rtrim(\(units) || '.' || printf('%012d', \(pico)), '0'), '.') \
        ELSE rtrim('-' || (-\(units) - 1) || '.' || printf('%012d', \(whole) - \(pico)), '0') END
        """
    case .postgres: return "trim_scale(\(units) + \(pico) / \(whole)::numeric)"
    }
  }

  /// A sum of whole numbers as one: PostgreSQL would go over to decimals, which divide in another way.
  private static func total(_ name: String) -> String { "CAST(SUM(\(name)) AS BIGINT)" }

  /// The sum of amounts as two normal parts.
  private static func sum(_ name: String) -> String {
    """
    \(total(name + "_units")) + \(total(name + "_pico")) / \(whole) AS \(name)_units, \
    \(total(name + "_pico")) % \(whole) AS \(name)_pico
    """
  }

  /// A quantity in the unit of its kind; `unit` gives that unit.
  private static func quantity(_ name: String, _ unit: String, _ database: Database) -> String {
    func parts(_ digits: Int) -> String {
      let scale = "1" + String(repeating: "0", count: digits)
      switch database {
      case .sqlite:
        return """
          rtrim(rtrim(printf('%s%d.%0\(digits)d', CASE WHEN \(name) < 0 THEN '-' ELSE '' END, abs(\(name)) / \(scale), \
          abs(\(name)) % \(scale)), '0'), '.')
          """
      case .postgres: return "trim_scale(\(name) / \(scale)::numeric)"
      }
    }
    // What is not known stays so: printf would make it 0.
    return """
      CASE WHEN \(name) IS NULL THEN NULL WHEN \(unit) = 's' THEN \(parts(3)) \
      WHEN \(unit) = 'event' THEN \(parts(6)) ELSE \(name) END
      """
  }

  private static let unit =
    "CASE service_kind WHEN 'voice' THEN 's' WHEN 'message' THEN 'message' WHEN 'data' THEN 'byte' WHEN 'event' THEN 'event' ELSE '' END"

  private static let key =
    "account, usage_period, plan, charge, service_kind, direction, rating_group, supplier, currency, cost_currency"

  private static let sums = """
    \(total("event_count")) AS event_count, \(total("quantity_raw")) AS quantity_raw,
      \(total("quantity_billed")) AS quantity_billed, \(total("quantity_covered")) AS quantity_covered,
      \(sum("amount")), \(sum("cost"))
    """

  private static let currentUsage = """
    CREATE VIEW current_usage AS  -- what all current runs add up to, in whole numbers as in the tables
      SELECT \(key), \(sums)
      FROM counted_usage GROUP BY \(key)
    """

  private static let billed = """
    CREATE VIEW billed AS  -- what was billed so far and not taken back, adjustments included, in whole numbers as in the tables
      SELECT \(key), \(sums) FROM billed_usage
      WHERE (billing_id, account) NOT IN (SELECT billing_id, account FROM taken_back) GROUP BY \(key)
    """

  private static let billedPeriods = """
    CREATE VIEW billed_periods AS  -- accounts and periods that are billed: closed by a billing that was not taken back
      SELECT billing_id, account, usage_period FROM billed_accounts
      WHERE (billing_id, account) NOT IN (SELECT billing_id, account FROM taken_back)
    """

  private static func usageByAccount(_ database: Database) -> String {
    """
    CREATE VIEW usage_by_account AS
      SELECT account, usage_period, currency, event_count, \(decimal("amount", database)) AS amount
      FROM (SELECT account, usage_period, currency, \(total("event_count")) AS event_count, \(sum("amount"))
            FROM current_usage GROUP BY account, usage_period, currency) AS totals
      ORDER BY account, usage_period, currency
    """
  }

  private static func usageByAccountAndGroup(_ database: Database) -> String {
    """
    CREATE VIEW usage_by_account_and_group AS
      SELECT account, usage_period, service_kind, rating_group, currency, event_count,
        \(quantity("quantity_raw", "unit", database)) AS quantity_raw,
        \(quantity("quantity_billed", "unit", database)) AS quantity_billed,
        unit, \(decimal("amount", database)) AS amount
      FROM (SELECT account, usage_period, service_kind, rating_group, currency, \(unit) AS unit,
              \(total("event_count")) AS event_count, \(total("quantity_raw")) AS quantity_raw,
              \(total("quantity_billed")) AS quantity_billed, \(sum("amount"))
            FROM current_usage GROUP BY account, usage_period, service_kind, rating_group, currency) AS totals
      ORDER BY account, usage_period, service_kind, rating_group, currency
    """
  }

  private static func unrated(_ database: Database) -> String {
    """
    CREATE VIEW unrated AS  -- what waits in suspense
      SELECT reason, account, unit, event_count, \(quantity("quantity", "unit", database)) AS quantity
      FROM (SELECT reason, account, unit, \(total("event_count")) AS event_count, \(total("quantity")) AS quantity
            FROM (SELECT run_id, reason, account, unit, event_count, quantity FROM run_suspense
                  UNION ALL
                  SELECT c.run_id, c.reason, c.account, c.unit, c.event_count, c.quantity
                  FROM suspense_changes AS c JOIN suspense_actions AS a USING (action)
                    LEFT JOIN runs AS r ON r.run_id = a.run_id
                  WHERE a.run_id IS NULL OR r.state = 'current') AS changes
              JOIN runs USING (run_id) WHERE state = 'current'
            GROUP BY reason, account, unit) AS totals
      WHERE event_count <> 0 ORDER BY reason, account, unit
    """
  }

  private static let suspenseStates = """
    CREATE VIEW suspense_states AS  -- suspended = recycled + written_off + waiting, of each run that counts
      SELECT number, run_id, suspended, recycled, written_off, suspended - recycled - written_off AS waiting
      FROM (SELECT runs.number, runs.run_id, runs.suspended,
              SUM(CASE WHEN m.state = 'recycled' THEN last_row - first_row + 1 ELSE 0 END) AS recycled,
              SUM(CASE WHEN m.state = 'written off' THEN last_row - first_row + 1 ELSE 0 END) AS written_off
            FROM runs LEFT JOIN
              (SELECT moves.* FROM suspense_moves AS moves JOIN suspense_actions AS a USING (action)
                 LEFT JOIN runs AS r ON r.run_id = a.run_id
               WHERE a.run_id IS NULL OR r.state = 'current') AS m USING (run_id)
            WHERE runs.state = 'current' GROUP BY runs.number, runs.run_id, runs.suspended) AS states
      WHERE suspended > 0 ORDER BY number
    """

  private static func margin(_ database: Database) -> String {
    """
    CREATE VIEW margin AS  -- what is charged and what it costs; subtract only where the currencies are the same
      SELECT account, usage_period, rating_group, supplier, event_count, currency,
        \(decimal("amount", database)) AS amount, cost_currency,
        CASE WHEN cost_currency = '' THEN NULL ELSE \(decimal("cost", database)) END AS cost
      FROM (SELECT account, usage_period, rating_group, supplier, currency, cost_currency,
              \(total("event_count")) AS event_count, \(sum("amount")), \(sum("cost"))
            FROM current_usage GROUP BY account, usage_period, rating_group, supplier, currency, cost_currency)
        AS totals
      ORDER BY account, usage_period, rating_group, supplier, currency, cost_currency
    """
  }

  private static func adjustments(_ database: Database) -> String {
    """
    CREATE VIEW adjustments AS  -- current - billed of billed accounts and periods, where it is not zero
      SELECT account, usage_period, rating_group, currency, event_count, \(decimal("amount", database)) AS amount
      FROM (SELECT account, usage_period, rating_group, currency, \(total("event_count")) AS event_count,
              \(sum("amount"))
            FROM (SELECT account, usage_period, rating_group, currency, event_count, amount_units, amount_pico
                  FROM current_usage
                  WHERE (account, usage_period) IN (SELECT account, usage_period FROM billed_periods)
                  UNION ALL
                  SELECT account, usage_period, rating_group, currency, -event_count,
                    CASE WHEN amount_pico > 0 THEN -amount_units - 1 ELSE -amount_units END,
                    (\(whole) - amount_pico) % \(whole)
                  FROM billed) AS changes
            GROUP BY account, usage_period, rating_group, currency) AS totals
      WHERE event_count <> 0 OR amount_units <> 0 OR amount_pico <> 0
      ORDER BY account, usage_period, rating_group, currency
    """
  }

  private static let runList = """
    CREATE VIEW run_list AS
      SELECT number, run_id, kind, state, committed_at, read, rated, filtered, duplicate, suspended, catalog_hash
      FROM runs ORDER BY number
    """

  private static let fileList = """
    CREATE VIEW file_list AS
      SELECT runs.number AS run, run_id, state, name, source, decoded_bytes, run_files.read, run_files.rated,
        run_files.filtered, run_files.duplicate, run_files.suspended, first_day, last_day, content_hash
      FROM run_files JOIN runs USING (run_id) ORDER BY number, position
    """
}
