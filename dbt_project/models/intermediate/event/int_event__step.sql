{%- set sources = stage_sources() -%}
{%- set driver = [] -%}
{%- for feed in sources -%}{%- do driver.append('base_' ~ feed) -%}{%- endfor -%}
{{ config(unique_key=['_record_key', 'stage'], meta={'scope': 'records', 'driver': driver}) }}

-- When each record, report or not, says that a stage was entered; which event that is about is for event_stage to say.
with final as (
    {%- for feed, source in sources.items() %}
    select _record_key, _batch_id, stage, entered_at, actor_unit, due_at, about_no, about_feed, is_closed
    from ({{ stage_steps(feed, source) }}) as step
    {{ 'union all' if not loop.last }}
    {%- endfor %}
)

select
    final.*,
    {{ row_hash('final') }} as _row_hash
from final
