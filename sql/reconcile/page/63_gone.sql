-- Gone from the help desk, still in Intercom
-- Deleted there after they were loaded; nothing is deleted in Intercom because of that.
-- all: deskferry sql --file sql/reconcile/gone.sql
SELECT "table", source_key, intercom_id, inside FROM reconcile.gone ORDER BY "table", source_key
