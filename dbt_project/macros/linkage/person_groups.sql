{#-
Groups of mentions of persons in which linkage may do worse than in others, so that bias is seen: item, is_linked (it
stands with another record). A mention is in one group of each kind, or in none where the record does not say.
-#}
{% macro person_groups() -%}
    with mention as (
        select
            split_part(mention._record_key, ':', 1) as feed,
            mention.township_code,
            mention.name,
            mention.id_no,
            cast(floor(year(mention.birth_date) / 20) * 20 as integer) as born,
            count(*) over (partition by member.person_id) > 1 as is_linked
        from {{ ref('int_person__mention') }} as mention
        inner join {{ ref('int_person__member') }} as member on mention.mention_key = member.mention_key
    )

    select 'feed ' || feed as item, is_linked from mention
    union all
    select 'county ' || left(township_code, 6) as item, is_linked from mention where township_code is not null
    union all
    select case when id_no is null then 'without ID number' else 'with ID number' end as item, is_linked from mention
    union all
    select 'born ' || cast(born as varchar) || '-' || cast(born + 19 as varchar) as item, is_linked
    from mention
    where born is not null
    union all
    select case when length(name) >= 5 then 'long name' else 'usual name' end as item, is_linked
    from mention
    where name is not null
{%- endmacro %}
