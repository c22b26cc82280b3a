{{ config(unique_key='record_key', meta={'scope': 'records', 'driver': ['int_record']}) }}

-- What of a live report is compared with others: when, where, who, of what kind and in which words. `grams`: the
-- pairs of neighbouring characters of title and text, the measure that told Chinese reports apart best.
with record as (
    select * from {{ ref('int_record') }} where is_live and {{ only_touched(['int_record']) }}
),

report as (
    select
        record.*,
        place.address,
        place.road,
        coalesce(place.estate, place.site) as site,
        place.village_code as named_village_code,
        {{ replace_all(
            "upper(coalesce(record.title, '') || coalesce(record.narrative, ''))", '[^\\x{4e00}-\\x{9fff}A-Z0-9]'
        ) }} as words
    from record
    left join {{ ref('int_place__mention') }} as place on record._record_key = place._record_key
),

final as (
    select
        _record_key as record_key,
        _record_key,
        _batch_id,
        feed,
        platform,
        event_kind,
        {{ epoch_seconds('coalesce(occurred_at, reported_at)') }} / 86400 as happened_day,
        coalesce(village_code, named_village_code) as village_code,
        township_code,
        county_code,
        lon,
        lat,
        address,
        road,
        site,
        -- A report that states no place may name one in its text.
        case when address is null then words end as unplaced_text,
        person_phone as phone,
        person_id_no as id_no,
        {{ person_name('person_name') }} as person_name,
        {{ bigrams('words') }} as grams
    from report
)

select
    final.*,
    {{ row_hash('final') }} as _row_hash
from final
