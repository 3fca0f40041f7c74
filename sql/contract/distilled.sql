-- What a server has worded: `deskferry distill` writes it, and the next transform puts it into `knowledge`.

-- An answer to one text that was asked about; the newest of a hash counts.
CREATE TABLE texts (
    hash          VARCHAR NOT NULL,  -- of all that shapes an answer: model, prompt, masking, text; as base_distilled has it
    source_key    VARCHAR NOT NULL,  -- knowledge: for which row it was asked first
    model         VARCHAR NOT NULL,  -- model that was asked
    text          VARCHAR,           -- its wording; NULL where the answer was refused
    refused       VARCHAR,           -- why the answer is not used
    tokens_in     BIGINT NOT NULL,   -- tokens of the question
    tokens_out    BIGINT NOT NULL,   -- tokens of the answer
    cost          DOUBLE NOT NULL,   -- by [distill] price_in and price_out
    at            TIMESTAMP NOT NULL -- when it was answered
);
