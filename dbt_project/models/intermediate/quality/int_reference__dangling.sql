{{ config(unique_key=['_record_key', 'source_field', 'arrival'], meta={'scope': 'references'}) }}

-- Accepted versions that name a record of another feed of which, on the day when that feed could answer, no version had
-- ever been accepted. The version stops to dangle when the other record is known or a newer version replaces it.
with
{%- if is_incremental() %}
touched as ({{ touched_references() }}),
{%- endif %}

version as (
    {%- for reference in references() %}
    select
        _record_key,
        _batch_id,
        _source_uri,
        _row_number,
        _interval_end,
        _updated_at,
        '{{ reference.column }}' as field,
        '{{ reference.source_field }}' as source_field,
        '{{ reference.target | replace('__', '.') }}' as target_feed,
        '{{ reference.key }}' as target_field,
        clean_code({{ reference.column }}) as named,
        {{ flag('is_deleted') if reference.feed in deleting_feeds() else 'false' }} as is_deleted
    from {{ ref('base_' ~ reference.feed) }}
    where _disposition = 'accepted' {{ 'and _record_key in (select _record_key from touched)' if is_incremental() }}
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

batch as (
    select batch_id, business_date from {{ source('ops', 'batch') }}
),

dated as (
    select
        version.*,
        batch.business_date,
        row_number() over versions as arrival,
        lead(batch.business_date) over versions as replaced_on,
        lead(version._batch_id) over versions as replacing_batch_id
    from version
    inner join batch on version._batch_id = batch.batch_id
    window
        versions as (
            partition by version._record_key, version.source_field
            order by version._interval_end, version._updated_at nulls first, version._source_uri, version._row_number
        )
),

known as (
    {%- set targets = [] %}
    {%- for reference in references() %}
    {%- if (reference.target, reference.key) not in targets %}
    {{ 'union all' if targets }}
    {%- do targets.append((reference.target, reference.key)) %}
    select
        '{{ reference.target | replace('__', '.') }}' as target_feed,
        '{{ reference.key }}' as target_field,
        clean_code(received.{{ reference.key }}) as named,
        min(batch.business_date) as known_on,
        min_by(batch.batch_id, received._interval_end) as knowing_batch_id
    from {{ ref('base_' ~ reference.target) }} as received
    inner join batch on received._batch_id = batch.batch_id
    where
        received._disposition = 'accepted'
        and clean_code(received.{{ reference.key }}) in (
            select named from version where target_feed = '{{ reference.target | replace('__', '.') }}'
        )
    group by 1, 2, 3
    {%- endif %}
    {%- endfor %}
),

judging as ({{ judging_days() }}),

final as (
    select
        dated._record_key,
        dated._batch_id,
        dated._source_uri,
        dated._row_number,
        dated.arrival,
        'refers_to' as rule,
        dated.field,
        dated.source_field,
        dated.target_feed,
        '一致性' as dimension,
        'warn' as severity,
        judging.judged_on,
        dated.replaced_on,
        dated.replacing_batch_id,
        known.known_on,
        known.knowing_batch_id
    from dated
    inner join judging
        on
            dated.target_feed = judging.feed
            and dated.business_date > judging.after_day
            and dated.business_date <= judging.judged_on
    left join known
        on
            dated.target_feed = known.target_feed
            and dated.target_field = known.target_field
            and dated.named = known.named
    where
        dated.named is not null
        and not dated.is_deleted
        and (known.known_on is null or known.known_on > judging.judged_on)
        and (dated.replaced_on is null or dated.replaced_on >= judging.judged_on)
)

select
    final.*,
    {{ row_hash('final') }} as _row_hash
from final
