{#-
What a staging model may say of a record as the report of an event, and the type of each column. A staging model
gives the columns that its source knows under these names; int_record fills the others with NULL. So a new feed
needs no other model.
-#}
{% macro report_columns() -%}
    {{ return({
        'source_no': 'varchar', 'event_kind': 'varchar', 'category': 'varchar', 'grade': 'varchar',
        'scale': 'varchar', 'status': 'varchar', 'outcome': 'varchar',
        'occurred_at': 'timestamptz', 'time_precision': 'varchar', 'reported_at': 'timestamptz',
        'closed_at': 'timestamptz', 'updated_at': 'timestamptz',
        'division_code': 'varchar', 'grid_code': 'varchar', 'place_text': 'varchar',
        'lon': 'double', 'lat': 'double', 'coordinate_source': 'varchar',
        'title': 'varchar', 'narrative': 'varchar',
        'people_count': 'integer', 'deaths': 'integer', 'serious_injuries': 'integer',
        'relation': 'varchar', 'merged_into_no': 'varchar', 'police_incident_no': 'varchar',
        'origin_no': 'varchar', 'related_no': 'varchar', 'matter_no': 'varchar',
        'person_role': 'varchar', 'person_name': 'varchar', 'person_account': 'varchar',
        'person_id_no': 'varchar', 'person_id_text': 'varchar', 'person_sex': 'varchar', 'person_phone': 'varchar',
        'person_address': 'varchar',
        'organisation_name': 'varchar', 'credit_code': 'varchar',
        'is_deleted': 'boolean', 'is_invalid': 'boolean', 'is_confidential': 'boolean', 'is_merged': 'boolean'
    }) }}
{%- endmacro %}

{#- One staging model in the shape of report_columns(). -#}
{% macro as_reports(staging_model) -%}
    {%- set relation = ref(staging_model) -%}
    {%- set present = [] -%}
    {%- if execute -%}
        {%- set present = adapter.get_columns_in_relation(relation) | map(attribute='name') | list -%}
    {%- endif -%}
    select
        {{ lineage_columns() }},
        {%- for name, type in report_columns().items() %}
        cast({{ name if name in present else 'null' }} as {{ type }}) as {{ name }}{{ ',' if not loop.last }}
        {%- endfor %}
    from {{ relation }}
{%- endmacro %}
