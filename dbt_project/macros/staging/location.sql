{#-
Adds `_division_code` to a relation: the present 12-digit code of its `division_code`, or of the township or county above
where the finer code is not listed. A retired code becomes its successor; below a retired county the county's successor
is as far as one can say.
-#}
{% macro located(relation) -%}
    select
        unlocated.*,
        coalesce(exact.resolved_code12, township.resolved_code12, county.resolved_code12) as _division_code
    from (
        select
            unread.*,
            clean_division_code(unread.division_code) as _code12
        from {{ relation }} as unread
    ) as unlocated
    left join {{ ref('stg_division_code') }} as exact on unlocated._code12 = exact.code12
    left join {{ ref('stg_division_code') }} as township on left(unlocated._code12, 9) || '000' = township.code12
    left join {{ ref('stg_division_code') }} as county on left(unlocated._code12, 6) || '000000' = county.code12
{%- endmacro %}

{#- Adds `longitude` and `latitude` to a relation, out of a column that holds "lon,lat" in one text. -#}
{% macro lonlat_split(relation, column) -%}
    select
        joined.*,
        split_part(translate({{ column }}, '，、 ', ',,'), ',', 1) as longitude,
        split_part(translate({{ column }}, '，、 ', ',,'), ',', 2) as latitude
    from {{ relation }} as joined
{%- endmacro %}

{#-
Adds `_lon`, `_lat` (CGCS2000 degrees) to a relation. Swapped pairs are put right. Zero, projected and far-away ones
become NULL: validation has named them in `_warned_rules`. `crs` is the conformed code of the reference system.
-#}
{% macro positioned(relation, longitude, latitude, crs) -%}
    select
        repaired.*,
        case
            when is_usable and crs in ('CGCS2000', 'WGS-84') then round(x, 6)
            when is_usable and crs = 'GCJ-02' then round(gcj02_to_wgs84_lon(x, y), 6)
            when is_usable and crs = 'BD-09' then round(bd09_to_wgs84_lon(x, y), 6)
        end as _lon,
        case
            when is_usable and crs in ('CGCS2000', 'WGS-84') then round(y, 6)
            when is_usable and crs = 'GCJ-02' then round(gcj02_to_wgs84_lat(x, y), 6)
            when is_usable and crs = 'BD-09' then round(bd09_to_wgs84_lat(x, y), 6)
        end as _lat
    from (
        select
            swapped.*,
            case when is_swapped then second_number else first_number end as x,
            case when is_swapped then first_number else second_number end as y,
            is_swapped
            or (
                first_number between 73 and 136
                and second_number between 3 and 54
                and coalesce(_warned_rules, '') not like '% coordinates %'
            ) as is_usable
        from (
            select
                parsed.*,
                first_number between 3 and 54 and second_number between 73 and 136 as is_swapped
            from (
                select
                    unplaced.*,
                    {{ crs }} as crs,
                    parse_number({{ longitude }}) as first_number,
                    parse_number({{ latitude }}) as second_number
                from {{ relation }} as unplaced
            ) as parsed
        ) as swapped
    ) as repaired
{%- endmacro %}
