{#-
Divisions at the front of a text, recognised by their real names alone: 荥阳市绿城小区 is an estate in 荥阳市, which no
pattern 区|县 could know.
-#}

{#-
CTEs up to `division_form` (level, within, form, needs_word, is_bare, code12). Level `upper`: all ways to write the way down to a
province, city or county, levels left out or not; with `short` the last may lack the word for its kind, as in names of
organisations. Townships are looked for within a county, villages within a township; where `needs_word`, the text has
to add a word for the kind, for 绿城花园 does not begin with 绿城社区.
-#}
{% macro division_forms(short=false) -%}
present as (
    select code12, level, name_zh from {{ ref('stg_division') }} where code_system = 'NBS'
),

upper_name as (
    select code12, level, name_zh as form, true as is_whole
    from present
    where level in ('province', 'city', 'county') and name_zh not in ('市辖区', '县') and name_zh not like '%直辖%'
    union
    select code12, level, {{ division_stem('name_zh', 'upper') }} as form, false as is_whole
    from present
    where
        level in ('province', 'city', 'county') and name_zh not in ('市辖区', '县') and name_zh not like '%直辖%'
        and length({{ division_stem('name_zh', 'upper') }}) >= 2
),

above as (
    select '' as province, '' as city, '' as form
    union
    select left(code12, 2) as province, '' as city, form from upper_name where level = 'province'
),

between as (
    select province, city, form from above
    union
    select left(name.code12, 2) as province, left(name.code12, 4) as city, above.form || name.form as form
    from upper_name as name
    inner join above on above.province in ('', left(name.code12, 2))
    where name.level = 'city'
),

division_form as (
    select 'upper' as level, '' as within, above.form || name.form as form, false as needs_word, false as is_bare, name.code12
    from upper_name as name
    inner join above
        on (name.level = 'city' and above.province in ('', left(name.code12, 2))) or above.form = ''
    where name.level in ('province', 'city') {{ 'and name.is_whole' if not short }}
    union
    select
        'upper' as level,
        '' as within,
        between.form || name.form as form,
        false as needs_word,
        between.form = '' as is_bare,
        name.code12
    from upper_name as name
    inner join between
        on between.province in ('', left(name.code12, 2)) and between.city in ('', left(name.code12, 4))
    where name.level = 'county' {{ 'and name.is_whole' if not short }}
    {%- if not short %}
    {%- for level, digits in [('township', 6), ('village', 9)] %}
    union
    select
        level,
        rpad(left(code12, {{ digits }}), 12, '0') as within,
        coalesce({{ division_stem('name_zh', level) }}, name_zh) as form,
        {{ matches('name_zh', '(' ~ place_words(level) ~ ')$') }} as needs_word,
        false as is_bare,
        code12
    from present
    where level = '{{ level }}'
    {%- endfor %}
    {%- endif %}
)
{%- endmacro %}

{#-
The division of a level with the longest name at the front of each text: key, code12 (NULL where several divisions bear
the name and `known`, the code that the record gives, does not tell which), size (characters that the name takes).
`texts` is a relation with columns key, text, known and, but for `upper`, within.
-#}
{% macro division_front(texts, level) -%}
    select key, max(size) as size, {{ agreed('code12') }} as code12
    from (
        select
            found.*,
            max(found.choice) over (partition by found.key) as best
        from (
            select
                text.key,
                form.code12,
                {%- if level == 'upper' %}
                sized.size,
                {%- else %}
                sized.size + case when form.needs_word then length(regexp_extract(
                    substr(text.text, sized.size + 1), '^({{ place_words(level) }})', 1
                )) else 0 end as size,
                {%- endif %}
                sized.size * 4
                + case when form.code12 = text.known then 2 when left(form.code12, 4) = left(text.known, 4) then 1 else 0 end
                    as choice
            from {{ texts }} as text
            inner join (
                select distinct length(form) as size from division_form where level = '{{ level }}'
            ) as sized on length(text.text) >= sized.size
            inner join division_form as form
                on
                    form.level = '{{ level }}'
                    and left(text.text, sized.size) = form.form
                    -- 矿区 is a county elsewhere and 矿区街道 a township here: a county alone is one of the record's city.
                    and (not form.is_bare or coalesce(left(form.code12, 4) = left(text.known, 4), true))
                    {%- if level != 'upper' %}
                    and text.within = form.within
                    and (
                        not form.needs_word
                        or {{ matches(
                            'substr(text.text, sized.size + 1)',
                            '^(' ~ place_words(level) ~ ('|[0-9一二三四五六七八九十]+组' if level == 'village' else '') ~ ')'
                        ) }}
                    )
                    {%- endif %}
        ) as found
    ) as ranked
    where choice = best
    group by 1
{%- endmacro %}

{#- A division's name without the word for its kind: 林山寨 of 林山寨街道, 碧沙岗 of 碧沙岗社区居委会, 河南 of 河南省. -#}
{% macro division_stem(name, kind) -%}
    nullif({{ replace_all(name, '(' ~ place_words(kind) ~ ')$') }}, '')
{%- endmacro %}
