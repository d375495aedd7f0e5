-- The agenda: rules of the shop, the professionals and the services; slots held for customers who are deciding; the
-- waiting list; and wakes, by which a change of a row reaches its workflow, whoever made it.

alter table organization_settings add column agenda_rules jsonb not null default '{}';  -- domain.agenda_rules.AgendaRules

-- A day with opening hours of its own: none is a closed day, and a holiday's are the shop's opening on it.
create table special_days (
    organization_id uuid not null references organizations (id) on delete cascade,
    day date not null,
    spans jsonb not null default '[]',               -- list of domain.opening.OpenSpan
    note varchar(200) not null default '',
    primary key (organization_id, day)
);

alter table services
    add column preparation_minutes integer not null default 0 check (preparation_minutes between 0 and 240),
    add column needs_first_id uuid check (needs_first_id <> id),
    add foreign key (organization_id, needs_first_id) references services (organization_id, id);

create table service_variants (
    id uuid primary key default gen_random_uuid(),
    organization_id uuid not null,
    service_id uuid not null,
    size varchar(20) check (size in ('pequeno', 'medio', 'grande', 'gigante')),
    coat varchar(20) check (coat in ('curto', 'medio', 'longo')),
    duration_minutes integer not null check (duration_minutes between 5 and 1440),
    price numeric(10, 2) not null check (price >= 0),
    check (size is not null or coat is not null),
    unique nulls not distinct (service_id, size, coat),
    foreign key (organization_id, service_id) references services (organization_id, id) on delete cascade
);

alter table professionals
    add column hours jsonb,                          -- domain.opening.OpeningHours; null: the shop's
    add column lunch jsonb,                          -- domain.opening.OpenSpan
    add column does_everything boolean not null default true,
    add unique (organization_id, id);

-- Who does not do everything does these.
create table professional_services (
    organization_id uuid not null,
    professional_id uuid not null,
    service_id uuid not null,
    primary key (professional_id, service_id),
    foreign key (organization_id, professional_id) references professionals (organization_id, id) on delete cascade,
    foreign key (organization_id, service_id) references services (organization_id, id) on delete cascade
);

create table absences (
    id uuid primary key default gen_random_uuid(),
    organization_id uuid not null,
    professional_id uuid not null,
    starts_at timestamptz not null,
    ends_at timestamptz not null,
    note varchar(200) not null default '',
    check (ends_at > starts_at),
    unique (organization_id, id),
    foreign key (organization_id, professional_id) references professionals (organization_id, id) on delete cascade
);
create index on absences (organization_id, ends_at);

alter table pets
    add column number integer generated always as identity unique,  -- stands for the pet in bookings.pet_occupied
    add column size varchar(20) check (size in ('pequeno', 'medio', 'grande', 'gigante')),
    add column coat varchar(20) check (coat in ('curto', 'medio', 'longo'));

-- Bookings: a professional is taken from the preparation on, a pet from the start on; the numbers that stand for them
-- on the number line are filled in by the database, so that nobody who writes here can get round the constraints.

alter table bookings
    drop constraint one_booking_at_a_time,
    drop column occupied,
    add column pet_number integer,
    add column conversation_id uuid,
    add column preparation_minutes integer not null default 0 check (preparation_minutes between 0 and 240),
    add column timed_at timestamptz not null default now(),       -- when it was given its present time
    add column confirmed_at timestamptz,
    add column cancelled_at timestamptz,
    add column changed_by varchar(20) not null default 'operator'
        check (changed_by in ('customer', 'operator', 'owner', 'time')),
    add foreign key (organization_id, conversation_id) references conversations (organization_id, id)
        on delete set null (conversation_id);
create index on bookings (conversation_id) where conversation_id is not null;

create function fill_in_booking() returns trigger language plpgsql as $$
begin
    new.professional_number := (select number from professionals where id = new.professional_id);
    -- What overlapped before this revision keeps its time without a number, until it gets another time.
    if tg_op = 'INSERT' or new.pet_id is distinct from old.pet_id or new.start_time <> old.start_time
       or old.pet_number is not null or new.pet_number is not null then
        new.pet_number := (select number from pets where id = new.pet_id);
    end if;
    if tg_op = 'UPDATE' and new.start_time <> old.start_time and new.timed_at = old.timed_at then
        new.timed_at := now();
        if new.status = 'confirmed' and old.status = 'confirmed' then
            new.status := 'scheduled';               -- the customer has confirmed another time
            new.confirmed_at := null;
        end if;
    end if;
    if new.status = 'cancelled' then
        new.cancelled_at := coalesce(new.cancelled_at, now());
    end if;
    return new;
end $$;
create trigger fill_in before insert or update of professional_id, pet_id, status, start_time, professional_number, pet_number
    on bookings for each row execute function fill_in_booking();

alter table bookings
    add column occupied int8range generated always as (
        case when status = 'cancelled' then null else int8range(
            (professional_number::bigint << 36) + extract(epoch from start_time at time zone 'UTC')::bigint
                - preparation_minutes * 60,
            (professional_number::bigint << 36) + extract(epoch from end_time at time zone 'UTC')::bigint)
        end) stored,
    add constraint one_booking_at_a_time exclude using gist (occupied with &&);

