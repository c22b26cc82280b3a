{%- set sources = person_sources() -%}
{{ config(unique_key='mention_key', meta={'scope': 'records', 'driver': sources.keys() | list}) }}

-- A person as one record names them, normalised for comparison. A phone alone names nobody: families share one.
-- Mentions with equal particulars have one `profile_key`: profiles are what is compared and clustered.
with written as (
    {%- for model, columns in sources.items() %}
    {{ as_mentions(model, columns) }}
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

named as (
    select
        written.*,
        _record_key || '#' || role as mention_key,
        {{ person_name('written') }} as name,
        {{ name_is_masked('written') }} as is_masked,
        regexp_replace({{ address_folded('home') }}, '^.*(委员会|居委会|村委会|办事处|街道)', '') as home_folded
    from written
),

place as ({{ name_positions() }}),

full_name as (
    select distinct name from named where name is not null
),

written_character as (
    select full_name.name, place.position, substr(full_name.name, place.position, 1) as hanzi
    from full_name
    inner join place on length(full_name.name) >= place.position
),

character as (
    select
        written.name,
        string_agg(coalesce(hanzi.simplified, written.hanzi), '' order by written.position) as plain,
        string_agg(coalesce(hanzi.pinyin, written.hanzi), ' ' order by written.position) as sound
    from written_character as written
    left join {{ ref('hanzi') }} as hanzi on written.hanzi = hanzi.hanzi
    group by 1
),

-- The longest surname that is read otherwise replaces the sounds of its characters.
spelt as (
    select
        character.name,
        min(character.plain) as plain,
        max_by(
            case
                when reading.surname is null then character.sound
                else reading.pinyin || {{ sound_after('character.sound', 'length(reading.surname)') }}
            end, coalesce(length(reading.surname), 0)
        ) as sound
    from character
    left join {{ ref('surname_reading') }} as reading
        on left(character.plain, length(reading.surname)) = reading.surname
    group by 1
),

compared as (
    select
        named.mention_key,
        named._record_key,
        named._batch_id,
        named.platform,
        named.role,
        spelt.plain as name,
        spelt.sound as name_sound,
        named.is_masked,
        named.id_no,
        case when named.id_no is null then nullif(named.id_text, '') end as id_text,
        named.account,
        coalesce({{ id_sex('named.id_no') }}, named.sex) as sex,
        coalesce({{ id_birth_date('coalesce(named.id_no, named.id_text)') }}, named.stated_birth_date) as birth_date,
        named.phone,
        coalesce(
            {{ part_of('named.home_folded', '([^0-9省市区县镇道]+(?:路|街|大道|道|巷)[0-9]+号)') }},
            {{ part_of('named.home_folded', '([^0-9省市区县镇道社村]+(?:小区|花园|家园|公寓|新村|苑|府|城))') }}
        ) as home_site,
        {{ part_of('named.home_folded', '([0-9]+幢.*[0-9]+)室?$') }} as home_unit,
        named.township_code,
        named.reported_at
    from named
    left join spelt on named.name = spelt.name
    where spelt.plain is not null or named.id_no is not null or named.account is not null
),

final as (
    select
        compared.*,
        md5(
            case
                when
                    not {{ decided_on('_record_key', 'person') }}
                    and (
                        id_no is not null or account is not null
                        or (name is not null and (phone is not null or id_text is not null))
                    )
                    then concat_ws(
                        '|',
                        {%- for column in person_particulars() %}
                        coalesce(cast({{ column }} as varchar), ''){{ ',' if not loop.last }}
                        {%- endfor %}
                    )
                else mention_key
            end
        ) as profile_key
    from compared
)

select
    final.*,
    {{ row_hash('final') }} as _row_hash
from final
