-- The contract of a copy: what the models of a source that is kept (sql/intercom) must produce, and what `load` writes into a database.
-- One CREATE TABLE per table, in the order in which a database is filled: what others refer to comes first.
--
-- source_key  names a row for good: `<source>:<object>:<id>`, for example `intercom:contact:6745…`.
-- *_key       refers to another row by its source_key; the row may be missing, as of a teammate who has left.
-- *_keys      JSON array of such keys.
-- tags        JSON array of names.
-- attributes  JSON object: name of the attribute -> value, typed as `attributes` says.
-- Times are TIMESTAMP (microseconds, UTC). JSON is JSON text in the stage, jsonb in PostgreSQL. A table that a source cannot fill stays empty.

-- A teammate.
CREATE TABLE admins (
    source_key     VARCHAR NOT NULL PRIMARY KEY,  -- key of the row, such as intercom:admin:814860
    intercom_id    VARCHAR NOT NULL,              -- id in Intercom
    name           VARCHAR,                       -- full name
    email          VARCHAR,                       -- e-mail address they log in with
    job_title      VARCHAR,                       -- their job, as they have entered it
    has_inbox_seat BOOLEAN,                       -- whether they may answer in the inbox
    team_keys      JSON NOT NULL                  -- teams that they are members of
);

-- A team of teammates.
CREATE TABLE teams (
    source_key  VARCHAR NOT NULL PRIMARY KEY,  -- key of the row
    intercom_id VARCHAR NOT NULL,              -- id in Intercom
    name        VARCHAR,                       -- name of the team
    admin_keys  JSON NOT NULL                  -- admins who are members
);

-- A tag, whatever it is used on.
CREATE TABLE tags (
    source_key  VARCHAR NOT NULL PRIMARY KEY,  -- key of the row
    intercom_id VARCHAR NOT NULL,              -- id in Intercom
    name        VARCHAR NOT NULL               -- the tag as it is shown
);

-- What an attribute means: those of people, companies, conversations and tickets, built-in ones too.
CREATE TABLE attributes (
    source_key  VARCHAR NOT NULL PRIMARY KEY,  -- key of the row
    intercom_id VARCHAR,                       -- id in Intercom; built-in ones have none
    model       VARCHAR NOT NULL,              -- contact | company | conversation | ticket
    ticket_type VARCHAR,                       -- name of the ticket type, for those of tickets
    name        VARCHAR NOT NULL,              -- name in `attributes` of the rows
    label       VARCHAR,                       -- what teammates see
    data_type   VARCHAR,                       -- type as Intercom calls it: string, integer, float, boolean, date, list …
    description VARCHAR,                       -- what it is for
    options     JSON,                          -- values of a list
    custom      BOOLEAN NOT NULL,              -- whether the workspace has made it
    archived    BOOLEAN NOT NULL               -- whether it is out of use; rows may still have values
);

-- An organisation that people belong to.
CREATE TABLE companies (
    source_key        VARCHAR NOT NULL PRIMARY KEY,  -- key of the row, such as intercom:company:6745…
    source            VARCHAR NOT NULL,              -- where it is from: intercom
    external_id       VARCHAR,                       -- its key elsewhere: the field that [source] company_id_field names
    intercom_id       VARCHAR NOT NULL,              -- id in Intercom
    name              VARCHAR,                       -- name of the company
    website           VARCHAR,                       -- its web address
    industry          VARCHAR,                       -- its industry
    plan              VARCHAR,                       -- name of its plan
    size              BIGINT,                        -- number of its employees
    monthly_spend     DOUBLE,                        -- what it spends a month
    session_count     BIGINT,                        -- sessions of its people
    user_count        BIGINT,                        -- people that Intercom counts in it
    tags              JSON NOT NULL,                 -- names of its tags
    attributes        JSON NOT NULL,                 -- custom attributes: name -> value
    archived          BOOLEAN NOT NULL,              -- it is in no list and cannot be asked for any more; the row is what other rows say
    created_at        TIMESTAMP,                     -- when Intercom made it
    remote_created_at TIMESTAMP,                     -- when the customer's own system made it
    updated_at        TIMESTAMP,                     -- when it was last changed
    last_request_at   TIMESTAMP                      -- when one of its people was last seen
);