-- Bookings from before a pet could be in one place only: the first of each overlap counts, the others keep their time.
update bookings b set pet_number = p.number from pets p
where p.id = b.pet_id and b.status in ('scheduled', 'confirmed', 'in_progress') and not exists (
    select from bookings o where o.pet_id = b.pet_id and o.status <> 'cancelled' and (o.start_time, o.id) < (b.start_time, b.id)
        and o.end_time > b.start_time);
drop index one_start_per_pet;
alter table bookings
    add column pet_occupied int8range generated always as (
        case when pet_number is null or status in ('cancelled', 'no_show') then null else int8range(
            (pet_number::bigint << 36) + extract(epoch from start_time at time zone 'UTC')::bigint,
            (pet_number::bigint << 36) + extract(epoch from end_time at time zone 'UTC')::bigint)
        end) stored,
    add constraint one_place_at_a_time exclude using gist (pet_occupied with &&);

-- What was told of a booking, once for each time it had.
create table booking_notices (
    organization_id uuid not null,
    booking_id uuid not null,
    kind varchar(20) not null check (kind in ('ask_to_confirm', 'remind', 'follow_up')),
    timed_at timestamptz not null,                   -- bookings.timed_at: a booking that was moved is told of anew
    outcome varchar(20) not null check (outcome in ('sending', 'sent', 'skipped', 'failed')),
    turn_id uuid not null,                           -- of its rows in messages
    created_at timestamptz not null default now(),
    primary key (booking_id, kind, timed_at),
    foreign key (organization_id, booking_id) references bookings (organization_id, id) on delete cascade
);
create index on booking_notices (turn_id);

-- Slots kept for a customer who is deciding: offered, or proposed and waiting for a yes. `booking_id` names the booking
-- that one of them is to become, or the one that is to be changed.
create table held_slots (
    id uuid primary key default gen_random_uuid(),
    organization_id uuid not null,
    booking_id uuid not null,
    conversation_id uuid not null,
    contact_id uuid not null,
    intent varchar(10) not null check (intent in ('offer', 'book', 'move', 'cancel')),
    service_id uuid not null,
    pet_id uuid,
    professional_id uuid,
    start_time timestamptz,
    end_time timestamptz,
    preparation_minutes integer not null default 0,
    price numeric(10, 2),
    turn_id uuid not null,                           -- the turn that offered or proposed it
    expires_at timestamptz not null,
    created_at timestamptz not null default clock_timestamp(),
    check ((intent = 'cancel') = (start_time is null) and (start_time is null) = (professional_id is null)
           and (end_time is null) = (start_time is null)),
    unique nulls not distinct (booking_id, intent, start_time),
    foreign key (organization_id, conversation_id) references conversations (organization_id, id) on delete cascade,
    foreign key (organization_id, contact_id) references contacts (organization_id, id) on delete cascade,
    foreign key (organization_id, service_id) references services (organization_id, id) on delete cascade,
    foreign key (organization_id, pet_id) references pets (organization_id, id) on delete cascade,
    foreign key (organization_id, professional_id) references professionals (organization_id, id) on delete cascade
);
create index on held_slots (organization_id, end_time);
create index on held_slots (conversation_id);

create table waiting_list (
    id uuid primary key default gen_random_uuid(),
    organization_id uuid not null,
    conversation_id uuid not null,
    contact_id uuid not null,
    service_id uuid not null,
    pet_id uuid not null,
    day date not null,                               -- in the shop's time zone
    status varchar(20) not null default 'waiting'
        check (status in ('waiting', 'offered', 'booked', 'declined', 'lapsed', 'left')),
    unsuitable timestamptz[] not null default '{}',  -- starts that were free when they joined: what they did not want
    booking_id uuid,                                 -- the booking that the present or last offer is to become
    answer_by timestamptz,
    created_at timestamptz not null default clock_timestamp(),
    foreign key (organization_id, conversation_id) references conversations (organization_id, id) on delete cascade,
    foreign key (organization_id, contact_id) references contacts (organization_id, id) on delete cascade,
    foreign key (organization_id, service_id) references services (organization_id, id) on delete cascade,
    foreign key (organization_id, pet_id) references pets (organization_id, id) on delete cascade
);
create unique index waits_once on waiting_list (pet_id, service_id, day) where status in ('waiting', 'offered');
create index on waiting_list (organization_id, day) where status in ('waiting', 'offered');

-- Wakes: written in the transaction of the change itself, taken to Temporal by the workers (operating/waking.py), gone
-- when Temporal has them. So a workflow starts with its row, whoever writes it, and a process that dies loses none.

create table wakes (
    organization_id uuid not null references organizations (id) on delete cascade,
    kind varchar(20) not null check (kind in ('booking', 'waiting_list')),
    subject varchar(100) not null,                   -- a booking's id; or a waiting list's service id and day
    version bigint not null default 1,               -- a wake that was written again meanwhile is not gone
    claimed_until timestamptz not null default '-infinity',
    created_at timestamptz not null default clock_timestamp(),
    primary key (organization_id, kind, subject)
);
create index on wakes (claimed_until);

