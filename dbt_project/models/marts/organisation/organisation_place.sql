{{ config(unique_key=['organisation_id', 'place_id', 'relation']) }}

-- Which organisations reports name at a place, by the kind of the matter, and from when to when.
with final as (
    select
        organisation.organisation_id,
        place.place_id,
        coalesce(record.event_kind, 'unknown') as relation,
        {{ related_from('record') }} as valid_from,
        {{ related_to('record') }} as valid_to,
        max(located.township_code) as division_code
    from {{ ref('int_organisation__member') }} as organisation
    inner join {{ ref('int_place__member') }} as place on organisation._record_key = place._record_key
    inner join {{ ref('int_record') }} as record on organisation._record_key = record._record_key
    inner join {{ ref('place') }} as located on place.place_id = located.place_id
    group by 1, 2, 3
)

{{ mart_rows('final') }}
