{{ config(unique_key=['event_id', 'party_kind', 'party_id', 'party_role']) }}

-- Who and which organisation the reports of an event name. Whoever called, petitioned or posted is a reporter: this is
-- no register of those who petition.
with party as (
    select
        member.event_id,
        'person' as party_kind,
        person.person_id,
        cast(null as varchar) as organisation_id,
        case when mention.role in ('caller', 'petitioner', 'poster') then 'reporter' else mention.role end as party_role
    from {{ ref('int_event__member') }} as member
    inner join {{ ref('int_person__member') }} as person on member._record_key = person._record_key
    inner join {{ ref('int_person__mention') }} as mention on person.mention_key = mention.mention_key
    union all
    select
        member.event_id,
        'organisation' as party_kind,
        cast(null as varchar) as person_id,
        organisation.organisation_id,
        'concerned' as party_role
    from {{ ref('int_event__member') }} as member
    inner join {{ ref('int_organisation__member') }} as organisation on member._record_key = organisation._record_key
),

final as (
    select distinct
        party.event_id,
        party.party_kind,
        coalesce(party.person_id, party.organisation_id) as party_id,
        party.person_id,
        party.organisation_id,
        party.party_role,
        event.division_code
    from party
    inner join {{ ref('event') }} as event on party.event_id = event.event_id
)

{{ mart_rows('final') }}
