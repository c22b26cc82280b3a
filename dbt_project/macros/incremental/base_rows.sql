{#-
Body of a base model: every received row of the batches to build, source columns under their conformed names and
still text, with what became of the row.

    _disposition   refused    the batch or the row was refused by validation (quarantine)
                   repeated   equal, to the letter, to the version before it of the same record
                   accepted   a new version
    _warned_rules  rules that the row broke without being refused, as ' coordinates phone '

Versions of a record are ordered by batch, update time, original and row; refused ones do not count.
`columns`: conformed name -> source column; `updated_at`: conformed name of the update time, if there is one.
-#}
{% macro base_rows(feed, columns, updated_at=none) -%}
{%- set batches = batches_to_read(feed) -%}
{%- set version_order = '_interval_end, _updated_at nulls first, _source_uri, _row_number' -%}
{%- set newest_first = '_interval_end desc, _updated_at desc nulls last, _source_uri desc, _row_number desc' -%}
with raw as (
    {{ read_raw(batches | map(attribute='raw_object') | select | list, columns.values() | list) }}
),

verdict as (
    {{ read_verdicts(batches | map(attribute='verdict_object') | select | list) }}
),

broken as (
    select
        _batch_id,
        _source_uri,
        _row_number,
        bool_or(severity = 'refuse') as is_refused,
        ' ' || string_agg(distinct rule, ' ' order by rule) filter (where severity = 'warn') || ' ' as warned_rules
    from verdict
    group by 1, 2, 3
),

batch as (
    {%- for batch in batches %}
    select
        '{{ batch.batch_id }}' as batch_id,
        cast('{{ batch.interval_end }}' as timestamptz) as interval_end,
        {{ 'true' if batch.outcome == 'refused' else 'false' }} as is_refused
    {{ 'union all' if not loop.last }}
    {%- else %}
    select
        cast(null as varchar) as batch_id,
        cast(null as timestamptz) as interval_end,
        false as is_refused
    where false
    {%- endfor %}
),

judged as (
    select
        {% for name, physical in columns.items() -%}
        raw.{{ adapter.quote(physical) }} as {{ name }},
        {% endfor -%}
        raw._batch_id,
        raw._row_number,
        raw._record_key,
        raw._content_hash,
        raw._source_uri,
        raw._pulled_at,
        batch.interval_end as _interval_end,
        {{ 'parse_timestamp_cn(raw.' ~ adapter.quote(columns[updated_at]) ~ ')' if updated_at else 'cast(null as timestamp)' }}
            as _updated_at,
        broken.warned_rules as _warned_rules,
        batch.is_refused or coalesce(broken.is_refused, false) or raw._record_key is null as is_refused
    from raw
    inner join batch on raw._batch_id = batch.batch_id
    left join broken
        on
            raw._batch_id = broken._batch_id
            and raw._source_uri = broken._source_uri
            and raw._row_number = broken._row_number
),

earlier as (
    {%- if is_incremental() %}
    select _record_key, _content_hash
    from (
        select
            _record_key,
            _content_hash,
            row_number() over (partition by _record_key order by {{ newest_first }}) as recency
        from {{ this }}
        where
            _disposition <> 'refused'
            and _batch_id not in ({{ pending_batch_ids() }})
            and _record_key in (select _record_key from raw)
    ) as version
    where recency = 1
    {%- else %}
    select cast(null as varchar) as _record_key, cast(null as varchar) as _content_hash where false
    {%- endif %}
),

compared as (
    select
        judged.*,
        coalesce(
            lag(judged._content_hash) over (
                partition by judged._record_key, judged.is_refused
                order by {{ version_order }}
            ),
            earlier._content_hash
        ) as previous_hash
    from judged
    left join earlier on judged._record_key = earlier._record_key
),

disposed as (
    select
        compared.*,
        case
            when is_refused then 'refused'
            when _content_hash = previous_hash then 'repeated'
            else 'accepted'
        end as _disposition
    from compared
)

select
    {% for name in columns -%}
    {{ name }},
    {% endfor -%}
    _batch_id,
    _row_number,
    _record_key,
    _content_hash,
    _source_uri,
    _pulled_at,
    _interval_end,
    _updated_at,
    _warned_rules,
    _disposition,
    md5(
        concat_ws(
            '|', _content_hash, _record_key, _disposition, coalesce(_warned_rules, ''),
            '{{ local_md5(columns | string) }}'
        )
    ) as _row_hash
from disposed
{%- endmacro %}

{% macro read_raw(objects, columns) -%}
    {%- set typed = {} -%}
    {%- for column in columns -%}{%- do typed.update({column: 'varchar'}) -%}{%- endfor -%}
    {%- do typed.update({
        '_batch_id': 'varchar', '_row_number': 'bigint', '_record_key': 'varchar', '_content_hash': 'varchar',
        '_source_uri': 'varchar', '_pulled_at': 'varchar'
    }) -%}
    {{- read_objects(objects, typed) -}}
{%- endmacro %}

{% macro read_verdicts(objects) -%}
    {{- read_objects(objects, {
        '_batch_id': 'varchar', '_source_uri': 'varchar', '_row_number': 'bigint', 'rule': 'varchar',
        'severity': 'varchar'
    }) -}}
{%- endmacro %}
