{#- Columns that two profiles must share to be compared at all; each list is one way to meet. -#}
{% macro person_blocks() -%}
    {{ return([
        ['id_no'], ['account'], ['phone'], ['name_sound', 'birth_date'], ['name_sound', 'home_site'],
        ['name_sound', 'home_unit'], ['name', 'id_tail'], ['name', 'township_code']
    ]) }}
{%- endmacro %}

{#- The certain rule by which profiles `l` and `r` are one person, NULL where only weights can tell. -#}
{% macro person_rule() -%}
    case
        when l.id_no = r.id_no and {{ same_name() }} then 'id_number'
        -- one number, two names: holds the records of a number together until it is known whose number it is
        when l.id_no = r.id_no then 'id_of_another'
        when l.account = r.account then 'account'
        when l.name is null or r.name is null or l.is_masked or r.is_masked then null
        -- holds if one of the numbers turns out to be somebody else's, as a parent's on a child's record
        when l.id_no <> r.id_no then case when l.name = r.name and l.phone = r.phone then 'name_phone_other_id' end
        when l.name = r.name and l.birth_date = r.birth_date and l.phone = r.phone then 'name_birth_phone'
        when
            l.name = r.name and l.phone = r.phone
            and coalesce(l.sex = r.sex, true) and coalesce(l.birth_date = r.birth_date, true)
            then 'name_phone'
        when {{ same_name() }} and levenshtein(coalesce(l.id_no, l.id_text), coalesce(r.id_no, r.id_text)) <= 2
            then 'id_slip_name'
        when
            l.name = r.name and l.township_code = r.township_code
            and (l.id_no is null or r.id_no is null)
            -- another phone is no contradiction, but then a name of two characters is too common
            and (l.phone is null or r.phone is null or length(l.name) >= 3)
            and coalesce(l.sex = r.sex, true) and coalesce(l.birth_date = r.birth_date, true)
            then 'name_township'
    end
{%- endmacro %}

{#-
TRUE if weights may speak for one person at all. Families share surname, phone, home and often a character of the
given name, so that agreements of these are not independent: another name, or one character of it, is somebody else
unless number or birth date say otherwise; so is another birth date.
-#}
{% macro weights_may_tell() -%}
    (
        l.name is null or r.name is null or l.name = r.name or l.name_sound = r.name_sound
        or ((l.is_masked or r.is_masked) and substr(l.name, 1, 1) = substr(r.name, 1, 1))
        or ({{ same_name() }} and (l.birth_date = r.birth_date or l.id_tail = r.id_tail))
    )
    and {{ masked_may_be('l', 'r') }} and {{ masked_may_be('r', 'l') }}
    and coalesce(l.id_no = r.id_no, true)
    and (coalesce(l.birth_date = r.birth_date, true) or l.id_tail = r.id_tail)
{%- endmacro %}

{#-
Whom a report calls 王先生 or 王某 is of the sex that it says, and no small child, though a child is registered with a
parent's phone.
-#}
{% macro masked_may_be(side, other) -%}
    (
        not {{ side }}.is_masked
        or (
            coalesce({{ side }}.sex = {{ other }}.sex, true)
            and coalesce(
                extract(year from {{ side }}.first_seen_at) - extract(year from {{ other }}.birth_date) >= 14, true
            )
        )
    )
{%- endmacro %}

{#- Weights by which clustering orders what the rules found: above all sums of weights. -#}
{% macro person_strengths() -%}
    {{ return({
        'id_number': 90, 'account': 80, 'name_birth_phone': 70, 'name_phone': 60, 'id_slip_name': 50,
        'name_phone_other_id': 40, 'name_township': 12, 'id_of_another': -1
    }) }}
{%- endmacro %}

{#- TRUE if two names may be one: missing, equal, of the same sound, masked with the same surname, one character off. -#}
{% macro same_name() -%}
    (
        l.name is null or r.name is null or l.name = r.name or l.name_sound = r.name_sound
        or ((l.is_masked or r.is_masked) and substr(l.name, 1, 1) = substr(r.name, 1, 1))
        or (
            not l.is_masked and not r.is_masked
            and length(l.name) >= 3 and length(l.name) = length(r.name)
            and (
                {%- for position in range(1, 17) %}
                case when substr(l.name, {{ position }}, 1) <> substr(r.name, {{ position }}, 1) then 1 else 0 end
                {{- ' +' if not loop.last }}
                {%- endfor %}
            ) = 1
        )
    )
{%- endmacro %}

{#- How sure a link by each rule is, in steps; docs/fusion-quality.md has what was measured. -#}
{% macro person_confidence(rule) -%}
    case
        when {{ rule }} in ('id_number', 'name_birth_phone', 'name_phone') then 0.99
        when {{ rule }} in ('account', 'id_slip_name', 'name_phone_other_id') then 0.97
        when {{ rule }} = 'weights' then 0.95
        else 0.9
    end
{%- endmacro %}
