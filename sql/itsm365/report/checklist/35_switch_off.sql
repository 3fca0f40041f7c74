-- To switch off in ITSM 365 before the migration
-- These act by themselves while tickets are read and people go on working: deskferry never writes to the source.
SELECT name AS task, recommendation AS place FROM intercom.inventory WHERE kind = 'switch off in ITSM 365' ORDER BY name
