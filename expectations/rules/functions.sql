-- Cleaning and parsing of source text: the one home, loaded into every DuckDB connection by
-- infra.lake.prepare, so that validation and dbt see the same value. All arguments are VARCHAR as the
-- source sent them; all functions give NULL for NULL; none raises on a bad value. Regexes name [0-9],
-- never \d, which other engines read differently. Names that start with _ are parts, not for use elsewhere.
-- A macro is text that is put in place of its call: list_transform([e], lambda v: ...)[1] binds e to a name, so
-- that a long e stands there once. Bind cleaned values in a CTE before you hand them to several functions: a
-- pattern inside a lambda is compiled anew for every 2,048 rows, which is why the rules bind for themselves.
--
--  clean_text(x)            trimmed; BOM, zero-width and odd blanks removed; full-width letters and digits made
--                           half-width (Chinese punctuation stays); NULL if blank or a placeholder (无, 不详, - …)
--  clean_code(x)            clean_text, all full-width forms folded: to look a code up in a crosswalk
--  is_blank(x)              TRUE for NULL, blank and placeholders
--  clean_citizen_id(x)      18 characters where possible (15 digits are lengthened), upper case, no blanks
--  citizen_id_ok(y)         y = clean_citizen_id(x): form, real birth date since 1900, check character (GB 11643)
--  clean_credit_code(x)     upper case, no blanks or hyphens
--  credit_code_ok(y)        y = clean_credit_code(x): form and check character (GB 32100; letters may come first)
--  organisation_code_ok(y)  y = clean_credit_code(x): nine characters with their check character (GB 11714)
--  clean_phone(x)           digits only; without +86 and without the extension; the first of several numbers
--  phone_ok(y)              y = clean_phone(x): mobile, fixed line with or without area code, service number
--  clean_division_code(x)   12 digits: 2, 4, 6 and 9 digits are filled with zeros; NULL if it is no such number
--  parse_timestamp_cn(x)    TIMESTAMP in Shanghai; every form of standards.md section 4; 1900-01-01 and
--                           9999-12-31 are NULL (a system's "no date")
--  parse_date_cn(x)         the same as DATE
--  is_date_placeholder(x)   TRUE if x is 1900-01-01 or 9999-12-31 in any form
--  parse_boolean_cn(x)      1/0, 是/否, true/false, Y/N
--  parse_number(x)          DOUBLE; thousands separators and full-width digits allowed; no inf, no NaN
--  precision_lost(x)        TRUE if a number was cut to 15 digits or sent in scientific notation (Excel)
--  mojibake(x)              TRUE if text was decoded with the wrong encoding somewhere
--  mojibake_somewhere(t)    TRUE if that may be so of a line of t; FALSE only if it is so of none
--  mask_value(x, class)     what a report may show of a value: class = public | internal | restricted
--  pseudonym(x)             HMAC-SHA-256 in hex, key in the variable pseudonym_pads
--  gcj02_to_wgs84_lon/lat(lon, lat), bd09_to_gcj02_lon/lat, bd09_to_wgs84_lon/lat, wgs84_to_gcj02_lon/lat,
--  distance_km(lon1, lat1, lon2, lat2)      degrees, DOUBLE; CGCS2000 counts as WGS-84 (decimetres apart)

-- ---------------------------------------------------------------- text
CREATE OR REPLACE TEMP MACRO _odd_blanks() AS  -- become a plain blank
    chr(160) || chr(5760) || chr(8192) || chr(8193) || chr(8194) || chr(8195) || chr(8196) || chr(8197)
    || chr(8198) || chr(8199) || chr(8200) || chr(8201) || chr(8202) || chr(8239) || chr(8287) || chr(12288);
CREATE OR REPLACE TEMP MACRO _invisible() AS  -- removed: soft hyphen, zero-width, direction marks, BOM
    chr(173) || chr(8203) || chr(8204) || chr(8205) || chr(8206) || chr(8207) || chr(8234) || chr(8235)
    || chr(8236) || chr(8237) || chr(8238) || chr(8288) || chr(65279);
CREATE OR REPLACE TEMP MACRO _line_blanks() AS ' ' || chr(9) || chr(10) || chr(11) || chr(12) || chr(13);
CREATE OR REPLACE TEMP MACRO _wide_alnum() AS
    '０１２３４５６７８９ＡＢＣＤＥＦＧＨＩＪＫＬＭＮＯＰＱＲＳＴＵＶＷＸＹＺａｂｃｄｅｆｇｈｉｊｋｌｍｎｏｐｑｒｓｔｕｖｗｘｙｚ';
CREATE OR REPLACE TEMP MACRO _narrow_alnum() AS
    '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
CREATE OR REPLACE TEMP MACRO _wide_marks() AS '！＂＃＄％＆＇（）＊＋，－．／：；＜＝＞？＠［＼］＾＿｀｛｜｝～';
CREATE OR REPLACE TEMP MACRO _narrow_marks() AS '!"#$%&''()*+,-./:;<=>?@[\]^_`{|}~';
CREATE OR REPLACE TEMP MACRO _ascii(x) AS length(x) = strlen(x);

-- translate() drops what has no counterpart, hence the invisible characters at the end. It reads its lists anew
-- for every row, so a pattern first finds the rows that need it (most do not: ten times as fast).
-- Lists are worked out once a session: as expressions they were planned anew at every use.
SET VARIABLE tidy_from = _wide_alnum() || _odd_blanks() || _invisible();
SET VARIABLE tidy_odd = '[' || getvariable('tidy_from') || ']';
SET VARIABLE tidy_to = _narrow_alnum() || repeat(' ', 16);
SET VARIABLE fold_from = _wide_alnum() || _wide_marks() || _odd_blanks() || _invisible();
SET VARIABLE fold_odd = '[' || getvariable('fold_from') || ']';
SET VARIABLE fold_to = _narrow_alnum() || _narrow_marks() || repeat(' ', 16);
SET VARIABLE identifier_from =
    _wide_alnum() || '－．＋×✕╳Х' || _line_blanks() || _odd_blanks() || _invisible() || '''‘’`"';
SET VARIABLE identifier_odd = '[' || getvariable('identifier_from') || ']';
SET VARIABLE identifier_to = _narrow_alnum() || '-.+XXXX';
SET VARIABLE line_blanks = _line_blanks();
-- A pattern, not IN (...): the optimizer would make a join of that, for every row of every column.
SET VARIABLE blank = '[' || _line_blanks() || _odd_blanks() || _invisible() || ']*';
SET VARIABLE placeholder = getvariable('blank')
    || '(?i:|' || array_to_string(list_transform(getvariable('words_blank'), lambda word: regexp_escape(word)), '|')
    || '|[(（<](?:空|null)[>）)]|[-—－]{1,3}|[/／\\、.。]|[*]{1,3}|[?？]{1,3})'
    || getvariable('blank');

CREATE OR REPLACE TEMP MACRO _tidy(x) AS
    trim(
        CASE
            WHEN NOT _ascii(x) AND regexp_matches(x, getvariable('tidy_odd'))
                THEN translate(x, getvariable('tidy_from'), getvariable('tidy_to'))
            ELSE x
        END,
        getvariable('line_blanks')
    );
CREATE OR REPLACE TEMP MACRO _fold(x) AS
    trim(
        CASE
            WHEN NOT _ascii(x) AND regexp_matches(x, getvariable('fold_odd'))
                THEN translate(x, getvariable('fold_from'), getvariable('fold_to'))
            ELSE x
        END,
        getvariable('line_blanks')
    );
CREATE OR REPLACE TEMP MACRO is_blank(x) AS
    CASE
        WHEN x IS NULL THEN TRUE
        WHEN x >= '0' AND x < ':' THEN FALSE  -- starts with a digit, as no placeholder does
        ELSE regexp_full_match(x, getvariable('placeholder'))
    END;
CREATE OR REPLACE TEMP MACRO clean_text(x) AS CASE WHEN NOT is_blank(x) THEN _tidy(x) END;
CREATE OR REPLACE TEMP MACRO clean_code(x) AS CASE WHEN NOT is_blank(x) THEN _fold(x) END;
-- An identifier: nothing but its characters. The apostrophe is what a spreadsheet puts before text.
CREATE OR REPLACE TEMP MACRO _identifier(x) AS
    CASE
        WHEN is_blank(x) THEN NULL
        WHEN regexp_matches(x, getvariable('identifier_odd'))
            THEN nullif(upper(translate(x, getvariable('identifier_from'), getvariable('identifier_to'))), '')
        ELSE upper(x)
    END;

-- ---------------------------------------------------------------- citizen ID, GB 11643
-- n = the first 16 digits read as hexadecimal, so that a shift takes one digit out (division costs five times
-- as much), d = the 17th digit; weights 2^(18-i) mod 11.
CREATE OR REPLACE TEMP MACRO _mod11_sum(n, d) AS
    (n >> 60) * 7 + (n >> 56 & 15) * 9 + (n >> 52 & 15) * 10 + (n >> 48 & 15) * 5 + (n >> 44 & 15) * 8
    + (n >> 40 & 15) * 4 + (n >> 36 & 15) * 2 + (n >> 32 & 15) + (n >> 28 & 15) * 6 + (n >> 24 & 15) * 3
    + (n >> 20 & 15) * 7 + (n >> 16 & 15) * 9 + (n >> 12 & 15) * 10 + (n >> 8 & 15) * 5 + (n >> 4 & 15) * 8
    + (n & 15) * 4 + d * 2;
CREATE OR REPLACE TEMP MACRO _id_digits(y) AS TRY_CAST('0x' || left(y, 16) AS UBIGINT);
CREATE OR REPLACE TEMP MACRO _id_check_of(y, n) AS  -- y starts with 17 digits, n = _id_digits(y)
    substr('10X98765432', CAST(_mod11_sum(n, TRY_CAST(substr(y, 17, 1) AS UBIGINT)) % 11 AS INTEGER) + 1, 1);
CREATE OR REPLACE TEMP MACRO _id_check(y) AS list_transform([_id_digits(y)], lambda n: _id_check_of(y, n))[1];
CREATE OR REPLACE TEMP MACRO clean_citizen_id(x) AS
    CASE
        WHEN strlen(x) = 18 AND regexp_full_match(x, '[0-9]{17}[0-9X]') THEN x
        ELSE list_transform(
            [_identifier(x)],
            lambda i: CASE
                WHEN strlen(i) = 15 AND regexp_full_match(i, '[0-9]{15}')
                    THEN left(i, 6) || '19' || substr(i, 7) || _id_check(left(i, 6) || '19' || substr(i, 7))
                ELSE i
            END
        )[1]
    END;
CREATE OR REPLACE TEMP MACRO citizen_id_ok(x) AS
    list_transform([x], lambda y: list_transform([_id_digits(y)], lambda n: _citizen_id_ok(y, n))[1])[1];
CREATE OR REPLACE TEMP MACRO _citizen_id_ok(y, n) AS  -- n = _id_digits(y)
    CASE
        WHEN y IS NULL THEN NULL
        WHEN
            regexp_full_match(
                y, '[1-9][0-9]{5}(19|20)[0-9]{2}(0[1-9]|1[0-2])(0[1-9]|[12][0-9]|3[01])[0-9]{3}[0-9X]'
            )
            AND substr(y, 18, 1) = _id_check_of(y, n)
            THEN CASE
                WHEN substr(y, 13, 2) < '29' THEN TRUE
                ELSE TRY_CAST(
                    substr(y, 7, 4) || '-' || substr(y, 11, 2) || '-' || substr(y, 13, 2) AS DATE
                ) IS NOT NULL
            END
        ELSE FALSE
    END;

-- ---------------------------------------------------------------- credit code, GB 32100
CREATE OR REPLACE TEMP MACRO clean_credit_code(x) AS nullif(replace(_identifier(x), '-', ''), '');
CREATE OR REPLACE TEMP MACRO _b31(y, i) AS strpos('0123456789ABCDEFGHJKLMNPQRTUWXY', substr(y, i, 1)) - 1;
CREATE OR REPLACE TEMP MACRO credit_code_ok(x) AS list_transform([x], lambda y: _credit_code_ok(y))[1];
CREATE OR REPLACE TEMP MACRO _credit_code_ok(y) AS
    CASE
        WHEN y IS NULL THEN NULL
        WHEN
            regexp_full_match(y, '[0-9A-HJ-NPQRTUWXY]{2}[0-9]{6}[0-9A-HJ-NPQRTUWXY]{10}')
            AND regexp_matches(y, '[1-9A-Y]$|[1-9A-Y].*0$')
            THEN _b31(y, 18) = (
                31 - (
                    _b31(y, 1) + _b31(y, 2) * 3 + _b31(y, 3) * 9 + _b31(y, 4) * 27 + _b31(y, 5) * 19
                    + _b31(y, 6) * 26 + _b31(y, 7) * 16 + _b31(y, 8) * 17 + _b31(y, 9) * 20
                    + _b31(y, 10) * 29 + _b31(y, 11) * 25 + _b31(y, 12) * 13 + _b31(y, 13) * 8
                    + _b31(y, 14) * 24 + _b31(y, 15) * 10 + _b31(y, 16) * 30 + _b31(y, 17) * 28
                ) % 31
            ) % 31
        ELSE FALSE
    END;

-- ---------------------------------------------------------------- organisation code, GB 11714
CREATE OR REPLACE TEMP MACRO _b36(y, i) AS strpos('0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ', substr(y, i, 1)) - 1;
CREATE OR REPLACE TEMP MACRO organisation_code_ok(y) AS
    CASE
        WHEN y IS NULL THEN NULL
        WHEN regexp_full_match(y, '[0-9A-Z]{8}[0-9X]')
            THEN substr(y, 9, 1) = substr(
                '0X987654321',
                CAST(
                    (
                        _b36(y, 1) * 3 + _b36(y, 2) * 7 + _b36(y, 3) * 9 + _b36(y, 4) * 10 + _b36(y, 5) * 5
                        + _b36(y, 6) * 8 + _b36(y, 7) * 4 + _b36(y, 8) * 2
                    ) % 11 + 1 AS INTEGER
                ),
                1
            )
        ELSE FALSE
    END;

-- ---------------------------------------------------------------- phone
CREATE OR REPLACE TEMP MACRO _first_phone(y) AS  -- y is folded; the first of several, without its extension
    regexp_replace(
        regexp_replace(y, '[,;、|].*$|([0-9]{7,}) ?/.*$|([0-9]{7,}) +[0-9]{7,}.*$', '\1\2'),
        '(转|分机|[eE][xX][tT]|[xX#])[ :.]*[0-9]{1,6}$|([0-9]{7})[-—]([0-9]{1,6})$', '\2'
    );
CREATE OR REPLACE TEMP MACRO _national_phone(z) AS  -- z has digits and a plus sign at most
    regexp_replace(
        regexp_replace(
            regexp_replace(z, '^(?:\+|00)?86(0[1-9][0-9]{8,10}|1[3-9][0-9]{9})$', '\1'),
            '^(?:\+|00)86(10[0-9]{8}|[2-9][0-9]{8,10})$', '0\1'
        ),
        '^0(1[3-9][0-9]{9})$', '\1'
    );
CREATE OR REPLACE TEMP MACRO clean_phone(x) AS
    CASE
        WHEN regexp_full_match(x, '1[3-9][0-9]{9}') THEN x
        WHEN is_blank(x) THEN NULL
        ELSE nullif(
            _national_phone(regexp_replace(_first_phone(_fold(x)), '[-—–()\[\] .·''"\t\r\n]', '', 'g')), ''
        )
    END;
CREATE OR REPLACE TEMP MACRO phone_ok(y) AS
    regexp_full_match(
        y,
        '1[3-9][0-9]{9}'                        -- mobile
        || '|0(10|2[0-9])[2-8][0-9]{7}'         -- fixed line, two-digit area code
        || '|0[3-9][0-9]{2}[2-8][0-9]{6,7}'     -- fixed line, three-digit area code
        || '|[2-8][0-9]{6,7}'                   -- fixed line of the own city
        || '|[48]00[0-9]{7}'                    -- 400 and 800 numbers
        || '|1(10|19|20|22|14|17)|12[0-9]{3}|1[01][0-9]{3}|9[56][0-9]{3,6}'  -- emergency and service lines
    );

-- ---------------------------------------------------------------- numbers, booleans, division codes
CREATE OR REPLACE TEMP MACRO parse_number(x) AS
    CASE
        WHEN strlen(x) <= 17 AND regexp_full_match(x, '-?[0-9]+(\.[0-9]+)?') THEN TRY_CAST(x AS DOUBLE)
        WHEN
            regexp_full_match(
                clean_code(x),
                '[+-]? ?([0-9]+|[0-9]{1,3}(,[0-9]{3})+)(\.[0-9]*)?([eE][+-]?[0-9]{1,2})?|[+-]?\.[0-9]+'
            )
            THEN TRY_CAST(translate(clean_code(x), ', +', '') AS DOUBLE)
    END;
CREATE OR REPLACE TEMP MACRO parse_boolean_cn(x) AS
    CASE
        WHEN x = '0' OR x = 'false' THEN FALSE
        WHEN x = '1' OR x = 'true' THEN TRUE
        WHEN list_contains(getvariable('words_yes'), upper(_fold(x))) THEN TRUE
        WHEN list_contains(getvariable('words_no'), upper(_fold(x))) THEN FALSE
    END;
CREATE OR REPLACE TEMP MACRO clean_division_code(x) AS
    CASE
        WHEN regexp_full_match(x, '[1-9][0-9]{11}') THEN x
        WHEN
            regexp_full_match(
                regexp_replace(_identifier(x), '\.0+$', ''), '[1-9][0-9](([0-9]{2}){0,2}|[0-9]{7}|[0-9]{10})'
            )
            THEN rpad(regexp_replace(_identifier(x), '\.0+$', ''), 12, '0')
    END;

-- ---------------------------------------------------------------- dates
-- y is folded. Groups: year, month, day, then the time of day in hours, minutes, seconds.
CREATE OR REPLACE TEMP MACRO _date_from_parts(y) AS
    TRY_CAST(
        nullif(
            regexp_replace(
                y,
                '^([0-9]{4})[-/.年] ?([0-9]{1,2})[-/.月] ?([0-9]{1,2})'
                -- without a blank or 日 before the hour, 2006-8-149:34 would have two readings
                || '(?:日|日? *$|日?[ T]+|日)'
                || '(?: *([0-9]{1,2})[:时点](?:([0-9]{1,2})[:分]?)?(?:([0-9]{1,2})(\.[0-9]{1,9})?秒?)?)?$',
                '\1-\2-\3 0\4:0\5:0\6\7'
            ),
            y
        ) AS VARCHAR
    );
CREATE OR REPLACE TEMP MACRO _normal_clock(z) AS  -- 00:009:005 and the like, as _date_from_parts leaves it
    regexp_replace(z, '([ :])0([0-9]{2})', '\1\2', 'g');
CREATE OR REPLACE TEMP MACRO _timestamp_of(y) AS  -- y is folded
    CASE
        WHEN regexp_full_match(y, '[0-9]{8}')
            THEN TRY_CAST(substr(y, 1, 4) || '-' || substr(y, 5, 2) || '-' || substr(y, 7, 2) AS TIMESTAMP)
        WHEN regexp_full_match(y, '[12][0-9]{11}([0-9]{2})?')
            THEN TRY_CAST(
                substr(y, 1, 4) || '-' || substr(y, 5, 2) || '-' || substr(y, 7, 2) || ' ' || substr(y, 9, 2)
                || ':' || substr(y, 11, 2) || ':' || coalesce(nullif(substr(y, 13, 2), ''), '00') AS TIMESTAMP
            )
        WHEN regexp_full_match(y, '[0-9]{10}(\.[0-9]+)?')  -- seconds since 1970, UTC
            THEN make_timestamp(CAST(round(CAST(y AS DOUBLE) * 1e6) AS BIGINT)) + INTERVAL 8 HOUR
        WHEN regexp_full_match(y, '[0-9]{13}')  -- milliseconds since 1970, UTC
            THEN make_timestamp(CAST(y AS BIGINT) * 1000) + INTERVAL 8 HOUR
        WHEN regexp_full_match(y, '[1-9][0-9]{4}(\.[0-9]+)?')  -- days since 1899-12-30 (Excel), to the second
            THEN TIMESTAMP '1899-12-30' + to_seconds(round(CAST(y AS DOUBLE) * 86400))
        WHEN regexp_full_match(y, '[0-9]{4}-[0-9]{2}-[0-9]{2}[ T][0-9:.]+ ?(Z|z|[+-][0-9]{2}(:?[0-9]{2})?)')
            THEN timezone(
                'Asia/Shanghai',
                TRY_CAST(regexp_replace(y, '([+-][0-9]{2})([0-9]{2})$', '\1:\2') AS TIMESTAMPTZ)
            )
        WHEN regexp_matches(y, '^[0-9]{4}[-/.年]')
            THEN TRY_CAST(_normal_clock(_date_from_parts(y)) AS TIMESTAMP)
    END;
CREATE OR REPLACE TEMP MACRO _timestamp_slow(x) AS
    list_transform([_fold(x)], lambda y: _timestamp_of(y))[1];
-- What databases and interfaces send, read without a regex; compared as text, which keeps the order of time.
CREATE OR REPLACE TEMP MACRO _is_plain_timestamp(x) AS
    (
        strlen(x) = 19 AND x LIKE '____-__-__ __:__:__'
        OR strlen(x) BETWEEN 21 AND 26
        AND regexp_full_match(x, '[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{1,6}')
    );
CREATE OR REPLACE TEMP MACRO _plain_timestamp(x) AS
    CASE WHEN x > '1900-01-02' AND x < '2200-01-01' THEN TRY_CAST(x AS TIMESTAMP) END;
CREATE OR REPLACE TEMP MACRO _bounded(t) AS
    CASE WHEN t >= TIMESTAMP '1900-01-02' AND t < TIMESTAMP '2200-01-01' THEN t END;
CREATE OR REPLACE TEMP MACRO parse_timestamp_cn(x) AS
    CASE
        WHEN _is_plain_timestamp(x) THEN _plain_timestamp(x)
        ELSE list_transform([_timestamp_slow(x)], lambda t: _bounded(t))[1]
    END;
CREATE OR REPLACE TEMP MACRO parse_date_cn(x) AS CAST(parse_timestamp_cn(x) AS DATE);
CREATE OR REPLACE TEMP MACRO is_date_placeholder(x) AS
    CASE
        WHEN x IS NULL THEN FALSE
        WHEN _is_plain_timestamp(x) THEN x LIKE '1900-01-01 %' OR x LIKE '9999-12-31 %'
        ELSE coalesce(CAST(_timestamp_slow(x) AS DATE) IN (DATE '1900-01-01', DATE '9999-12-31'), FALSE)
    END;

-- ---------------------------------------------------------------- damage
-- UTF-8 bytes read as GB18030: two Chinese characters (E_ __ __ E_ __ __) become three, whose byte pairs are
-- (E2-EF,80-BF) (81-BF,E2-EF) (81-BF,80-BF); an odd one before a Latin letter becomes the first of these and
-- (81-BF,40-7E). The classes were generated from Python's codec, and a test holds them against it. In whole
-- text such groups do not occur by chance; a single one does (睿光。), hence the share of seven tenths.
CREATE OR REPLACE TEMP MACRO _moji_first() AS
    '刖夂夤夥妗妞妤妫妯妲妾姊姒姗姘姝姣姹娅娆娈娉娌娑娓娣娲娴娼婀婊婕婢婧婵宀宄宓宕宥宸寤寮寰彀怼恁恙恚恝恣恧'
    || '恪恽悃悌悒悖悚悛悝悫悭悱悴悻惆惘惚惝惬惴愀愆愍愎愕愠愣愦愫慊慝慵憔憝憧憩憬懋懑戆戋戗戛戟戡戢戤戥戬搴搿擘'
    || '攴攵敕敫斐斓斫於旃旄旆旌旎旒旖旮-旰昃昊昕昙杈杌杓杞杩杲棣棰椁椋椐椤椴椹楂楗楝楠楣楦楫楱楸楹榀榄榇-榉榘'
    || '榛榧榫榭榻槌槎欤欷欹歃歆歙殳毂毪毳毵毹毽氅-氇氍氕氘-氚氡氤氩氪氲沓泶洄洇洌洎洙洚洧洫洮洳洵洹浃浈浍浏浒'
    || '浔浜浞浠浣浯浼涑涓涔涞涠淇淼渚澧澶澹濂濉濞濠濡濮濯瀚瀛瀣瀵瀹灏灞炀炜爰牍牒牖狻猊猓猕猗猝猞猡猢猥猬猱猸猹'
    || '獍獐獗獠獬獯獾琚琛瑁瑕瑗瑙瑜瑭瑷瑾璀璁璇璋璎璐璜璞璧-璩璺瓒瓯瓴瓿甏甑甓甯町畀畈畋畎畛畲畹疃睢睥睽睿瞀'
    || '瞌瞍瞑瞟瞠瞰瞵瞽矶矸砀砉砑砗砘砜砭纭纰纾绀-绂绉绋绌绐绔绗绛绠绡绨绫绮绯绱绲绶绺绻绾缁-缃缇缈缍罘罟罡罨'
    || '罱罴罹羁耄聿肀肟膦臁臧舛虢褰觳詈蹇軎辍-辏辘辚鈥-鉅銆-銍銏-銧鋩-錉鍊-鍩鍫鎬-鏉鏋-鏍鐎-鐮鑰-钄钑'
    || '钖钘铇铏铓铔铚铦铩铫铮铯铳-铵铷铹铻-铽铿锂锃锆锇锉锊锍-锏锒-锖锘锛-锠閫-闋陘-陚陜-陞陠陣陥陦陫'
    || '陭-陱陳陸-隄隇隉隊雬-雮雰-雲雴雵雸雺-雽雿霂霃霅霊-霌霐-霒霔霕霗-霛霝霟霠靲靵靷-靻靽-鞄鞆-鞊鞌'
    || '鞎-鞐鞓鞕-鞗鞙-鞝韤韥韨韪-韬韮-韲韴韷-頎顎-顮飑-飓飕飙飚飥-飧飩-餇饣饧-饪骞齑';
CREATE OR REPLACE TEMP MACRO _moji_second() AS
    '\x{E000}-\x{F8FF}'
    || '¤§°р-э‰′″€℃№⑩┾-╋★☆♀も-わモ-ワㄢ-ㄩ㈠-㈩介伙伴佃佲併佷-佺佽侀-侂侅-侇侊侩侯便俄'
    || '俱借倦傗-傢傤傦充光典兼冣冦-冪冭-冯冲冴冸-冺冾冿凤剁剧割办勨-勯勱-勶匡半卞卷叉变句告呪-呰呴呹呺'
    || '呾呿咁咃哄哥喉嗏嗐嗕嗗-嗛嗞嗠嗢嗧嗩嗭団囥-囪囬囮囯囲図囶囷圭块垛垫垮堕堚-堝堟堢堣堥-堩堫堬夆夈-夌夎'
    || '夐-夓夗夘夛夸奉奠奸姐娟娾娿婁-婅婇婈婋-婏婚嬧-嬱嬳嬵嬶存宏宠宽察寸封尖层届屸屻-屾岀岃-岇岉-岋岔峨'
    || '峰崇嶁嶃-嶏差巾帮广库店庘庛庝庡-庤庨-庬庮庯弘归彪忊忋忎忓-忕忚-応忞忟忢忣忥快恒惦惧惰愁愨-愪愬-愶'
    || '憋戈戒戔戙戜-戞戠戣戦-戩戫戭戯扁扮扳抽拌挎挫捐掆掋掍掑掓-掕掗掙-掞措插搁搓搞搭搽撅撮撯撱-撴撶撹撻'
    || '撽-撿擁擃擄斤斥斺斻斾-旀旂旇-旊旍旐旑旓昏曗曘曚曞-曥曧曨曪朵村板枫查柬标栤-栨栫-栱栴栵检椻椼椾楀楁'
    || '楃-楋樷-樼樿-橃橅橆橈欌-欙款歌殿氣氥氫-氭氱氳氶氷氹-氼氾汇洪活测浑涒涖-涚涜涢涥涬涭涰涱涳淀淬混'
    || '溾-滀滃-滆滈-滊滌-滎滐濃-濈濊-濐濓炩炪炬炰炲炴-炶点為炽-炿烄-烇烘烩烽煎熲熴熶-熸熺-燂版犫犮'
    || '犱-犳犵犺-狀狅猴瑰瓣电甸界畴疙疥疯癸眷硅硷碉碘碱碴磋稠稿笺筋筷筹粹糕红绊绘绢缄缝翠肩胯胳膘般舵艰芥茧茬'
    || '茶荤藉虫虹蛾蜂衡表裤规解讳讹讽诡诧诫诲豁跨跺踌蹭躲轨轰辨辩辫达逛逢遍邦酬锋错锯镐间闺靛革颁额风鬼魂鳖鸽鸿'
    || '鹃鹅龟︹-﹄＄ｂ-ｏ￠￡';
CREATE OR REPLACE TEMP MACRO _moji_third() AS
    '\x{3000}\x{E000}-\x{F8FF}'
    || '¨·àáè-êìíòóùúüāēěīńňōūǎǐǒǔǖǘǚǜǹɑˇˉΑ-ΡΣ-ΩЁА-Э—‖‘’“”…'
    || 'ⅰ-ⅹ⊕⒈-⒖─-┛█-▏▓-▕▼▽◢-◥☉⿰-⿻、-〃々〇-〒〔-〗〝〞〾ぁ-たァ-タ丁不东丢串丹乏亐'
    || '互井-亗亙亜-亞亢-亥亪京亯-亱亴亶-亹亼-亾仈仌仏仐仒付仚-仜仠仢仦仧仩仭-仯仱仴仸-仺仼仾伀伂-伈'
    || '伋伌伎伐伒-伖伜伝传伡伣伨伩伯但侗供俊保俯俺個倍倎倐-倓倕-倗倛倝倞倠-値倧倫倯-倹倻倽倿-偂偄-偆'
    || '偉-偋偍偐-偔偖-偙偛偝-偪偿傅储僵儉儊儌-儑儓-儠儢-儾兂兇兊兌兎-児兒兓兗-兜兢公共冀冬冻净几凡凯凹'
    || '函刀刊划创到剑剙-剛剝剟剠剢-剤剦剨剫-剱剳-剼剾劀劃-劇劉-劏劑劒劔-劚劜功劤-动劮-劰劲労-効勃勘勾'
    || '化北匠华卑单博卜卡即厂厐-厔厖厗厙厛厜厞厠厡厤厧厪-厭厯-厵厷-厺厼-厾叀參-叇及反-叓叕叚叜-叞叡叢叧'
    || '叮叴叺叾-吀吂吅吇吉吋吔吘吙含吵吹咕咖咯哀哎哗哺唇唉唤唨唩唫-唭唱唲唴-唶唸-唻唽啀啂啅啇啈啊-問啑-啔'
    || '啗-啛啝-啠啢啣啨啩啫啯-啴啹啺啽啿喀喅喆喊喌-喎喐喒喓喕-喘喚喛嘲噣噥-噧噭-噰噲-噵噷-噺噽-嚄'
    || '嚇-嚎嚐-嚒嚔-嚢嚤-嚮嚰-嚳场坊坎坏垁垂垇-垊垍-垑垔-垚垜-垟垢垥垨垪垬垯-垱垳垵-垷垹-埊埌埍埐埑'
    || '埓埖埗埛埜埞埠-埣埥-埧堡堪境墍-墑墔-墘墛-墝墠-墧墪-墻墽-壀壂-壄壆-壐壒-壙处备复够夯奔奖妇妧'
    || '妬妭妰妱妳-妸妺妼妽妿-姅姇-姉姌-姏姕姖姙姛姜姞-姢姤姦姧姩-姸姺姼-姾娀娂娇娊娋娍媭-媱媴媶媷媹-媽'
    || '媿嫀嫃-嫋嫍-嫑嫓嫕嫗嫙-嫛嫝-嫟嫢嫤嫥嫧嫨嫪嫬-嫰嫲-嬁季孩安定宝宫害富寑寒寔-寜寠寢寣實寧審-寭寯'
    || '寱-寷导-対尀専尃尅-專尋-導尐尒尓尗-尙尛尝-尡尣尦尨-尫尭-尰尲尳尵尶尽岛岸崁崄崅崈-崍崏-崓崕'
    || '崗-崚崜崝崟-崣崥崨崪-崬崯-崳崵-崼崿-嵆嵈嵉嵍-嵖川巢工巩巰己巵巶巸-巼巿帀布帄帆帇帉-帋帍帎帒帓帗'
    || '帛帞-帥帨-帬帯帰帲-帶常-帺帾-幁幃幆-幋幍-幓幖-幙幢并床府康建开弓弗弧弨弫弬弮弰弲-弹弻弽-弿'
    || '彁-彏彑当彔彙-彜彞-彠彣彥彧彨彫彮彯彲彴-彶彸彺彻彽-彿徃径徆徊徍-徏徑従徔怀怠急恫恭悁悂悅-悈悊悋'
    || '悍-悑悓悕悗-悙悜悞悡-悥悧悩悪悮悰悲悳悵-悷悹悺悼-惄惇-惊惌-惐惒-惔惖惗惙惛惞惡-惥惪惫惮慨慷'
    || '憖-憜憞-憦憨憪憫憭-憶憸-懇應懌-懐懓懕-懣户房扛扯技抄抖抗抚护报抱拃担拋拏拑拕拝拞拠拡拤拨拪拫拰-拲'
    || '拵拷-拻挀挃-挆按-挍挏挐挒-挕挗-挙挜挡挤挦-挩挬-挮挰挱挳-挸挻挼挾-捁捄捇捈捊捍捑捒捕换捣捶掣掸揣'
    || '揩揪搏搐搥搧-搩搫搮-搳搵-搹搻搼搾摀摂摃摉摋-摑摓摕-摗摙-摝摟-摦摨摪-摬摮-摷摻-摽撤播撼攢-攤'
    || '攦-攪攬攭攰-攳攷攺-攽敀-敄敆敇敊敋敍敎敐敒-敔敖-敘敚敜敞-敡敤敥敧-敪敬-敯敱敳敵敶數-斂斗斧方旦'
    || '旱昂春晙晛-晞晠晢晣晥晧-晭景晱-晳晵晶晸晹晻-晽晿-暁暃暅暆暈-暋暍-暐暒-暕暗-暜暞-暦暩-暭暯-暱'
    || '暴朝本杭杯杸-杻杽枀-枆枈枊枌-枏枑-枔枖枙枛枟-枡枤枦枩枬枮枱枲枴枹-柀柂柅-柎柕-柗柛柟柡柣柤柦-柨'
    || '栋案桓档桨梗梹-梿棁棃-棈棊棌棎-棑棓棔棖-棙棛-棟棡棢棤-棭棯棲-棴棶-棸棻棽-椀椂-椄椆-椊椌椏椒椽'
    || '椿楷榾-槀槂-槉構槍槏-槓槕-槚槜-槞槡-槬槮-槱槳-槼槾樀-樋檧檨檪檭-櫩欢步殌殎-殑殔殕殗-殙殜-殠'
    || '殢-殩殫-殲殶殸-殾毀毃毄毆-毊毌毎毐-毒毘毚毜-毠毢-毧氦氨氮汉汗汞江汲沟沪泊法泙-泝泟波泤泦泧泩泬泭'
    || '泲泴泹泿洀洂洃洅洆洈-洊洍洏-洑洓-洖洘洜-洤洦洨洩洬洭洯洰洴洶-洸洺洿浀浂浄浆浇浉浌浐浕-浘浚浛浮海涧'
    || '涪涵淡淮淳渐渤渶渷渹渻-湂湅-湌湏-湒湕湗湙湚湜-湞湠-湪湬湭湯-湽満-溂溄溅溇溈滑潃-潅潈-潊潌潎-潗'
    || '潙-潛潝潟-潡潣-潥潧-潬潮-潱潳潵-潷潹潻潽-澃澅-澈澊澋澏-澘激瀫-瀴瀶-瀸瀺-灋灍灎灐-灝灟-灪灮'
    || '灱-灴炊炒炕炯烤烦焊焙焦焵焷-煄煆-煉煋煍煏-煛煝煟-煣煥煩-煭煯-煱煴-煷煹煻煼煾-熃熅熆熬爆爛爜'
    || '爞-爧爩爫爭-爯爱-爴父爺爼爾牀-牆牉-牋牎-牑牓-牕牗牘牚牜牞牠牣-牥牨牪-牭牰牱牳牴牶-牸牻-牽犊犯'
    || '狈狗猾獉-獌獎獏獑獓-獖獘-獟獡-獫獮獰獱环玻珋珌珎珐珒-珘珚-珝珟珡-珤珦珨珪-珬珮-珱珳-珷瑎-瑔瑖'
    || '瑘瑝瑠-瑬瑮瑯瑱-瑵瑸-瑺瓈-瓑瓓-瓛瓝瓟瓡瓥瓧-瓭瓰-瓲甫画畅畝-畤畧-畱畳畵-畷畺-畾疀-疂疄-疇疮'
    || '疾病痉痘痪瘈瘉瘋瘍-瘏瘑-瘔瘖瘚瘜-瘞瘡瘣瘧瘨瘬瘮瘯瘱瘲瘶瘷瘹-瘻瘽癁療癄癌皑皜-皣皥-皭皯皰皳皵-皾'
    || '盀盁盃盎盯看眬眮眰-眴眹眻眽-眿睂睄-睆睈-睏睒-睙睛睜督瞼瞾矀-矌矎-矚矝-矡矤矮矾砍础硛硜硞-硩'
    || '硯-硶硸-硻硽-碃碍碑磤-磧磩-磫磭-磱磳磵磶磸磹磻-礄礆-礌祤祦祩-祬祮祰-祷祹祻-祿禂禃禆-禉禋-禒'
    || '秬秮秱-秷秹秺秼秾秿稁稄稅稇-稊稌稏-稓稕稖稘稙稛稜稻穩-穯穱-穳穵究穻-穿窂窅窇窉-窌窎-窐窓窔窗-窛'
    || '窞窡窢竞竟竣竴-竸竻竼竾笀-笂笅笇笉笌-笎笐笒笓笖-笘笚笜笝笟笡-笣笧-笩笭筏箍箑-箔箖箘-箛箞-箠'
    || '箣-箥箮-箰箲箳箵-箷箹-節篂-範簚-簞簠-簥簨簩簫-簷簹-簿籂籍粈粊-粐粓粔粖粙-粛粠粡粣粦-粩粫-粭'
    || '粯粰粳-粸粺粻精糠紑-紟紡紣-紦紨-紪紬-紮細-紶絸-綘線-緺縺縼-繆繈-繝级纯经绩缉缓缚罕罚翰翱翻考耽'
    || '耿肌肠肪肮胆背胶胺脊脖脯腐腑腹膊臣航舰舶船艾花芳苟苯范茎荆荡菇菠董蒋蓟蔼蕉薄藩虎蛋补被袱覆触警订讣讥讲'
    || '话诞豆豢豹贝负贡贩购贰赋赴超蹈躬车辅辈辑辜辰返还迹逗邯郊郡部郴郸都酣酱醇釜钉钒钞钡钩钵铂锤锭镜长闯阀阜阿'
    || '附降陡隘集雹靖静靠鞍韩顶颈饥饭饯饱驳骄骇骏骸鲍鲸鸡鼎龚﹢-﹦﹨-﹫！-＃％-？～￥';
CREATE OR REPLACE TEMP MACRO _moji_cut() AS
    '\x{E000}-\x{F8FF}'
    || 'ˊˋ˙‐–―‥‵℅℉℡↖-↙∕∟∣≒≦≧⊿═-╳▁-▇〆〡-〩゛-ゞー-ヾ㈱㊣㎎㎏㎜-㎞㎡㏄㏎㏑㏒㏕丂'
    || '丄-丆丏丒丗丟-両丣並丩丮丯丱丳丵丷丼乀-乂乄乆乊乑乕乗乚乛乢-乥乧乨乪-乯乲乴-乽乿-亅亇亊侤侫侭'
    || '侰-侴侶-侾俀-係俆-俉俋-俍俒-俖俙俛俠俢俤俥俧俫俬俰俲俴-俷俹俻-俽俿-倊傽-僎僐-僕僗-僙僛-僥'
    || '僨-僫僯-僲僴僶-僺僼-儅儈凘-凚凜凞凟凢凣凥-凪凬凮凱凲凴凷凾刄刅刉刋刌刏刐刓-刕刜刞刟刡-刣別-刧刪'
    || '刬刯刱刲刴刵刼刾剄-剉剋剎剏剒剓剕剗剘匑-匔匘匛匜匞匟匢匤匥匧-匩匫-匭匯-匸匼匽區卂卄卆卋-卍卐協単卙'
    || '卛卝卥卨卪卬卭卲卶卹卻-卾厀厁厃厇厈厊厎厏咢咥咮咰咲咵-咷咹咺咼咾哃哅哊哋哖哘哛哠-哤哫哬哯-哱哴-哹哻'
    || '哾唀唂-唅唈唊-唎唒唓唕-唚唜-唟唡唥唦嘆嘇嘊嘋嘍嘐-嘗嘙嘚嘜嘝嘠-嘢嘥嘦嘨-嘫嘮-嘰嘳嘵嘷嘸嘺嘼-嘾'
    || '噀-噋噏-噓噕噖噚噛噝-噡園-圛圝圞圠-圢圤-圧圫圱圲圴-圸圼圽圿坁坃-坆坈坉坋坒-坖坘坙坢坣坥坧坬坮'
    || '坰-坲坴坵坸-坺坽-垀堾-塃塅-塋塎-塐塒塓塕-塗塙-塝塟-塤塦-塪塭-塽塿墂墄墆-墈墊-墌夽-奀奃奅奆'
    || '奊奌奍奐奒奓奙奛-奟奡奣奤奦-奲奵奷奺-奼奾-妀妅妉妋妌妎-妑妔妕妘妚-妝妟-妢妦婡婣-婦婨婩婫-婳婸婹'
    || '婻-婾媀-媑媓-媙媜-媩媫媬孈-孏孒孖孞孠孡孧孨孫孭-孯孲孴孶-孹孻孼孾孿宂宆宊宍宎宐-宒宔宖実宧-宩'
    || '宬-宯宱宲宷宺-宼寀寁寃寈-寋寍-寏岪岮-岰岲岴岶岹-岼岾峀峂峃峅-峊峌-峑峓-峘峚-峠峢峣峧峩峫峬峮峯'
    || '峱-峺峼-崀嶡-嶶嶸-巄巆-巌巎-巚巜巟巠巣巤巪巬巭廆-廈廋-廐廔廕廗-廚廜-廧廩廫-廳廵廸廹廻-廽'
    || '弅-弇弉弌-弎弐弒弔弖弙弚弜-弞弡-弤怈怉怋怌怐怑怓怗怘怚怞怟怢-怤怬-怮怰-怴怶-怺怽怾恀恄-恊恌恎恏'
    || '恑恓恔恖-恘恛恜恞-恡恥恦恮恱恲恴恵恷恾悀慇慉態慍慏慐慒-慔慖-慜慞-慡慣-慦慩-慯慱-慴慶慸-憊憌憍'
    || '憏-憓憕扏扐払-扗扙扚扜-扢扤扥扨扱扲扴扵扷扸扺扻扽抁-抃抅-抈抋-抐抔抙抜-択抣抦抧抩抪抭-抰抲-抴'
    || '抶-抸抺抾拀拁揁-揃揅揇揈揊-揌揑揓-揕揗-揝揟揢揤-揨揫揬揮-揱揳揵揷揹-揼揾搃搄搆-搊損搎搑搒搕-搚'
    || '搝搟搢-搤擛-擝擟-擡擣擥擧-擿攁-攈攊-攑攓-攗攙-攡旲-旵旸旹旻-旿昁昄昅昇-昉昋昍昐-昒昖-昘'
    || '昚-昜昞昡-昤昦昩-昬昮昰昲昳昷-昻昽昿晀時晄-晊晍晎晐晑晘朄-朇朌朎朏朑-朓朖朘-朚朜朞朠-朥朧朩朮朰'
    || '朲朳朶-朹朻朼朾朿杁杄杅杇杊杋杍杒杔杕杗-杛杝杢-杤杦杧杫杬杮東杴杶桜-桟桪桬-桳桵桸-梀梂梄梇-梎'
    || '梐-梒梔-梖梘-梡梣-梥梩-梬梮梱梲梴梶-梸楡楢楤楥楧-楪楬業楯楰楲-楶楺楻楽-楿榁榃榅榊-榌榎-榓榖榗'
    || '榙榚榝-榦榩榪榬榮-榰榲榳榵榶榸-榺榼榽橜-橠橢-橤橦-橰橲-橸橺橻橽-橿檁-檃檅-檍檏檒-檖檘-檟'
    || '檡-檦欯-欱欳-欶欸欻-欽欿-歂歄歅歈歊歋歍-歘歚-歡歨歩歫-歸歺歽-殀殅殈汙汚汢汣汥-汧汫-汯汱汳汵'
    || '汷汸決-汼汿沀沄沇沊沋沍沎沑沒沕-沘沚沜-沞沠沢沨沬沯沰沴-沷沺泀-泃泆-泈泋泍-泏泑泒泘淍-淐淒-淕淗'
    || '淚-淜淟淢淣淥淧-淪淭淯淰淲淴-淶淸淺淽-渄渆-渉渋渏渒渓渕渘渙減渜渞渟渢渦-渨渪測渮渰渱渳渵滰-滳'
    || '滵-滸滺-漁漃-漅漇漈漊-漎漐-漒漖-漟漡-漣漥-漨漬漮漰漲漴漵漷-漽漿-潂濦-濭濰-瀐瀒-瀙瀜-瀢'
    || '瀤-瀪烜-烞烠-烣烥烪烮烰-烶烸烺-烼烾-焈焋-焏焑焒焔焗焛-焥焧-焮焲-焴燖-營燡-燤燦燨-燭燯-燸'
    || '燺-爅爇-爚狜狝狟狢-狧狪狫狵狶狹狽-猀猂猄-猉猋-猍猏-猒猔猘-猚猟猠猣猤猦-猨猭猯猰猲猳猵猶猺-猽'
    || '獀-獈獲-獽獿-玃玅玆玈玊玌玍玏玐玒-玕玗-玚玜-玞玠玡玣-玨玪玬玭玱玴-玶玸玹玼-玿珁珃-珇珸-琂琄'
    || '琇琈琋-琎琑-琙琜-琡琣琤琧琩琫琭琯琱琲琷-琻琽-瑀瑂-瑍瑻-瑽瑿璂璄-璆璈-璊璌璍璏璑-璛璝璟-璦'
    || '璪-璹璻-瓇瓳瓵瓸-瓾甀-甃甅-甌甎甐甒甔-甗甛甝甞甠-甤甦甧甪甮甴甶甹甼甽甿畁-畄畆畇畉畊畍畐-畓'
    || '畕-畘疈-疊疌-疎疐疓疕疘疛疜疞疢疦-疪疭疶疷疺疻疿-痁痆痋痌痎-痑痓痗痙痚痜痝痟-痡痥痩痬-痯痲痳'
    || '痵-痸痺痻痽痾瘂瘄瘆瘇癅-癋癎-癓癕癗-癛癝癟-癢癤-癪癬-癮癰-癷癹発發癿-皁皃皅皉皊皌皍皏皐皒皔皕'
    || '皗皘皚皛盄盇盉盋盌盓盕盙盚盜-盞盠-盤盦-盭盰盳盵-盷盺盻盽盿眀眂眃眅眆眊県眎-眘眛-眞眡眣-眥眧眪眫'
    || '睝-睠睤睧睩睪睭-睸睺-睼瞁-瞃瞆-瞋瞏瞐瞓-瞞瞡瞣瞤瞦瞨瞫瞭-瞯瞱瞲瞴瞶-瞺矦矨矪矯-矲矴矵矷矹-矼'
    || '砃-砈砊砋砎-砐砓砕砙砛砞砠-砢砤砨砪砫砮砯砱-砳砵砶砽砿硁-硄硆硈-硋硍硏硑硓硔硘-硚碄-碆碈碊碋碏碐'
    || '碒碔-碖碙碝碞碠碢碤碦碨-碯碵-碸確-碽碿磀磂-磄磆-磈磌-磏磑-磓磖-磘磚-磣礍-礒礔-礝礟-礣礥-礳'
    || '礵-礹礽礿祂-祅祇祊-祒祔祕祘祙祡祣禓-禙禛-禦禨-禲禴-禸禼禿秂秄秅秇秈秊秌秎-秐秓秔秖秗秙-秞秠-秢'
    || '秥秨秪稝稟稡稢稤-稲稴-稶稸稺稾穀-穅穇-穐穒-穖穘-穨窣窤窧窩-窫窮-窲窴-窾竀-竊竌-竕竗竘竚-竝'
    || '竡竢竤竧-竬竮竰-竳笯笰笲笴-笷笹笻笽笿-筄筆筈筊筍筎筓筕筗筙筜筞筟筡筣-筭筯筰筳筴筶筸筺筼筽筿箁-箄'
    || '箆-箌箎箏篅篈-篋篍-篐篒篔-篘篛篜篞-篠篢-篤篧-篩篫-篭篯篰篲-篶篸-篻篽篿-簆簈-簊簍簎簐-簕'
    || '簗-簙籃-籌籎-籲籵-籺籾-粇粿糀糂-糄糆糉糋糎-糔糘糚糛糝糞糡-糧糩-糮糰-糷糹糺糼-紉紋-紐紷-絭'
    || '絯-絶継-綥綧-維綯-緙緻-縹︰﹉-﹒﹔-﹗﹙-﹡￢￤';
CREATE OR REPLACE TEMP MACRO _moji_group() AS
    '[' || _moji_first() || '](?:[' || _moji_second() || '][' || _moji_third() || ']|[' || _moji_cut() || '])';
-- U+FFFD; UTF-8 replacement characters read as GBK; UTF-8 read as Latin-1 or Windows-1252; GBK read as Latin-1;
-- C1 control characters, which no text of ours has.
CREATE OR REPLACE TEMP MACRO _moji_marks() AS
    '\x{FFFD}|锟斤拷|聽聽|[à-é][\x{80}-\x{BF}€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ]{2}'
    || '|(?:[À-ÖØ-öø-ÿ][\x{A1}-\x{FF}]){2}|[\x{80}-\x{9F}]';
SET VARIABLE moji_group = _moji_group();
SET VARIABLE moji_whole = '[' || _moji_first() || '][' || _moji_second() || '][' || _moji_third() || ']';
SET VARIABLE moji_marks = _moji_marks();
SET VARIABLE moji_any = getvariable('moji_marks') || '|' || getvariable('moji_group');
-- strlen - length is twice the number of Chinese characters
CREATE OR REPLACE TEMP MACRO _moji_share_left(x) AS
    list_transform(
        [regexp_replace(x, getvariable('moji_group'), '', 'g')], lambda rest: strlen(rest) - length(rest)
    )[1] / (strlen(x) - length(x));
CREATE OR REPLACE TEMP MACRO mojibake(x) AS
    CASE
        WHEN x IS NULL THEN NULL
        WHEN _ascii(x) THEN x >= '??' AND x < '?@' AND regexp_full_match(x, '[?]{3,}')
        WHEN NOT regexp_matches(x, getvariable('moji_any')) THEN FALSE
        WHEN regexp_matches(x, getvariable('moji_marks')) THEN TRUE
        WHEN _moji_share_left(x) <= 0.3 THEN TRUE
        -- Rare characters of four bytes and the dot in names leave more over, and characters for private use. In
        -- names these also stand for rare characters, so they count only beside a whole group.
        ELSE regexp_matches(x, '[\x{E000}-\x{F8FF}]') AND regexp_matches(x, getvariable('moji_whole'))
            AND _moji_share_left(x) <= 0.5
    END;
-- TRUE if mojibake() may be true of one of several values, which stand in the text a line each: its patterns take
-- long to plan, so that a batch asks this once a row and not once a column.
CREATE OR REPLACE TEMP MACRO mojibake_somewhere(text) AS
    contains(text, '???') OR (NOT _ascii(text) AND regexp_matches(text, getvariable('moji_any')));
-- A spreadsheet keeps 15 digits of a number: the rest becomes 0, or the cell becomes 4.10105E+17.
CREATE OR REPLACE TEMP MACRO _long_number(x) AS  -- the identifier in x if it may have been cut, else NULL
    CASE
        WHEN strlen(x) < 16 AND NOT regexp_matches(x, '[eEＥｅ]') THEN NULL
        WHEN strlen(x) = 18 AND suffix(x, 'X') THEN NULL
        -- of 18 digits a float64 keeps multiples of 16, of 32 from 2^57 on, of 64 from 2^58 on
        WHEN
            strlen(x) = 18 AND NOT suffix(x, '000')
            AND TRY_CAST(x AS BIGINT) & CASE WHEN x > '289' THEN 63 WHEN x > '145' THEN 31 ELSE 15 END <> 0
            THEN NULL
        ELSE _identifier(x)
    END;
CREATE OR REPLACE TEMP MACRO _precision_lost(i, n) AS  -- i = _long_number(x), n = _id_digits(i)
    CASE
        WHEN i IS NULL THEN FALSE
        WHEN regexp_full_match(i, '[0-9](\.[0-9]*)?E[+]?[0-9]{1,2}') THEN TRUE
        -- all zeros are a placeholder, no number that was cut
        WHEN regexp_full_match(i, '[0-9]{13,}000(\.0*)?') THEN NOT regexp_full_match(i, '0+(\.0*)?')
        WHEN regexp_full_match(i, '[1-9][0-9]{16,18}\.0*') THEN TRUE
        -- through a float64 without being cut: the last digits are off, so that the check character fails
        WHEN regexp_full_match(i, '[1-9][0-9]{16,18}')
            THEN TRY_CAST(TRY_CAST(i AS DOUBLE) AS HUGEINT) = TRY_CAST(i AS HUGEINT)
                AND NOT _citizen_id_ok(i, n) AND NOT _credit_code_ok(i)
        ELSE FALSE
    END;
CREATE OR REPLACE TEMP MACRO precision_lost(x) AS
    CASE
        WHEN x IS NULL THEN NULL
        WHEN _long_number(x) IS NULL THEN FALSE
        ELSE list_transform(
            [_long_number(x)],
            lambda i: list_transform([_id_digits(i)], lambda n: _precision_lost(i, n))[1]
        )[1]
    END;

-- ---------------------------------------------------------------- what may be shown
CREATE OR REPLACE TEMP MACRO _mask_wholly(y) AS  -- y is folded
    CASE
        WHEN NOT _ascii(y) AND length(y) > 4 THEN left(y, 1) || '…（共' || length(y) || '字）'
        WHEN length(y) >= 15 THEN left(y, 6) || repeat('*', least(length(y) - 10, 12)) || right(y, 4)
        WHEN length(y) >= 11 THEN left(y, 3) || repeat('*', length(y) - 7) || right(y, 4)
        WHEN length(y) >= 6 THEN left(y, 2) || repeat('*', length(y) - 4) || right(y, 2)
        WHEN length(y) >= 2 THEN left(y, 1) || repeat('*', length(y) - 1)
        ELSE '*'
    END;
CREATE OR REPLACE TEMP MACRO _mask_within(y) AS  -- identity and phone numbers that stand in other text
    regexp_replace(
        regexp_replace(
            y,
            '(^|[^0-9])([1-9][0-9]{5})(?:19|20)?[0-9]{6}([0-9]{2}(?:[0-9][0-9Xx]|[0-9])?)($|[^0-9])',
            '\1\2********\3\4', 'g'
        ),
        '(^|[^0-9])(1[3-9][0-9])[0-9]{4}([0-9]{4})($|[^0-9])', '\1\2****\3\4', 'g'
    );
CREATE OR REPLACE TEMP MACRO mask_value(x, classification) AS
    CASE
        WHEN x IS NULL THEN NULL
        WHEN is_blank(x) THEN left(_tidy(x), 9)
        WHEN classification IN ('public', 'internal')
            THEN list_transform(
                [_tidy(x)], lambda y: _mask_within(left(y, 40)) || CASE WHEN length(y) > 40 THEN '…' ELSE '' END
            )[1]
        ELSE list_transform([_fold(x)], lambda y: _mask_wholly(y))[1]
    END;

-- ---------------------------------------------------------------- pseudonyms, RFC 2104
CREATE OR REPLACE TEMP MACRO _pad(place) AS  -- 1 inner, 2 outer
    coalesce(  -- what an element of nothing has is no type, of which coalesce would ask no further
        CAST(CAST(getvariable('pseudonym_pads') AS BLOB[])[place] AS BLOB),
        error('the pseudonym key is not set on this connection')
    );
CREATE OR REPLACE TEMP MACRO pseudonym(x) AS
    CASE
        WHEN x IS NOT NULL
            THEN sha256(_pad(2) || unhex(sha256(_pad(1) || encode(x))))
    END;

-- ---------------------------------------------------------------- coordinates
-- The public formulae of GCJ-02 (Krasovsky ellipsoid) and BD-09. Outside China nothing is shifted.
CREATE OR REPLACE TEMP MACRO _in_china(lon, lat) AS lon BETWEEN 72.004 AND 137.8347 AND lat BETWEEN 0.8293 AND 55.8271;
CREATE OR REPLACE TEMP MACRO _gcj_waves(x) AS (20 * sin(6 * x * pi()) + 20 * sin(2 * x * pi())) * 2 / 3;
CREATE OR REPLACE TEMP MACRO _gcj_curve(lat) AS 1 - 0.00669342162296594323 * pow(sin(radians(lat)), 2);
CREATE OR REPLACE TEMP MACRO _gcj_east(x, y) AS  -- metres-like shift east; x = lon - 105, y = lat - 35
    300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * sqrt(abs(x)) + _gcj_waves(x)
    + (20 * sin(x * pi()) + 40 * sin(x / 3 * pi()) + 150 * sin(x / 12 * pi()) + 300 * sin(x / 30 * pi())) * 2 / 3;
CREATE OR REPLACE TEMP MACRO _gcj_north(x, y) AS
    -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * sqrt(abs(x)) + _gcj_waves(x)
    + (20 * sin(y * pi()) + 40 * sin(y / 3 * pi()) + 160 * sin(y / 12 * pi()) + 320 * sin(y * pi() / 30)) * 2 / 3;
CREATE OR REPLACE TEMP MACRO _gcj_dlon(lon, lat) AS
    _gcj_east(lon - 105, lat - 35) * 180
    / (6378245.0 / sqrt(_gcj_curve(lat)) * cos(radians(lat)) * pi());
CREATE OR REPLACE TEMP MACRO _gcj_dlat(lon, lat) AS
    _gcj_north(lon - 105, lat - 35) * 180
    / (6378245.0 * (1 - 0.00669342162296594323) / (_gcj_curve(lat) * sqrt(_gcj_curve(lat))) * pi());
CREATE OR REPLACE TEMP MACRO wgs84_to_gcj02_lon(lon, lat) AS
    CASE WHEN _in_china(lon, lat) THEN lon + _gcj_dlon(lon, lat) ELSE lon END;
CREATE OR REPLACE TEMP MACRO wgs84_to_gcj02_lat(lon, lat) AS
    CASE WHEN _in_china(lon, lat) THEN lat + _gcj_dlat(lon, lat) ELSE lat END;
-- The inverse by one step of fixed-point iteration (the lambda holds the first guess): within a centimetre.
CREATE OR REPLACE TEMP MACRO gcj02_to_wgs84_lon(lon, lat) AS
    CASE
        WHEN _in_china(lon, lat)
            THEN list_transform(
                [[lon - _gcj_dlon(lon, lat), lat - _gcj_dlat(lon, lat)]], lambda p: lon - _gcj_dlon(p[1], p[2])
            )[1]
        ELSE lon
    END;
CREATE OR REPLACE TEMP MACRO gcj02_to_wgs84_lat(lon, lat) AS
    CASE
        WHEN _in_china(lon, lat)
            THEN list_transform(
                [[lon - _gcj_dlon(lon, lat), lat - _gcj_dlat(lon, lat)]], lambda p: lat - _gcj_dlat(p[1], p[2])
            )[1]
        ELSE lat
    END;
CREATE OR REPLACE TEMP MACRO _bd_radius(x, y) AS sqrt(x * x + y * y) - 0.00002 * sin(y * pi() * 3000 / 180);
CREATE OR REPLACE TEMP MACRO _bd_angle(x, y) AS atan2(y, x) - 0.000003 * cos(x * pi() * 3000 / 180);
CREATE OR REPLACE TEMP MACRO bd09_to_gcj02_lon(lon, lat) AS
    CASE
        WHEN _in_china(lon, lat)
            THEN _bd_radius(lon - 0.0065, lat - 0.006) * cos(_bd_angle(lon - 0.0065, lat - 0.006))
        ELSE lon
    END;
CREATE OR REPLACE TEMP MACRO bd09_to_gcj02_lat(lon, lat) AS
    CASE
        WHEN _in_china(lon, lat)
            THEN _bd_radius(lon - 0.0065, lat - 0.006) * sin(_bd_angle(lon - 0.0065, lat - 0.006))
        ELSE lat
    END;
CREATE OR REPLACE TEMP MACRO bd09_to_wgs84_lon(lon, lat) AS
    list_transform(
        [[bd09_to_gcj02_lon(lon, lat), bd09_to_gcj02_lat(lon, lat)]], lambda g: gcj02_to_wgs84_lon(g[1], g[2])
    )[1];
CREATE OR REPLACE TEMP MACRO bd09_to_wgs84_lat(lon, lat) AS
    list_transform(
        [[bd09_to_gcj02_lon(lon, lat), bd09_to_gcj02_lat(lon, lat)]], lambda g: gcj02_to_wgs84_lat(g[1], g[2])
    )[1];
CREATE OR REPLACE TEMP MACRO distance_km(lon1, lat1, lon2, lat2) AS  -- great circle, mean radius
    2 * 6371.0088 * asin(
        sqrt(
            pow(sin(radians(lat2 - lat1) / 2), 2)
            + cos(radians(lat1)) * cos(radians(lat2)) * pow(sin(radians(lon2 - lon1) / 2), 2)
        )
    );
