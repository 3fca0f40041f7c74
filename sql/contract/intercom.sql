-- The contract: what a transform must produce and what the loader reads. One CREATE TABLE per table.
--
-- source_key  names a row for good: `<source>:<object>:<id>`, for example `hesk:ticket:12`.
-- *_key       refers to another contract row by its source_key; the loader turns it into an Intercom id through the ledger.
-- *_keys      JSON array text of such keys, in order.
-- custom_attributes  JSON object text: attribute name -> value, typed as the attribute is declared in `attributes`.
-- Times are TIMESTAMP (microseconds, UTC). A table that a source cannot fill stays empty.

-- People and company attributes and conversation attributes to be created before they are used.
CREATE TABLE attributes (
    source_key  VARCHAR NOT NULL PRIMARY KEY,  -- key of the row, such as hesk:attribute:7
    model       VARCHAR NOT NULL,              -- contact | company | conversation
    name        VARCHAR NOT NULL,              -- name in Intercom
    data_type   VARCHAR NOT NULL,              -- string | integer | decimal | boolean | datetime | list; of conversations also relationship
    description VARCHAR,                       -- what the attribute is, shown to teammates
    options     VARCHAR,                       -- JSON array of texts, for list; for relationship its one custom object type
    multiline   BOOLEAN NOT NULL               -- whether a text may have several lines
);

-- What conversations, contacts, companies and articles are tagged with.
CREATE TABLE tags (
    source_key VARCHAR NOT NULL PRIMARY KEY,  -- key of the row
    name       VARCHAR NOT NULL               -- the tag as Intercom shows it
);

-- An organisation that contacts belong to.
CREATE TABLE companies (
    source_key        VARCHAR NOT NULL PRIMARY KEY,  -- key of the row
    company_id        VARCHAR NOT NULL,              -- key in Intercom, given by us
    name              VARCHAR NOT NULL,              -- name of the company
    website           VARCHAR,                       -- its web address
    industry          VARCHAR,                       -- its industry
    plan              VARCHAR,                       -- name of its plan
    size              BIGINT,                        -- number of its employees
    monthly_spend     BIGINT,                        -- what it spends a month, in whole units of its currency
    remote_created_at TIMESTAMP,                     -- when the source made it
    tag_keys          VARCHAR,                       -- tags: JSON array of their keys
    custom_attributes VARCHAR                        -- JSON object: attribute name -> value
);

-- A person who asked for help. external_id is the key in Intercom; e-mail may be missing.
CREATE TABLE contacts (
    source_key        VARCHAR NOT NULL PRIMARY KEY,  -- key of the row
    external_id       VARCHAR NOT NULL,              -- key in Intercom, given by us
    role              VARCHAR NOT NULL,              -- user | lead
    email             VARCHAR,                       -- e-mail address; may be missing
    phone             VARCHAR,                       -- phone number, international where it could be told
    name              VARCHAR,                       -- full name
    signed_up_at      TIMESTAMP,                     -- first seen in the source
    last_seen_at      TIMESTAMP,                     -- last seen in the source
    owner_key         VARCHAR,                       -- admins
    unsubscribed_from_emails BOOLEAN,                -- whether they want no mail from campaigns
    company_keys      VARCHAR,                       -- companies: JSON array of their keys, the first is the main one
    tag_keys          VARCHAR,                       -- tags: JSON array of their keys
    custom_attributes VARCHAR                        -- JSON object: attribute name -> value
);

-- Notes on a contact or a company (not on a conversation: those are conversation_parts).
CREATE TABLE notes (
    source_key  VARCHAR NOT NULL PRIMARY KEY,  -- key of the row
    parent_key  VARCHAR NOT NULL,              -- contacts or companies
    author_key  VARCHAR,                       -- admins
    author_name VARCHAR,                       -- who wrote it, where that is no teammate any more
    body        VARCHAR NOT NULL,              -- HTML
    created_at  TIMESTAMP                      -- when it was written
);

-- A part of the help center.
CREATE TABLE collections (
    source_key  VARCHAR NOT NULL PRIMARY KEY,  -- key of the row
    parent_key  VARCHAR,                       -- collections; NULL is the top
    name        VARCHAR NOT NULL,              -- name of the collection
    description VARCHAR,                       -- text below the name
    position    BIGINT NOT NULL,               -- order of creation, parents before children
    translated_content VARCHAR                 -- JSON: locale -> {name, description}
);

-- Internal links in body have the form href="deskferry:<source_key>"; the loader rewrites them once every article has a URL.
CREATE TABLE articles (
    source_key  VARCHAR NOT NULL PRIMARY KEY,  -- key of the row
    parent_key  VARCHAR,                       -- collections
    author_key  VARCHAR,                       -- admins
    author_name VARCHAR,                       -- who wrote it, where that is no teammate any more
    title       VARCHAR NOT NULL,              -- title of the article
    description VARCHAR,                       -- text below the title
    body        VARCHAR,                       -- HTML
    state       VARCHAR NOT NULL,              -- published | draft
    position    BIGINT NOT NULL,               -- order in its collection
    tag_keys    VARCHAR,                       -- tags: JSON array of their keys
    translated_content VARCHAR,                -- JSON: locale -> {title, description, body, state}
    created_at  TIMESTAMP,                     -- when it was written
    updated_at  TIMESTAMP                      -- when it was last changed
);

-- What teammates read and customers never see. Links in body are as those of articles.
CREATE TABLE internal_articles (
    source_key  VARCHAR NOT NULL PRIMARY KEY,  -- key of the row
    author_key  VARCHAR,                       -- admins
    author_name VARCHAR,                       -- who wrote it, where that is no teammate any more
    title       VARCHAR NOT NULL,              -- title of the article
    body        VARCHAR,                       -- HTML
    created_at  TIMESTAMP,                     -- when it was written
    updated_at  TIMESTAMP                      -- when it was last changed
);

