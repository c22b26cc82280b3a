{%- set key = ['_batch_id', '_source_uri', '_row_number', 'rule', 'source_field'] -%}
{{ config(unique_key=key, meta={'scope': 'batches'}) }}

-- Every broken rule of every received row, as validation said it, without the value that was seen. It stays here while
-- the verdict objects are replaced or put away, so that a return can be followed from its first batch to its last.
with verdict as (
    {{ read_objects(batches_to_read() | map(attribute='verdict_object') | select | list, {
        '_batch_id': 'varchar', '_source_uri': 'varchar', '_row_number': 'bigint', '_record_key': 'varchar',
        'rule': 'varchar', 'field': 'varchar', 'source_field': 'varchar', 'dimension': 'varchar', 'severity': 'varchar'
    }) }}
),

final as (
    select
        _batch_id,
        _source_uri,
        _row_number,
        rule,
        source_field,
        min(_record_key) as _record_key,
        min(field) as field,
        min(dimension) as dimension,
        min(severity) as severity
    from verdict
    group by 1, 2, 3, 4, 5
)

select
    final.*,
    {{ row_hash('final') }} as _row_hash
from final
