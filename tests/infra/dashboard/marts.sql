-- Marts of a made-up city; marts.py says what the parameters are. A village has a count in every month in which
-- its number plus the month's is a multiple of a prime.
DROP SCHEMA IF EXISTS mart CASCADE;
CREATE SCHEMA mart;
CREATE TEMP TABLE village ON COMMIT DROP AS
SELECT row_number() OVER (ORDER BY c, t, v) - 1 AS v, lpad((410100 + c)::text, 6, '0') AS county,
    (410100 + c)::text || lpad(t::text, 3, '0') AS township,
    (410100 + c)::text || lpad(t::text, 3, '0') || lpad(v::text, 3, '0') AS code, c, t
FROM generate_series(1, %(counties)s) c, generate_series(1, %(townships)s) t,
    generate_series(1, %(per_township)s) v;
CREATE TEMP TABLE month ON COMMIT DROP AS
SELECT m, (date '2026-10-01' - make_interval(months => m))::date AS month FROM generate_series(0, %(months)s - 1) m;
CREATE TEMP TABLE division ON COMMIT DROP AS
SELECT '410100000000' AS code, 'prefecture' AS level, count(*) AS villages FROM village
UNION ALL SELECT county || '000000', 'county', count(*) FROM village GROUP BY 1
UNION ALL SELECT township || '000', 'township', count(*) FROM village GROUP BY 1
UNION ALL SELECT code, 'village', 1 FROM village;

CREATE TABLE mart.division AS
SELECT 'NBS:2023:' || code AS division_key, 'NBS' AS code_system, '2023' AS version, code AS code12, level,
    CASE level WHEN 'prefecture' THEN '测试市' WHEN 'county' THEN '第' || substr(code, 5, 2) || '区'
        WHEN 'township' THEN substr(code, 5, 2) || '-' || substr(code, 7, 3) || '镇'
        ELSE '第' || substr(code, 5) || '村' END AS name_zh
FROM division;
CREATE INDEX ON mart.division (code12);

CREATE TABLE mart.three_zero_status AS
WITH counted AS (
    SELECT 'village' AS unit_kind, code AS unit_id, '第' || substr(code, 5) || '村' AS unit_name_zh,
        code AS division_code, month, ((v + m) %% 5 = 0)::int AS petition_count,
        ((v + m) %% 3 = 0)::int + 1 AS petition_raised_count, ((v + m) %% 17 = 0)::int AS casualty_accident_count,
        ((v + m) %% 11 = 0)::int * 2 AS criminal_case_count, ((v + m) %% 23 = 0)::int AS major_public_order_count,
        v, m
    FROM village, month
    UNION ALL
    SELECT 'organisation', 'O-' || lpad(to_hex(v), 16, '0'), '单位' || v, code, month, 0, 0,
        ((v + m) %% 13 = 0)::int, 0, 0, v, m
    FROM village, month
)
SELECT unit_kind, unit_id, unit_name_zh, division_code, month, petition_count, petition_raised_count,
    casualty_accident_count, criminal_case_count, major_public_order_count, petition_count = 0 AS is_zero_petition,
    casualty_accident_count = 0 AS is_zero_accident,
    criminal_case_count + major_public_order_count = 0 AS is_zero_case,
    petition_count + casualty_accident_count + criminal_case_count + major_public_order_count = 0 AS is_three_zero,
    date '2026-10-20' AS _as_of, 'test-run' AS _run_id, 7::bigint AS _snapshot
FROM counted;
ALTER TABLE mart.three_zero_status ADD PRIMARY KEY (unit_kind, unit_id, month);
CREATE INDEX ON mart.three_zero_status (division_code);
CREATE TABLE mart.three_zero_event AS
SELECT unit_kind, unit_id, division_code, month, count_name,
    'E-' || lpad(to_hex((v * 1000 + m * 10 + place * 2 + n) %% %(events)s), 16, '0') AS event_id
