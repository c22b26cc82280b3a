{#-
Which models name organisations, and under which columns. `is_register`: the row tells of the organisation itself, so that
its place and name come before what reports say.
-#}
{% macro organisation_sources() -%}
    {{ return({
        'int_record': {
            'live': 'is_live', 'platform': 'platform', 'township': 'township_code', 'village': 'village_code',
            'seen_at': 'reported_at'
        },
        'stg_police__organisation': {
            'live': 'not is_deleted', 'platform': "'police'", 'is_register': true, 'head': 'person_name',
            'phone': 'organisation_phone', 'place': 'place_text', 'seen_at': 'updated_at'
        },
        'stg_emergency__enterprise': {
            'live': 'true', 'platform': "'emergency'", 'is_register': true, 'head': 'person_name',
            'phone': 'safety_manager_phone', 'place': 'place_text', 'industry': 'industry_section',
            'seen_at': 'updated_at'
        },
        'stg_emergency__hazard': {
            'live': 'true', 'platform': "'emergency'", 'place': 'place_text', 'seen_at': 'reported_at'
        }
    }) }}
{%- endmacro %}

{#- The touched rows of one of organisation_sources() under the names that int_organisation__mention works on. -#}
{% macro as_organisations(model, columns) -%}
    select
        _record_key,
        _batch_id,
        cast({{ columns['platform'] }} as varchar) as platform,
        {{ columns.get('is_register', false) | lower }} as is_register,
        organisation_name as name,
        credit_code,
        cast({{ columns.get('head', 'null') }} as varchar) as head,
        cast({{ columns.get('phone', 'null') }} as varchar) as phone,
        cast({{ columns.get('place', 'null') }} as varchar) as place_text,
        cast({{ columns.get('industry', 'null') }} as varchar) as industry,
        cast({{ columns.get('village', village_of('division_code')) }} as varchar) as village_code,
        cast({{ columns.get('township', township_of('division_code')) }} as varchar) as township_code,
        cast({{ columns['seen_at'] }} as timestamptz) as reported_at
    from {{ ref(model) }}
    where
        ({{ columns['live'] }})
        and (credit_code is not null or organisation_name is not null)
        and ({{ only_touched([model]) }} or {{ decided_on('_record_key', 'organisation') }})
{%- endmacro %}

{% macro village_of(code) -%}
    case when length({{ code }}) = 12 and right({{ code }}, 3) <> '000' then {{ code }} end
{%- endmacro %}

{#- An organisation's full name as linkage compares it: folded, without blanks and brackets, one word for 有限公司. -#}
{% macro organisation_name_key(column) -%}
    nullif(
        replace(
            {{ replace_all(
                replace_all('upper(clean_code(' ~ column ~ '))', '[(〔【\\[]?个体工商户[)〕】\\]]?|个体户'),
                '[ ()〔〕【】\\[\\]·.,-]'
            ) }}, '有限责任公司', '有限公司'
        ), ''
    )
{%- endmacro %}

{#-
The parts of a name: `head_key` is the full name of what a branch belongs to, `branch` what makes it a branch, both by one
pattern; without a branch the whole name is `head_key`.
-#}
{% macro organisation_branch(name_key) -%}
    {{ regexp_parts(name_key, '^(.*?(?:公司|集团|银行|信用社|合作社|超市|药房|医院|学校|酒店|商行))(?:([^公]{0,12}(?:分公司|支公司|分行|支行|分店|门店|分厂|分院|分校|分部|营业部|营业厅|经营部|项目部|办事处|[0-9一二三四五六七八九十]+店))|.*)$', ['head', 'branch']) }}
{%- endmacro %}

{#- A name without the words for its legal form: what is left names the firm and its trade. -#}
{% macro organisation_core(name) -%}
    nullif({{ replace_all(name, '(集团股份有限公司|股份有限公司|集团有限公司|有限公司|股份公司|分公司|集团公司|公司|集团|个体)$') }}, '')
{%- endmacro %}

{#- What of an organisation is compared; mentions that agree in all of it are one profile. -#}
{% macro organisation_particulars() -%}
    {{ return(['name_key', 'core', 'branch', 'credit_code', 'head', 'phone', 'address', 'township_code']) }}
{%- endmacro %}

{#- TRUE for a name that a register gives once in a county: it has a legal form, or a division at its front. -#}
{% macro is_registered_name(relation) -%}
    ({{ relation }}.name_key <> {{ relation }}.core and length({{ relation }}.name_key) >= 6)
{%- endmacro %}

{#- The rule by which profiles `l` and `r` with compatible codes and one branch are one organisation, strongest first. -#}
{% macro organisation_rules() -%}
    {{ return({
        'credit_code': {'weight': 90, 'holds': 'l.credit_code = r.credit_code'},
        'full_name': {
            'weight': 60,
            'holds': "l.name_key = r.name_key and (" ~ is_registered_name('l') ~ " or l.township_code = r.township_code)"
        },
        'core_and_head': {'weight': 50, 'holds': 'l.core = r.core and l.head = r.head'},
        'core_and_phone': {'weight': 48, 'holds': 'l.core = r.core and l.phone = r.phone'},
        'core_and_address': {'weight': 46, 'holds': 'l.core = r.core and l.address = r.address'},
        'core_and_region': {'weight': 20, 'holds': 'l.core = r.core and l.township_code = r.township_code'}
    }) }}
{%- endmacro %}

{#- TRUE if a name is surely an organisation's: a sole trader may carry no more than the owner's own name. -#}
{% macro names_organisation(column) -%}
    (length({{ column }}) >= 5 or {{ matches(column, '公司|厂|店|院|校|所|局|委|会|社|站|部|园|馆|中心|市场|超市|酒楼') }})
{%- endmacro %}
