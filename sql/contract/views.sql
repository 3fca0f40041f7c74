-- Columns that views of the ledger work out: for comments on columns, nothing is made of it.
CREATE TABLE merged (
    into_key VARCHAR  -- key of the row whose contact it shares
);
CREATE TABLE addresses (
    by_key VARCHAR  -- JSON object: key of an article or collection that the text leads to -> its address in the help center
);
CREATE TABLE links (
    source_url   VARCHAR,  -- where the help desk shows the row, or the thread or person that it belongs to
    intercom_url VARCHAR   -- where Intercom's app does
);