-- A person: user or lead.
CREATE TABLE end_users (
    source_key        VARCHAR NOT NULL PRIMARY KEY,  -- key of the row, such as intercom:contact:6745…
    source            VARCHAR NOT NULL,              -- where the person is from: intercom
    external_id       VARCHAR,                       -- their key elsewhere: the field that [source] user_id_field names
    intercom_id       VARCHAR NOT NULL,              -- id in Intercom
    role              VARCHAR,                       -- user | lead
    email             VARCHAR,                       -- e-mail address
    phone             VARCHAR,                       -- phone number
    name              VARCHAR,                       -- full name
    company_key       VARCHAR,                       -- companies: the first that Intercom names
    company_keys      JSON NOT NULL,                 -- companies: all of them
    owner_key         VARCHAR,                       -- admins: who looks after them
    tags              JSON NOT NULL,                 -- names of their tags
    attributes        JSON NOT NULL,                 -- custom attributes: name -> value
    unsubscribed_from_emails BOOLEAN,                -- whether they want no mail
    archived          BOOLEAN NOT NULL,              -- not in Intercom's list any more; what is not known of them is NULL
    merged_into_key   VARCHAR,                       -- end_users: into whom Intercom has merged them, the last of several
    location          JSON,                          -- country, region, city, as Intercom guesses them
    language          VARCHAR,                       -- language that was set for them
    created_at        TIMESTAMP,                     -- when Intercom made the contact
    signed_up_at      TIMESTAMP,                     -- when they signed up
    last_seen_at      TIMESTAMP,                     -- when they were last seen
    last_replied_at   TIMESTAMP,                     -- when they last wrote
    last_contacted_at TIMESTAMP,                     -- when they were last written to
    updated_at        TIMESTAMP                      -- when the contact was last changed
);

-- A note on a person or a company; those in threads are messages.
CREATE TABLE notes (
    source_key VARCHAR NOT NULL PRIMARY KEY,  -- key of the row
    parent_key VARCHAR NOT NULL,              -- end_users or companies
    author_key VARCHAR,                       -- admins
    body       VARCHAR,                       -- HTML
    text       VARCHAR,                       -- the same as plain text
    created_at TIMESTAMP                      -- when it was written
);

-- A conversation with its messages.
CREATE TABLE transcripts (
    source_key     VARCHAR NOT NULL PRIMARY KEY,  -- key of the row, such as intercom:conversation:215473
    intercom_id    VARCHAR NOT NULL,              -- id in Intercom
    end_user_key   VARCHAR,                       -- end_users: who wrote first or, where that was not one, the first who takes part
    end_user_keys  JSON NOT NULL,                 -- end_users: all who take part
    company_key    VARCHAR,                       -- companies
    title          VARCHAR,                       -- its title
    state          VARCHAR,                       -- open | closed | snoozed
    priority       VARCHAR,                       -- none | low | medium | high | urgent
    is_read        BOOLEAN,                       -- whether teammates have read it
    assignee_key   VARCHAR,                       -- admins
    team_key       VARCHAR,                       -- teams
    channel        VARCHAR,                       -- how it came: conversation (messenger), email, whatsapp, phone_call …
    tags           JSON NOT NULL,                 -- names of its tags
    attributes     JSON NOT NULL,                 -- custom attributes: name -> value
    rating         JSON,                          -- what the customer thought of it: rating, remark, created_at …
    messages       JSON NOT NULL,                 -- array in order, see below
    messages_count BIGINT NOT NULL,               -- how many there are in `messages`
    truncated      BOOLEAN NOT NULL,              -- Intercom gives the latest 500 parts only, and there are more
    metadata       JSON NOT NULL,                 -- source (intercom), how it came, statistics, SLA, linked objects
    created_at     TIMESTAMP,                     -- when it began
    updated_at     TIMESTAMP,                     -- when it was last changed
    waiting_since  TIMESTAMP,                     -- since when the customer waits for an answer
    snoozed_until  TIMESTAMP                      -- when it opens again by itself
);
-- messages: [{position, id, type, author: {kind, id, key, name, email}, html, text, at, private, redacted, attachments: [{name,
-- content_type, size, sha256}], detail}], oldest first; position 0 opens the thread. type: comment and note are messages, all else
-- events: assignment, open, close, conversation_tags_updated …; `private` is true of notes and events. kind: user | lead | contact |
-- admin | bot | team. key: end_users or admins. `detail` is what an event did, such as who was assigned. sha256 names the file in the
-- stage, NULL where its bytes could not be had.

