{#-
Which models name persons, and under which columns. `live`: condition under which a row may be used; `home`: address
where the person lives, or, for want of a number, where it happened: often that is the same.
-#}
{% macro person_sources() -%}
    {{ return({
        'int_record': {
            'live': 'is_live', 'platform': 'platform', 'role': 'person_role', 'account': "feed || ':' || person_account",
            'phone': 'person_phone', 'id_text': 'person_id_text',
            'home': 'coalesce(person_address, case when person_id_no is null then place_text end)',
            'township': 'township_code', 'seen_at': 'reported_at'
        },
        'stg_police__resident': {
            'live': 'not is_deleted', 'platform': "'police'", 'role': "'resident'", 'phone': 'person_phone',
            'home': 'place_text', 'birth_date': 'birth_date', 'township': township_of('division_code'),
            'seen_at': shanghai('cast(registered_on as timestamp)')
        },
        'stg_police__organisation': {
            'live': 'not is_deleted', 'platform': "'police'", 'role': "'head'", 'sex': 'null',
            'township': township_of('division_code'), 'seen_at': 'updated_at'
        },
        'stg_emergency__enterprise': {
            'live': 'true', 'platform': "'emergency'", 'role': "'legal representative'", 'sex': 'null',
            'township': township_of('division_code'), 'seen_at': 'updated_at'
        },
        'stg_grid__dispute': {
            'live': 'not is_deleted', 'platform': "'grid'", 'role': "'party'",
            'township': township_of('division_code'), 'seen_at': 'occurred_at'
        }
    }) }}
{%- endmacro %}

{% macro township_of(code) -%}
    case when length({{ code }}) = 12 then left({{ code }}, 9) || '000' end
{%- endmacro %}

{#- The touched rows of one of person_sources() under the names that int_person__mention works on. -#}
{% macro as_mentions(model, columns) -%}
    select
        _record_key,
        _batch_id,
        cast({{ columns['platform'] }} as varchar) as platform,
        cast({{ columns['role'] }} as varchar) as role,
        person_name as written,
        person_id_no as id_no,
        cast({{ columns.get('id_text', 'null') }} as varchar) as id_text,
        cast({{ columns.get('account', 'null') }} as varchar) as account,
        cast({{ columns.get('sex', 'person_sex') }} as varchar) as sex,
        cast({{ columns.get('birth_date', 'null') }} as date) as stated_birth_date,
        cast({{ columns.get('phone', 'null') }} as varchar) as phone,
        cast({{ columns.get('home', 'null') }} as varchar) as home,
        cast({{ columns['township'] }} as varchar) as township_code,
        cast({{ columns['seen_at'] }} as timestamptz) as reported_at
    from {{ ref(model) }}
    where
        ({{ columns['live'] }})
        and ({{ only_touched([model]) }} or {{ decided_on('_record_key', 'person') }})
{%- endmacro %}

{#- TRUE for records about which somebody decided, as mentions of a kind of entity or at all. -#}
{% macro decided_on(record_key, kind=none) -%}
    {{ record_key }} in (
        {%- for side in ('left_key', 'right_key') %}
        select split_part({{ side }}, '#', 1) from {{ source('ops', 'decision') }}
        {{ "where entity_kind = '" ~ kind ~ "'" if kind }}
        {{ 'union all' if not loop.last }}
        {%- endfor %}
    )
{%- endmacro %}

{#- Positions 1 to 16 of a name, as a relation. -#}
{% macro name_positions() -%}
    {%- for position in range(1, 17) -%}
        select {{ position }} as position{{ ' union all ' if not loop.last }}
    {%- endfor -%}
{%- endmacro %}

{#- The reading without that of the first `size` characters. -#}
{% macro sound_after(sound, size) -%}
    substr({{ sound }}, length(regexp_extract({{ sound }}, '^[^ ]+' || repeat(' [^ ]+', {{ size }} - 1), 0)) + 1)
{%- endmacro %}

{#- First match of a pattern, NULL (not '') where there is none: '' would equal ''. -#}
{% macro part_of(text, pattern) -%}
    nullif(regexp_extract({{ text }}, '{{ pattern }}', 1), '')
{%- endmacro %}
