-- one row per filled custom field of a ticket; key: (ticket_id, field_id)
-- Hesk never clears custom51 and later when it anonymises a ticket: such values are personal data and go no further.
WITH stored AS (
    SELECT
        id AS ticket_id,
        unnest(range(1, 101)) AS field_id,
        unnest([
        custom1, custom2, custom3, custom4, custom5, custom6, custom7, custom8, custom9, custom10,
        custom11, custom12, custom13, custom14, custom15, custom16, custom17, custom18, custom19, custom20,
        custom21, custom22, custom23, custom24, custom25, custom26, custom27, custom28, custom29, custom30,
        custom31, custom32, custom33, custom34, custom35, custom36, custom37, custom38, custom39, custom40,
        custom41, custom42, custom43, custom44, custom45, custom46, custom47, custom48, custom49, custom50,
        custom51, custom52, custom53, custom54, custom55, custom56, custom57, custom58, custom59, custom60,
        custom61, custom62, custom63, custom64, custom65, custom66, custom67, custom68, custom69, custom70,
        custom71, custom72, custom73, custom74, custom75, custom76, custom77, custom78, custom79, custom80,
        custom81, custom82, custom83, custom84, custom85, custom86, custom87, custom88, custom89, custom90,
        custom91, custom92, custom93, custom94, custom95, custom96, custom97, custom98, custom99, custom100
        ]) AS value
    FROM hesk.tickets
)

SELECT
    stored.ticket_id,
    stored.field_id,
    fields.attribute,
    fields.type,
    stored.value                                                                AS stored,
    hesk_custom_value(fields.type, stored.value, base_settings.timezone)        AS value
FROM stored
JOIN base_custom_fields AS fields ON fields.id = stored.field_id
JOIN base_tickets AS tickets ON tickets.id = stored.ticket_id
CROSS JOIN base_settings
WHERE coalesce(stored.value, '') <> '' AND NOT tickets.anonymised
