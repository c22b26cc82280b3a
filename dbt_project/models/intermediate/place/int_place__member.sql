{{ config(unique_key='mention_key') }}

-- Which place each mention is.
{{ members_apart('place', 'int_place__mention', 'int_place__cluster', 'place_id', 'L-', "'address'") }}
