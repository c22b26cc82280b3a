{#- Folded, without blanks, punctuation and words such as 附近; buildings all 幢, so that 3号楼 and 3栋 are equal. -#}
{% macro address_folded(column) -%}
    {{ replace_all(
        replace_all(
            replace_all('upper(clean_code(' ~ column ~ '))', '[ ,，。;；、.()（）#\"-]'), '号楼|栋', '幢'
        ),
        '(附近|旁边|旁|门口|门前|对面|路边|周边|一带|处)$'
    ) }}
{%- endmacro %}

{#-
The same for the grammar: 3#楼 is 3幢, 25号附3 and 25之3 are 25-3, 3-2-301 is 3幢2单元301室, and 3-301 after a name 3幢301室.
A hyphen stays elsewhere, since 12-3号 is not 123号.
-#}
{% macro address_written(column) -%}
    {%- set steps = [
        ['[—–~]+', '-'], ['号楼|#楼?|栋', '幢'], ['[ ,，。;；、.()（）\"]', ''],
        ['(附近|旁边|旁|门口|门前|对面|路边|周边|一带|处)$', ''],
        ['([0-9])(?:之|号附)([0-9]+)号?', '\\1-\\2号'],
        ['([0-9A-Z]+)(?:-|幢)([0-9]+)-([0-9A-Z]+)(?:室|号)?$', '\\1幢\\2单元\\3室'],
        ['(^|[^0-9A-Z路街巷道弄-])([0-9]{1,3}|[A-Z])-([0-9]{3,4})(?:室|号)?$', '\\1\\2幢\\3室']
    ] -%}
    {%- set written = namespace(text='upper(clean_code(' ~ column ~ '))') -%}
    {%- for pattern, replacement in steps -%}
        {%- set written.text = replace_all(written.text, pattern, replacement) -%}
    {%- endfor -%}
    {{ return(written.text) }}
{%- endmacro %}

{#-
The grammar of what is left of an address without its divisions: one pattern, whose groups are the `parts` of address_read.
What is no number and follows the street number is an estate's or a site's name: before a building, or the end.
-#}
{% macro address_pattern() -%}
    {%- set numeral = '[一二三四五六七八九十]' -%}
    {%- set road = '(?:大道|大街|胡同|公路|路|街|巷|弄|[^步绿行隧通跑河轨铁街]道)' -%}
    {{ return(
        '^(?:([^0-9]{1,10}?)?([0-9]+|' ~ numeral ~ '+)(?:村民小?|居民小?)?组)?'
        ~ '(?:((?:[GSX]?[0-9]{2,4}(?:国|省|县)道)|[^0-9幢]{1,12}?' ~ road ~ ')'
        ~ '(?:[与和]?([^0-9]{1,10}?' ~ road ~ ')(?:交叉路?口|路口|交汇处?|交界处?|交口|口))?)?'
        ~ '(?:([0-9]+(?:-[0-9]+)?)(?:号院?|$))?'
        ~ '(.*?)'
        ~ '(?:([A-Z]?[0-9]+(?:-[0-9]+)?|[A-Z]|' ~ numeral ~ '+)[幢座])?(?:[0-9]+层)?'
        ~ '(?:([0-9]+|' ~ numeral ~ '+)单元)?'
        ~ '(?:([A-Z]?[0-9]{1,5}|[东西南北中]+(?:[户室]))[室户房号]?)?'
        ~ '([^0-9幢元]*)$'
    ) }}
{%- endmacro %}

{#-
The parts of the column `rest` of a relation, added to it: village_group, road, crossing (two roads in one order), number,
estate, building, unit, room, site; each NULL where the text does not say it.
-#}
{% macro address_read(relation) -%}
    {%- set parts = [
        'hamlet', 'village_group', 'road', 'cross_road', 'number', 'name', 'building', 'unit', 'room', 'tail'
    ] -%}
    select
        labelled.*,
        case when not is_glued and cross_road is null then near_road end as road,
        case when cross_road is not null then least(near_road, cross_road) || '/' || greatest(near_road, cross_road) end
            as crossing,
        case when is_estate then label end as estate,
        case when not is_estate then label end as site
    from (
        select
            glued.*,
            coalesce(building, unit, room) is not null
            or coalesce({{ matches('label', '(' ~ place_words('estate') ~ ')$') }}, false) as is_estate
        from (
            select
                part.*,
                coalesce(
                    number is null and cross_road is null
                    and {{ matches('label_text', '^(小区|新村|家属院|公寓|大院|宿舍|花园|家园|苑|市场)') }}, false
                ) as is_glued,
                nullif(
                    case
                        when {{ matches('label_text', '^(门前|门口|附近|对面|旁|(路?[口段边]|路)?(以?[东西南北]侧?)?(约?[0-9]+米)?$)') }} then ''
                        when
                            number is null and cross_road is null
                            and {{ matches('label_text', '^(小区|新村|家属院|公寓|大院|宿舍|花园|家园|苑|市场)') }}
                            then coalesce(near_road, '') || label_text
                        else label_text
                    end, ''
                ) as label
            from (
                select
                    cut.*,
                    coalesce(hamlet, '')
                    || case
                        when coalesce(building, unit) is not null or (loose_room <> '' and tail = '') then name_text
                        else name_text || loose_room || tail
                    end as label_text,
                    case when coalesce(building, unit) is not null or tail = '' then nullif(loose_room, '') end as room
                from (
                    select
                        parsed.*,
                        nullif(part.hamlet, '') as hamlet,
                        {{ plain_number('part.village_group') }} as village_group,
                        nullif(part.road, '') as near_road,
                        nullif(part.cross_road, '') as cross_road,
                        nullif(part.number, '') as number,
                        part.name as name_text,
                        {{ plain_number('part.building') }} as building,
                        {{ plain_number('part.unit') }} as unit,
                        part.room as loose_room,
                        part.tail
                    from (
                        select read.*, {{ regexp_parts('read.rest', address_pattern(), parts) }} as part
                        from {{ relation }} as read
                    ) as parsed
                ) as cut
            ) as part
        ) as glued
    ) as labelled
{%- endmacro %}

{#- A number in digits: 十二 is 12; NULL for ''. -#}
{% macro plain_number(text) -%}
    {%- set digits = "translate({}, '一二三四五六七八九十', '123456789')" -%}
    case
        when {{ text }} = '' then null
        when {{ text }} = '十' then '10'
        when {{ text }} like '十%' then '1' || {{ digits.format(text) }}
        when {{ text }} like '%十' then {{ digits.format(text) }} || '0'
        else {{ digits.format(text) }}
    end
{%- endmacro %}

{#- What of a place is compared, from the widest to the finest; mentions that agree in all of it are one profile. -#}
{% macro place_particulars() -%}
    {{ return([
        'area_code', 'road', 'crossing', 'village_group', 'number', 'estate', 'site', 'building', 'unit', 'room'
    ]) }}
{%- endmacro %}

{#- The parts as one text, the same however the source wrote them; NULL where there are none. -#}
{% macro address_text() -%}
    nullif(
        coalesce(road, replace(crossing, '/', ''), '') || coalesce(village_group || '组', '') || coalesce(number || '号', '')
        || coalesce(estate, '') || coalesce(site, '') || case when crossing is not null then '交叉口' else '' end
        || coalesce(building || '幢', '') || coalesce(unit || '单元', '') || coalesce(room || '室', ''), ''
    )
{%- endmacro %}

{#- The kind of place that the parts name; a finer part decides before a coarser one. -#}
{% macro place_kind() -%}
    case
        when coalesce(unit, room) is not null then 'unit'
        when building is not null then 'building'
        when estate is not null then 'estate'
        when {{ matches('site', '学校|小学|中学|大学|高中|幼儿园|医院|卫生院|商场|市场|超市|广场|公园|游园|车站|机场|景区|厂|公司|工地|酒店|宾馆|银行|村委会|居委会|派出所|政府') }} then 'site'
        when crossing is not null or {{ matches('site', '高速|大桥|隧道|国道|省道') }} then 'road_point'
        when road is not null and number is not null then 'street_number'
        when village_group is not null then 'estate'
        when road is not null and site is null then 'road'
        else 'unknown'
    end
{%- endmacro %}

{#- Kinds that may be somebody's home: their coordinates are rounded and their text stays in the restricted zone. -#}
{% macro may_be_home(kind) -%}
    {{ kind }} not in ('site', 'road_point', 'road')
{%- endmacro %}

{#- The value of the mention that tells its place most fully; equal ones by the text, so that order never matters. -#}
{% macro fullest(value) -%}
    max_by({{ value }}, lpad(cast(length(address) as varchar), 4, '0') || address || mention_key)
{%- endmacro %}
