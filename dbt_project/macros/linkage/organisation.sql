{#- An organisation's full name as linkage compares it: folded, without blanks and brackets, one word for 有限公司. -#}
{% macro organisation_name_key(column) -%}
    nullif(
        replace({{ replace_all('upper(clean_code(' ~ column ~ '))', '[ ()·.,-]') }}, '有限责任公司', '有限公司'), ''
    )
{%- endmacro %}

{#- TRUE if a name is surely an organisation's: a sole trader may carry no more than the owner's own name. -#}
{% macro names_organisation(column) -%}
    (length({{ column }}) >= 5 or {{ matches(column, '公司|厂|店|院|校|所|局|委|会|社|站|部|园|馆|中心|市场|超市|酒楼') }})
{%- endmacro %}
