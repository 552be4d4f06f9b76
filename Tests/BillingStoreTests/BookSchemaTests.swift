// The book as a database: its marks, its permissions, its guards.

import DurableFiles
import TestSupport
import Testing

@testable import BillingStore

@Suite struct BookSchemaTests {
}
