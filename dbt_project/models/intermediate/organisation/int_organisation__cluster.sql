{{ config(
    unique_key='profile_key', meta={
        'scope': 'groups', 'group': 'component', 'driver': 'int_organisation__mention', 'key': 'profile_key',
        'kind': 'organisation'
    }
) }}

-- Which profiles are one organisation. Two valid credit codes never are, and what has none joins one only if no other
-- claims it as strongly.
{{ clusters_apart(
    'organisation', 'int_organisation__mention', 'int_organisation__pair', 'credit_code', 'township_code'
) }}
