{#-
A simple address grammar, to be replaced by the one of the linkage work: take the names of the divisions off the
front, fold what is written in several ways, and say what kind of place is left.
-#}

{#- Folded, without blanks, punctuation and words such as 附近; buildings all 幢, so that 3号楼 and 3栋 are equal. -#}
{% macro address_folded(column) -%}
    {{ replace_all(
        replace_all(
            replace_all('upper(clean_code(' ~ column ~ '))', '[ ,，。;；、.()（）#\"-]'), '号楼|栋', '幢'
        ),
        '(附近|旁边|旁|门口|门前|对面|路边|周边|一带|处)$'
    ) }}
{%- endmacro %}

{#- A division's name without the word for its kind: 林山寨 of 林山寨街道, 碧沙岗 of 碧沙岗社区居委会. -#}
{% macro division_stem(name, kind) -%}
    nullif({{ replace_all(name, '(' ~ division_words(kind) ~ ')$') }}, '')
{%- endmacro %}

{% macro division_words(kind) -%}
    {%- if kind == 'village' -%}
        (社区|村)(居民委员会|居委会|村民委员会|村委会|委员会|委会)?|居民委员会|居委会|村民委员会|村委会
    {%- else -%}
        街道办事处|街道|办事处|镇|乡
    {%- endif -%}
{%- endmacro %}

{#- The text without the names of the divisions that lie above the village; what a row lacks is passed over. -#}
{% macro below_township(text, province, city, county, township_stem) -%}
    regexp_replace(
        {{ text }},
        '^(' || coalesce({{ province }}, '~') || ')?(' || coalesce({{ city }}, '~') || ')?('
        || coalesce({{ county }}, '~') || ')?('
        || coalesce({{ township_stem }}, '~') || '({{ division_words('township') }}))?',
        ''
    )
{%- endmacro %}

{#- A pattern for a village at the front: its stem and a word for its kind (绿城花园 does not begin with 绿城社区). -#}
{% macro village_pattern(stem) -%}
    '^' || coalesce({{ stem }}, '~') || '({{ division_words('village') }})'
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

{#- TRUE if the address names a road or a public site, unique in its township; any other is unique in its village. -#}
{% macro known_in_township(address) -%}
    {{ matches(address, '路|街|道|巷') }} or {{ place_kind(address) }} = 'site'
{%- endmacro %}

{#- Kinds that may be somebody's home: their coordinates are rounded and their text stays in the restricted zone. -#}
{% macro may_be_home(kind) -%}
    {{ kind }} not in ('site', 'road_point', 'road')
{%- endmacro %}
