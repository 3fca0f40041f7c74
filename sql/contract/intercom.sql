-- The contract: what a transform must produce and what the loader reads. One CREATE TABLE per table.
--
-- source_key  names a row for good: `<source>:<object>:<id>`, for example `hesk:ticket:12`.
-- *_key       refers to another contract row by its source_key; the loader turns it into an Intercom id through the ledger.
-- *_keys      JSON array text of such keys, in order.
-- custom_attributes  JSON object text: attribute name -> value, typed as the attribute is declared in `attributes`.
-- Times are TIMESTAMP (microseconds, UTC). A table that a source cannot fill stays empty.

-- People and company attributes and conversation attributes to be created before they are used.
CREATE TABLE attributes (
    source_key  VARCHAR NOT NULL PRIMARY KEY,
    model       VARCHAR NOT NULL,  -- contact | company | conversation
    name        VARCHAR NOT NULL,
    data_type   VARCHAR NOT NULL,  -- string | integer | decimal | boolean | datetime | list; of conversations also relationship
    description VARCHAR,
    options     VARCHAR,           -- JSON array of texts, for list; for relationship its one custom object type
    multiline   BOOLEAN NOT NULL
);

CREATE TABLE tags (
    source_key VARCHAR NOT NULL PRIMARY KEY,
    name       VARCHAR NOT NULL
);

CREATE TABLE companies (
    source_key        VARCHAR NOT NULL PRIMARY KEY,
    company_id        VARCHAR NOT NULL,
    name              VARCHAR NOT NULL,
    website           VARCHAR,
    industry          VARCHAR,
    plan              VARCHAR,
    size              BIGINT,
    monthly_spend     BIGINT,
    remote_created_at TIMESTAMP,
    tag_keys          VARCHAR,
    custom_attributes VARCHAR
);

-- A person who asked for help. external_id is the key in Intercom; e-mail may be missing.
CREATE TABLE contacts (
    source_key        VARCHAR NOT NULL PRIMARY KEY,
    external_id       VARCHAR NOT NULL,
    role              VARCHAR NOT NULL,  -- user | lead
    email             VARCHAR,
    phone             VARCHAR,
    name              VARCHAR,
    signed_up_at      TIMESTAMP,
    last_seen_at      TIMESTAMP,
    owner_key         VARCHAR,           -- admins
    unsubscribed_from_emails BOOLEAN,
    company_keys      VARCHAR,
    tag_keys          VARCHAR,
    custom_attributes VARCHAR
);

-- Notes on a contact or a company (not on a conversation: those are conversation_parts).
CREATE TABLE notes (
    source_key  VARCHAR NOT NULL PRIMARY KEY,
    parent_key  VARCHAR NOT NULL,        -- contacts or companies
    author_key  VARCHAR,                 -- admins
    author_name VARCHAR,
    body        VARCHAR NOT NULL,
    created_at  TIMESTAMP
);

CREATE TABLE collections (
    source_key  VARCHAR NOT NULL PRIMARY KEY,
    parent_key  VARCHAR,                 -- collections; NULL is the top
    name        VARCHAR NOT NULL,
    description VARCHAR,
    position    BIGINT NOT NULL,         -- order of creation, parents before children
    translated_content VARCHAR           -- JSON: locale -> {name, description}
);

-- Internal links in body have the form href="deskferry:<source_key>"; the loader rewrites them once every article has a URL.
CREATE TABLE articles (
    source_key  VARCHAR NOT NULL PRIMARY KEY,
    parent_key  VARCHAR,                 -- collections
    author_key  VARCHAR,                 -- admins
    author_name VARCHAR,
    title       VARCHAR NOT NULL,
    description VARCHAR,
    body        VARCHAR,
    state       VARCHAR NOT NULL,        -- published | draft
    position    BIGINT NOT NULL,
    tag_keys    VARCHAR,
    translated_content VARCHAR,          -- JSON: locale -> {title, description, body, state}
    created_at  TIMESTAMP,
    updated_at  TIMESTAMP
);

