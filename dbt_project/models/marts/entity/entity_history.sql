{{ config(unique_key='history_key', meta={'scope': 'unpublished'}) }}

-- What became of entities: what the night changes against the last publication is added, nothing is rewritten.
with changed as (
    {%- for kind, columns in identified_kinds().items() %}
    {{ identity_changes(kind, columns) }}
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

final as (
    select
        md5(
            concat_ws(
                '|', entity_kind, entity_id, change, coalesce(other_id, ''),
                cast({{ session_value('business_date', 'date') }} as varchar)
            )
        ) as history_key,
        entity_kind,
        entity_id,
        change,
        other_id,
        {{ session_value('business_date', 'date') }} as changed_on,
        'linkage' as cause
    from changed
)

{{ mart_rows('final') }}
