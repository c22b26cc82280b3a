{#-
CTEs that weigh the words of `nearby` (no, grams): `gram` (no, gram), `weighed` (no, gram, records that have it, weight) and
`norm` (no, weight). The weight of a pair of characters is its squared inverse document frequency among these reports.
-#}
{% macro weighed_words(nearby) -%}
gram as (
    select nearby.no, part.gram
    from {{ nearby }} as nearby, {{ unnest_text('nearby.grams', 'part', 'gram') }}
),

common as (
    select gram, cast(count(*) as double) as records from gram group by 1
),

whole as (
    select count(*) as records from {{ nearby }}
),

weighed as (
    select gram.no, gram.gram, common.records, power(ln(1 + whole.records / common.records), 2) as weight
    from gram
    inner join common on gram.gram = common.gram
    cross join whole
),

norm as (
    select no, sum(weight) as weight from weighed group by 1
)
{%- endmacro %}

{#-
CTE `told`: rows of `likely` (left_no, right_no) with `likeness`, the cosine of their words, 0 to 1. The left side's words
are unnested once more, not joined, so that the engine cannot begin with all pairs of records that share a word.
-#}
{% macro likeness(likely, nearby) -%}
left_gram as (
    select likely.left_no, likely.right_no, part.gram
    from {{ likely }} as likely
    inner join {{ nearby }} as nearby on likely.left_no = nearby.no, {{ unnest_text('nearby.grams', 'part', 'gram') }}
),

shared as (
    select left_gram.left_no, left_gram.right_no, sum(weighed.weight) as weight
    from left_gram
    inner join weighed on left_gram.right_no = weighed.no and left_gram.gram = weighed.gram
    group by 1, 2
),

told as (
    select
        likely.*,
        coalesce(shared.weight / sqrt(one.weight * other.weight), 0) as likeness
    from {{ likely }} as likely
    left join shared on likely.left_no = shared.left_no and likely.right_no = shared.right_no
    left join norm as one on likely.left_no = one.no and one.weight > 0
    left join norm as other on likely.right_no = other.no and other.weight > 0
)
{%- endmacro %}