FROM mart.three_zero_status
JOIN village ON code = division_code
JOIN month USING (month),
    LATERAL (VALUES (0, 'petition_count', petition_count), (1, 'casualty_accident_count', casualty_accident_count),
        (2, 'criminal_case_count', criminal_case_count), (3, 'major_public_order_count', major_public_order_count),
        (4, 'petition_raised_count', petition_raised_count)) c (place, count_name, size),
    generate_series(1, size) n;
ALTER TABLE mart.three_zero_event ADD PRIMARY KEY (unit_kind, unit_id, month, count_name, event_id);
CREATE TABLE mart.three_zero_revision AS
SELECT 'village' AS unit_kind, code AS unit_id, code AS division_code, date '2026-09-01' AS month,
    date '2026-10-15' AS revised_on, 'criminal_case_count' AS count_name, 0::bigint AS was, 1::bigint AS is_now,
    ARRAY['E-0000000000000001'] AS event_ids_added, ARRAY[]::text[] AS event_ids_removed, 'late_report' AS cause
FROM village WHERE v %% 4 = 0;

CREATE TABLE mart.event AS
SELECT 'E-' || lpad(to_hex(e), 16, '0') AS event_id,
    (ARRAY['dispute', 'petition', 'criminal_case', 'hazard', 'traffic'])[e %% 5 + 1] AS event_kind,
    'other' AS category, moment AS occurred_at, 'exact' AS time_precision,
    'L-' || lpad(to_hex(e %% 5000), 16, '0') AS place_id, code AS division_code, code AS village_code,
    township || '000' AS township_code, NULL::text AS grid_code, '04' AS grade,
    (ARRAY['closed', 'handling'])[e %% 2 + 1] AS status, (ARRAY['resolved', 'unresolved'])[e %% 2 + 1] AS outcome,
    moment + interval '2 hours' AS first_reported_at, 'grid' AS first_platform, 1 + e %% 3 AS report_count,
    1 + e %% 2 AS platform_count, NULL::int AS deaths, NULL::int AS serious_injuries, 2 AS persons_involved,
    CASE WHEN e %% 2 = 0 THEN moment + interval '5 days' END AS closed_at, e %% 5 = 1 AS is_petition,
    e %% 17 = 0 AS is_casualty_accident, e %% 5 = 2 AS is_criminal_case, e %% 23 = 0 AS is_major_public_order
FROM (
    SELECT e, timestamptz '2026-10-20 09:00+08' - (e %% (30 * %(months)s)) * interval '1 day' AS moment,
        e %% %(villages)s AS v
    FROM generate_series(0, %(events)s - 1) e
) numbered JOIN village USING (v);
ALTER TABLE mart.event ADD PRIMARY KEY (event_id);
CREATE INDEX ON mart.event (division_code);
CREATE INDEX ON mart.event (village_code);
CREATE TABLE mart.event_report AS
SELECT 'grid.event:' || e || '-' || n AS record_key, 'E-' || lpad(to_hex(e), 16, '0') AS event_id,
    'grid' AS platform, 'grid.event' AS feed, timestamptz '2026-10-20 11:00+08' + n * interval '1 hour' AS reported_at,
    CASE n WHEN 1 THEN 'first' ELSE 'repeat' END AS report_role, 'single' AS link_rule, 0.987::numeric(4, 3) AS link_score,
    'rule' AS decided_by
FROM generate_series(0, %(events)s - 1) e, generate_series(1, 1 + e %% 3) n;
CREATE INDEX ON mart.event_report (event_id);
CREATE TABLE mart.event_stage AS
SELECT event_id, stage, reported_at + step * interval '3 hours' AS entered_at,
    reported_at + (step + 1) * interval '3 hours' AS left_at, '第一街道办事处' AS actor_unit,
    reported_at + step * interval '2 hours' AS due_at, record_key
