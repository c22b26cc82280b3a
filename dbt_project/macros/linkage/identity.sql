{#-
A table as it stood at the last publication, as a subquery of the given columns; empty before the first one. IDs are
kept against what consumers read, so that a night that is killed and run again gives the same IDs and history.
-#}
{% macro published(schema, name, columns) -%}
    {%- set version = published_version(schema, name) if execute else none -%}
    select
        {%- for column, type in columns.items() %}
        cast({{ column if version is not none else 'null' }} as {{ type }}) as {{ column }}{{ ',' if not loop.last }}
        {%- endfor %}
    {%- if version is not none %}
    from {{ target.database }}.{{ schema }}.{{ name }} at (version => {{ version }})
    {%- else %}
    where false
    {%- endif %}
{%- endmacro %}

{#- The published snapshot, if the table was there in it. -#}
{% macro published_version(schema, name) -%}
    {%- set catalogue = '__ducklake_metadata_' ~ target.database -%}
    {%- set snapshot = session_value('published_snapshot', 'bigint') -%}
    {%- set found = run_query(
        "select " ~ snapshot ~ " from " ~ catalogue ~ ".ducklake_table as t"
        ~ " inner join " ~ catalogue ~ ".ducklake_schema as s on t.schema_id = s.schema_id"
        ~ " where s.schema_name = '" ~ schema ~ "' and t.table_name = '" ~ name ~ "'"
        ~ " and t.begin_snapshot <= " ~ snapshot
        ~ " and coalesce(t.end_snapshot, 9223372036854775807) > " ~ snapshot ~ " limit 1"
    ) -%}
    {{ return(found.rows[0][0] if found.rows | length > 0 else none) }}
{%- endmacro %}

{#-
CTEs that give each row of `current` (key, cluster) its persistent ID: relation `identified` (key, entity_id). `before`
(key, entity_id) is the published membership. An ID that nothing happened to stays without more ado; the rest is
decided together (infra.fusion.identity); what needs a new ID gets one made of its smallest key, and of the night's
date too where that ID is taken.
-#}
{% macro identified(current, before, prefix, salt) -%}
held as (
    select
        coalesce(now.key, old.key) as key,
        now.cluster,
        old.entity_id as before
    from {{ current }} as now
    full outer join {{ before }} as old on now.key = old.key
),

cluster_held as (
    select
        cluster,
        min(before) as before,
        min(key) as first_key,
        count(before) as known,
        count(*) = count(before) and min(before) = max(before) as is_one
    from held
    where cluster is not null
    group by 1
),

before_held as (
    select before, count(*) = count(cluster) and min(cluster) = max(cluster) as is_one
    from held
    where before is not null
    group by 1
),

unsettled as (
    select held.key, held.cluster, held.before
    from held
    left join cluster_held on held.cluster = cluster_held.cluster
    left join before_held on held.before = before_held.before
    where
        coalesce(cluster_held.known, 1) > 0
        and not (coalesce(cluster_held.is_one, false) and coalesce(before_held.is_one, false))
),

inherited as (
    select unnest(clusters) as cluster, unnest(inherited_ids(keys, clusters, befores)) as entity_id
    from (
        select
            list(key order by key) as keys,
            list(cluster order by key) as clusters,
            list(before order by key) as befores
        from unsettled
        having count(*) > 0
    ) as together
),

kept as (
    select cluster, min(entity_id) as entity_id from inherited group by 1
),

named as (
    select
        cluster_held.cluster,
        case when unsettled.cluster is null and cluster_held.known > 0 then cluster_held.before else kept.entity_id end
            as entity_id,
        '{{ prefix }}' || left(pseudonym('{{ salt }}:' || cluster_held.first_key), 16) as fresh_id,
        '{{ prefix }}' || left(
            pseudonym(
                '{{ salt }}:' || cluster_held.first_key || '#'
                || cast({{ session_value('business_date', 'date') }} as varchar)
            ), 16
        ) as second_id
    from cluster_held
    left join (select distinct cluster from unsettled) as unsettled on cluster_held.cluster = unsettled.cluster
    left join kept on cluster_held.cluster = kept.cluster
),

identified as (
    select
        held.key,
        coalesce(
            named.entity_id,
            case when taken.before is null then named.fresh_id else named.second_id end
        ) as entity_id
    from held
    inner join named on held.cluster = named.cluster
    left join before_held as taken on named.fresh_id = taken.before
)
{%- endmacro %}

{#- Kinds of entities with persistent IDs: the model of their members, its key and the column of the ID. -#}
{% macro identified_kinds() -%}
    {{ return({
        'person': {'model': 'int_person__member', 'key': 'mention_key', 'id': 'person_id'},
        'event': {'model': 'int_event__member', 'key': '_record_key', 'id': 'event_id'},
        'organisation': {'model': 'int_organisation__member', 'key': 'mention_key', 'id': 'organisation_id'},
        'place': {'model': 'int_place__member', 'key': 'mention_key', 'id': 'place_id'}
    }) }}
{%- endmacro %}

{#- What became of the entities of a kind since the last publication: entity_kind, change, entity_id, other_id. -#}
{% macro identity_changes(kind, columns) -%}
    select
        '{{ kind }}' as entity_kind,
        done.change,
        done.entity_id,
        done.other_id
    from (
        select unnest(identity_changes(list(before order by key), list(after order by key))) as done
        from (
            select
                held.*,
                bool_or(before is distinct from after) over (partition by before) as before_moved,
                bool_or(before is distinct from after) over (partition by after) as after_moved
            from (
                select coalesce(now.key, old_rows.key) as key, old_rows.entity_id as before, now.entity_id as after
                from (
                    select {{ columns['key'] }} as key, {{ columns['id'] }} as entity_id from {{ ref(columns['model']) }}
                ) as now
                full outer join (
                    {{ published('intermediate', columns['model'], {columns['key']: 'varchar', columns['id']: 'varchar'}) }}
                ) as old_rows (key, entity_id) on now.key = old_rows.key
            ) as held
        ) as marked
        where (before is not null and before_moved) or (after is not null and after_moved)
        having count(*) > 0
    ) as one
{%- endmacro %}
