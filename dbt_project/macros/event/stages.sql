{#-
What each feed tells of the stages that a matter passes: patrol, found, collected, screened, reported, dispatched,
handling, verified, archived.

    moments   stage -> when it was entered, by the current version
    status    source column whose earlier versions say the same, its code list, and code -> stage (`taken` by default)
    unit      who acts
    due       stage -> until when its work is to be done; 'open' stands for every stage before verified
    about     number of the report that the row belongs to, and its feed where the source says it; none: its own report

The feeds say no more than this, so that a stage may be missing between two others. To close is to say that the result
was checked (a dispute's outcome, a hazard struck off, a petition answered), hence verified; archived is what is filed
away after that. A state that a source only names on its first version ('received') is the report itself, and with
the grid's disputes that they were written down (collected), with the police's cases that they were taken up (screened).
-#}
{% macro stage_sources() -%}
    {%- set taken = {
        'dispatched': 'dispatched', 'transferred': 'dispatched', 'handling': 'handling', 'closed': 'verified',
        'archived': 'archived'
    } -%}
    {{ return({
        'police__incident': {
            'moments': {'found': 'occurred_at', 'reported': 'reported_at', 'verified': 'closed_at'},
            'status': {'column': 'handling_status', 'list': 'police_handling_status', 'stages': taken},
            'unit': 'jurisdiction_name'
        },
        'police__case': {
            'moments': {'reported': 'reported_at', 'handling': 'filed_at'},
            'status': {'column': 'status', 'list': 'case_status', 'stages': {
                'accepted': 'screened', 'filed': 'handling', 'solved': 'handling', 'closed': 'verified',
                'withdrawn': 'verified'
            }},
            'unit': 'unit_name'
        },
        'petition__petition': {
            'moments': {'reported': 'reported_at', 'verified': 'closed_at'},
            'status': {'column': 'status', 'list': 'petition_status', 'stages': taken},
            'unit': 'responsible_unit',
            'due': {
                'reported': after_days('reported_at', 'accept'),
                'open': 'coalesce(' ~ end_of_day('due_on') ~ ', ' ~ after_days('reported_at', 'close') ~ ')'
            }
        },
        'petition__progress': {
            'moments': {
                'collected': "case when handling = 'register' then handled_at end",
                'dispatched': "case when handling in ('forward', 'assign') then handled_at end",
                'handling': "case when handling in ('accept', 'supplement', 'extend') then handled_at end",
                'verified': "case when handling in ('close', 'reject') then handled_at end",
                'archived': "case when handling = 'archive' then handled_at end"
            },
            'unit': 'handled_by_unit',
            'due': {'open': end_of_day('due_on')},
            'about': {'number': 'petition_no', 'feed': 'petition.petition'}
        },
        'petition__message': {'moments': {'reported': 'reported_at', 'verified': 'closed_at'}},
        'emergency__accident': {
            'moments': {'found': 'occurred_at', 'reported': 'reported_at'},
            'status': {'column': 'status', 'list': 'accident_status', 'stages': taken}
        },
        'emergency__hazard': {
            'moments': {'found': 'reported_at'},
            'status': {'column': 'status', 'list': 'hazard_status', 'stages': taken},
            'unit': 'inspecting_office',
            'due': {'open': end_of_day('due_on')},
            'about': {'number': 'related_no'}
        },
        'grid__event': {
            'moments': {
                'patrol': "case when source_kind = '网格员巡查' then occurred_at end",
                'found': "case when coalesce(source_kind, '') <> '网格员巡查' then occurred_at end",
                'reported': 'reported_at',
                'verified': 'closed_at'
            },
            'status': {'column': 'status', 'list': 'grid_event_status', 'stages': taken}
        },
        'grid__dispute': {
            'moments': {'found': 'occurred_at'},
            'status': {'column': 'status', 'list': 'dispute_status', 'stages': dict(taken, received='collected')},
            'unit': 'mediation_organisation',
            'due': {'open': end_of_day('due_on')},
            'about': {'number': 'related_no'}
        },
        'grid__task': {
            'moments': {'dispatched': 'issued_at', 'handling': 'signed_at', 'verified': 'reported_back_at'},
            'unit': 'issuing_office',
            'due': {'open': 'due_at'},
            'about': {'number': 'related_no'}
        }
    }) }}
{%- endmacro %}

{#- The stages in their order. -#}
{% macro stages() -%}
    {{ return([
        'patrol', 'found', 'collected', 'screened', 'reported', 'dispatched', 'handling', 'verified', 'archived'
    ]) }}
{%- endmacro %}

{#- The last second of a day in Shanghai: a day that is due is over when it ends. -#}
{% macro end_of_day(date) -%}
    {{ shanghai(dbt.dateadd('second', 86399, 'cast(' ~ date ~ ' as timestamp)')) }}
{%- endmacro %}

{#- So many days after a moment as seed `deadline` gives petitions for a step, to the end of the day. -#}
{% macro after_days(moment, step) -%}
    {%- set days -%}
        (select cast(days as integer) from {{ ref('deadline') }} where matter = 'petition' and step = '{{ step }}')
    {%- endset -%}
    {{ end_of_day(dbt.dateadd('day', days, shanghai_date(moment))) }}
{%- endmacro %}

{#-
One of stage_sources() as steps of the touched rows: _record_key, _batch_id, stage, entered_at, actor_unit, due_at,
about_no, about_feed, and is_closed, whether the row's own status is an end (NULL where its report has to say it).
-#}
{% macro stage_steps(feed, source) -%}
    {%- set about = source.get('about', {}) -%}
    {%- set own_status = feed != 'petition__progress' -%}
    with staged as (
        select * from {{ ref('stg_' ~ feed) }}
        where {{ only_touched(['base_' ~ feed]) }} {{ 'and not is_deleted' if feed in deleting_feeds() }}
    ),

    told as (
        {%- for stage, moment in source['moments'].items() %}
        select _record_key, '{{ stage }}' as stage, {{ moment }} as entered_at from staged
        {{ 'union all' if not loop.last }}
        {%- endfor %}
        {%- if source.status %}
        union all
        {{ stages_of_versions(feed, source['status']) }}
        {%- endif %}
    ),

    step as (
        select _record_key, stage, min(entered_at) as entered_at
        from told
        where stage is not null and entered_at is not null
        group by 1, 2
    )

    select
        staged._record_key,
        staged._batch_id,
        step.stage,
        step.entered_at,
        {{ source.get('unit', 'cast(null as varchar)') }} as actor_unit,
        {{ step_due(source.get('due', {})) }} as due_at,
        {{ about.get('number', 'cast(null as varchar)') }} as about_no,
        cast({{ "'" ~ about['feed'] ~ "'" if about.feed else 'null' }} as varchar) as about_feed,
        cast({{ "coalesce(status in ('closed', 'archived'), false)" if own_status else 'null' }} as boolean) as is_closed
    from staged
    inner join step on staged._record_key = step._record_key
{%- endmacro %}

{#- When each accepted version of the rows in `staged` says that a stage was reached. -#}
{% macro stages_of_versions(feed, status) -%}
        select
            _record_key,
            case {{ status['column'] }}_code
                {%- for code, stage in status['stages'].items() %}
                when '{{ code }}' then '{{ stage }}'
                {%- endfor %}
            end as stage,
            {{ shanghai('_updated_at') }} as entered_at
        from (
            {{ coded(
                '(select * from ' ~ ref('base_' ~ feed)
                ~ " where _disposition = 'accepted' and _record_key in (select _record_key from staged))",
                feed.split('__')[0], {status['column']: status['list']}
            ) }}
        ) as version
{%- endmacro %}

{#- Until when the work of a stage is to be done; nothing is due once the result was verified. -#}
{% macro step_due(due) -%}
    case
        when stage in ('verified', 'archived') then null
        {%- for stage, moment in due.items() if stage != 'open' %}
        when stage = '{{ stage }}' then {{ moment }}
        {%- endfor %}
        else {{ due.get('open', 'cast(null as timestamptz)') }}
    end
{%- endmacro %}
