{#-
Why two records are thought to be one: the statements that `sanling explain` and `sanling review show` compile and run.
$left and $right are lists of keys, a pair a place. They compare by the models' own macros, so that what is shown is
what counted.
-#}
{% macro person_comparison() -%}
    with asked as (
        select unnest($left) as left_key, unnest($right) as right_key
    ),

    mention as (
        select *, right(coalesce(id_no, id_text), 4) as id_tail
        from {{ ref('int_person__mention') }}
        where list_contains($left, mention_key) or list_contains($right, mention_key)
    )

    select
        asked.left_key,
        asked.right_key,
        {{ person_rule() }} as rule,
        {{ comparison_columns(person_model()) }}
    from asked
    inner join mention as l on asked.left_key = l.mention_key
    inner join mention as r on asked.right_key = r.mention_key
{%- endmacro %}

{#- Likeness is known of pairs that were kept: `words_level` is NULL where it is not. -#}
{% macro event_comparison() -%}
    with signal as (
        select *
        from {{ ref('int_event__signal') }}
        where list_contains($left, record_key) or list_contains($right, record_key)
    ),

    asked as (
        select
            pair.left_key,
            pair.right_key,
            abs(l.happened_day - r.happened_day) as day_gap,
            {{ kilometres('l', 'r') }} as km,
            l.address is null and r.address is null as is_unplaced,
            kept.likeness
        from (select unnest($left) as left_key, unnest($right) as right_key) as pair
        inner join signal as l on pair.left_key = l.record_key
        inner join signal as r on pair.right_key = r.record_key
        left join {{ ref('int_event__pair') }} as kept
            on
                least(pair.left_key, pair.right_key) = kept.left_key
                and greatest(pair.left_key, pair.right_key) = kept.right_key
    )

    select
        asked.left_key,
        asked.right_key,
        (
            select min(edge.link_rule) from {{ ref('int_event__edge') }} as edge
            where (edge.record_key, edge.other_key) in (
                (asked.left_key, asked.right_key), (asked.right_key, asked.left_key)
            )
        ) as rule,
        likeness,
        {{ comparison_columns(event_model()) }}
    from asked
    inner join signal as l on asked.left_key = l.record_key
    inner join signal as r on asked.right_key = r.record_key
{%- endmacro %}

{#- Two columns a comparison of a model: the level that holds for relations `l` and `r`, and its bits. -#}
{% macro comparison_columns(model) -%}
    {%- for comparison in model['comparisons'] %}
    {{ level_of(comparison, 'label') }} as {{ comparison['name'] }}_level,
    {{ level_of(comparison, 'bits') }} as {{ comparison['name'] }}_bits
    {{- ',' if not loop.last }}
    {%- endfor %}
{%- endmacro %}
