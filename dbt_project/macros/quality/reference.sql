{#-
Records whose references are judged anew tonight, as a select of `_record_key`: a pending batch brought the record, or
the one that it names, or is the first that can answer for its day. A batch that is built again may have lost what was
there: then all that refer to its feed, and what `this` (int_reference__dangling) made of it.
-#}
{% macro touched_references() -%}
    with pending as (
        select feed, batch_id, built_as from {{ source('ops', 'batch') }} where is_pending
    ),

    answered as (
        select batch.batch_id, judging.feed
        from {{ source('ops', 'batch') }} as batch
        inner join ({{ judging_days(with_pending=true) }}) as judging
            on batch.business_date > judging.after_day and batch.business_date <= judging.judged_on
        where judging.is_pending
    )

    {% for reference in references() -%}
    {%- set target = "'" ~ reference.target | replace('__', '.') ~ "'" -%}
    select received._record_key
    from {{ ref('base_' ~ reference.feed) }} as received
    where
        coalesce({{ session_value('whole', 'boolean') }}, false)
        or received._batch_id in (select batch_id from pending)
        or received._batch_id in (select batch_id from answered where feed = {{ target }})
        or exists (select 1 from pending where feed = {{ target }} and built_as is not null)
        or clean_code(received.{{ reference.column }}) in (
            select clean_code(arrived.{{ reference.key }}) from {{ ref('base_' ~ reference.target) }} as arrived
            where arrived._batch_id in (select batch_id from pending)
        )
    union all
    {% endfor -%}
    select built._record_key from {{ this }} as built
    where
        built._batch_id in (select batch_id from pending)
        or built.replacing_batch_id in (select batch_id from pending)
        or built.knowing_batch_id in (select batch_id from pending)
{%- endmacro %}

{#-
On which day a feed can answer for which: (feed, judged_on, after_day, is_pending). The batch of `judged_on` is the
first that holds what there was on the days after `after_day`, so that a reference of one of these days is judged then:
a feed that is late is not held against those who refer to it. `with_pending`: refused batches too, while they are
pending, since they may have been accepted before.
-#}
{% macro judging_days(with_pending=false) -%}
    select
        delivered.feed,
        delivered.business_date as judged_on,
        delivered.is_pending,
        coalesce(
            lag(delivered.business_date) over (partition by delivered.feed order by delivered.business_date),
            cast('0001-01-01' as date)
        ) as after_day
    from (
        select feed, business_date, bool_or(is_pending) as is_pending
        from {{ source('ops', 'batch') }}
        where outcome = 'accepted' {{ 'or is_pending' if with_pending }}
        group by 1, 2
    ) as delivered
{%- endmacro %}
