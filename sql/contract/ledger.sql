-- The ledger: every step of the loader and what came of it, in the order it was written (load/src/ledger.rs).
CREATE TABLE entries (
    seq            BIGINT NOT NULL,
    run            VARCHAR NOT NULL,
    at             TIMESTAMP NOT NULL,
    table_name     VARCHAR NOT NULL,
    source_key     VARCHAR NOT NULL,
    step           VARCHAR NOT NULL,  -- create, update, tag:<key>, assign, close ...
    state          VARCHAR NOT NULL,  -- intended | done | rejected | unknown | undone
    payload_sha256 VARCHAR,
    intercom_id    VARCHAR,
    parent_id      VARCHAR,
    method         VARCHAR,
    path           VARCHAR,
    status         INT,
    code           VARCHAR,
    message        VARCHAR,
    request_id     VARCHAR,
    detail         VARCHAR
);
