WITH spoken AS (
    SELECT *
    FROM said($since, $until)
    WHERE $type IN (type, 'any')
),
names AS (
    SELECT speaker, max({'uses': uses, 'name': name}).name AS name
    FROM (SELECT speaker, name, count(*) AS uses FROM spoken GROUP BY ALL)
    GROUP BY ALL
)
SELECT
    speaker, names.name, type, uri,
    count(*) AS quotes,
    count(DISTINCT document_id) AS documents,
    min(published)::DATE AS first,
    max(published)::DATE AS last
FROM spoken
JOIN names USING (speaker)
GROUP BY ALL
ORDER BY quotes DESC, names.name, speaker
LIMIT $top;