-- One thread. Its messages are in conversation_parts; position 1 is the message that opens it.
CREATE TABLE conversations (
    source_key        VARCHAR NOT NULL PRIMARY KEY,
    contact_key       VARCHAR NOT NULL,  -- contacts: who opened it
    title             VARCHAR,
    created_at        TIMESTAMP NOT NULL,
    updated_at        TIMESTAMP,
    state             VARCHAR NOT NULL,  -- open | closed | snoozed
    snoozed_until     TIMESTAMP,
    closed_by_key     VARCHAR,           -- admins
    assignee_key      VARCHAR,           -- admins
    assignee_name     VARCHAR,
    team_key          VARCHAR,           -- teams
    company_key       VARCHAR,           -- companies
    is_read           BOOLEAN NOT NULL,
    participant_keys  VARCHAR,           -- contacts beside the one who opened it
    tag_keys          VARCHAR,
    custom_attributes VARCHAR
);

-- One message, note or event of a thread; (conversation_key, position) is unique and in time order.
CREATE TABLE conversation_parts (
    source_key       VARCHAR NOT NULL PRIMARY KEY,
    conversation_key VARCHAR NOT NULL,   -- conversations
    position         BIGINT NOT NULL,    -- 1, 2, 3 ... in time order
    part_type        VARCHAR NOT NULL,   -- message (opens the thread, plain text) | comment | note
    author_type      VARCHAR NOT NULL,   -- contact | admin
    author_key       VARCHAR,            -- contacts or admins; NULL: somebody who no longer exists, see author_name
    author_name      VARCHAR,
    body             VARCHAR NOT NULL,   -- HTML; plain text for the message that opens the thread
    created_at       TIMESTAMP NOT NULL
);

-- One file of a message. Bytes are in the stage under sha256.
CREATE TABLE attachments (
    source_key   VARCHAR NOT NULL PRIMARY KEY,
    part_key     VARCHAR NOT NULL,       -- conversation_parts
    position     BIGINT NOT NULL,
    name         VARCHAR NOT NULL,
    content_type VARCHAR NOT NULL,
    size         BIGINT NOT NULL,
    sha256       VARCHAR                 -- NULL: the file was missing; a check rejects the row
);

-- Contacts and conversations refer to objects by an attribute that is called like the type. That of contacts is made with the type,
-- by hand; that of conversations is a row of attributes.
CREATE TABLE custom_objects (
    source_key          VARCHAR NOT NULL PRIMARY KEY,
    object_type         VARCHAR NOT NULL,
    external_id         VARCHAR NOT NULL,
    external_created_at TIMESTAMP,
    external_updated_at TIMESTAMP,
    contact_keys        VARCHAR,
    conversation_keys   VARCHAR,
    custom_attributes   VARCHAR
);

-- Matched with teammates of the workspace by e-mail, then by name; never created.
CREATE TABLE admins (
    source_key VARCHAR NOT NULL PRIMARY KEY,
    name       VARCHAR NOT NULL,
    email      VARCHAR,
    active     BOOLEAN NOT NULL,
    used       BOOLEAN NOT NULL           -- some row that is to be loaded needs this teammate
);

-- Matched with teams of the workspace by name; never created.
CREATE TABLE teams (
    source_key VARCHAR NOT NULL PRIMARY KEY,
    name       VARCHAR NOT NULL,
    used       BOOLEAN NOT NULL
);

-- Canned answers. No API creates them: they become a file to import, or content snippets on request.
CREATE TABLE saved_replies (
    source_key VARCHAR NOT NULL PRIMARY KEY,
    title      VARCHAR NOT NULL,
    body       VARCHAR NOT NULL,          -- HTML
    body_text  VARCHAR NOT NULL,
    position   BIGINT NOT NULL
);

-- What has to be rebuilt by hand, with the recommended counterpart.
CREATE TABLE inventory (
    source_key     VARCHAR NOT NULL PRIMARY KEY,
    kind           VARCHAR NOT NULL,
    name           VARCHAR NOT NULL,
    details        VARCHAR,               -- JSON
    recommendation VARCHAR NOT NULL
);

-- Where the help desk itself shows a row, for people who compare: rows without such a page are not here. Never loaded.
CREATE TABLE source_links (
    source_key VARCHAR NOT NULL PRIMARY KEY,
    url        VARCHAR NOT NULL
);
