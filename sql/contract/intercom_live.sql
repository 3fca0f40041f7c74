-- What the workspace holds, as read back by the loader (load/src/read_back.rs). Where threads became tickets, `conversations` and
-- `conversation_parts` hold the tickets and their messages, and `attributes` those of the ticket type as model `conversation`.
CREATE TABLE admins (id VARCHAR, name VARCHAR, email VARCHAR);
CREATE TABLE teams (id VARCHAR, name VARCHAR);
CREATE TABLE contacts (id VARCHAR, external_id VARCHAR, email VARCHAR, name VARCHAR);
CREATE TABLE companies (id VARCHAR, company_id VARCHAR, name VARCHAR);
CREATE TABLE tags (id VARCHAR, name VARCHAR);
CREATE TABLE collections (id VARCHAR, name VARCHAR, parent_id VARCHAR, url VARCHAR);
CREATE TABLE articles (id VARCHAR, title VARCHAR, state VARCHAR, url VARCHAR);
CREATE TABLE attributes (id VARCHAR, model VARCHAR, name VARCHAR, data_type VARCHAR);
CREATE TABLE conversations (
    id VARCHAR, title VARCHAR, state VARCHAR, created_at TIMESTAMP, contact_id VARCHAR, parts BIGINT, attachments BIGINT,
    tags VARCHAR, admin_assignee_id VARCHAR, team_assignee_id VARCHAR
);
CREATE TABLE conversation_parts (
    conversation_id VARCHAR, part_id VARCHAR, part_type VARCHAR, author_type VARCHAR, author_id VARCHAR, created_at TIMESTAMP,
    attachments BIGINT
);
CREATE TABLE ticket_types (id VARCHAR, name VARCHAR);
CREATE TABLE notes (id VARCHAR, created_at TIMESTAMP);
CREATE TABLE custom_objects (id VARCHAR, object_type VARCHAR, external_id VARCHAR);
CREATE TABLE saved_replies (id VARCHAR, title VARCHAR);
