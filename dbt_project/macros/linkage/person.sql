{#- A person's name as linkage compares it: NULL for what names nobody, without titles, one form of the name dot. -#}
{% macro person_name(column) -%}
    case
        when {{ column }} in (
            '匿名', '某某', '群众', '热心群众', '过路群众', '路人', '市民', '热心市民', '居民', '报警人', '当事人',
            '保密', '无名氏', '本人', '不愿透露', '不愿透露姓名', '未透露'
        ) then null
        -- an ID number or phone that slipped into the column of names
        when {{ matches(column, '[0-9]{7}') }} then null
        else nullif(
            {{ replace_all(
                'translate(upper(' ~ column ~ '), \'•‧・．. \', \'····\')', '(先生|女士|小姐|同志|老师)$'
            ) }}, ''
        )
    end
{%- endmacro %}

{#- TRUE for 张某某, 张**, 张先生: a surname and no more. `column` as the source wrote it. -#}
{% macro name_is_masked(column) -%}
    coalesce({{ matches(column, '[*＊×]|某|(先生|女士|小姐|同志|老师)$') }}, false)
{%- endmacro %}

{#-
TRUE if a name does not speak against the name that an ID number's holder has: it is missing, equal, masked with
the same surname, or one character of three or more off. Distances are counted in characters: DuckDB's own
string distances count UTF-8 bytes.
-#}
{% macro names_compatible(name, is_masked, holder) -%}
    (
        {{ name }} is null
        or {{ holder }} is null
        or {{ name }} = {{ holder }}
        or ({{ is_masked }} and left({{ name }}, 1) = left({{ holder }}, 1))
        or (
            length({{ name }}) >= 3
            and length({{ name }}) = length({{ holder }})
            and (
                {%- for position in range(1, 13) %}
                case when substr({{ name }}, {{ position }}, 1) <> substr({{ holder }}, {{ position }}, 1) then 1 else 0 end
                {{- ' +' if not loop.last }}
                {%- endfor %}
            ) = 1
        )
    )
{%- endmacro %}

{#- What of a mention is compared; mentions that agree in all of it are one profile. -#}
{% macro person_particulars() -%}
    {{ return([
        'name', 'name_sound', 'is_masked', 'id_no', 'id_text', 'account', 'sex', 'birth_date', 'phone',
        'home_site', 'home_unit'
    ]) }}
{%- endmacro %}

{#- GB 11643: the 17th digit of an ID number is odd for men, even for women. -#}
{% macro id_sex(id_no) -%}
    case cast(substr({{ id_no }}, 17, 1) as integer) % 2 when 1 then '1' when 0 then '2' end
{%- endmacro %}

{#- GB 11643: digits 7 to 14 are the date of birth; NULL where they are masked or make no date. -#}
{% macro id_birth_date(id_text) -%}
    case when length({{ id_text }}) = 18 then parse_date_cn(substr({{ id_text }}, 7, 8)) end
{%- endmacro %}
