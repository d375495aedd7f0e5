-- The figures of a shop: what its bookings add up to, kept by triggers in the transaction of each change, by days of the
-- shop's own calendar; and how Client AI did, rolled up by day when somebody asks.

-- Who made a booking, whoever changes it later.
alter table bookings add column booked_by varchar(20) not null default 'operator'
    check (booked_by in ('customer', 'operator', 'owner', 'time'));
update bookings set booked_by = 'customer' where conversation_id is not null;

create function keep_booked_by() returns trigger language plpgsql as $$
begin
    new.booked_by := case when tg_op = 'INSERT' then new.changed_by else old.booked_by end;
    return new;
end $$;
create trigger keep_booked_by before insert or update of booked_by on bookings
    for each row execute function keep_booked_by();

-- Bookings by the day on which they begin.
create table booking_days (
    organization_id uuid not null,
    day date not null,
    service_id uuid not null,
    status varchar(50) not null,
    bookings integer not null,                       -- none any more: the row stays
    revenue numeric(14, 2) not null,
    primary key (organization_id, day, service_id, status),
    foreign key (organization_id, service_id) references services (organization_id, id) on delete cascade
);

-- Minutes for which professionals are taken, preparation included, by the hour of the clock in which they lie.
create table occupied_hours (
    organization_id uuid not null,
    day date not null,
    professional_id uuid not null,
    hour smallint not null,
    minutes integer not null,
    primary key (organization_id, day, professional_id, hour) include (minutes),
    foreign key (organization_id, professional_id) references professionals (organization_id, id) on delete cascade
);

-- Bookings by the day on which they were made.
create table bookings_made (
    organization_id uuid not null references organizations (id) on delete cascade,
    day date not null,
    booked_by varchar(20) not null,
    bookings integer not null,
    primary key (organization_id, day, booked_by)
);

-- Customers by their completed bookings.
create table customer_visits (
    organization_id uuid not null,
    contact_id uuid not null,
    first_visit timestamptz not null,
    last_visit timestamptz not null,
    visits integer not null,
    last_booking_id uuid not null,
    primary key (organization_id, contact_id),
    foreign key (organization_id, contact_id) references contacts (organization_id, id) on delete cascade
);
create index on customer_visits (organization_id, last_visit);
create index on bookings (organization_id, start_time, contact_id) where status = 'completed';
create index on bookings (organization_id, start_time) where status in ('scheduled', 'confirmed', 'in_progress');

-- Changes of one shop's bookings are added up one after the other, until the transaction ends: a sum may be of rows that
-- another transaction is changing. Taken in the triggers, when the rows are written.
create function take_turn_at_figures(of_organization uuid) returns void language sql as $$
    select pg_advisory_xact_lock(hashtextextended(of_organization || '|figures', 4));
$$;

-- A stretch of time by day and hour of a clock. Cut at quarters of an hour, at which alone clocks jump (since 1972).
create function by_hour(begins timestamptz, ends timestamptz, zone text)
    returns table (day date, hour smallint, minutes integer) language sql stable as $$
    select at::date, extract(hour from at)::smallint, round(sum(seconds) / 60)::integer
    from generate_series(date_bin('15 minutes', begins, 'epoch'), ends, '15 minutes') quarter,
        lateral (select greatest(begins, quarter) at time zone zone at,
                        extract(epoch from least(ends, quarter + interval '15 minutes') - greatest(begins, quarter)) seconds)
    where seconds > 0 group by 1, 2;
$$;

-- Adds a booking to the sums (`times` 1), or takes it away from them as it was (-1).
create function add_up_booking(b bookings, times integer) returns void language plpgsql as $$
declare
    zone text := (select timezone from organization_settings where organization_id = b.organization_id);
begin
    insert into booking_days as d (organization_id, day, service_id, status, bookings, revenue)
    values (b.organization_id, (b.start_time at time zone zone)::date, b.service_id, b.status, times, times * b.price)
    on conflict (organization_id, day, service_id, status) do update
        set bookings = d.bookings + excluded.bookings, revenue = d.revenue + excluded.revenue;
    insert into bookings_made as d (organization_id, day, booked_by, bookings)
    values (b.organization_id, (b.created_at at time zone zone)::date, b.booked_by, times)
    on conflict (organization_id, day, booked_by) do update set bookings = d.bookings + excluded.bookings;
    if b.status <> 'cancelled' then
        insert into occupied_hours as d (organization_id, day, professional_id, hour, minutes)
        select b.organization_id, h.day, b.professional_id, h.hour, times * h.minutes
        from by_hour(b.start_time - b.preparation_minutes * interval '1 minute', b.end_time, zone) h
        on conflict (organization_id, day, professional_id, hour) do update set minutes = d.minutes + excluded.minutes;
    end if;
end $$;

create function recount_visits(of_organization uuid, of_contact uuid) returns void language plpgsql as $$
begin
    insert into customer_visits (organization_id, contact_id, first_visit, last_visit, visits, last_booking_id)
    select of_organization, of_contact, min(start_time), max(start_time), count(*),
        (array_agg(id order by start_time desc, id desc))[1]
    from bookings where contact_id = of_contact and organization_id = of_organization and status = 'completed'
    having count(*) > 0
    on conflict (organization_id, contact_id) do update set first_visit = excluded.first_visit,
        last_visit = excluded.last_visit, visits = excluded.visits, last_booking_id = excluded.last_booking_id;
    if not found then
        delete from customer_visits where organization_id = of_organization and contact_id = of_contact;
    end if;
end $$;

