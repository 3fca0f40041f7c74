-- What the workspace holds, as read back after a load: the API's own names and values (extract/sources/intercom.toml).
CREATE TABLE admins (id VARCHAR, name VARCHAR, email VARCHAR, job_title VARCHAR, has_inbox_seat BOOLEAN, away_mode_enabled BOOLEAN, team_ids VARCHAR);
CREATE TABLE teams (id VARCHAR, name VARCHAR, admin_ids VARCHAR);
CREATE TABLE tags (id VARCHAR, name VARCHAR);
CREATE TABLE data_attributes (
    id VARCHAR, model VARCHAR, name VARCHAR, full_name VARCHAR, label VARCHAR, description VARCHAR, data_type VARCHAR, options VARCHAR,
    custom BOOLEAN, archived BOOLEAN
);
CREATE TABLE conversation_attributes (id VARCHAR, name VARCHAR, data_type VARCHAR, options VARCHAR, archived BOOLEAN);
CREATE TABLE ticket_types (id VARCHAR, name VARCHAR, category VARCHAR, archived BOOLEAN);
CREATE TABLE ticket_type_attributes (ticket_type_id VARCHAR, id VARCHAR, name VARCHAR, data_type VARCHAR, input_options VARCHAR, archived BOOLEAN);
CREATE TABLE contacts (
    id VARCHAR, external_id VARCHAR, role VARCHAR, email VARCHAR, phone VARCHAR, name VARCHAR, owner_id VARCHAR, avatar VARCHAR,
    unsubscribed_from_emails BOOLEAN, has_hard_bounced BOOLEAN, language_override VARCHAR, created_at TIMESTAMP, updated_at TIMESTAMP,
    signed_up_at TIMESTAMP, last_seen_at TIMESTAMP, last_replied_at TIMESTAMP, last_contacted_at TIMESTAMP, custom_attributes VARCHAR,
    location VARCHAR, tags_total BIGINT, companies_total BIGINT, notes_total BIGINT
);
CREATE TABLE contact_tags (contact_id VARCHAR, id VARCHAR);
CREATE TABLE contact_companies (contact_id VARCHAR, id VARCHAR);
CREATE TABLE contact_notes (contact_id VARCHAR, id VARCHAR, author_id VARCHAR, body VARCHAR, created_at TIMESTAMP);
CREATE TABLE companies (
    id VARCHAR, company_id VARCHAR, name VARCHAR, plan VARCHAR, size BIGINT, website VARCHAR, industry VARCHAR, monthly_spend DOUBLE,
    remote_created_at TIMESTAMP, created_at TIMESTAMP, updated_at TIMESTAMP, custom_attributes VARCHAR
);
CREATE TABLE company_tags (company_id VARCHAR, id VARCHAR);
CREATE TABLE company_notes (company_id VARCHAR, id VARCHAR, author_id VARCHAR, body VARCHAR, created_at TIMESTAMP);
CREATE TABLE conversations (
    id VARCHAR, title VARCHAR, created_at TIMESTAMP, updated_at TIMESTAMP, waiting_since TIMESTAMP, snoozed_until TIMESTAMP, open BOOLEAN,
    state VARCHAR, read BOOLEAN, priority VARCHAR, admin_assignee_id VARCHAR, team_assignee_id VARCHAR, custom_attributes VARCHAR,
    source_id VARCHAR, source_type VARCHAR, source_delivered_as VARCHAR, source_subject VARCHAR, source_body VARCHAR, source_url VARCHAR,
    source_author_type VARCHAR, source_author_id VARCHAR, source_author_name VARCHAR, source_author_email VARCHAR, parts_total BIGINT,
    parts_counted BIGINT, company VARCHAR, rating VARCHAR, sla_applied VARCHAR
);
CREATE TABLE conversation_contacts (conversation_id VARCHAR, id VARCHAR, external_id VARCHAR);
CREATE TABLE conversation_tags (conversation_id VARCHAR, id VARCHAR, name VARCHAR);
CREATE TABLE conversation_parts (
    conversation_id VARCHAR, id VARCHAR, position BIGINT, part_type VARCHAR, body VARCHAR, created_at TIMESTAMP, updated_at TIMESTAMP,
    notified_at TIMESTAMP, author_type VARCHAR, author_id VARCHAR, author_name VARCHAR, author_email VARCHAR, assigned_to VARCHAR,
    redacted BOOLEAN, external_id VARCHAR
);
CREATE TABLE conversation_attachments (conversation_id VARCHAR, position BIGINT, name VARCHAR, url VARCHAR, content_type VARCHAR, filesize BIGINT);
CREATE TABLE part_attachments (
    conversation_id VARCHAR, part_id VARCHAR, position BIGINT, name VARCHAR, url VARCHAR, content_type VARCHAR, filesize BIGINT
);
CREATE TABLE tickets (
    id VARCHAR, ticket_id VARCHAR, ticket_type_id VARCHAR, category VARCHAR, ticket_state VARCHAR, ticket_attributes VARCHAR, open BOOLEAN,
    is_shared BOOLEAN, created_at TIMESTAMP, updated_at TIMESTAMP, snoozed_until TIMESTAMP, admin_assignee_id VARCHAR,
    team_assignee_id VARCHAR, company_id VARCHAR, parts_total BIGINT
);
CREATE TABLE ticket_contacts (ticket_id VARCHAR, id VARCHAR);
CREATE TABLE ticket_tags (ticket_id VARCHAR, id VARCHAR, name VARCHAR);
CREATE TABLE ticket_parts (
    ticket_id VARCHAR, id VARCHAR, position BIGINT, part_type VARCHAR, body VARCHAR, created_at TIMESTAMP, updated_at TIMESTAMP,
    author_type VARCHAR, author_id VARCHAR, author_name VARCHAR, author_email VARCHAR, assigned_to VARCHAR, redacted BOOLEAN,
    external_id VARCHAR, ticket_state VARCHAR, previous_ticket_state VARCHAR
);
CREATE TABLE ticket_part_attachments (
    ticket_id VARCHAR, part_id VARCHAR, position BIGINT, name VARCHAR, url VARCHAR, content_type VARCHAR, filesize BIGINT
);
CREATE TABLE collections (
    id VARCHAR, name VARCHAR, description VARCHAR, parent_id VARCHAR, url VARCHAR, "order" BIGINT, icon VARCHAR, default_locale VARCHAR,
    translated_content VARCHAR, help_center_id VARCHAR
);
CREATE TABLE articles (
    id VARCHAR, title VARCHAR, description VARCHAR, body VARCHAR, author_id VARCHAR, state VARCHAR, url VARCHAR, parent_id VARCHAR,
    parent_ids VARCHAR, parent_type VARCHAR, default_locale VARCHAR, translated_content VARCHAR, created_at TIMESTAMP, updated_at TIMESTAMP
);
CREATE TABLE custom_object_instances (
    type VARCHAR, id VARCHAR, external_id VARCHAR, external_created_at TIMESTAMP, external_updated_at TIMESTAMP, created_at TIMESTAMP,
    updated_at TIMESTAMP, custom_attributes VARCHAR
);
CREATE TABLE content_snippets (id VARCHAR, title VARCHAR, body_markdown VARCHAR);