-- A ticket with its messages.
CREATE TABLE tickets (
    source_key     VARCHAR NOT NULL PRIMARY KEY,  -- key of the row, such as intercom:ticket:215474
    intercom_id    VARCHAR NOT NULL,              -- id in Intercom
    ticket_id      VARCHAR,                       -- number that people see
    type           VARCHAR,                       -- name of its ticket type
    category       VARCHAR,                       -- Customer | Back-office | Tracker
    state          VARCHAR,                       -- its state as teammates see it
    state_category VARCHAR,                       -- submitted | in_progress | waiting_on_customer | resolved
    title          VARCHAR,                       -- its title
    description    VARCHAR,                       -- what it is about, plain text or HTML as Intercom has it
    end_user_key   VARCHAR,                       -- end_users: the first of its people
    end_user_keys  JSON NOT NULL,                 -- end_users: all of them
    company_key    VARCHAR,                       -- companies
    assignee_key   VARCHAR,                       -- admins
    team_key       VARCHAR,                       -- teams
    is_open        BOOLEAN,                       -- whether it is open
    is_shared      BOOLEAN,                       -- whether the customer sees it
    tags           JSON NOT NULL,                 -- names of its tags
    attributes     JSON NOT NULL,                 -- attributes of its type: name -> value
    messages       JSON NOT NULL,                 -- array in order, as those of transcripts; events tell of states
    messages_count BIGINT NOT NULL,               -- how many there are in `messages`
    truncated      BOOLEAN NOT NULL,              -- Intercom gives the latest 500 parts only, and there are more
    metadata       JSON NOT NULL,                 -- source (intercom), linked objects
    created_at     TIMESTAMP,                     -- when it was made
    updated_at     TIMESTAMP,                     -- when it was last changed
    snoozed_until  TIMESTAMP                      -- when it opens again by itself
);

-- What answers from: plain transcripts, and what is known about a customer.
CREATE TABLE knowledge (
    source_key        VARCHAR NOT NULL PRIMARY KEY,  -- intercom:<conversation id>, distilled:intercom:<contact or company id>
    kind              VARCHAR NOT NULL,              -- transcript | distilled
    end_user_key      VARCHAR,                       -- end_users: whom it is about
    company_key       VARCHAR,                       -- companies: which it is about
    title             VARCHAR,                       -- what it is about in a line
    text              VARCHAR NOT NULL,              -- plain text
    conversation_keys JSON NOT NULL,                 -- transcripts and tickets that it was made of
    metadata          JSON NOT NULL,                 -- source (intercom), how it was made, ranks
    updated_at        TIMESTAMP                      -- when what it was made of was last changed
);

-- A part of the help center.
CREATE TABLE collections (
    source_key     VARCHAR NOT NULL PRIMARY KEY,  -- key of the row
    intercom_id    VARCHAR NOT NULL,              -- id in Intercom
    parent_key     VARCHAR,                       -- collections; NULL is the top
    help_center_id VARCHAR,                       -- help center that it is in
    name           VARCHAR,                       -- name of the collection
    description    VARCHAR,                       -- text below the name
    url            VARCHAR,                       -- its page
    icon           VARCHAR,                       -- name of its icon
    position       BIGINT,                        -- its place among its siblings
    default_locale VARCHAR,                       -- language of name and description
    translated_content JSON,                      -- object: locale -> {name, description}
    created_at     TIMESTAMP,                     -- when it was made
    updated_at     TIMESTAMP                      -- when it was last changed
);

