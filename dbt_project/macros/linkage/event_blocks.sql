{#- Days within which reports of one event are looked for; the words of that span say which words are rare. -#}
{% macro reach() -%}
    {{ var('event_reach_days', 30) }}
{%- endmacro %}

{#-
Ways in which reports `l` and `r` meet to be compared at all: columns that must be equal and days that may lie between,
for pairs with a petition and for others. All together they meet what blocking on place and kind alone would miss:
wrong kinds, petitions without coordinates, reports that name the township and no more.
-#}
{% macro event_blocks() -%}
    {{ return([
        {'columns': ['address', 'township_code'], 'petition_days': 20, 'days': 4},
        {'columns': ['village_code'], 'petition_days': 1, 'days': 1},
        {'columns': ['village_code', 'event_kind'], 'petition_days': 16, 'days': 4},
        {'columns': ['township_code'], 'petition_days': 0.2, 'days': 0.2},
        {'columns': ['phone'], 'petition_days': reach(), 'days': reach()},
        {'columns': ['id_no'], 'petition_days': reach(), 'days': reach()}
    ]) }}
{%- endmacro %}

{#-
CTEs up to relation `candidate` (left_no < right_no): pairs of `nearby` reports, one of them fresh, that share a block,
a neighbourhood of about 300 m, or two pairs of characters (`weighed`) that few reports have.
-#}
{% macro event_candidates(nearby, weighed) -%}
{%- set days = "case when 'petition' in (l.platform, r.platform) then {} else {} end" -%}
cell as (
    select
        no,
        is_fresh,
        platform,
        happened_day,
        cast(floor(lon / {{ cell_degrees() }}) as integer) as x,
        cast(floor(lat / {{ cell_degrees() }}) as integer) as y
    from {{ nearby }}
    where lon is not null
),

rare as (
    select weighed.no, weighed.gram, nearby.is_fresh, nearby.happened_day
    from {{ weighed }} as weighed
    inner join {{ nearby }} as nearby on weighed.no = nearby.no
    where weighed.records between 2 and {{ var('event_rare_gram', 40) }}
),

met as (
    {%- for block in event_blocks() %}
    select l.no as one, r.no as other
    from {{ nearby }} as l
    inner join {{ nearby }} as r
        on
            {%- for column in block['columns'] %}
            l.{{ column }} = r.{{ column }} and
            {%- endfor %}
            l.no <> r.no
            and abs(l.happened_day - r.happened_day) <= {{ days.format(block['petition_days'], block['days']) }}
    where l.is_fresh
    union all
    {%- endfor %}
    {%- for step in [-1, 0, 1] %}
    select l.no as one, r.no as other
    from cell as l
    inner join cell as r
        on
            l.x + {{ step }} = r.x
            and abs(l.y - r.y) <= 1
            and l.no <> r.no
            and abs(l.happened_day - r.happened_day) <= {{ days.format(16, 3) }}
    where l.is_fresh
    union all
    {%- endfor %}
    select l.no as one, r.no as other
    from rare as l
    inner join rare as r
        on l.gram = r.gram and l.no <> r.no and abs(l.happened_day - r.happened_day) <= 20
    where l.is_fresh
    group by 1, 2
    having count(*) >= 2
),

candidate as (
    select distinct least(one, other) as left_no, greatest(one, other) as right_no from met
)
{%- endmacro %}

{#- Side of a cell in degrees: about 300 m, the farthest that coordinates of one event lie apart but for errors. -#}
{% macro cell_degrees() -%}
    0.003
{%- endmacro %}

{#- Distance of the points of relations `l` and `r` in km, good to a percent over a city; NULL where one has none. -#}
{% macro kilometres(l, r) -%}
    111.2 * sqrt(
        power(({{ l }}.lon - {{ r }}.lon) * cos(radians({{ l }}.lat)), 2) + power({{ l }}.lat - {{ r }}.lat, 2)
    )
{%- endmacro %}

{#- The most that the comparison of words can add. -#}
{% macro most_of_words() -%}
    {%- for comparison in event_model()['comparisons'] if comparison['name'] == 'words' -%}
        {{ return(comparison['levels'] | map(attribute='bits') | max) }}
    {%- endfor -%}
{%- endmacro %}
