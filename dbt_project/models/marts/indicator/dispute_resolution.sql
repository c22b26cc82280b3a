{{ config(unique_key=['division_code', 'month', 'dispute_type']) }}

-- Disputes by the month of the day that the source gives for them. Resolved says the outcome, not the status: a
-- dispute may be closed without agreement (办结 is not 化解成功).
with resolution as (
    select _record_key, min({{ shanghai_date(shanghai('_updated_at')) }}) as resolved_on
    from {{ ref('base_grid__dispute') }}
    where _disposition = 'accepted' and parse_boolean_cn(is_resolved)
    group by 1
),

dispute as (
    select
        dispute.division_code,
        {{ shanghai_date('dispute.occurred_at') }} as found_on,
        coalesce(dispute.category, 'unknown') as dispute_type,
        dispute.due_on,
        coalesce(dispute.outcome = 'resolved', false) as is_resolved,
        coalesce(dispute.status in ('closed', 'archived'), false) as is_closed,
        resolution.resolved_on
    from {{ ref('stg_grid__dispute') }} as dispute
    left join resolution on dispute._record_key = resolution._record_key
    where not dispute.is_deleted
),

counted as (
    select
        division_code,
        {{ month_of('found_on') }} as month,
        dispute_type,
        is_resolved,
        not is_resolved and not is_closed as is_open,
        {{ is_overdue('is_resolved', 'resolved_on') }} as is_overdue,
        case
            when is_resolved and resolved_on is not null
                then greatest({{ dbt.datediff('found_on', 'resolved_on', 'day') }}, 0)
        end as days
    from dispute
    where found_on is not null
),

placed as ({{ rolled_up('counted') }}),

final as (
    select
        {{ area_and_month() }},
        {{ kind_or_all('dispute_type') }} as dispute_type,
        {{ count_of() }} as found_count,
        {{ count_of('is_resolved') }} as resolved_count,
        {{ count_of('is_open') }} as open_count,
        {{ count_of('is_overdue') }} as overdue_count,
        {{ rate(count_of('is_resolved'), count_of()) }} as resolution_rate,
        cast(median(days) as double) as median_days
    from placed
    group by {{ by_division('dispute_type') }}
)

{{ mart_rows('final') }}
