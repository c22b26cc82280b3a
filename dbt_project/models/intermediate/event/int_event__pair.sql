{{ config(
    unique_key=['left_key', 'right_key'],
    meta={'scope': 'pairs', 'driver': 'int_event__signal', 'key': 'record_key', 'kind': 'event'}
) }}

-- Pairs of reports that may speak of one event and how much speaks for it, in bits. A pair of records depends on the
-- two and on how common their words were in the weeks around, so only records that the night touches are compared.
{%- set least = var('event_least_weight', -4) %}
with signal as (
    select
        signal.*,
        {{ touched_keys('int_event__signal', 'record_key', kind='event') if is_incremental() else 'true' }} as is_fresh
    from {{ ref('int_event__signal') }} as signal
),

nearby as (
    select signal.*, row_number() over (order by record_key) as no
    from signal
    inner join (
        select min(happened_day) as first_day, max(happened_day) as last_day from signal where is_fresh
    ) as span
        on signal.happened_day between span.first_day - {{ reach() }} and span.last_day + {{ reach() }}
),

gram as (
    select nearby.no, part.gram
    from nearby, {{ unnest_text('nearby.grams', 'part', 'gram') }}
),

weighed as (
    select gram.no, gram.gram, common.records, power(ln(1 + whole.records / common.records), 2) as weight
    from gram
    inner join (select gram, cast(count(*) as double) as records from gram group by 1) as common
        on gram.gram = common.gram
    cross join (select count(*) as records from nearby) as whole
),

norm as (
    select no, sum(weight) as weight from weighed group by 1
),

{{ event_candidates('nearby', 'weighed') }},

-- Words are dear to compare and say no more than {{ most_of_words() }} bits: only for pairs that they can still save.
likely as (
    select *
    from (
        select
            candidate.*,
            {{ bits(event_model(), without='words') }} as other_bits
        from (
            select
                candidate.left_no,
                candidate.right_no,
                abs(l.happened_day - r.happened_day) as day_gap,
                {{ kilometres('l', 'r') }} as km
            from candidate
            inner join nearby as l on candidate.left_no = l.no
            inner join nearby as r on candidate.right_no = r.no
        ) as candidate
        inner join nearby as l on candidate.left_no = l.no
        inner join nearby as r on candidate.right_no = r.no
    ) as compared
    where other_bits >= {{ least }} - {{ most_of_words() }}
),

left_gram as (
    select likely.left_no, likely.right_no, part.gram
    from likely
    inner join nearby on likely.left_no = nearby.no, {{ unnest_text('nearby.grams', 'part', 'gram') }}
),

shared as (
    select left_gram.left_no, left_gram.right_no, sum(weighed.weight) as weight
    from left_gram
    inner join weighed on left_gram.right_no = weighed.no and left_gram.gram = weighed.gram
    group by 1, 2
),

told as (
    select
        likely.*,
        coalesce(shared.weight / sqrt(l.weight * r.weight), 0) as likeness
    from likely
    left join shared on likely.left_no = shared.left_no and likely.right_no = shared.right_no
    left join norm as l on likely.left_no = l.no and l.weight > 0
    left join norm as r on likely.right_no = r.no and r.weight > 0
),

final as (
    select
        l.record_key as left_key,
        r.record_key as right_key,
        cast(told.other_bits + {{ bits(event_model(), only='words') }} as decimal(6, 2)) as weight,
        cast(told.likeness as decimal(4, 3)) as likeness
    from told
    inner join nearby as l on told.left_no = l.no
    inner join nearby as r on told.right_no = r.no
    where told.other_bits + {{ bits(event_model(), only='words') }} >= {{ least }}
)

select
    final.*,
    {{ row_hash('final') }} as _row_hash
from final