-- One thread. Its messages are in conversation_parts; position 1 is the message that opens it.
CREATE TABLE conversations (
    source_key        VARCHAR NOT NULL PRIMARY KEY,  -- key of the row
    contact_key       VARCHAR NOT NULL,              -- contacts: who opened it
    title             VARCHAR,                       -- subject
    created_at        TIMESTAMP NOT NULL,            -- when it was opened
    updated_at        TIMESTAMP,                     -- when it last changed in the source
    state             VARCHAR NOT NULL,              -- open | closed | snoozed
    snoozed_until     TIMESTAMP,                     -- when it opens again, for snoozed
    closed_by_key     VARCHAR,                       -- admins: who closed it
    assignee_key      VARCHAR,                       -- admins: who has it
    assignee_name     VARCHAR,                       -- who has it, where that is no teammate any more
    team_key          VARCHAR,                       -- teams: which team has it
    company_key       VARCHAR,                       -- companies
    is_read           BOOLEAN NOT NULL,              -- whether the last message has been read
    participant_keys  VARCHAR,                       -- contacts beside the one who opened it: JSON array of their keys
    tag_keys          VARCHAR,                       -- tags: JSON array of their keys
    custom_attributes VARCHAR                        -- JSON object: attribute name -> value
);

-- One message, note or event of a thread; (conversation_key, position) is unique and in time order.
CREATE TABLE conversation_parts (
    source_key       VARCHAR NOT NULL PRIMARY KEY,  -- key of the row
    conversation_key VARCHAR NOT NULL,              -- conversations
    position         BIGINT NOT NULL,               -- 1, 2, 3 ... in time order
    part_type        VARCHAR NOT NULL,              -- message (opens the thread, plain text) | comment | note
    author_type      VARCHAR NOT NULL,              -- contact | admin
    author_key       VARCHAR,                       -- contacts or admins; NULL: somebody who no longer exists, see author_name
    author_name      VARCHAR,                       -- who wrote it, where that is nobody Intercom knows
    body             VARCHAR NOT NULL,              -- HTML; plain text for the message that opens the thread
    created_at       TIMESTAMP NOT NULL             -- when it was written
);

-- One file of a message. Bytes are in the stage under sha256.
CREATE TABLE attachments (
    source_key   VARCHAR NOT NULL PRIMARY KEY,  -- key of the row
    part_key     VARCHAR NOT NULL,              -- conversation_parts
    position     BIGINT NOT NULL,               -- order in the message
    name         VARCHAR NOT NULL,              -- file name, without any folder
    content_type VARCHAR NOT NULL,              -- MIME type
    size         BIGINT NOT NULL,               -- bytes
    sha256       VARCHAR                        -- the file in the stage; NULL: it was missing, and a check rejects the row
);

-- Contacts and conversations refer to objects by an attribute that is called like the type. That of contacts is made with the type,
-- by hand; that of conversations is a row of attributes.
CREATE TABLE custom_objects (
    source_key          VARCHAR NOT NULL PRIMARY KEY,  -- key of the row
    object_type         VARCHAR NOT NULL,              -- name of the type in Intercom
    external_id         VARCHAR NOT NULL,              -- key in Intercom, given by us
    external_created_at TIMESTAMP,                     -- when the source made it
    external_updated_at TIMESTAMP,                     -- when it last changed in the source
    contact_keys        VARCHAR,                       -- contacts it belongs to: JSON array of their keys
    conversation_keys   VARCHAR,                       -- conversations it belongs to: JSON array of their keys
    custom_attributes   VARCHAR                        -- JSON object: attribute name -> value
);

-- Matched with teammates of the workspace by e-mail, then by name; never created.
CREATE TABLE admins (
    source_key VARCHAR NOT NULL PRIMARY KEY,  -- key of the row
    name       VARCHAR NOT NULL,              -- full name
    email      VARCHAR,                       -- e-mail address
    active     BOOLEAN NOT NULL,              -- whether they still work in the source
    used       BOOLEAN NOT NULL               -- some row that is to be loaded needs this teammate
);

-- Matched with teams of the workspace by name; never created.
CREATE TABLE teams (
    source_key VARCHAR NOT NULL PRIMARY KEY,  -- key of the row
    name       VARCHAR NOT NULL,              -- name of the team
    used       BOOLEAN NOT NULL               -- some row that is to be loaded needs this team
);

-- Canned answers. No API creates them: they become a file to import, or content snippets on request.
CREATE TABLE saved_replies (
    source_key VARCHAR NOT NULL PRIMARY KEY,  -- key of the row
    title      VARCHAR NOT NULL,              -- name of the reply
    body       VARCHAR NOT NULL,              -- HTML
    body_text  VARCHAR NOT NULL,              -- the same as plain text
    position   BIGINT NOT NULL                -- order in the list
);

-- What has to be rebuilt by hand, with the recommended counterpart.
CREATE TABLE inventory (
    source_key     VARCHAR NOT NULL PRIMARY KEY,  -- key of the row
    kind           VARCHAR NOT NULL,              -- what it is: rule, mailbox, SLA ...
    name           VARCHAR NOT NULL,              -- its name in the source
    details        VARCHAR,                       -- JSON: what the source has on it
    recommendation VARCHAR NOT NULL               -- what takes its place in Intercom
);

-- Where the help desk itself shows a row, for people who compare: rows without such a page are not here. Never loaded.
CREATE TABLE source_links (
    source_key VARCHAR NOT NULL PRIMARY KEY,  -- key of the row
    url        VARCHAR NOT NULL               -- address of its page in the help desk
);
