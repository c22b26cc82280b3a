{%- set staged = [] -%}
{%- for name in report_feeds() -%}{%- do staged.append('stg_' ~ name) -%}{%- endfor -%}
{{ config(unique_key='_record_key', meta={'scope': 'records', 'driver': staged}) }}

-- Every current report of every feed that reports events, in one shape. `is_live` is false for records that must not
-- leave this layer: confidential ones, and those the source has deleted or marked invalid.
with reports as (
    {%- for name in report_feeds() %}
    select
        '{{ name.split("__")[0] }}' as platform,
        '{{ name | replace("__", ".") }}' as feed,
        report.*
    from ({{ as_reports('stg_' ~ name) }}) as report
    where {{ only_touched(['stg_' ~ name]) }}
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

final as (
    select
        reports.*,
        not coalesce(is_deleted or is_invalid or is_confidential, false) as is_live,
        code.village_code,
        code.township_code,
        code.county_code
    from reports
    left join {{ ref('stg_division_code') }} as code on reports.division_code = code.code12
)

select
    final.*,
    {{ row_hash('final') }} as _row_hash
from final
