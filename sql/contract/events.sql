-- What Intercom's webhooks have told, and what became of it (serve/src/lib.rs). The tables are there once the first event has come.
CREATE TABLE received (
    seq        BIGINT NOT NULL,     -- number of the event: they are in the order in which they came
    at         TIMESTAMP NOT NULL,  -- when it came
    id         VARCHAR NOT NULL,    -- id of the notification, by which repeats are told; of one without, the hash of its body
    topic      VARCHAR NOT NULL,    -- what happened: conversation.user.created ...; empty where it was not said
    is_known   BOOLEAN NOT NULL,    -- whether the topic is known; others are kept and name nothing
    created_at TIMESTAMP,           -- when it happened, by Intercom's clock
    attempt    BIGINT,              -- which attempt to deliver it this was, by Intercom's count
    objects    VARCHAR NOT NULL,    -- JSON: what has to be looked at again: [{table, id, gone}]
    payload    VARCHAR NOT NULL     -- the body as it came
);

CREATE TABLE applied (
    at            TIMESTAMP NOT NULL,  -- when events were applied, or could not be
    seq           BIGINT NOT NULL,     -- all events up to this one have been applied
    segment       BIGINT NOT NULL,     -- the segment of received that it ends
    failing_since TIMESTAMP,           -- since when they could not be applied
    error         VARCHAR              -- why not
);

CREATE TABLE counts (
    at          TIMESTAMP NOT NULL,  -- when this was counted
    repeated    BIGINT NOT NULL,     -- events that had come before
    rejected    BIGINT NOT NULL,     -- calls without the right signature
    malformed   BIGINT NOT NULL,     -- calls that were signed and are no events
    oversized   BIGINT NOT NULL,     -- calls with too large a body
    unavailable BIGINT NOT NULL,     -- events that could not be stored in time, and were to be sent again
    unknown     BIGINT NOT NULL,     -- events that were stored and whose topic is not known
    pings       BIGINT NOT NULL      -- pings
);
