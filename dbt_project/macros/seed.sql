{#-
Seeds in DuckDB: loaded only when the file has changed. dbt's own materialisation empties and fills the table on
every run, which would write to the lake on a night without changes. The file's checksum is kept as the table's comment.
-#}
{% materialization seed, adapter='duckdb' %}
    {%- set relation = this.incorporate(type='table') -%}
    {%- set existing = load_cached_relation(this) -%}
    {%- set checksum = model['checksum']['checksum'] -%}
    {%- set loaded = run_query(
        "select comment from duckdb_tables() where database_name = '" ~ this.database
        ~ "' and schema_name = '" ~ this.schema ~ "' and table_name = '" ~ this.identifier ~ "'"
    ) if existing is not none else none -%}
    {%- set is_current = loaded is not none and loaded.rows | length > 0 and loaded.rows[0][0] == checksum -%}

    {#- dbt reports the rows of a seed from this result; ours are read by the engine, not by dbt -#}
    {%- do store_result('agate_table', response='OK', agate_table=run_query('select 1 as loaded')) -%}

    {{ run_hooks(pre_hooks, inside_transaction=False) }}
    {{ run_hooks(pre_hooks, inside_transaction=True) }}
    {% if is_current and not should_full_refresh() %}
        {% call noop_statement('main', 'UNCHANGED', 'UNCHANGED', 0) %}{% endcall %}
    {% else %}
        {% call statement('main') %}
            create or replace table {{ relation }} as
            select * from read_csv(
                '{{ adapter.get_seed_file_path(model) }}',
                header = true,
                auto_detect = true,
                all_varchar = true
            );
            comment on table {{ relation }} is '{{ checksum }}'
        {% endcall %}
    {% endif %}
    {{ run_hooks(post_hooks, inside_transaction=True) }}
    {{ adapter.commit() }}
    {{ run_hooks(post_hooks, inside_transaction=False) }}
    {{ return({'relations': [relation]}) }}
{% endmaterialization %}
