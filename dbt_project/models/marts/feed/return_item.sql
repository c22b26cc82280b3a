{{ config(unique_key='return_item_id') }}

-- What departments have been asked to mend, and whether they did. The days count from the morning after the batch's
-- business date, as the return file says; the night of the last day is the first that finds an open item overdue.
-- A person may close an item (`sanling close`); that it was mended counts for more.
{%- set columns = [
    'return_item_id', '_record_key', 'rule', 'field', 'source_field', 'dimension', 'severity', 'first_seen_on',
    'last_seen_on', 'closed_on', 'opening_batch_id', 'closing_batch_id', 'times_returned'
] %}
with asked as (
    select {{ columns | join(', ') }} from {{ ref('int_return__record') }}
    union all
    select {{ columns | join(', ') }} from {{ ref('int_return__reference') }}
    union all
    select {{ columns | join(', ') }} from {{ ref('int_return__delivery') }}
),

decided as ({{ closed_by_hand(['decided_on']) }}),

dated as (
    select
        asked.*,
        decided.decided_on,
        feed.feed,
        feed.platform,
        feed.owner_zh,
        -- A number of a document is shown; should something personal stand in its place, it is masked.
        feed.feed || ':' || mask_value(substr(asked._record_key, length(feed.feed) + 2), feed.key_classification)
            as record_key,
        cast(
            {{ dbt.dateadd('day', 'cast(feed.return_due_days as integer) + 1', 'asked.first_seen_on') }} as date
        ) as due_on
    from asked
    inner join {{ ref('feed') }} as feed on split_part(asked.opening_batch_id, '/', 1) = feed.feed
    left join decided on asked.return_item_id = decided.return_item_id
),

final as (
    select
        return_item_id,
        feed,
        platform,
        owner_zh,
        record_key,
        rule,
        field,
        nullif(source_field, '') as source_field,
        dimension,
        severity,
        first_seen_on,
        last_seen_on,
        due_on,
        case
            when coalesce(closed_on, decided_on) is not null then 'closed'
            when due_on <= {{ session_value('business_date', 'date') }} then 'overdue'
            else 'open'
        end as status,
        coalesce(closed_on, decided_on) as closed_on,
        case
            when closed_on is not null then 'mended'
            when decided_on is not null then 'by_hand'
        end as closed_how,
        opening_batch_id,
        closing_batch_id,
        times_returned
    from dated
)

{{ mart_rows('final') }}
