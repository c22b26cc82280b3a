{{ config(unique_key=['person_id', 'place_id', 'relation']) }}

-- In which part a person appears in reports about a place, and from when to when. It tells neither how often nor
-- what of, and is no register of homes.
with final as (
    select
        person.person_id,
        place.place_id,
        record.person_role as relation,
        {{ related_from('record') }} as valid_from,
        {{ related_to('record') }} as valid_to,
        max(located.township_code) as division_code
    from {{ ref('int_person__member') }} as person
    inner join {{ ref('int_place__member') }} as place on person._record_key = place._record_key
    inner join {{ ref('int_record') }} as record on person._record_key = record._record_key
    inner join {{ ref('place') }} as located on place.place_id = located.place_id
    where record.person_role is not null
    group by 1, 2, 3
)

{{ mart_rows('final') }}
