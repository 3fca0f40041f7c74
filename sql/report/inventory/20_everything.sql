-- Everything that has to be rebuilt by hand
SELECT kind AS section, name, details, recommendation FROM intercom.inventory ORDER BY kind, name, source_key
