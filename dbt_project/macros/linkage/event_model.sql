{#-
How much each thing that two reports `l` and `r` agree or differ in says for one event, in bits: log2 of the odds, to be
added up. The first level whose condition holds counts. Set by hand after a logistic regression on the labelled pairs
of one generated city, rounded to half a bit; docs/fusion-quality.md has what they reach on cities not used for it.
What depends on a source's habits was drawn towards zero: a real city differs from the generated one there.
-#}
{% macro event_model() -%}
    {%- set named = '(coalesce(contains(l.unplaced_text, r.{0}), false) or coalesce(contains(r.unplaced_text, l.{0}), false))' -%}
    {%- set slow = "'petition' in (l.platform, r.platform)" -%}
    {{ return({'comparisons': [
        {'name': 'prior', 'levels': [{'label': 'any pair that meets', 'condition': 'ELSE', 'bits': -7.0}]},
        {'name': 'feeds', 'levels': [
            {'label': 'one feed that people call again', 'condition': "l.feed = r.feed and l.platform in ('police', 'petition') and l.feed <> 'police.case'", 'bits': 0.0},
            {'label': 'one register', 'condition': 'l.feed = r.feed', 'bits': -5.0},
            {'label': 'two feeds', 'condition': 'ELSE', 'bits': 1.0}
        ]},
        {'name': 'time', 'levels': [
            {'label': 'half an hour', 'condition': 'day_gap < 0.02', 'bits': 6.0},
            {'label': 'two hours', 'condition': 'day_gap < 0.1', 'bits': 4.0},
            {'label': 'a petition of the day', 'condition': slow ~ ' and day_gap < 1', 'bits': 2.5},
            {'label': 'a shift', 'condition': 'day_gap < 0.3', 'bits': 2.5},
            {'label': 'a day', 'condition': 'day_gap < 1', 'bits': -1.0},
            {'label': 'a petition of the week', 'condition': slow ~ ' and day_gap < 4', 'bits': 1.0},
            {'label': 'a petition of two weeks', 'condition': slow ~ ' and day_gap < 8', 'bits': 0.0},
            {'label': 'later petition', 'condition': slow ~ ' and day_gap < 16', 'bits': -2.5},
            {'label': 'later', 'condition': 'ELSE', 'bits': -5.0}
        ]},
        {'name': 'distance', 'levels': [
            {'label': 'unknown', 'condition': 'km is null', 'bits': 1.0},
            {'label': 'one building', 'condition': 'km < 0.12', 'bits': 2.5},
            {'label': 'one block', 'condition': 'km < 0.25', 'bits': 1.0},
            {'label': 'further', 'condition': 'ELSE', 'bits': -3.5}
        ]},
        {'name': 'address', 'levels': [
            {'label': 'same', 'condition': 'l.address = r.address', 'bits': 0.5},
            {'label': 'unknown', 'condition': 'l.address is null or r.address is null', 'bits': 0.0},
            {'label': 'same road', 'condition': 'l.road = r.road', 'bits': -0.5},
            {'label': 'other', 'condition': 'ELSE', 'bits': -2.5}
        ]},
        {'name': 'named_place', 'levels': [
            {'label': 'both state theirs', 'condition': '(l.address is null) = (r.address is null)', 'bits': 0.0},
            {'label': 'names the site of the other', 'condition': named.format('site'), 'bits': 4.5},
            {'label': 'names the road of the other', 'condition': named.format('road'), 'bits': 3.5},
            {'label': 'names neither', 'condition': 'ELSE', 'bits': -2.5}
        ]},
        {'name': 'division', 'levels': [
            {'label': 'same village', 'condition': 'l.village_code = r.village_code', 'bits': 2.5},
            {'label': 'other village', 'condition': 'l.village_code <> r.village_code', 'bits': -4.0},
            {'label': 'same township', 'condition': 'l.township_code = r.township_code', 'bits': 2.5},
            {'label': 'other township', 'condition': 'l.township_code <> r.township_code', 'bits': -5.5},
            {'label': 'same county', 'condition': 'l.county_code = r.county_code', 'bits': 0.0},
            {'label': 'other county', 'condition': 'l.county_code <> r.county_code', 'bits': -5.5},
            {'label': 'unknown', 'condition': 'ELSE', 'bits': 0.0}
        ]},
        {'name': 'phone', 'levels': [
            {'label': 'same', 'condition': 'l.phone = r.phone', 'bits': 3.5},
            {'label': 'other', 'condition': 'l.phone <> r.phone', 'bits': -1.5},
            {'label': 'unknown', 'condition': 'ELSE', 'bits': 0.0}
        ]},
        {'name': 'person', 'levels': [
            {'label': 'same', 'condition': 'l.person_name = r.person_name', 'bits': 2.5},
            {'label': 'same number', 'condition': 'l.id_no = r.id_no', 'bits': 1.0},
            {'label': 'other number', 'condition': 'l.id_no <> r.id_no', 'bits': -1.0},
            {'label': 'unknown', 'condition': 'ELSE', 'bits': 0.0}
        ]},
        {'name': 'words', 'levels': [
            {'label': '0.85, no place stated', 'condition': 'likeness >= 0.85 and is_unplaced', 'bits': 9.0},
            {'label': '0.65, no place stated', 'condition': 'likeness >= 0.65 and is_unplaced', 'bits': 5.0},
            {'label': '0.65', 'condition': 'likeness >= 0.65', 'bits': 4.0},
            {'label': '0.50', 'condition': 'likeness >= 0.50', 'bits': 3.0},
            {'label': '0.40', 'condition': 'likeness >= 0.40', 'bits': 2.0},
            {'label': '0.30', 'condition': 'likeness >= 0.30', 'bits': 0.5},
            {'label': '0.20', 'condition': 'likeness >= 0.20', 'bits': -0.5},
            {'label': '0.10', 'condition': 'likeness >= 0.10', 'bits': -3.0},
            {'label': '0.05', 'condition': 'likeness >= 0.05', 'bits': -5.5},
            {'label': 'other words', 'condition': 'ELSE', 'bits': -8.0}
        ]}
    ]}) }}
{%- endmacro %}
