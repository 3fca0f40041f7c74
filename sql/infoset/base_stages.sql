-- one row per stage of a pipeline, of tickets and of deals, those that are only named included; key: (kind, pipeline_id, id)
-- Where the API lists no pipelines, mapping/pipelines.csv and mapping/stages.csv name them; else the number stands for the name.
WITH listed AS (
    SELECT 'ticket' AS kind, stages.pipeline_id, stages.id, stages.name, stages.place, pipelines.name AS pipeline
    FROM infoset.ticket_stages AS stages
    JOIN infoset.ticket_pipelines AS pipelines ON pipelines.id = stages.pipeline_id
    UNION ALL
    SELECT 'deal', stages.pipeline_id, stages.id, stages.name, stages.place, pipelines.name
    FROM infoset.deal_stages AS stages
    JOIN infoset.deal_pipelines AS pipelines ON pipelines.id = stages.pipeline_id
),

named AS (
    SELECT 'ticket' AS kind, pipeline_id, stage_id AS id FROM infoset.tickets
    UNION
    SELECT 'deal' AS kind, pipeline_id, stage_id AS id FROM infoset.deals
)

SELECT
    named.kind,
    named.pipeline_id,
    named.id,
    coalesce(of_pipeline.name, nullif(trim(pipelines.pipeline), ''), 'Pipeline ' || named.pipeline_id) AS pipeline,
    coalesce(of_stage.name, nullif(trim(listed.name), ''), 'Stage ' || named.id)            AS stage,
    listed.place
FROM named
LEFT JOIN listed ON listed.kind = named.kind AND listed.id = named.id AND listed.pipeline_id = named.pipeline_id
LEFT JOIN (
    SELECT kind, pipeline_id, min(pipeline) AS pipeline FROM listed GROUP BY kind, pipeline_id
) AS pipelines ON pipelines.kind = named.kind AND pipelines.pipeline_id = named.pipeline_id
LEFT JOIN mapping.pipelines AS of_pipeline ON of_pipeline.pipeline_id = CAST(named.pipeline_id AS VARCHAR)
LEFT JOIN mapping.stages AS of_stage ON of_stage.stage_id = CAST(named.id AS VARCHAR)
