-- What became of each row in each load (load/src/results.rs); `results` is the newest load, `results__runs` every load. A load into a
-- database tells only of rows that need to be looked at (database/src/report.rs).
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
CREATE TABLE rejects (
    table_name  VARCHAR NOT NULL,  -- table of the schema database
    source_key  VARCHAR NOT NULL,  -- key of the row there
    action      VARCHAR NOT NULL,  -- what was tried: write | delete
    column_name VARCHAR,           -- the column at fault, where one is known
    code        VARCHAR,           -- PostgreSQL's code of the error (SQLSTATE), where it refused the row
    reason      VARCHAR NOT NULL   -- why the row was refused
);
CREATE TABLE rejects__runs (
    table_name  VARCHAR NOT NULL,  -- table of the schema database
    source_key  VARCHAR NOT NULL,  -- key of the row there
    action      VARCHAR NOT NULL,  -- what was tried: write | delete
    column_name VARCHAR,           -- the column at fault, where one is known
    code        VARCHAR,           -- PostgreSQL's code of the error (SQLSTATE), where it refused the row
    reason      VARCHAR NOT NULL,  -- why the row was refused
    run         VARCHAR            -- the load
);
CREATE TABLE defects (
    table_name  VARCHAR NOT NULL,  -- table of the schema database
    source_key  VARCHAR NOT NULL,  -- key of the row there
    action      VARCHAR NOT NULL,  -- what was tried: write | delete
    column_name VARCHAR,           -- the column at fault, where one is known
    code        VARCHAR,           -- PostgreSQL's code of the error (SQLSTATE), where it refused the row
    reason      VARCHAR NOT NULL   -- why the value was changed
);
CREATE TABLE defects__runs (
    table_name  VARCHAR NOT NULL,  -- table of the schema database
    source_key  VARCHAR NOT NULL,  -- key of the row there
    action      VARCHAR NOT NULL,  -- what was tried: write | delete
    column_name VARCHAR,           -- the column at fault, where one is known
    code        VARCHAR,           -- PostgreSQL's code of the error (SQLSTATE), where it refused the row
    reason      VARCHAR NOT NULL,  -- why the value was changed
    run         VARCHAR            -- the load
);
