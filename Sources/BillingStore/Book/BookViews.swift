// Views with plain names, for people at a sqlite3 shell and for reports.
//
// Money is exact in them: sums are made of two whole numbers and shown as decimal text, because SQLite has no decimals and
// a REAL would not add up. Sorting by such text is by its bytes; for order by value cast it.

/// The views of `book.sqlite`.
enum BookViews {
  /// Makes all views.
  static let statements = [
    currentUsage, billed, usageByAccount, usageByAccountAndGroup, unrated, suspenseStates, margin,
    adjustments, runList,
    fileList,
  ]

  private static let whole = "1000000000000"

  /// Exact decimal text of an amount in two normal parts.
  static func decimal(_ name: String) -> String {
    let (units, pico) = (name + "_units", name + "_pico")
    return """
      CASE WHEN \(units) >= 0 OR \(pico) = 0 THEN rtrim(rtrim(\(units) || '.' || printf('%012d', \(pico)), '0'), '.') \
      ELSE rtrim('-' || (-\(units) - 1) || '.' || printf('%012d', \(whole) - \(pico)), '0') END
      """
  }

  /// The sum of amounts as two normal parts.
  private static func sum(_ name: String) -> String {
    """
    SUM(\(name)_units) + SUM(\(name)_pico) / \(whole) AS \(name)_units, SUM(\(name)_pico) % \(whole) AS \(name)_pico
    """
  }

  /// Decimal text of a quantity in the unit of its kind.
  private static func quantity(_ name: String) -> String {
    """
    CASE service_kind \
    WHEN 'voice' THEN rtrim(rtrim(printf('%s%d.%03d', iif(\(name) < 0, '-', ''), abs(\(name)) / 1000, abs(\(name)) % 1000), '0'), '.') \
    WHEN 'event' THEN rtrim(rtrim(printf('%s%d.%06d', iif(\(name) < 0, '-', ''), abs(\(name)) / 1000000, abs(\(name)) % 1000000), '0'), '.') \
    ELSE \(name) END
    """
  }

  private static let unit =
    "CASE service_kind WHEN 'voice' THEN 's' WHEN 'message' THEN 'message' WHEN 'data' THEN 'byte' WHEN 'event' THEN 'event' ELSE '' END"

  private static let key =
    "account, usage_period, plan, charge, service_kind, direction, rating_group, supplier, currency, cost_currency"

  private static let sums = """
    SUM(event_count) AS event_count, SUM(quantity_raw) AS quantity_raw, SUM(quantity_billed) AS quantity_billed,
      SUM(quantity_covered) AS quantity_covered, \(sum("amount")), \(sum("cost"))
    """

  private static let currentUsage = """
    CREATE VIEW current_usage AS  -- what all current runs add up to
      SELECT \(key), \(sums)
      FROM counted_usage GROUP BY \(key)
    """

  private static let billed = """
    CREATE VIEW billed AS  -- what was billed so far and not taken back, adjustments included
      SELECT \(key), \(sums) FROM billed_usage
      WHERE (billing_id, account) NOT IN (SELECT billing_id, account FROM taken_back) GROUP BY \(key)
    """

  private static let usageByAccount = """
    CREATE VIEW usage_by_account AS
      SELECT account, usage_period, currency, event_count, \(decimal("amount")) AS amount
      FROM (SELECT account, usage_period, currency, SUM(event_count) AS event_count, \(sum("amount"))
            FROM current_usage GROUP BY account, usage_period, currency)
      ORDER BY account, usage_period, currency
    """

  private static let usageByAccountAndGroup = """
    CREATE VIEW usage_by_account_and_group AS
      SELECT account, usage_period, service_kind, rating_group, currency, event_count,
        \(quantity("quantity_raw")) AS quantity_raw, \(quantity("quantity_billed")) AS quantity_billed,
        \(unit) AS unit, \(decimal("amount")) AS amount
      FROM (SELECT account, usage_period, service_kind, rating_group, currency, SUM(event_count) AS event_count,
              SUM(quantity_raw) AS quantity_raw, SUM(quantity_billed) AS quantity_billed, \(sum("amount"))
            FROM current_usage GROUP BY account, usage_period, service_kind, rating_group, currency)
      ORDER BY account, usage_period, service_kind, rating_group, currency
    """