create function add_up_change() returns trigger language plpgsql as $$
begin
    if tg_op <> 'INSERT' then
        perform take_turn_at_figures(old.organization_id);
        perform add_up_booking(old, -1);
    end if;
    if tg_op <> 'DELETE' then
        perform take_turn_at_figures(new.organization_id);
        perform add_up_booking(new, 1);
    end if;
    if tg_op <> 'INSERT' and old.status = 'completed' then
        perform recount_visits(old.organization_id, old.contact_id);
    end if;
    if tg_op <> 'DELETE' and new.status = 'completed' then
        perform recount_visits(new.organization_id, new.contact_id);
    end if;
    return null;
end $$;
create trigger add_up after insert or delete on bookings for each row execute function add_up_change();
create trigger add_up_change after update on bookings for each row
    when ((old.organization_id, old.contact_id, old.service_id, old.professional_id, old.start_time, old.end_time,
           old.preparation_minutes, old.price, old.status, old.created_at)
          is distinct from
          (new.organization_id, new.contact_id, new.service_id, new.professional_id, new.start_time, new.end_time,
           new.preparation_minutes, new.price, new.status, new.created_at))
    execute function add_up_change();

-- Conversations of Client AI's by day, with the tokens each model took: written by storage.assistant_figures for days
-- that are over, and thrown away when a day's rows turn out to be other conversations' (a merge of contacts).
create table assistant_days (
    organization_id uuid not null references organizations (id) on delete cascade,
    day date not null,
    conversations integer not null,
    handed_over integer not null,
    primary key (organization_id, day)
);
create table assistant_day_models (
    organization_id uuid not null,
    day date not null,
    model varchar(100) not null,
    prompt_tokens bigint not null,
    completion_tokens bigint not null,
    primary key (organization_id, day, model),
    foreign key (organization_id, day) references assistant_days (organization_id, day) on delete cascade
);
create index on ai_interactions (organization_id, created_at);
create index on alerts (organization_id, created_at) where conversation_id is not null;
create index on messages (organization_id, created_at) where sender in ('human', 'phone');
create index on contacts (organization_id) where opted_out_at is not null;
create index on conversations (organization_id, handoff_since) where status = 'waiting_human';

create function forget_assistant_day() returns trigger language plpgsql as $$
begin
    delete from assistant_days a using organization_settings s
    where a.organization_id = new.organization_id and s.organization_id = new.organization_id
      and a.day = (new.created_at at time zone s.timezone)::date;
    return null;
end $$;
create trigger forget_assistant_day after update of conversation_id on ai_interactions
    for each row when (old.conversation_id <> new.conversation_id) execute function forget_assistant_day();
create trigger forget_assistant_day after update of conversation_id on alerts
    for each row when (old.conversation_id <> new.conversation_id) execute function forget_assistant_day();
create trigger forget_assistant_day after update of conversation_id on messages
    for each row when (old.conversation_id <> new.conversation_id and new.sender in ('human', 'phone'))
    execute function forget_assistant_day();

-- All sums of a shop from its bookings: at first, and when its days become other days.
create function rebuild_figures(of_organization uuid) returns void language plpgsql as $$
declare
    zone text;
begin
    perform take_turn_at_figures(of_organization);
    zone := (select timezone from organization_settings where organization_id = of_organization);
    delete from booking_days where organization_id = of_organization;
    delete from bookings_made where organization_id = of_organization;
    delete from occupied_hours where organization_id = of_organization;
    delete from customer_visits where organization_id = of_organization;
    delete from assistant_days where organization_id = of_organization;
    insert into booking_days (organization_id, day, service_id, status, bookings, revenue)
    select organization_id, (start_time at time zone zone)::date, service_id, status, count(*), sum(price)
    from bookings where organization_id = of_organization group by 1, 2, 3, 4;
    insert into bookings_made (organization_id, day, booked_by, bookings)
    select organization_id, (created_at at time zone zone)::date, booked_by, count(*)
    from bookings where organization_id = of_organization group by 1, 2, 3;
    insert into occupied_hours (organization_id, day, professional_id, hour, minutes)
    select b.organization_id, h.day, b.professional_id, h.hour, sum(h.minutes)
    from bookings b, by_hour(b.start_time - b.preparation_minutes * interval '1 minute', b.end_time, zone) h
    where b.organization_id = of_organization and b.status <> 'cancelled' group by 1, 2, 3, 4;
    insert into customer_visits (organization_id, contact_id, first_visit, last_visit, visits, last_booking_id)
    select distinct on (contact_id) organization_id, contact_id, min(start_time) over whole, start_time, count(*) over whole,
        id
    from bookings where organization_id = of_organization and status = 'completed'
    window whole as (partition by contact_id) order by contact_id, start_time desc, id desc;
end $$;

create function rebuild_figures_of_settings() returns trigger language plpgsql as $$
begin
    perform rebuild_figures(new.organization_id);
    return null;
end $$;
create trigger rebuild_figures after update of timezone on organization_settings
    for each row when (old.timezone <> new.timezone) execute function rebuild_figures_of_settings();

do $$
declare
    tenant_table text;
begin
    foreach tenant_table in array array[
        'booking_days', 'occupied_hours', 'bookings_made', 'customer_visits', 'assistant_days', 'assistant_day_models']
    loop
        execute format('alter table %I enable row level security', tenant_table);
        execute format('create policy of_the_bound_organization on %I using (organization_id = (select bound_organization()))'
                       ' with check (organization_id = (select bound_organization()))', tenant_table);
        execute format('grant select, insert, update, delete on %I to auzap_app', tenant_table);
    end loop;
end $$;

select rebuild_figures(organization_id) from organization_settings;
