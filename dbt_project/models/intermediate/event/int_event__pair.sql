{{ config(
    unique_key=['left_key', 'right_key'],
    meta={'scope': 'pairs', 'driver': 'int_event__signal', 'key': 'record_key', 'kind': 'event'}
) }}

-- Pairs of reports that may speak of one event and how much speaks for it, in bits. A pair of records depends on the
-- two and on how common their words were in the weeks around, so only records that the night touches are compared.
{%- set least = var('event_least_weight', -4) %}
with compared as (
    select
        signal.*,
        {{ touched_keys('int_event__signal', 'record_key', kind='event') if is_incremental() else 'true' }} as is_fresh
    from {{ ref('int_event__signal') }} as signal
),

span as (
    select
        min(happened_day) - {{ reach() }} as first_day,
        max(happened_day) + {{ reach() }} as last_day
    from compared
    where is_fresh
),

nearby as (
    select compared.*, row_number() over (order by compared.record_key) as no
    from compared
    inner join span on compared.happened_day between span.first_day and span.last_day
),

{{ weighed_words('nearby') }},

{{ event_candidates('nearby', 'weighed') }},

measured as (
    select
        candidate.left_no,
        candidate.right_no,
        abs(l.happened_day - r.happened_day) as day_gap,
        {{ kilometres('l', 'r') }} as km
    from candidate
    inner join nearby as l on candidate.left_no = l.no
    inner join nearby as r on candidate.right_no = r.no
),

weighed_pair as (
    select
        measured.left_no,
        measured.right_no,
        l.record_key as left_key,
        r.record_key as right_key,
        l.address is null and r.address is null as is_unplaced,
        {{ match_weight(event_model(), without='words') }} as other_bits
    from measured
    inner join nearby as l on measured.left_no = l.no
    inner join nearby as r on measured.right_no = r.no
),

-- Words are dear to compare and add {{ most_of_words() }} bits at most: only for pairs that they can still save.
likely as (
    select * from weighed_pair where other_bits >= {{ least }} - {{ most_of_words() }}
),

{{ likeness('likely', 'nearby') }},

final as (
    select
        left_key,
        right_key,
        cast(other_bits + {{ match_weight(event_model(), only='words') }} as decimal(6, 2)) as weight,
        cast(likeness as decimal(4, 3)) as likeness
    from told
    where other_bits + {{ match_weight(event_model(), only='words') }} >= {{ least }}
)

select
    final.*,
    {{ row_hash('final') }} as _row_hash
from final
