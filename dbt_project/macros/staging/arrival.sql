{#-
Every version that the records of relation `wanted` (column _record_key) arrived in, whatever became of it, in order:
(_record_key, _batch_id, _source_uri, _row_number, business_date, arrival, is_deleted). Rows of a batch refused as a
whole are left out: that batch is to come again, and until then it neither breaks nor mends anything.
-#}
{% macro arrivals(wanted) -%}
    select
        received._record_key,
        received._batch_id,
        received._source_uri,
        received._row_number,
        received.is_deleted,
        batch.business_date,
        row_number() over (
            partition by received._record_key
            order by
                received._interval_end,
                received._updated_at nulls first,
                received._source_uri,
                received._row_number
        ) as arrival
    from (
        {%- for feed in contract_feeds() %}
        select
            _record_key,
            _batch_id,
            _source_uri,
            _row_number,
            _interval_end,
            _updated_at,
            {{ flag('is_deleted') if feed in deleting_feeds() else 'false' }} as is_deleted
        from {{ ref('base_' ~ feed) }}
        where _record_key in (select wanted._record_key from {{ wanted }} as wanted)
        {{ 'union all' if not loop.last }}
        {%- endfor %}
    ) as received
    inner join {{ source('ops', 'batch') }} as batch
        on received._batch_id = batch.batch_id and batch.outcome = 'accepted'
{%- endmacro %}
