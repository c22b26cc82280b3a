{{ config(unique_key=['_batch_id', 'source_field'], meta={'scope': 'batches'}) }}

-- How many accepted versions of a batch name a record of another feed: B of X = A / B.
with counted as (
    {%- for reference in references() %}
    select
        _batch_id,
        '{{ reference.source_field }}' as source_field,
        count(*) as assessed
    from {{ ref('base_' ~ reference.feed) }}
    where
        _disposition = 'accepted'
        and clean_code({{ reference.column }}) is not null
        {%- if is_incremental() %}
        and (coalesce({{ session_value('whole', 'boolean') }}, false) or _batch_id in ({{ pending_batch_ids() }}))
        {%- endif %}
    group by 1, 2
    {{ 'union all' if not loop.last }}
    {%- endfor %}
)

select
    counted.*,
    {{ row_hash('counted') }} as _row_hash
from counted
