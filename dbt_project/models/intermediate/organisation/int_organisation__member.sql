{{ config(unique_key='mention_key') }}

-- Which organisation each mention is.
{{ members_apart(
    'organisation', 'int_organisation__mention', 'int_organisation__cluster', 'organisation_id', 'O-',
    "case when mention.credit_code is not null then 'credit_code' else 'full_name' end"
) }}