  private static let unrated = """
    CREATE VIEW unrated AS  -- what waits in suspense
      SELECT reason, account, unit, SUM(event_count) AS event_count, SUM(quantity) AS quantity
      FROM (SELECT run_id, reason, account, unit, event_count, quantity FROM run_suspense
            UNION ALL
            SELECT c.run_id, c.reason, account, unit, event_count, quantity
            FROM suspense_changes AS c JOIN suspense_actions AS a USING (action)
              LEFT JOIN runs AS r ON r.run_id = a.run_id
            WHERE a.run_id IS NULL OR r.state = 'current')
        JOIN runs USING (run_id) WHERE state = 'current'
      GROUP BY reason, account, unit HAVING SUM(event_count) <> 0 ORDER BY reason, account, unit
    """

  private static let suspenseStates = """
    CREATE VIEW suspense_states AS  -- suspended = recycled + written_off + waiting, of each run that counts
      SELECT number, run_id, suspended, recycled, written_off, suspended - recycled - written_off AS waiting
      FROM (SELECT runs.number, runs.run_id, runs.suspended,
              SUM(iif(m.state = 'recycled', last_row - first_row + 1, 0)) AS recycled,
              SUM(iif(m.state = 'written off', last_row - first_row + 1, 0)) AS written_off
            FROM runs LEFT JOIN
              (SELECT suspense_moves.* FROM suspense_moves JOIN suspense_actions AS a USING (action)
                 LEFT JOIN runs AS r ON r.run_id = a.run_id
               WHERE a.run_id IS NULL OR r.state = 'current') AS m USING (run_id)
            WHERE runs.state = 'current' GROUP BY runs.number, runs.run_id, runs.suspended)
      WHERE suspended > 0 ORDER BY number
    """

  private static let margin = """
    CREATE VIEW margin AS  -- what is charged and what it costs; subtract only where the currencies are the same
      SELECT account, usage_period, rating_group, supplier, event_count, currency, \(decimal("amount")) AS amount,
        cost_currency, iif(cost_currency = '', NULL, \(decimal("cost"))) AS cost
      FROM (SELECT account, usage_period, rating_group, supplier, currency, cost_currency,
              SUM(event_count) AS event_count, \(sum("amount")), \(sum("cost"))
            FROM current_usage GROUP BY account, usage_period, rating_group, supplier, currency, cost_currency)
      ORDER BY account, usage_period, rating_group, supplier
    """

  private static let adjustments = """
    CREATE VIEW adjustments AS  -- current - billed of billed accounts and periods, where it is not zero
      SELECT account, usage_period, rating_group, currency, event_count, \(decimal("amount")) AS amount
      FROM (SELECT account, usage_period, rating_group, currency, SUM(event_count) AS event_count, \(sum("amount"))
            FROM (SELECT account, usage_period, rating_group, currency, event_count, amount_units, amount_pico
                  FROM current_usage
                  WHERE (account, usage_period) IN (SELECT account, usage_period FROM billed_periods)
                  UNION ALL
                  SELECT account, usage_period, rating_group, currency, -event_count,
                    -amount_units - (amount_pico > 0), (\(whole) - amount_pico) % \(whole)
                  FROM billed)
            GROUP BY account, usage_period, rating_group, currency)
      WHERE event_count <> 0 OR amount_units <> 0 OR amount_pico <> 0
      ORDER BY account, usage_period, rating_group, currency
    """

  private static let runList = """
    CREATE VIEW run_list AS
      SELECT number, run_id, kind, state, committed_at, read, rated, filtered, duplicate, suspended, catalog_hash
      FROM runs ORDER BY number
    """

  private static let fileList = """
    CREATE VIEW file_list AS
      SELECT runs.number AS run, run_id, state, name, source, decoded_bytes, run_files.read, run_files.rated,
        run_files.filtered, run_files.duplicate, run_files.suspended, content_hash
      FROM run_files JOIN runs USING (run_id) ORDER BY number, position
    """
}
