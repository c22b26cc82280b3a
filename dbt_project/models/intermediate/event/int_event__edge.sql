{{ config(unique_key=['record_key', 'other_key', 'link_rule']) }}

-- Pairs of records that speak of one event because one names the other, or both name the same number. A number that
-- records of several feeds bear is ambiguous; one that more than {{ var('shared_number_limit', 10) }} records name is
-- a covering letter, not a matter. Neither links.
with own as (
    select _record_key, feed, upper(source_no) as source_no from {{ ref('int_record') }} where is_live
),

named as (
    select
        reference._record_key,
        reference.link_rule,
        reference.target_no,
        reference.target_feed,
        min(own._record_key) as named_key,
        count(distinct own.feed) as feed_count
    from {{ ref('int_event__reference') }} as reference
    left join own
        on
            reference.target_no = own.source_no
            and (reference.target_feed is null or reference.target_feed = own.feed)
    group by 1, 2, 3, 4
),

shared as (
    select
        link_rule,
        target_no,
        target_feed,
        _record_key,
        min(_record_key) over (partition by target_no, target_feed) as first_key,
        count(*) over (partition by target_no, target_feed) as record_count
    from named
    where feed_count = 0 and link_rule in ('origin_no', 'related_no', 'matter_no')
),

final as (
    select _record_key as record_key, named_key as other_key, link_rule
    from named
    where feed_count = 1 and named_key <> _record_key
    union
    select _record_key as record_key, first_key as other_key, link_rule
    from shared
    where record_count <= {{ var('shared_number_limit', 10) }} and first_key <> _record_key
)

select
    final.*,
    {{ row_hash('final') }} as _row_hash
from final
