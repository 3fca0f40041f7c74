-- What an extract has beside the columns that the source's spec declares: for comments on columns, nothing is made of it.
CREATE TABLE _defects (
    table_name  VARCHAR,  -- staged table of the row
    key         VARCHAR,  -- its key, parts joined with /
    column_name VARCHAR,  -- column that is NULL because of it
    raw         VARCHAR,  -- the value as the source has it
    reason      VARCHAR   -- why it does not fit
);

CREATE TABLE files (
    table_name   VARCHAR,  -- staged table of the row that names the file
    key          VARCHAR,  -- key of that row, parts joined with /
    place        VARCHAR,  -- where the row names it; empty for a download
    name         VARCHAR,  -- its file name
    saved_name   VARCHAR,  -- its name on the help desk's disk
    sha256       VARCHAR,  -- the file in the stage; NULL: it could not be had
    size         BIGINT,   -- bytes
    content_type VARCHAR   -- MIME type, told from its first bytes
);

CREATE TABLE settings (
    key   VARCHAR,  -- what is known about the help desk
    value VARCHAR   -- its value
);
