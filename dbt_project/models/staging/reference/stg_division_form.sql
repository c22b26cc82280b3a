{{ config(unique_key=['level', 'within', 'form', 'is_whole', 'code12'], tags=['reference']) }}

-- How the present divisions are written at the front of a text. Level `upper`: all ways to write the way down to a
-- province, city or county, levels left out or not. Townships are looked for within a county, villages in a township.
with present as (
    select code12, level, name_zh from {{ ref('stg_division') }} where code_system = 'NBS'
),

proper as (
    select code12, level, name_zh as name, {{ division_stem('name_zh', 'upper') }} as stem
    from present
    where level in ('province', 'city', 'county') and name_zh not in ('市辖区', '县') and name_zh not like '%直辖%'
),

-- `is_whole`: with the word for its kind, which names of organisations leave out.
named as (
    select code12, level, name, true as is_whole from proper
    union all
    select code12, level, stem as name, false as is_whole from proper where length(stem) >= 2
),

-- A name may stand alone or after what it lies within: a row each, so that ways are found by equality.
placed as (
    select code12, level, name, is_whole, '' as within from named
    union all
    select code12, level, name, is_whole, left(code12, 2) as within from named where level in ('city', 'county')
    union all
    select code12, level, name, is_whole, left(code12, 4) as within from named where level = 'county'
),

above as (
    select '' as within, '' as way
    union all
    select left(code12, 2) as within, name as way from named where level = 'province'
),

city as (
    select placed.code12, placed.is_whole, above.way || placed.name as form
    from placed
    inner join above on placed.within = above.within
    where placed.level = 'city'
),

between as (
    select within, way from above
    union all
    select left(code12, 4) as within, form as way from city
),

written as (
    select 'upper' as level, '' as within, name as form, is_whole, false as needs_word, false as is_bare, code12
    from named
    where level = 'province'
    union
    select 'upper' as level, '' as within, form, is_whole, false as needs_word, false as is_bare, code12 from city
    union
    select
        'upper' as level,
        '' as within,
        between.way || placed.name as form,
        placed.is_whole,
        false as needs_word,
        between.way = '' as is_bare,
        placed.code12
    from placed
    inner join between on placed.within = between.within
    where placed.level = 'county'
    {%- for level, digits in [('township', 6), ('village', 9)] %}
    union
    select
        level,
        rpad(left(code12, {{ digits }}), 12, '0') as within,
        coalesce({{ division_stem('name_zh', level) }}, name_zh) as form,
        true as is_whole,
        {{ matches('name_zh', '(' ~ place_words(level) ~ ')$') }} as needs_word,
        false as is_bare,
        code12
    from present
    where level = '{{ level }}'
    {%- endfor %}
)

select
    written.*,
    {{ row_hash('written') }} as _row_hash
from written