-- An article of the help center.
CREATE TABLE articles (
    source_key      VARCHAR NOT NULL PRIMARY KEY,  -- key of the row
    intercom_id     VARCHAR NOT NULL,              -- id in Intercom
    collection_key  VARCHAR,                       -- collections: the first that it is in
    collection_keys JSON NOT NULL,                 -- collections: all of them
    author_key      VARCHAR,                       -- admins
    title           VARCHAR,                       -- title of the article
    description     VARCHAR,                       -- text below the title
    body            VARCHAR,                       -- HTML
    text            VARCHAR,                       -- the same as plain text
    state           VARCHAR,                       -- published | draft
    url             VARCHAR,                       -- its page
    default_locale  VARCHAR,                       -- language of title and body
    translated_content JSON,                       -- object: locale -> {title, description, body, state …}
    created_at      TIMESTAMP,                     -- when it was written
    updated_at      TIMESTAMP                      -- when it was last changed
);

-- What teammates read and customers never see.
CREATE TABLE internal_articles (
    source_key  VARCHAR NOT NULL PRIMARY KEY,  -- key of the row
    intercom_id VARCHAR NOT NULL,              -- id in Intercom
    author_key  VARCHAR,                       -- admins: who wrote it
    owner_key   VARCHAR,                       -- admins: who looks after it
    title       VARCHAR,                       -- title of the article
    body        VARCHAR,                       -- HTML
    text        VARCHAR,                       -- the same as plain text
    locale      VARCHAR,                       -- its language
    created_at  TIMESTAMP,                     -- when it was written
    updated_at  TIMESTAMP                      -- when it was last changed
);

-- A ready answer of teammates: a macro.
CREATE TABLE saved_replies (
    source_key  VARCHAR NOT NULL PRIMARY KEY,  -- key of the row
    intercom_id VARCHAR NOT NULL,              -- id in Intercom
    name        VARCHAR,                       -- its name
    body        VARCHAR,                       -- HTML, with placeholders as Intercom has them
    text        VARCHAR,                       -- the same as plain text
    visible_to  VARCHAR,                       -- everyone | specific_teams
    team_keys   JSON NOT NULL,                 -- teams that see it
    created_at  TIMESTAMP,                     -- when it was made
    updated_at  TIMESTAMP                      -- when it was last changed
);

-- A piece of knowledge that was written for the AI agent.
CREATE TABLE snippets (
    source_key  VARCHAR NOT NULL PRIMARY KEY,  -- key of the row
    intercom_id VARCHAR NOT NULL,              -- id in Intercom
    title       VARCHAR,                       -- its title
    blocks      JSON,                          -- its text in blocks, as Intercom has it
    locale      VARCHAR,                       -- its language
    created_at  TIMESTAMP,                     -- when it was made
    updated_at  TIMESTAMP                      -- when it was last changed
);

-- An object of a type of the workspace's own.
CREATE TABLE custom_objects (
    source_key          VARCHAR NOT NULL PRIMARY KEY,  -- key of the row
    intercom_id         VARCHAR NOT NULL,              -- id in Intercom
    type                VARCHAR NOT NULL,              -- identifier of its type
    external_id         VARCHAR,                       -- its key elsewhere
    attributes          JSON NOT NULL,                 -- name -> value; a reference is an array of ids
    external_created_at TIMESTAMP,                     -- when the other system made it
    external_updated_at TIMESTAMP,                     -- when the other system last changed it
    created_at          TIMESTAMP,                     -- when Intercom made it
    updated_at          TIMESTAMP                      -- when it was last changed
);

-- A file of a message, or an image in a text. Its bytes are in the stage.
CREATE TABLE attachments (
    source_key   VARCHAR NOT NULL PRIMARY KEY,  -- key of the row
    parent_key   VARCHAR NOT NULL,              -- transcripts, tickets or articles
    message_id   VARCHAR,                       -- id of the message, for those of threads
    position     BIGINT NOT NULL,               -- its place among the files of its message
    inline       BOOLEAN NOT NULL,              -- whether it is an image inside the text
    name         VARCHAR,                       -- name as the sender gave it; hostile, never a path
    content_type VARCHAR,                       -- MIME type as Intercom tells it
    size         BIGINT,                        -- size in bytes
    sha256       VARCHAR,                       -- hash of its bytes; NULL where they could not be had
    file         VARCHAR                        -- where its bytes are in the stage: files/<aa>/<sha256>
);
