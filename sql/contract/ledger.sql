-- The ledger: every step of the loader and what came of it, in the order it was written (load/src/ledger.rs). The views of
-- sql/ledger/ have the same columns.
CREATE TABLE entries (
    seq            BIGINT NOT NULL,     -- number of the entry: they are in this order
    run            VARCHAR NOT NULL,    -- run of the load, rollback or settle that wrote it
    at             TIMESTAMP NOT NULL,  -- when it was written
    table_name     VARCHAR NOT NULL,    -- table of the schema intercom
    source_key     VARCHAR NOT NULL,    -- key of the row there
    step           VARCHAR NOT NULL,    -- create, update, tag:<key>, assign, close ...
    state          VARCHAR NOT NULL,    -- intended | done | rejected | unknown | undone
    payload_sha256 VARCHAR,             -- hash of what was sent, to tell what has changed since
    intercom_id    VARCHAR,             -- id that Intercom gave
    parent_id      VARCHAR,             -- id of what it belongs to: of a part its conversation, of a file its part
    method         VARCHAR,             -- of the call: POST, PUT, DELETE
    path           VARCHAR,             -- of the call, without the host
    status         INT,                 -- HTTP status of the reply
    code           VARCHAR,             -- code of Intercom's error
    message        VARCHAR,             -- text of Intercom's error
    request_id     VARCHAR,             -- id of the request, for Intercom's support
    detail         VARCHAR              -- JSON: how the outcome was learnt, what the row was before the write
);
