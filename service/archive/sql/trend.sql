WITH totals AS (
    SELECT date_trunc($by, published)::DATE AS period, count(*) AS quotes
    FROM quotes
    WHERE published IS NOT NULL AND within(published, year, $since, $until)
    GROUP BY ALL
),
periods AS (
    SELECT unnest(generate_series(min(period), max(period), ('1 ' || $by)::INTERVAL))::DATE AS period
    FROM totals
),
spoken AS (
    SELECT speaker, date_trunc($by, published)::DATE AS period, count(*) AS quotes
    FROM said($since, $until)
    WHERE list_contains($speakers, speaker) AND published IS NOT NULL
    GROUP BY ALL
)
SELECT
    speaker, period,
    coalesce(spoken.quotes, 0) AS quotes,
    coalesce(spoken.quotes / totals.quotes, 0) AS share
FROM (SELECT unnest($speakers) AS speaker)
CROSS JOIN periods
LEFT JOIN totals USING (period)
LEFT JOIN spoken USING (speaker, period)
ORDER BY speaker, period;