create function wake(of_organization uuid, of_kind text, of_subject text) returns void language sql as $$
    insert into wakes (organization_id, kind, subject) values (of_organization, of_kind, of_subject)
    on conflict (organization_id, kind, subject) do update set version = wakes.version + 1, claimed_until = '-infinity';
    select pg_notify('auzap_wakes', '');
$$;

-- Time came free: whoever waits for a service on that day may have it.
create function wake_who_waits(of_organization uuid, free_from timestamptz) returns void language sql as $$
    select wake(w.organization_id, 'waiting_list', w.service_id || '/' || w.day)
    from (select distinct l.organization_id, l.service_id, l.day from waiting_list l
          join organization_settings s on s.organization_id = l.organization_id
          where l.organization_id = of_organization and l.status = 'waiting'
            and l.day = (free_from at time zone s.timezone)::date order by l.service_id) w;
$$;

create function wake_booking() returns trigger language plpgsql as $$
begin
    -- What is over when it is written is history that somebody imports.
    if tg_op = 'UPDATE' or new.status in ('scheduled', 'confirmed', 'in_progress') then
        perform wake(new.organization_id, 'booking', new.id::text);
    end if;
    if tg_op = 'UPDATE' and old.status in ('scheduled', 'confirmed')
       and (new.status = 'cancelled' or new.start_time <> old.start_time or new.end_time < old.end_time
            or new.professional_id <> old.professional_id) then
        perform wake_who_waits(new.organization_id, old.start_time);
    end if;
    if tg_op = 'UPDATE' and (new.start_time <> old.start_time or new.status = 'cancelled') then
        -- What was proposed of the booking as it was is no question any more.
        delete from held_slots where booking_id = new.id and intent in ('move', 'cancel');
    end if;
    if tg_op = 'INSERT' then
        -- Who has got it waits no longer.
        perform wake(l.organization_id, 'waiting_list', l.service_id || '/' || l.day) from waiting_list l
        where l.pet_id = new.pet_id and l.service_id = new.service_id and l.status in ('waiting', 'offered');
    end if;
    return null;
end $$;
create trigger wake after insert or update of status, start_time, end_time, professional_id on bookings
    for each row execute function wake_booking();

create function wake_of_held_slot() returns trigger language plpgsql as $$
begin
    perform wake(new.organization_id, 'booking', new.booking_id::text);
    return null;
end $$;
create trigger wake after insert on held_slots for each row execute function wake_of_held_slot();

create function wake_of_released_slot() returns trigger language plpgsql as $$
begin
    perform wake_who_waits(old.organization_id, old.start_time);
    return null;
end $$;
create trigger wake_who_waits after delete on held_slots for each row when (old.start_time is not null)
    execute function wake_of_released_slot();

create function wake_waiting_list() returns trigger language plpgsql as $$
begin
    perform wake(new.organization_id, 'waiting_list', new.service_id || '/' || new.day);
    return null;
end $$;
create trigger wake after insert or update of status on waiting_list
    for each row execute function wake_waiting_list();

do $$
declare
    tenant_table text;
begin
    foreach tenant_table in array array[
        'special_days', 'service_variants', 'professional_services', 'absences', 'booking_notices', 'held_slots',
        'waiting_list', 'wakes']
    loop
        execute format('alter table %I enable row level security', tenant_table);
        execute format('create policy of_the_bound_organization on %I using (organization_id = (select bound_organization()))'
                       ' with check (organization_id = (select bound_organization()))', tenant_table);
        execute format('grant select, insert, update, delete on %I to auzap_app', tenant_table);
    end loop;
end $$;
grant usage on all sequences in schema public to auzap_app;

-- Taking wakes to Temporal is the installation's work, not a shop's: these two see every shop's wakes, and nothing else.

create function claim_wakes(most integer, hold interval) returns setof wakes
    language sql security definer set search_path = public, pg_temp
    as $$
    update wakes w set claimed_until = clock_timestamp() + hold
    from (select organization_id, kind, subject from wakes where claimed_until < clock_timestamp()
          order by created_at limit most for update skip locked) due
    where (w.organization_id, w.kind, w.subject) = (due.organization_id, due.kind, due.subject)
    returning w.*
    $$;

create function forget_wake(of_organization uuid, of_kind text, of_subject text, seen bigint) returns void
    language sql security definer set search_path = public, pg_temp
    as $$
    delete from wakes
    where organization_id = of_organization and kind = of_kind and subject = of_subject and version = seen
    $$;

revoke execute on function claim_wakes, forget_wake from public;
grant execute on function claim_wakes, forget_wake to auzap_app;

-- Bookings from before this revision that are still to come get their workflows, and so their reminders.
insert into wakes (organization_id, kind, subject)
select organization_id, 'booking', id::text from bookings
where status in ('scheduled', 'confirmed', 'in_progress') and end_time > now();