FROM mart.event_report, (VALUES ('reported', 0), ('dispatched', 1), ('handling', 2), ('archived', 3)) s (stage, step)
WHERE report_role = 'first' AND event_id < 'E-' || lpad(to_hex(20000), 16, '0');
CREATE INDEX ON mart.event_stage (event_id);
CREATE TABLE mart.event_party AS
SELECT 'E-' || lpad(to_hex(e), 16, '0') AS event_id, 'person' AS party_kind, 'P-' || lpad(to_hex(n), 16, '0') AS party_id,
    'P-' || lpad(to_hex(n), 16, '0') AS person_id, NULL::text AS organisation_id, '当事人' AS party_role
FROM generate_series(0, 99) e, generate_series(1, 2) n;
CREATE TABLE mart.place AS
SELECT 'L-' || lpad(to_hex(v * 20 + n), 16, '0') AS place_id, 'estate' AS place_kind, '公园' || v AS label_zh,
    code AS village_code, NULL::text AS grid_code, round((113.2 + 0.13 * c + 0.004 * (v * 7919 %% 89) / 3)::numeric, 5)::float8 AS lon,
    round((34.4 + 0.05 * t + 0.003 * (v * 104729 %% 97) / 4)::numeric, 5)::float8 AS lat
FROM village, generate_series(1, 20) n WHERE v %% 50 <> 49;
CREATE INDEX ON mart.place (place_id);
CREATE INDEX ON mart.place (village_code);

CREATE TABLE mart.event_closure AS
SELECT code AS division_code, level AS division_level, month, kind AS event_kind, villages * size AS event_count,
    villages * size AS reported_count, villages * size - 1 AS dispatched_count, villages * size - 1 AS handling_count,
    villages * size / 2 AS verified_count, villages * size / 2 AS archived_count, villages * size / 2 AS closed_count,
    3.5 + m AS hours_to_dispatch, 40.25 + m AS hours_to_close, villages * size / 2 AS due_count,
    villages * size / 4 AS closed_in_time_count,
    CASE WHEN villages * size / 2 > 0 THEN (villages * size / 4)::float / (villages * size / 2) END AS closed_in_time_rate
FROM division, month, (VALUES ('all', 10), ('dispute', 6), ('petition', 4)) k (kind, size);
ALTER TABLE mart.event_closure ADD PRIMARY KEY (division_code, month, event_kind);
CREATE TABLE mart.dispute_resolution AS
SELECT code AS division_code, level AS division_level, month, kind AS dispute_type, villages * size AS found_count,
    villages * size - villages AS resolved_count, villages AS open_count, (villages > 3)::int * villages / 4 AS overdue_count,
    (size - 1)::float / size - 0.002 * m AS resolution_rate, 4.5 AS median_days
FROM division, month, (VALUES ('all', 40), ('neighbour', 30), ('labour', 10)) k (kind, size);
ALTER TABLE mart.dispute_resolution ADD PRIMARY KEY (division_code, month, dispute_type);
CREATE TABLE mart.petition_timeliness AS
SELECT code AS division_code, level AS division_level, month, unit, villages * 3 AS petition_count,
    villages * 2 AS accept_due_count, villages AS accepted_in_time_count, 0.5::float AS accepted_in_time_rate,
    0 AS close_due_count, 0 AS closed_in_time_count, NULL::float AS closed_in_time_rate, 1 AS extended_count,
    2 AS repeat_count
FROM division, month, (VALUES ('all'), ('第一街道办事处')) k (unit);
ALTER TABLE mart.petition_timeliness ADD PRIMARY KEY (division_code, month, unit);
CREATE TABLE mart.hazard_rectification AS
SELECT code AS division_code, level AS division_level, month, grade AS hazard_grade, villages * 2 AS found_count,
    villages * 2 - 1 AS rectified_count, 1 AS open_count, m %% 2 AS overdue_count,
    (villages * 2 - 1)::float / (villages * 2) AS rectification_rate, m %% 2 = 0 AS is_dynamic_zero
