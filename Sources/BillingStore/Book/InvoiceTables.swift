// The tables of drafts, decisions, invoices and credit notes, and views with plain names on them.
//
// Invoices never change: triggers refuse it, and every row is in the audit trail besides.

/// What the book has for invoicing.
enum InvoiceTables {
  /// Makes the tables.
  static let statements = [
    drafts, draftAccounts, draftDocuments, decisions, invoices, invoiceLines, takenBack, guards,
  ]
  /// Makes the views.
  static func views(_ database: BookViews.Database) -> [String] {
    [invoiceList(database), invoiceLineList(database), draftList(database)]
  }

  private static let drafts = """
    CREATE TABLE drafts (  -- drafts of invoices; the folder drafts/<draft_id> holds them and what they were made from
      draft_id        TEXT PRIMARY KEY,         -- first 20 digits of a hash of all that decides them
      number          INTEGER NOT NULL UNIQUE,  -- 1, 2, 3 … in the order of commits
      period_choice   TEXT NOT NULL,            -- the periods that were named
      state           TEXT NOT NULL CHECK (state IN ('current', 'superseded')),
      drafted_at      TEXT NOT NULL,            -- UTC
      program         TEXT NOT NULL,            -- program and version that made them
      catalog_hash    TEXT NOT NULL,            -- of what decides prices
      billing_hash    TEXT NOT NULL,            -- of contracts, charges, discounts, taxes
      basis_sha256    TEXT NOT NULL,            -- of the bytes of basis.json
      manifest_sha256 TEXT NOT NULL             -- of the bytes of drafts.json, which names every document
    ) STRICT
    """

  private static let draftAccounts = """
    CREATE TABLE draft_accounts (  -- what the usage of an account was when it was drafted: finalising compares it
      draft_id     TEXT NOT NULL REFERENCES drafts,
      account      TEXT NOT NULL,
      usage_sha256 TEXT NOT NULL,  -- of its rows: open usage of the period, adjustments of periods before
      PRIMARY KEY (draft_id, account)
    ) STRICT, WITHOUT ROWID
    """

  private static let draftDocuments = """
    CREATE TABLE draft_documents (  -- one row for each draft
      draft_id          TEXT NOT NULL REFERENCES drafts,
      name              TEXT NOT NULL,     -- of its files, without suffix
      account           TEXT NOT NULL,
      usage_period      TEXT NOT NULL,
      part              TEXT NOT NULL CHECK (part IN ('main', 'projects')),
      currency          TEXT NOT NULL,
      content_sha256    TEXT NOT NULL,     -- of what it says: a decision about it holds as long as that is the same
      json_sha256       TEXT NOT NULL,     -- of its document
      total_units       INTEGER NOT NULL,  -- total = total_units + total_pico / 10^12, exactly
      total_pico        INTEGER NOT NULL CHECK (total_pico BETWEEN 0 AND 999999999999),
      PRIMARY KEY (draft_id, name)
    ) STRICT, WITHOUT ROWID
    """

  private static let decisions = """
    CREATE TABLE decisions (  -- who has approved, held or rejected what; the last one about a subject counts
      decision   INTEGER PRIMARY KEY,  -- 1, 2, 3 …
      kind       TEXT NOT NULL CHECK (kind IN ('draft', 'charge')),
      subject    TEXT NOT NULL,        -- content_sha256 of a draft; table and id of a one-time charge
      account    TEXT NOT NULL,
      verdict    TEXT NOT NULL CHECK (verdict IN ('approve', 'hold', 'reject')),
      decided_by TEXT NOT NULL,
      decided_at TEXT NOT NULL,        -- UTC
      reason     TEXT NOT NULL
    ) STRICT;
    CREATE INDEX decisions_by_subject ON decisions (kind, subject, decision)
    """

  private static let moneyColumns = ["recurring", "usage", "net", "tax", "total"]
  private static let lineMoneyColumns = ["amount", "discount", "net", "tax", "gross"]

  private static func money(_ names: [String]) -> String {
    names.map { name in
      """
        \(name)_units INTEGER NOT NULL,
        \(name)_pico INTEGER NOT NULL CHECK (\(name)_pico BETWEEN 0 AND 999999999999),

      """
    }.joined()
  }

