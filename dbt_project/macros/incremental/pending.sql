{#- The batches of lake.ops.batch that the night has to build: not built with their present attempt, and all later
ones of the same feed, because a disposition depends on the versions before it. -#}
{% macro pending_batch_ids() -%}
    {{ return(adapter.dispatch('pending_batch_ids')()) }}
{%- endmacro %}

{% macro default__pending_batch_ids() -%}
    select batch_id from {{ source('ops', 'batch') }} where is_pending
{%- endmacro %}

{% macro duckdb__pending_batch_ids() -%}
    {%- do source('ops', 'batch') -%}
    select unnest({{ session_value('pending_batches', 'varchar[]') }})
{%- endmacro %}

{#-
TRUE for rows of a record that a pending batch touches: it brought the record (whatever became of that version), or
the row at hand was built from it (the batch may have been pulled again and have lost the record).
`driver`: names of the models that say which records the pending batches hold. SANLING_WHOLE=1 touches all records,
after a change of code or seeds.
-#}
{% macro touched_records(driver, record_key='_record_key', batch_id=none) -%}
    (
        coalesce({{ session_value('whole', 'boolean') }}, false)
        or {{ record_key }} in (
            {% for name in driver -%}
                select touched._record_key from {{ ref(name) }} as touched
                where touched._batch_id in ({{ pending_batch_ids() }})
                {{ 'union all' if not loop.last }}
            {% endfor -%}
        )
        {%- if batch_id %}
        or {{ batch_id }} in ({{ pending_batch_ids() }})
        {%- endif %}
    )
{%- endmacro %}

{#- The condition that an incremental model puts on its input: records touched by the driver or built into `this`. -#}
{% macro only_touched(driver) -%}
    {%- set by_driver = touched_records(driver) -%}
    {%- if is_incremental() -%}
        (
            {{ by_driver }}
            or _record_key in (
                select built._record_key from {{ this }} as built
                where built._batch_id in ({{ pending_batch_ids() }})
            )
        )
    {%- else -%}
        true
    {%- endif -%}
{%- endmacro %}

{#-
Batches that a model reads from the store, oldest first: the pending ones, or all on a first build; of one feed or,
without `feed`, of all. Returns a list of {batch_id, interval_end, raw_object, verdict_object, outcome}.
-#}
{% macro batches_to_read(feed=none) -%}
    {%- set found = [] -%}
    {%- if execute and not flags.EMPTY -%}
        {%- set rows = run_query(
            "select batch_id, cast(interval_end as varchar), raw_object, verdict_object, outcome from "
            ~ source('ops', 'batch') ~ ' where ' ~ ("feed = '" ~ feed ~ "'" if feed else 'true')
            ~ (' and is_pending' if is_incremental() else '') ~ ' order by interval_end'
        ) -%}
        {%- for row in rows.rows -%}
            {%- do found.append({
                'batch_id': row[0], 'interval_end': row[1], 'raw_object': row[2],
                'verdict_object': row[3], 'outcome': row[4]
            }) -%}
        {%- endfor -%}
    {%- else -%}
        {%- do source('ops', 'batch') -%}
    {%- endif -%}
    {{ return(found) }}
{%- endmacro %}

{#-
TRUE for keys that the night touches: those of rows of `driver` (a model with _batch_id and _record_key) that pending
batches built, and of records about which somebody decided.
-#}
{% macro touched_keys(driver, key, own=none, kind='person') -%}
    (
        coalesce({{ session_value('whole', 'boolean') }}, false)
        or {{ own or key }} in (
            select touched.{{ key }} from {{ ref(driver) }} as touched
            where touched._batch_id in ({{ pending_batch_ids() }}) or {{ decided_on('touched._record_key', kind) }}
        )
    )
{%- endmacro %}
