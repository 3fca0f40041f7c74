-- What a transform has in schema intercom beside the contract: for comments on columns, nothing is made of it. Intermediate
-- models are described by their own files.
CREATE TABLE rejects (
    table_name VARCHAR,  -- table that the row was meant for
    source_key VARCHAR,  -- its key; NULL where that is what it lacks
    reason     VARCHAR,  -- why it is not in the table
    row        VARCHAR,  -- the whole row as JSON
    check_name VARCHAR   -- file of the check that refused it, without its ending; NULL: the contract did
);

CREATE TABLE warnings (
    check_name VARCHAR,  -- file of the check, without its ending
    table_name VARCHAR,  -- table of the row
    source_key VARCHAR,  -- key of the row, which is in the table all the same
    reason     VARCHAR   -- what is worth a look
);

-- One row per staged source row; the sums of this close the accounting.
CREATE TABLE dispositions (
    source_table VARCHAR,  -- staged table of the source
    source_id    VARCHAR,  -- key of the row there
    target_table VARCHAR,  -- table of Intercom that it goes to; inventory where it is rebuilt by hand
    target_key   VARCHAR,  -- source_key of the row there; NULL: there is none, see rule
    rule         VARCHAR   -- by which rule the row has no counterpart, where it has none
);

CREATE TABLE settings (
    key   VARCHAR,  -- section and key in deskferry.toml
    value VARCHAR   -- its value; never a secret
);