FROM division, month, (VALUES ('all'), ('general'), ('major')) k (grade);
ALTER TABLE mart.hazard_rectification ADD PRIMARY KEY (division_code, month, hazard_grade);
CREATE TABLE mart.grid_coverage AS
SELECT code AS division_code, level AS division_level, month, villages * 2 AS grid_count, villages AS full_time_members,
    villages * 2 AS part_time_members, villages * 3 AS member_count, villages * 31 AS visit_count,
    villages * 4 AS publicity_count, villages AS volunteer_count, 0 AS grids_without_member
FROM division, month;
ALTER TABLE mart.grid_coverage ADD PRIMARY KEY (division_code, month);
CREATE TABLE mart.task_loop AS
SELECT code AS division_code, level AS division_level, month, villages * 5 AS sent_count, villages * 5 AS received_count,
    villages * 4 AS answered_count, villages * 3 AS answered_in_time_count, 0.8::float AS answered_rate,
    0.6::float AS answered_in_time_rate, 26.5::float AS median_hours
FROM division, month;
ALTER TABLE mart.task_loop ADD PRIMARY KEY (division_code, month);
CREATE TABLE mart.rising_matter AS
SELECT township || '000' AS division_code, 'township' AS division_level, 'dispute' AS event_kind,
    date '2026-09-22' AS window_start, date '2026-10-20' AS window_end, 3 AS observed, 0.9::float AS expected,
    0::bigint AS expected_low, 2::bigint AS expected_high, 0.00031::float AS p_value, true AS is_rising,
    ARRAY['E-0000000000000000', 'E-0000000000000005', 'E-000000000000000a'] AS event_ids
FROM village GROUP BY township HAVING min(v) = 0;

CREATE TABLE mart.cross_platform_overlap AS
SELECT 'grid' AS platform_a, 'police' AS platform_b, month, 120 AS event_count, 70 AS a_first_count, 50 AS b_first_count,
    5.25::float AS median_hours_between, 131 AS duplicate_report_count FROM month;
CREATE TABLE mart.feed_freshness AS SELECT * FROM (VALUES
    ('police.incident', 'police', '接处警', '市公安局', date '2026-10-20', 1200::bigint, 'accepted', '02:00', 0, false),
    ('grid.event', 'grid', '网格事件', '市网格中心', date '2026-10-17', 310, 'accepted', '03:00', 3, true)
) t (feed, platform, name_zh, owner_zh, last_business_date, last_received, last_outcome, expected_by, age_days, is_late);
CREATE TABLE mart.feed_ledger AS
SELECT feed, date '2026-10-20' - n AS business_date, 1000 + n AS received, 900 + n AS accepted, 60 AS refused,
    40 AS repeated, true AS is_balanced FROM generate_series(0, 29) n, (VALUES ('police.incident'), ('grid.event')) f (feed);
CREATE TABLE mart.data_quality AS
SELECT feed, owner_zh, dimension, date '2026-10-20' AS business_date, 1000::bigint AS assessed, 1000 - 13 * n AS met,
    1 - 0.013 * n AS score, n AS grade, -0.004 AS trend
FROM (VALUES ('police.incident', '市公安局'), ('grid.event', '市网格中心')) f (feed, owner_zh),
    unnest(ARRAY['conformity', 'completeness', 'accuracy', 'consistency', 'timeliness']) WITH ORDINALITY d (dimension, n);
CREATE TABLE mart.return_item AS
SELECT 'grid.event' AS feed, 'division' AS rule, 'village_code' AS field, 'refuse' AS severity,
    (ARRAY['open', 'overdue', 'closed'])[n %% 3 + 1] AS status, date '2026-10-25' + n AS due_on FROM generate_series(1, 9) n;
ANALYZE mart.three_zero_status, mart.event, mart.event_report, mart.place;
