-- What the workspace holds, as read back by the loader (load/src/read_back.rs). Where threads became tickets, `conversations` and
-- `conversation_parts` hold the tickets and their messages, and `attributes` those of the ticket type as model `conversation`.
CREATE TABLE contacts (
    id          VARCHAR,  -- id in Intercom
    external_id VARCHAR,  -- key that we gave
    email       VARCHAR,  -- e-mail address
    name        VARCHAR   -- full name
);

CREATE TABLE companies (
    id         VARCHAR,  -- id in Intercom
    company_id VARCHAR,  -- key that we gave
    name       VARCHAR   -- name of the company
);

CREATE TABLE tags (
    id   VARCHAR,  -- id in Intercom
    name VARCHAR   -- the tag
);

CREATE TABLE collections (
    id        VARCHAR,  -- id in Intercom
    name      VARCHAR,  -- name of the collection
    parent_id VARCHAR,  -- id of the collection above; NULL is the top
    url       VARCHAR   -- address in the help center
);

CREATE TABLE articles (
    id    VARCHAR,  -- id in Intercom
    title VARCHAR,  -- title of the article
    state VARCHAR,  -- published | draft
    url   VARCHAR   -- address in the help center
);

CREATE TABLE attributes (
    id        VARCHAR,  -- id in Intercom
    model     VARCHAR,  -- contact | company | conversation
    name      VARCHAR,  -- name of the attribute
    data_type VARCHAR   -- as Intercom calls it
);

CREATE TABLE conversations (
    id                VARCHAR,    -- id in Intercom
    title             VARCHAR,    -- subject
    state             VARCHAR,    -- open | closed | snoozed
    created_at        TIMESTAMP,  -- when it was opened
    contact_id        VARCHAR,    -- id of the contact who opened it
    parts             BIGINT,     -- messages and notes, with the opening one
    attachments       BIGINT,     -- files of all messages
    tags              VARCHAR,    -- JSON array of tags
    admin_assignee_id VARCHAR,    -- id of the teammate who has it
    team_assignee_id  VARCHAR     -- id of the team that has it
);

CREATE TABLE conversation_parts (
    conversation_id VARCHAR,    -- id of its conversation
    part_id         VARCHAR,    -- id in Intercom
    part_type       VARCHAR,    -- as Intercom calls it: comment, note, assignment ...
    author_type     VARCHAR,    -- user | lead | admin | bot
    author_id       VARCHAR,    -- id of who wrote it
    created_at      TIMESTAMP,  -- when it was written
    attachments     BIGINT      -- number of its files
);

CREATE TABLE ticket_types (
    id   VARCHAR,  -- id in Intercom
    name VARCHAR   -- name of the ticket type
);

CREATE TABLE notes (
    id         VARCHAR,   -- id in Intercom
    created_at TIMESTAMP  -- when it was written
);

CREATE TABLE custom_objects (
    id          VARCHAR,  -- id in Intercom
    object_type VARCHAR,  -- name of the type, also called type
    external_id VARCHAR   -- key that we gave
);

CREATE TABLE saved_replies (
    id    VARCHAR,  -- id of the snippet in Intercom
    title VARCHAR   -- its title
);
