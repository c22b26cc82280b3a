{#-
ID of a return item. A record may break, mend and break a rule within one batch: the place of the `episode` there tells
them apart.
-#}
{% macro return_item_id() -%}
    md5(concat_ws('|', _record_key, rule, source_field, opening_batch_id, cast(row_number() over (
        partition by _record_key, rule, source_field, opening_batch_id order by episode
    ) as varchar)))
{%- endmacro %}
