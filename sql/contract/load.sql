-- What became of each row in each load (load/src/results.rs); `results` is the newest load, `results__runs` every load.
CREATE TABLE results (
    table_name  VARCHAR NOT NULL,  -- table of the schema intercom
    source_key  VARCHAR NOT NULL,  -- key of the row there
    state       VARCHAR NOT NULL,  -- same | created | updated | not_sent | rejected | unknown
    intercom_id VARCHAR,           -- id in Intercom
    status      INT,               -- HTTP status of the reply that refused it
    code        VARCHAR,           -- of a refusal; `drift` where the row has changed in a way that Intercom cannot follow
    message     VARCHAR            -- text of Intercom's error
);
CREATE TABLE results__runs (
    table_name  VARCHAR NOT NULL,  -- table of the schema intercom
    source_key  VARCHAR NOT NULL,  -- key of the row there
    state       VARCHAR NOT NULL,  -- same | created | updated | not_sent | rejected | unknown
    intercom_id VARCHAR,           -- id in Intercom
    status      INT,               -- HTTP status of the reply that refused it
    code        VARCHAR,           -- of a refusal, or `drift`
    message     VARCHAR,           -- text of Intercom's error
    run         VARCHAR            -- the load
);
