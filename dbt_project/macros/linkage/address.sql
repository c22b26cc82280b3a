{#-
A simple address grammar, to be replaced by the one of the linkage work: take the names of the divisions off the
front, fold what is written in several ways, and say what kind of place is left.
-#}

{#- The text without one division's name at its front. -#}
{% macro without_prefix(text, name) -%}
    case when starts_with({{ text }}, {{ name }}) then substr({{ text }}, length({{ name }}) + 1) else {{ text }} end
{%- endmacro %}

{#- Folded, without blanks, punctuation and words such as 附近; buildings all 幢, so that 3号楼 and 3栋 are equal. -#}
{% macro address_folded(column) -%}
    {{ replace_all(
        replace_all(
            replace_all('upper(clean_code(' ~ column ~ '))', '[ ,，。;；、.()（）#\"-]'),
            '([0-9]+)(号楼|栋|座)', '\\\\1幢'
        ),
        '(附近|旁边|旁|门口|门前|对面|路边|周边|一带|处)$'
    ) }}
{%- endmacro %}

{#- The kind of place that a normalised address names; a finer part decides before a coarser one. -#}
{% macro place_kind(address) -%}
    case
        when {{ matches(address, '[0-9]+(室|户|单元)|[0-9]+幢.*[0-9]{3,4}$') }} then 'unit'
        when {{ matches(address, '幢') }} then 'building'
        when {{ matches(address, '小区|花园|家园|公寓|家属院|宿舍|新村|苑|[一二三四五六七八九十0-9]+组') }} then 'estate'
        when {{ matches(address, '学校|小学|中学|大学|幼儿园|医院|卫生院|商场|市场|超市|广场|公园|车站|机场|景区|厂|公司|工地|酒店|宾馆|银行|村委会|居委会|派出所|政府') }} then 'site'
        when {{ matches(address, '路口|交叉口|高速|大桥|隧道|国道|省道') }} then 'road_point'
        when {{ matches(address, '(路|街|道|巷|大道)[0-9]+号') }} then 'street_number'
        when {{ matches(address, '(路|街|道|巷|大道)$') }} then 'road'
        else 'unknown'
    end
{%- endmacro %}

{#- Kinds that may be somebody's home: their coordinates are rounded and their text stays in the restricted zone. -#}
{% macro may_be_home(kind) -%}
    {{ kind }} not in ('site', 'road_point', 'road')
{%- endmacro %}
