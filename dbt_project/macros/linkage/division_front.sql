{#-
Divisions at the front of a text, recognised by their real names alone: 荥阳市绿城小区 is an estate in 荥阳市, which no
pattern 区|县 could know.
-#}

{#-
The division of a level with the longest name at the front of each text: key, code12 (NULL where several divisions bear
the name and `known`, the code that the record gives, does not tell which), size (characters that the name takes).
`texts` is a relation with columns key, text, known and, but for `upper`, within. With `short` the name may lack the
word for its kind, as in names of organisations.
-#}
{% macro division_front(texts, level, short=false) -%}
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
                select distinct length(form) as size from {{ ref('stg_division_form') }}
                where level = '{{ level }}' {{ 'and is_whole' if not short }}
            ) as sized on length(text.text) >= sized.size
            inner join {{ ref('stg_division_form') }} as form
                on
                    form.level = '{{ level }}'
                    {{ 'and form.is_whole' if not short }}
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
