{#-
The weight, in bits, of the pair of relations `l` and `r` by a model (a macro that returns JSON): the sum over its
comparisons of the bits of the first level whose condition holds; of all comparisons, of one, or of all but one.
-#}
{% macro match_weight(model, only=none, without=none) -%}
    {%- set terms = [] -%}
    {%- for comparison in model['comparisons'] if comparison['name'] != without and only in (none, comparison['name']) -%}
        {%- do terms.append(level_of(comparison, 'bits')) -%}
    {%- endfor -%}
    ({{ terms | join(' + ') }})
{%- endmacro %}

{#- The label or the bits of the first level of a comparison whose condition holds. -#}
{% macro level_of(comparison, part) -%}
    case
        {%- for level in comparison['levels'] %}
        {%- set said = "'" ~ level['label'] ~ "'" if part == 'label' else level_bits(comparison['name'], level) %}
        when {{ 'true' if level['condition'] == 'ELSE' else level['condition'] }} then {{ said }}
        {%- endfor %}
    end
{%- endmacro %}

{#-
A level's bits: written in the model, or log2(m / u) of a trained one (infra.fusion.train_persons). A level marked
`is_null` weighs nothing. Refuses to compile where a trained level lacks an m or u.
-#}
{% macro level_bits(comparison, level) -%}
    {%- if 'bits' in level -%}
        {{ return(level['bits']) }}
    {%- elif level.get('is_null') -%}
        {{ return('0.0') }}
    {%- elif not level.get('m') or not level.get('u') -%}
        {%- do exceptions.raise_compiler_error(
            'comparison ' ~ comparison ~ ' lacks an m or u of level "' ~ level['label'] ~ '": train it again'
        ) -%}
    {%- endif -%}
    {{ return('log2(' ~ level['m'] ~ ' / ' ~ level['u'] ~ ')') }}
{%- endmacro %}
