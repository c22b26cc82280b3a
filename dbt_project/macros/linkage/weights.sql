{#-
The match weight, in bits, of the pair of relations `l` and `r` by a trained model (a macro that returns JSON, written
by infra.fusion.train): for each comparison log2(m / u) of the first level whose condition holds. A level marked
`is_null` weighs nothing. Refuses to compile where a level lacks an m or u.
-#}
{% macro match_weight(model) -%}
    {%- for comparison in model['comparisons'] %}
    case
        {%- for level in comparison['levels'] %}
        {%- set weight = level_weight(comparison['name'], level) %}
        {{ 'when ' ~ level['condition'] ~ ' then ' if level['condition'] != 'ELSE' else 'else ' }}{{ weight }}
        {%- endfor %}
    end{{ ' +' if not loop.last }}
    {%- endfor %}
{%- endmacro %}

{% macro level_weight(comparison, level) -%}
    {%- if level.get('is_null') -%}
        {{ return('0.0') }}
    {%- elif not level.get('m') or not level.get('u') -%}
        {%- do exceptions.raise_compiler_error(
            'comparison ' ~ comparison ~ ' lacks an m or u of level "' ~ level['label'] ~ '": train it again'
        ) -%}
    {%- endif -%}
    {{ return('log2(' ~ level['m'] ~ ' / ' ~ level['u'] ~ ')') }}
{%- endmacro %}
