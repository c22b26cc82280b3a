{{ config(unique_key=['_record_key', 'link_rule'], meta={'scope': 'records', 'driver': ['int_record']}) }}

-- Numbers by which one record names another, or a matter that others name too (often by its first petition's number).
-- `target_feed` is NULL where the source does not say whose number it is.
{%- set references = {
    'merged_into_no': "'police.incident'",
    'police_incident_no': "'police.incident'",
    'origin_no': 'null',
    'related_no': 'null',
    'matter_no': 'feed'
} %}

with record as (
    select * from {{ ref('int_record') }}
    where is_live and {{ only_touched(['int_record']) }}
),

final as (
    {%- for column, target in references.items() %}
    select
        _record_key,
        _batch_id,
        '{{ column }}' as link_rule,
        cast({{ target }} as varchar) as target_feed,
        upper({{ column }}) as target_no
    from record
    where length({{ column }}) >= 6 and upper({{ column }}) <> upper(source_no)
    {{ 'union all' if not loop.last }}
    {%- endfor %}
)

select
    final.*,
    {{ row_hash('final') }} as _row_hash
from final
