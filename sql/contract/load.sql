-- What became of each row in each load (load/src/results.rs); `results` is the newest load, `results__runs` every load.
CREATE TABLE results (
    table_name  VARCHAR NOT NULL,
    source_key  VARCHAR NOT NULL,
    state       VARCHAR NOT NULL,  -- same | created | updated | not_sent | rejected | unknown
    intercom_id VARCHAR,
    status      INT,
    code        VARCHAR,           -- of a refusal; `drift` where the row has changed in a way that Intercom cannot follow
    message     VARCHAR
);
CREATE TABLE results__runs (
    table_name  VARCHAR NOT NULL,
    source_key  VARCHAR NOT NULL,
    state       VARCHAR NOT NULL,
    intercom_id VARCHAR,
    status      INT,
    code        VARCHAR,
    message     VARCHAR,
    run         VARCHAR
);
