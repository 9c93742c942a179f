WITH meant AS (
    SELECT document_id, entity_id
    FROM entities
    WHERE within(published, year, $since, $until)
        AND (
            uri = $speaker
            OR list_bool_or([has_words(each, $speaker) FOR each IN list_append(aliases, name)])
        )
),
spoken AS (
    SELECT
        document_id, quote_id,
        unnest([speaker_entity_id] || [each.entity_id FOR each IN coalesce(joint, [])])
            AS entity_id
    FROM quotes
    WHERE within(published, year, $since, $until)
)
SELECT
    count(*) OVER () AS total,
    q.published, q.speaker_name, q.speaker_type, q.speaker_uri,
    [each.name FOR each IN coalesce(q.joint, [])] AS joint,
    q.text, q.kind, q.attitude, q.attribution_confidence, q.prefix, q.suffix,
    d.source, d."row", d.id, q.document_id, q.quote_id
FROM quotes AS q
JOIN documents AS d
    ON d.document_id = q.document_id AND within(d.published, d.year, $since, $until)
WHERE within(q.published, q.year, $since, $until)
    AND ($kind IS NULL OR q.kind = $kind)
    AND q.attribution_confidence >= $min_confidence
    AND (q.document_id, q.quote_id) IN (
        SELECT (document_id, quote_id) FROM spoken SEMI JOIN meant USING (document_id, entity_id)
    )
ORDER BY q.published DESC NULLS LAST, d.source, d."row", length(q.quote_id), q.quote_id
LIMIT nullif($limit, 0);
