SELECT
    count(*) AS quotes,
    count(*) FILTER (WHERE speaker_name IS NULL) AS unknown,
    count(*) FILTER (WHERE published IS NULL) AS undated,
    min(published)::DATE AS first,
    max(published)::DATE AS last
FROM quotes
WHERE within(published, year, $since, $until);
