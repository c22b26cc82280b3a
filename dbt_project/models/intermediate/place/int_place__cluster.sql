{{ config(
    unique_key='profile_key', meta={
        'scope': 'groups', 'group': 'component', 'driver': 'int_place__mention', 'key': 'profile_key', 'kind': 'place'
    }
) }}

-- Which profiles are one place. Two street numbers never are, and what lacks its number joins one only if no other
-- claims it.
{{ clusters_apart('place', 'int_place__mention', 'int_place__pair', 'number', 'village_code') }}