  private static let invoices = """
    CREATE TABLE invoice_documents (  -- invoices and credit notes; the folder invoices/<number> holds the documents
      number       TEXT PRIMARY KEY,
      kind         TEXT NOT NULL CHECK (kind IN ('invoice', 'credit-note')),
      entity       TEXT NOT NULL,     -- name of the seller
      series       TEXT NOT NULL,
      sequence     INTEGER NOT NULL,  -- without a gap in its entity and series
      account      TEXT NOT NULL,
      account_name TEXT NOT NULL,
      usage_period TEXT NOT NULL,
      part         TEXT NOT NULL CHECK (part IN ('main', 'projects')),
      currency     TEXT NOT NULL,
      date         TEXT NOT NULL,
      due_date     TEXT,
      corrects     TEXT REFERENCES invoice_documents,  -- the invoice that a credit note corrects
      reason       TEXT NOT NULL,                      -- of a credit note
      draft_id     TEXT REFERENCES drafts,             -- the drafts that an invoice was made from
      draft_name   TEXT NOT NULL,
      billing_id   TEXT REFERENCES billings,           -- what was frozen as billed with it
      finalised_at TEXT NOT NULL,                      -- UTC
      json_sha256  TEXT NOT NULL,                      -- of invoice.json
      page_sha256  TEXT NOT NULL,                      -- of invoice.html
    \(money(moneyColumns))  UNIQUE (entity, series, sequence)
    ) STRICT;
    CREATE INDEX invoice_documents_by_account ON invoice_documents (account, usage_period);
    CREATE INDEX invoice_documents_by_correction ON invoice_documents (corrects)
    """

  private static let invoiceLines = """
    CREATE TABLE invoice_document_lines (  -- amount + discount = net, net + tax = gross
      number        TEXT NOT NULL REFERENCES invoice_documents,
      line          INTEGER NOT NULL,  -- of a credit note: that of the line that it takes back
      section       TEXT NOT NULL,
      description   TEXT NOT NULL,
      contract      TEXT NOT NULL,
      item          TEXT NOT NULL,
      project       TEXT NOT NULL,
      ticket        TEXT NOT NULL,
      service_from  TEXT NOT NULL,
      service_until TEXT NOT NULL,
      quantity      TEXT NOT NULL,     -- decimal
      unit          TEXT NOT NULL,
      unit_price    TEXT NOT NULL,     -- decimal
      tax_class     TEXT NOT NULL,
      charge        TEXT NOT NULL,     -- the one-time charge that it bills, such as tickets.csv:T-7; empty for others
    \(money(lineMoneyColumns))  PRIMARY KEY (number, line)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX invoice_document_lines_by_charge ON invoice_document_lines (charge) WHERE charge <> ''
    """

  private static let takenBack = """
    CREATE TABLE taken_back (  -- accounts whose invoices of a billing were all credited in full: it bills nothing of them
      billing_id TEXT NOT NULL REFERENCES billings,
      account    TEXT NOT NULL,
      number     TEXT NOT NULL REFERENCES invoice_documents,  -- the credit note that took back the last of them
      PRIMARY KEY (billing_id, account)
    ) STRICT, WITHOUT ROWID
    """

  private static let guards = ["invoice_documents", "invoice_document_lines", "decisions", "taken_back"].map {
    table in
    """
    CREATE TRIGGER \(table)_never_change BEFORE UPDATE ON \(table)
      BEGIN SELECT RAISE(ABORT, 'what was decided or sent is never changed'); END;
    CREATE TRIGGER \(table)_never_go BEFORE DELETE ON \(table)
      BEGIN SELECT RAISE(ABORT, 'what was decided or sent is never removed'); END
    """
  }.joined(separator: ";\n")

  private static func invoiceList(_ database: BookViews.Database) -> String {
    """
    CREATE VIEW invoices AS
      SELECT number, kind, corrects, reason, account, account_name, usage_period, part, currency, date, due_date,
        \(decimals(["net", "tax", "total"], database)), entity, series, sequence, finalised_at, json_sha256
      FROM invoice_documents ORDER BY entity, series, sequence
    """
  }

  private static func invoiceLineList(_ database: BookViews.Database) -> String {
    """
    CREATE VIEW invoice_lines AS
      SELECT number, line, section, invoice_document_lines.description, contract, item, project, ticket,
        service_from, service_until, quantity, unit, unit_price, \(decimals(lineMoneyColumns, database)),
        tax_class, account, currency, date
      FROM invoice_document_lines
        JOIN (SELECT number, account, currency, date FROM invoice_documents) AS sent USING (number)
      ORDER BY number, line
    """
  }

  private static func draftList(_ database: BookViews.Database) -> String {
    """
    CREATE VIEW draft_list AS  -- the latest drafts, with what was decided about them
      SELECT drafts.number AS drafts, period_choice, name, draft_documents.account, usage_period, part, currency,
        \(decimals(["total"], database)), verdict, decided_by, decided_at, decisions.reason,
        (SELECT number FROM invoice_documents AS sent
          WHERE sent.draft_id = draft_documents.draft_id AND sent.draft_name = name) AS invoice
      FROM draft_documents JOIN drafts USING (draft_id)
        LEFT JOIN decisions ON decision = (SELECT MAX(decision) FROM decisions WHERE kind = 'draft'
          AND subject = content_sha256)
      WHERE state = 'current' ORDER BY drafts.number, name
    """
  }

  private static func decimals(_ names: [String], _ database: BookViews.Database) -> String {
    names.map { "\(BookViews.decimal($0, database)) AS \($0)" }.joined(separator: ", ")
  }
}
