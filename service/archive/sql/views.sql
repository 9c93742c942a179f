-- How names are compared: without regard to case, to the form of apostrophes, to spaces.
CREATE TEMP MACRO fold(name) AS
    trim(regexp_replace(lower(replace(nfc_normalize(name), '’', '''')), '[\s\p{Z}]+', ' ', 'g'));

-- Whether all of some words are among those of a name.
CREATE TEMP MACRO has_words(name, words) AS
    list_has_all(string_split(fold(name), ' '), string_split(fold(words), ' '));

-- Whether a row is of some days, both ends included. Files of other years are not even opened.
CREATE TEMP MACRO within(published, year, since, until) AS
    (since IS NULL OR (year >= year(since::DATE) AND published >= since::DATE))
    AND (
        until IS NULL
        OR (year <= year(until::DATE) AND published < until::DATE + INTERVAL 1 DAY)
    );

-- A row for each quote and each who says it, where that is known. A speaker is a URI or, where
-- there is none, a name; people, organisations and places are never the same.
CREATE TEMP MACRO said(since, until) AS TABLE
WITH spoken AS (
    SELECT
        document_id, quote_id, published,
        speaker_name AS name, speaker_type AS type, speaker_uri AS uri
    FROM quotes
    WHERE speaker_name IS NOT NULL AND within(published, year, since, until)
    UNION ALL
    SELECT others.document_id, quote_id, others.published, other.name, other.type, known.uri
    FROM (
        SELECT *, unnest(joint[2:]) AS other
        FROM quotes
        WHERE within(published, year, since, until)
    ) AS others
    LEFT JOIN (
        SELECT document_id, entity_id, uri
        FROM entities
        WHERE uri IS NOT NULL AND within(published, year, since, until)
    ) AS known
        ON known.document_id = others.document_id AND known.entity_id = other.entity_id
)
SELECT *, type || coalesce(' uri ' || uri, ' name ' || fold(name)) AS speaker
FROM spoken;
