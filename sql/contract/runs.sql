-- What has been published, out of the manifests.
CREATE TABLE tables (
    run            VARCHAR NOT NULL,  -- id of the run; ids sort by the time the run began
    stage          VARCHAR NOT NULL,  -- extract | transform | load
    schema_name    VARCHAR NOT NULL,  -- first part of the table's name: hesk, intercom
    table_name     VARCHAR NOT NULL,  -- second part of the table's name
    row_count      BIGINT NOT NULL,   -- rows of the table at the time of the run, also where the run holds only what changed
    source_rows    BIGINT,            -- the source's own count, where it has one; NULL for a sample
    is_current     BOOLEAN NOT NULL,  -- whether this is the newest run that has the table
    mode           VARCHAR NOT NULL,  -- full: the run has the table whole | delta: only what differs from the state before
    new_rows       BIGINT,            -- of a delta: rows whose key was not there
    changed_rows   BIGINT,            -- of a delta: rows with another value in some column
    gone_rows      BIGINT,            -- of a delta: rows that the source does not give any more
    unchanged_rows BIGINT             -- of a delta: rows that are as they were, and not in the run
);
