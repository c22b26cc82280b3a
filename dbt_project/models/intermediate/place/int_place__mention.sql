{{ config(unique_key='mention_key', meta={'scope': 'records', 'driver': ['int_record']}) }}

-- A place as one record names it: divisions by their real names, the rest by the address grammar. Where the text leaves
-- levels out, the record's division code says them, as far as it lies in what the text names.
with written as (
    select
        _record_key as key,
        _record_key,
        _batch_id,
        platform,
        village_code,
        grid_code,
        township_code,
        coalesce(county_code, division_code) as county_code,
        coalesce(county_code, division_code) as known,
        lon,
        lat,
        coordinate_source,
        reported_at,
        {{ address_written('place_text') }} as text
    from {{ ref('int_record') }}
    where
        is_live and place_text is not null
        and ({{ only_touched(['int_record']) }} or {{ decided_on('_record_key', 'place') }})
),

upper_front as ({{ division_front('written', 'upper') }}),

below_county as (
    select
        written.key,
        substr(written.text, coalesce(front.size, 0) + 1) as text,
        case
            when substr(front.code12, 5, 2) <> '00' then front.code12
            when front.code12 is null or left(written.county_code, 4) = left(front.code12, 4) then written.county_code
            else front.code12
        end as within,
        written.township_code as known
    from written
    left join upper_front as front on written.key = front.key
),

township_front as ({{ division_front('below_county', 'township') }}),

below_township as (
    select
        below.key,
        substr(below.text, coalesce(front.size, 0) + 1) as text,
        coalesce(front.code12, case when left(below.known, 6) = left(below.within, 6) then below.known end) as within,
        below.within as county_code,
        written.village_code as known
    from below_county as below
    inner join written on below.key = written.key
    left join township_front as front on below.key = front.key
),

village_front as ({{ division_front('below_township', 'village') }}),

placed as (
    select
        below.key,
        substr(below.text, coalesce(front.size, 0) + 1) as rest,
        coalesce(front.code12, case when left(below.known, 9) = left(below.within, 9) then below.known end)
            as village_code,
        below.within as township_code,
        below.county_code
    from below_township as below
    left join village_front as front on below.key = front.key
),

parts as ({{ address_read('placed') }}),

addressed as (
    select parts.*, {{ address_text() }} as address, {{ place_kind() }} as place_kind from parts
),

compared as (
    select
        written._record_key || '#place' as mention_key,
        written._record_key,
        written._batch_id,
        written.platform,
        -- A road, an estate or a site is known in its township; any other is one only in its village.
        case
            when coalesce(read.road, read.crossing, read.estate, read.site) is null
                then coalesce(read.village_code, read.township_code, read.county_code)
            else coalesce(read.township_code, read.county_code)
        end as area_code,
        read.village_code,
        read.township_code,
        read.county_code,
        written.grid_code,
        {%- for part in place_particulars()[1:] %}
        read.{{ part }},
        {%- endfor %}
        read.address,
        read.place_kind,
        written.lon,
        written.lat,
        written.coordinate_source,
        written.reported_at
    from addressed as read
    inner join written on read.key = written.key
    where read.address is not null
),

final as (
    select
        compared.*,
        {{ profile_key('place', place_particulars() + ['village_code']) }} as profile_key
    from compared
)

select
    final.*,
    {{ row_hash('final') }} as _row_hash
from final
