{{ config(unique_key='_record_key', meta={'scope': 'records', 'driver': ['base_petition__message']}) }}

with versions as ({{ current_versions('base_petition__message') }}),

final as (
    select
        {{ lineage_columns() }},
        clean_code(message_no) as source_no,
        'petition' as event_kind,
        case when clean_text(reply) is null then 'received' else 'closed' end as status,
        {{ shanghai('parse_timestamp_cn(posted_at)') }} as occurred_at,
        'reported' as time_precision,
        {{ shanghai('parse_timestamp_cn(posted_at)') }} as reported_at,
        {{ shanghai('parse_timestamp_cn(replied_at)') }} as closed_at,
        {{ shanghai('coalesce(parse_timestamp_cn(replied_at), parse_timestamp_cn(posted_at))') }} as updated_at,
        -- The board names no division; its place names are the publisher's pseudonyms.
        clean_text(subject) as title,
        clean_text(content) as narrative,
        'poster' as person_role,
        clean_code(user_pseudonym) as person_account,
        clean_text(reply) as reply,
        cast(parse_number(likes) as integer) as likes,
        cast(parse_number(dislikes) as integer) as dislikes
    from versions
)

select
    final.*,
    {{ row_hash('final') }} as _row_hash
from final
