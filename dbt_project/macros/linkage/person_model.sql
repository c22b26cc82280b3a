{#- Written by `python -m infra.fusion.train_persons`; do not edit. -#}
{% macro person_model() -%}
    {{ return(fromjson('''{
  "entity": "person",
  "profiles": 8370,
  "comparisons": [
    {
      "name": "name",
      "levels": [
        {
          "label": "none",
          "condition": "l.name is null or r.name is null",
          "is_null": true
        },
        {
          "label": "masked, same surname",
          "condition": "(l.is_masked or r.is_masked) and substr(l.name, 1, 1) = substr(r.name, 1, 1)",
          "m": 0.1,
          "u": 0.00450472
        },
        {
          "label": "masked, other surname",
          "condition": "(l.is_masked or r.is_masked)",
          "m": 0.001,
          "u": 0.12046578
        },
        {
          "label": "same",
          "condition": "l.name = r.name",
          "m": 0.99217805,
          "u": 0.00020547
        },
        {
          "label": "same sound",
          "condition": "l.name_sound = r.name_sound",
          "m": 0.0056161,
          "u": 2.256e-05
        },
        {
          "label": "one character off",
          "condition": "length(l.name) >= 3 and length(l.name) = length(r.name) and (case when substr(l.name, 1, 1) <> substr(r.name, 1, 1) then 1 else 0 end + case when substr(l.name, 2, 1) <> substr(r.name, 2, 1) then 1 else 0 end + case when substr(l.name, 3, 1) <> substr(r.name, 3, 1) then 1 else 0 end + case when substr(l.name, 4, 1) <> substr(r.name, 4, 1) then 1 else 0 end + case when substr(l.name, 5, 1) <> substr(r.name, 5, 1) then 1 else 0 end + case when substr(l.name, 6, 1) <> substr(r.name, 6, 1) then 1 else 0 end + case when substr(l.name, 7, 1) <> substr(r.name, 7, 1) then 1 else 0 end + case when substr(l.name, 8, 1) <> substr(r.name, 8, 1) then 1 else 0 end + case when substr(l.name, 9, 1) <> substr(r.name, 9, 1) then 1 else 0 end + case when substr(l.name, 10, 1) <> substr(r.name, 10, 1) then 1 else 0 end + case when substr(l.name, 11, 1) <> substr(r.name, 11, 1) then 1 else 0 end + case when substr(l.name, 12, 1) <> substr(r.name, 12, 1) then 1 else 0 end + case when substr(l.name, 13, 1) <> substr(r.name, 13, 1) then 1 else 0 end + case when substr(l.name, 14, 1) <> substr(r.name, 14, 1) then 1 else 0 end + case when substr(l.name, 15, 1) <> substr(r.name, 15, 1) then 1 else 0 end + case when substr(l.name, 16, 1) <> substr(r.name, 16, 1) then 1 else 0 end) = 1",
          "m": 0.01,
          "u": 0.0003
        },
        {
          "label": "similar sound",
          "condition": "replace(replace(replace(replace(replace(replace(l.name_sound, \'zh\', \'z\'), \'ch\', \'c\'), \'sh\', \'s\'), \'ng\', \'n\'), \'l\', \'n\'), \'h\', \'f\') = replace(replace(replace(replace(replace(replace(r.name_sound, \'zh\', \'z\'), \'ch\', \'c\'), \'sh\', \'s\'), \'ng\', \'n\'), \'l\', \'n\'), \'h\', \'f\')",
          "m": 0.002,
          "u": 0.0001
        },
        {
          "label": "same surname",
          "condition": "substr(l.name, 1, 1) = substr(r.name, 1, 1)",
          "m": 0.002,
          "u": 0.03074309
        },
        {
          "label": "other",
          "condition": "ELSE",
          "m": 0.005,
          "u": 0.84296022
        }
      ]
    },
    {
      "name": "id_and_birth",
      "levels": [
        {
          "label": "same number",
          "condition": "l.id_no = r.id_no",
          "m": 0.9935482,
          "u": 2e-05
        },
        {
          "label": "two valid numbers",
          "condition": "l.id_no <> r.id_no",
          "m": 0.004,
          "u": 0.98738355
        },
        {
          "label": "slip of two",
          "condition": "levenshtein(coalesce(l.id_no, l.id_text), coalesce(r.id_no, r.id_text)) <= 2",
          "m": 0.01,
          "u": 2e-06
        },
        {
          "label": "agree but for stars",
          "condition": "length(coalesce(l.id_no, l.id_text)) = 18 and length(coalesce(r.id_no, r.id_text)) = 18 and (substr(coalesce(l.id_no, l.id_text), 1, 1) in (\'*\', substr(coalesce(r.id_no, r.id_text), 1, 1)) or substr(coalesce(r.id_no, r.id_text), 1, 1) = \'*\') and (substr(coalesce(l.id_no, l.id_text), 2, 1) in (\'*\', substr(coalesce(r.id_no, r.id_text), 2, 1)) or substr(coalesce(r.id_no, r.id_text), 2, 1) = \'*\') and (substr(coalesce(l.id_no, l.id_text), 3, 1) in (\'*\', substr(coalesce(r.id_no, r.id_text), 3, 1)) or substr(coalesce(r.id_no, r.id_text), 3, 1) = \'*\') and (substr(coalesce(l.id_no, l.id_text), 4, 1) in (\'*\', substr(coalesce(r.id_no, r.id_text), 4, 1)) or substr(coalesce(r.id_no, r.id_text), 4, 1) = \'*\') and (substr(coalesce(l.id_no, l.id_text), 5, 1) in (\'*\', substr(coalesce(r.id_no, r.id_text), 5, 1)) or substr(coalesce(r.id_no, r.id_text), 5, 1) = \'*\') and (substr(coalesce(l.id_no, l.id_text), 6, 1) in (\'*\', substr(coalesce(r.id_no, r.id_text), 6, 1)) or substr(coalesce(r.id_no, r.id_text), 6, 1) = \'*\') and (substr(coalesce(l.id_no, l.id_text), 7, 1) in (\'*\', substr(coalesce(r.id_no, r.id_text), 7, 1)) or substr(coalesce(r.id_no, r.id_text), 7, 1) = \'*\') and (substr(coalesce(l.id_no, l.id_text), 8, 1) in (\'*\', substr(coalesce(r.id_no, r.id_text), 8, 1)) or substr(coalesce(r.id_no, r.id_text), 8, 1) = \'*\') and (substr(coalesce(l.id_no, l.id_text), 9, 1) in (\'*\', substr(coalesce(r.id_no, r.id_text), 9, 1)) or substr(coalesce(r.id_no, r.id_text), 9, 1) = \'*\') and (substr(coalesce(l.id_no, l.id_text), 10, 1) in (\'*\', substr(coalesce(r.id_no, r.id_text), 10, 1)) or substr(coalesce(r.id_no, r.id_text), 10, 1) = \'*\') and (substr(coalesce(l.id_no, l.id_text), 11, 1) in (\'*\', substr(coalesce(r.id_no, r.id_text), 11, 1)) or substr(coalesce(r.id_no, r.id_text), 11, 1) = \'*\') and (substr(coalesce(l.id_no, l.id_text), 12, 1) in (\'*\', substr(coalesce(r.id_no, r.id_text), 12, 1)) or substr(coalesce(r.id_no, r.id_text), 12, 1) = \'*\') and (substr(coalesce(l.id_no, l.id_text), 13, 1) in (\'*\', substr(coalesce(r.id_no, r.id_text), 13, 1)) or substr(coalesce(r.id_no, r.id_text), 13, 1) = \'*\') and (substr(coalesce(l.id_no, l.id_text), 14, 1) in (\'*\', substr(coalesce(r.id_no, r.id_text), 14, 1)) or substr(coalesce(r.id_no, r.id_text), 14, 1) = \'*\') and (substr(coalesce(l.id_no, l.id_text), 15, 1) in (\'*\', substr(coalesce(r.id_no, r.id_text), 15, 1)) or substr(coalesce(r.id_no, r.id_text), 15, 1) = \'*\') and (substr(coalesce(l.id_no, l.id_text), 16, 1) in (\'*\', substr(coalesce(r.id_no, r.id_text), 16, 1)) or substr(coalesce(r.id_no, r.id_text), 16, 1) = \'*\') and (substr(coalesce(l.id_no, l.id_text), 17, 1) in (\'*\', substr(coalesce(r.id_no, r.id_text), 17, 1)) or substr(coalesce(r.id_no, r.id_text), 17, 1) = \'*\') and (substr(coalesce(l.id_no, l.id_text), 18, 1) in (\'*\', substr(coalesce(r.id_no, r.id_text), 18, 1)) or substr(coalesce(r.id_no, r.id_text), 18, 1) = \'*\')",
          "m": 0.01,
          "u": 1e-05
        },
        {
          "label": "same birth date",
          "condition": "l.birth_date = r.birth_date",
          "m": 0.01,
          "u": 5e-05
        },
        {
          "label": "none",
          "condition": "l.birth_date is null or r.birth_date is null",
          "is_null": true
        },
        {
          "label": "other",
          "condition": "ELSE",
          "m": 0.01,
          "u": 0.01252924
        }
      ]
    },
    {
      "name": "phone",
      "levels": [
        {
          "label": "none",
          "condition": "l.phone is null or r.phone is null",
          "is_null": true
        },
        {
          "label": "same",
          "condition": "l.phone = r.phone",
          "m": 0.95548887,
          "u": 0.00022794
        },
        {
          "label": "one digit off",
          "condition": "length(l.phone) = 11 and levenshtein(l.phone, r.phone) = 1",
          "m": 0.005,
          "u": 2e-06
        },
        {
          "label": "other",
          "condition": "ELSE",
          "m": 0.04451113,
          "u": 0.99977206
        }
      ]
    },
    {
      "name": "home",
      "levels": [
        {
          "label": "same door",
          "condition": "l.home_site = r.home_site and l.home_unit = r.home_unit",
          "m": 0.06077349,
          "u": 0.00026277
        },
        {
          "label": "same unit of a house",
          "condition": "l.home_unit = r.home_unit",
          "m": 0.2,
          "u": 0.001
        },
        {
          "label": "none",
          "condition": "l.home_site is null or r.home_site is null",
          "is_null": true
        },
        {
          "label": "same site",
          "condition": "l.home_site = r.home_site",
          "m": 0.2,
          "u": 0.01785768
        },
        {
          "label": "other",
          "condition": "ELSE",
          "m": 0.70490623,
          "u": 0.98161678
        }
      ]
    },
    {
      "name": "sex",
      "levels": [
        {
          "label": "none",
          "condition": "l.sex is null or r.sex is null",
          "is_null": true
        },
        {
          "label": "same",
          "condition": "l.sex = r.sex",
          "m": 1.0,
          "u": 0.50351388
        },
        {
          "label": "other",
          "condition": "ELSE",
          "m": 0.01,
          "u": 0.49648612
        }
      ]
    }
  ]
}''')) }}
{%- endmacro %}
