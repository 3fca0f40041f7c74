-- What a rollback has published beside the ledger: for comments on columns, nothing is made of it.
CREATE TABLE results (
    table_name  VARCHAR,  -- table of the schema intercom
    source_key  VARCHAR,  -- key of the row there
    step        VARCHAR,  -- step of the load that was taken back
    action      VARCHAR,  -- what was done about it
    intercom_id VARCHAR,  -- id in Intercom
    status      INT,      -- HTTP status of the reply that refused it
    code        VARCHAR,  -- code of Intercom's error
    message     VARCHAR   -- text of Intercom's error
);

CREATE TABLE differs (
    table_name  VARCHAR,  -- table of the schema intercom
    source_key  VARCHAR,  -- key of the row there
    intercom_id VARCHAR,  -- id in Intercom
    field       VARCHAR,  -- what is not as it was before the load
    wanted      VARCHAR,  -- its value before the load
    found       VARCHAR   -- its value now
);
