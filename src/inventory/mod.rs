//! Stock: the truth in PostgreSQL, receipts, adjustments, the ledger, the audit.
