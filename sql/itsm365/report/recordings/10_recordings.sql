-- Recordings of calls
-- ITSM 365 has no telephony of its own and keeps no recordings: a file that somebody attached to a ticket is in its thread.
SELECT CAST(NULL AS VARCHAR) AS call_id, CAST(NULL AS VARCHAR) AS conversation_key, CAST(NULL AS VARCHAR) AS file WHERE FALSE
