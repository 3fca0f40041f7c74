-- Values of loaded rows that are not compared with Intercom, and why: mostly those that no call can set, which is then up to somebody.
-- row_count = loaded rows that have such a value. For information.
WITH sent AS (
    SELECT table_name, source_key, intercom_id, parent_id
    FROM ledger.rows
    WHERE state = 'done'
),

threads AS (
    SELECT conversations.*, (SELECT min(threads_as) FROM intercom_live.stand_in) AS kind
    FROM intercom.conversations AS conversations
    JOIN sent ON sent.table_name = 'conversations' AND sent.source_key = conversations.source_key
),

articles AS (
    SELECT articles.*, people.id AS author_id
    FROM intercom.articles AS articles
    JOIN sent ON sent.table_name = 'articles' AND sent.source_key = articles.source_key
    LEFT JOIN intercom_live.people AS people ON people.kind = 'admin' AND people.source_key = articles.author_key
),

internal AS (
    SELECT articles.*, people.id AS author_id
    FROM intercom.internal_articles AS articles
    JOIN sent ON sent.table_name = 'internal_articles' AND sent.source_key = articles.source_key
    LEFT JOIN intercom_live.people AS people ON people.kind = 'admin' AND people.source_key = articles.author_key
),

not_compared AS (
    SELECT 'articles' AS "table", 'position' AS "column", count(position) AS row_count, 'no call sets the order of articles: it is put right in Intercom' AS reason FROM articles
    UNION ALL
    SELECT 'articles', 'created_at', count(created_at), 'Intercom sets it itself' FROM articles
    UNION ALL
    SELECT 'articles', 'updated_at', count(updated_at), 'Intercom sets it itself' FROM articles
    UNION ALL
    SELECT 'articles', 'author_name', count(author_name), 'not sent: customers read articles, so a teammate who is not there is not named in the text' FROM articles WHERE author_id IS NULL
    UNION ALL
    SELECT 'internal_articles', 'created_at', count(created_at), 'Intercom sets it itself' FROM internal
    UNION ALL
    SELECT 'internal_articles', 'updated_at', count(updated_at), 'Intercom sets it itself' FROM internal
    UNION ALL
    SELECT 'internal_articles', 'author_name', count(author_name), 'not sent: an article has no place for somebody who is not there' FROM internal WHERE author_id IS NULL
    UNION ALL
    SELECT 'collections', 'position', count(*), 'no call sets the order of collections: they are made in it, and can be moved since'
    FROM sent
    WHERE table_name = 'collections'
    UNION ALL
    SELECT 'conversations', 'updated_at', count(updated_at), 'Intercom sets it itself' FROM threads
    UNION ALL
    SELECT 'conversations', 'assignee_name', count(assignee_name), 'not sent: a thread has no place for somebody who is not there but its attributes, which are compared'
    FROM threads
    WHERE assignee_key IS NULL
    UNION ALL
    SELECT 'conversations', 'closed_by_key', count(threads.closed_by_key), 'who has closed it is not in the workspace, so another has it closed'
    FROM threads
    JOIN intercom_live.people AS people ON people.kind = 'admin' AND people.source_key = threads.closed_by_key
    WHERE threads.state = 'closed' AND threads.kind = 'conversation' AND people.id IS NULL
    UNION ALL
    SELECT 'conversations', 'closed_by_key', count(closed_by_key), 'a ticket does not tell who has closed it' FROM threads WHERE state = 'closed' AND kind = 'ticket'
    UNION ALL
    SELECT 'conversations', 'is_read', count(*), 'a ticket is not marked as read' FROM threads WHERE is_read AND kind = 'ticket'
    UNION ALL
    SELECT 'conversations', 'title', count(*), 'a ticket without a title is called by the first line of its text, which is compared' FROM threads WHERE title IS NULL AND kind = 'ticket'
    UNION ALL
    SELECT 'contacts', 'owner_key', count(*), 'the owner is not in the workspace'
    FROM intercom.contacts AS contacts
    JOIN sent ON sent.table_name = 'contacts' AND sent.source_key = contacts.source_key
    JOIN intercom_live.people AS people ON people.kind = 'admin' AND people.source_key = contacts.owner_key
    WHERE people.id IS NULL
    UNION ALL
    SELECT 'contacts', 'all but tags and companies', count(*), 'it shares the contact of another row, which is as that row has made it' FROM ledger.merged
    UNION ALL
    SELECT 'custom_objects', 'conversation_keys', count(*), 'a ticket cannot refer to custom objects'
    FROM intercom.custom_objects AS objects
    JOIN sent ON sent.table_name = 'custom_objects' AND sent.source_key = objects.source_key
    WHERE objects.conversation_keys LIKE '["%' AND (SELECT min(threads_as) FROM intercom_live.stand_in) = 'ticket'
    UNION ALL
    SELECT 'attachments', 'sha256', count(*), 'the bytes were not read back: `deskferry reconcile --files` does'
    FROM intercom.attachments AS attachments
    JOIN sent ON sent.table_name = 'attachments' AND sent.source_key = attachments.source_key
    LEFT JOIN (SELECT DISTINCT part_id FROM intercom_live.attached WHERE sha256 IS NOT NULL) AS had ON had.part_id = sent.parent_id
    WHERE had.part_id IS NULL
    UNION ALL
    SELECT 'conversation_parts', 'all', count(*), 'no reply has told which message of its thread it is: `unexpected` tells those that were not sent'
    FROM sent
    JOIN intercom.conversation_parts AS parts ON parts.source_key = sent.source_key
    WHERE sent.table_name = 'conversation_parts' AND sent.intercom_id IS NULL AND parts.position > 1
    UNION ALL
    SELECT 'saved_replies', 'body', count(*), 'sent as text, without HTML: `body_text` is compared' FROM sent WHERE table_name = 'saved_replies'
    UNION ALL
    SELECT 'saved_replies', 'position', count(*), 'snippets have no order' FROM sent WHERE table_name = 'saved_replies'
)

SELECT "table", "column", row_count, reason
FROM not_compared
WHERE row_count > 0
ORDER BY "table", "column"
