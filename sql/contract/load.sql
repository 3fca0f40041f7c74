-- What a load has published beside the ledger: for comments on columns, nothing is made of it.
CREATE TABLE results (
    table_name  VARCHAR,  -- table of the schema intercom
    source_key  VARCHAR,  -- key of the row there
    state       VARCHAR,  -- created | updated | skipped | rejected | unknown | drift ...
    intercom_id VARCHAR,  -- id in Intercom
    status      INT,      -- HTTP status of the reply that refused it
    code        VARCHAR,  -- code of Intercom's error
    message     VARCHAR   -- text of Intercom's error
);
