-- Links that still lead to the old help desk
-- They break when it is switched off.
-- all: deskferry sql --file sql/reconcile/old_links.sql
SELECT "table", intercom_id, host, link FROM reconcile.old_links ORDER BY "table", intercom_id
