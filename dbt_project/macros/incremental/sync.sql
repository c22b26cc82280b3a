{#-
Incremental strategy `sync`: the target becomes exactly the model's result, with the fewest writes.

1. Rows whose key is not in the result are deleted, within the model's scope.
2. Rows whose `_row_hash` differs are updated, rows with a new key are inserted.

So a run without changes writes nothing, and the lake's change feed holds exactly what changed. A model needs
`unique_key`, a `_row_hash` column (macro row_hash), and, when its result holds only part of the table, the
scope of that part: `meta={'scope': 'batches'}` (rows of pending batches, as in base models),
`meta={'scope': 'records', 'driver': [...]}` (rows of the record keys that pending batches touch), or one of those of
linkage: `'pairs'` (rows with an end that the night touches or that is gone) and `'groups'` (whole groups that the
result has a row of), both by the keys of `driver`. `'unpublished'`: rows that the last publication did not have.
`'unpublished_days'`: rows of dates (column `day`) that it did not have, and those of the night's own date.
`'references'`: rows of the records whose references the night touches.
-#}
{% macro get_incremental_sync_sql(arg_dict) %}
    {%- set target_relation = arg_dict['target_relation'] -%}
    {%- set source = arg_dict['temp_relation'] -%}
    {%- set columns = arg_dict['dest_columns'] | map(attribute='name') | list -%}
    {%- set keys = arg_dict['unique_key'] -%}
    {%- set keys = [keys] if keys is string else keys -%}
    {%- if not keys or '_row_hash' not in columns -%}
        {%- do exceptions.raise_compiler_error(
            'strategy sync needs unique_key and a _row_hash column; ' ~ this.identifier ~ ' lacks one of them'
        ) -%}
    {%- endif -%}
    delete from {{ target_relation }} as target
    where
        {{ sync_scope(source) }}
        and not exists (
            select 1 from {{ source }} as source where {{ same_key(keys) }}
        );

    merge into {{ target_relation }} as target
    using {{ source }} as source
        on {{ same_key(keys) }}
    when matched and target._row_hash is distinct from source._row_hash then update set
        {% for column in columns -%}
            {{ adapter.quote(column) }} = source.{{ adapter.quote(column) }}{{ ', ' if not loop.last }}
        {%- endfor %}
    when not matched then insert (
        {%- for column in columns -%}
            {{ adapter.quote(column) }}{{ ', ' if not loop.last }}
        {%- endfor -%}
    ) values (
        {%- for column in columns -%}
            source.{{ adapter.quote(column) }}{{ ', ' if not loop.last }}
        {%- endfor -%}
    )
{% endmacro %}

{% macro same_key(keys) -%}
    {%- for key in keys -%}
        target.{{ adapter.quote(key) }} = source.{{ adapter.quote(key) }}{{ ' and ' if not loop.last }}
    {%- endfor -%}
{%- endmacro %}

{#- Which rows of the target the model's result speaks about; the others stay as they are. -#}
{% macro sync_scope(source) -%}
    {%- set meta = config.get('meta') or {} -%}
    {%- if meta.get('scope') == 'batches' -%}
        target._batch_id in ({{ pending_batch_ids() }})
    {%- elif meta.get('scope') == 'records' -%}
        {{ touched_records(meta['driver'], 'target._record_key', 'target._batch_id') }}
    {%- elif meta.get('scope') == 'pairs' -%}
        (
        {%- for end in ['left_key', 'right_key'] %}
        {{ touched_keys(meta['driver'], meta['key'], 'target.' ~ end, meta.get('kind', 'person')) }}
        or target.{{ end }} not in (select alive.{{ meta['key'] }} from {{ ref(meta['driver']) }} as alive)
        {{ 'or' if not loop.last }}
        {%- endfor %}
        )
    {%- elif meta.get('scope') == 'unpublished' -%}
        {%- set key = config.get('unique_key') -%}
        target.{{ key }} not in (
            select kept.{{ key }} from ({{ published(this.schema, this.identifier, {key: 'varchar'}) }}) as kept
        )
    {%- elif meta.get('scope') == 'unpublished_days' -%}
        (
            target.{{ meta['day'] }} = {{ session_value('business_date', 'date') }}
            or target.{{ meta['day'] }} not in (
                select kept.{{ meta['day'] }}
                from ({{ published(this.schema, this.identifier, {meta['day']: 'date'}) }}) as kept
            )
        )
    {%- elif meta.get('scope') == 'groups' -%}
        (
            target.{{ meta['group'] }} in (
                select built.{{ meta['group'] }} from {{ this }} as built
                inner join {{ source }} as made on built.{{ meta['key'] }} = made.{{ meta['key'] }}
            )
            or target.{{ meta['key'] }} not in (select alive.{{ meta['key'] }} from {{ ref(meta['driver']) }} as alive)
        )
    {%- elif meta.get('scope') == 'references' -%}
        target._record_key in ({{ touched_references() }})
    {%- else -%}
        true
    {%- endif -%}
{%- endmacro %}

{#- Hash of all columns of the relation `alias`, NULL distinct from '' and values from their neighbours. -#}
{% macro row_hash(alias) -%}
    {{ return(adapter.dispatch('row_hash')(alias)) }}
{%- endmacro %}

{% macro default__row_hash(alias) -%}
    md5(to_json(struct({{ alias }}.*)))
{%- endmacro %}

{% macro duckdb__row_hash(alias) -%}
    md5(cast(to_json({{ alias }}) as varchar))
{%- endmacro %}

{#- When and by which run a mart row last changed: outside the hash, so it moves only with the row. -#}
{% macro changed_columns() -%}
    {{ session_value('business_date', 'date') }} as _changed_on,
    {{ session_value('run_id', 'varchar') }} as _changed_by
{%- endmacro %}
