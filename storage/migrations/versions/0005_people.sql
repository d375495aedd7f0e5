-- People of the shop at work in the console: operators and how they sign in; hand-overs with their deadlines; notes and
-- ready answers; what keeps failing; and the word to open consoles that something changed.

-- How long a customer waits for a person is a rule of hand-overs now, not one of Aurora's.
alter table organization_settings add column handoff_rules jsonb not null default '{}';  -- domain.handoffs.HandoffRules
update organization_settings
set handoff_rules = jsonb_build_object(  -- the owner hears of it when she did; the rest follows as by default
        'first_answer_minutes', (aurora_rules ->> 'waiting_minutes')::int,
        'escalate_minutes', least((aurora_rules ->> 'waiting_minutes')::int * 2, 2880),
        'tell_customer_minutes', least((aurora_rules ->> 'waiting_minutes')::int * 3, 2880)),
    aurora_rules = aurora_rules - 'waiting_minutes'
where aurora_rules ? 'waiting_minutes';

create table operators (
    id uuid primary key default gen_random_uuid(),
    organization_id uuid not null references organizations (id) on delete cascade,
    email varchar(254) not null check (email = lower(email)),
    name varchar(120) not null,
    role varchar(20) not null check (role in ('attendant', 'admin')),
    password_hash text not null,                     -- argon2
    is_active boolean not null default true,
    created_at timestamptz not null default clock_timestamp(),
    unique (organization_id, id),
    unique (organization_id, email)
);

create table operator_sessions (
    token_hash char(64) primary key,                 -- SHA-256 of what the cookie holds
    organization_id uuid not null,
    operator_id uuid not null,
    created_at timestamptz not null default clock_timestamp(),
    last_seen_at timestamptz not null default clock_timestamp(),
    expires_at timestamptz not null,
    foreign key (organization_id, operator_id) references operators (organization_id, id) on delete cascade
);
create index on operator_sessions (operator_id);

-- Tries to sign in, by keyed hashes of who tried: a try may name a shop that does not exist, so these are no shop's.
create table sign_in_attempts (
    subject char(64) not null,
    at timestamptz not null default clock_timestamp()
);
create index on sign_in_attempts (subject, at);
create index on sign_in_attempts (at);
grant select, insert, delete on sign_in_attempts to auzap_app;

-- A hand-over: one open one a conversation. The workflow keeps its deadlines; the row is what people look at.
create table handoffs (
    id uuid primary key default gen_random_uuid(),
    organization_id uuid not null,
    conversation_id uuid not null,
    reason varchar(40) not null,                     -- domain.conversation.HandoffReason
    detail text not null default '',
    state varchar(20) not null default 'waiting' check (state in ('waiting', 'claimed', 'released', 'resolved')),
    operator_id uuid,                                -- who has it; null while nobody has, or somebody on the shop's phone
    opened_at timestamptz not null default clock_timestamp(),
    claimed_at timestamptz,
    first_answer_at timestamptz,
    waiting_since timestamptz,                       -- since when somebody waits for a person's word; null: nobody does
    due_kind varchar(20) check (due_kind in ('remind', 'escalate', 'tell_customer', 'idle', 'quiet')),
    due_at timestamptz,
    summary text,                                    -- the model's, for whoever takes over
    ended_at timestamptz,
    ended_by varchar(255),
    check ((due_at is null) = (due_kind is null)),
    check ((ended_at is null) = (state in ('waiting', 'claimed'))),
    unique (organization_id, id),
    foreign key (organization_id, conversation_id) references conversations (organization_id, id) on delete cascade,
    foreign key (organization_id, operator_id) references operators (organization_id, id) on delete set null (operator_id)
);
create unique index one_open_handoff on handoffs (conversation_id) where ended_at is null;
create index on handoffs (organization_id, opened_at);
create index on handoffs (organization_id) where ended_at is null;
create index on handoffs (conversation_id, opened_at);

-- Those that a person has already. Where one has written since, only what the customer wrote after it waits.
insert into handoffs (organization_id, conversation_id, reason, detail, state, opened_at, claimed_at, first_answer_at,
    waiting_since)
select c.organization_id, c.id, coalesce(nullif(left(split_part(c.handoff_reason, ':', 1), 40), ''), 'already_waiting'),
       coalesce(ltrim(substring(c.handoff_reason from position(':' in c.handoff_reason || ':') + 1)), ''),
       case when served.first_at is null then 'waiting' else 'claimed' end,
       coalesce(c.handoff_since, now()), served.first_at, served.first_at,
       case when served.first_at is null then coalesce(c.handoff_since, now())
            else (select min(m.created_at) from messages m
                  where m.conversation_id = c.id and m.direction = 'inbound' and m.created_at > served.last_at) end
from conversations c,
    lateral (select coalesce(min(p.created_at), on_phone) first_at, coalesce(max(p.created_at), on_phone) last_at
             from (select case when c.handoff_reason = 'answered_on_phone' then c.handoff_since end on_phone) taken
                 left join messages p on p.conversation_id = c.id and p.sender in ('human', 'phone')
                     and p.created_at >= c.handoff_since
             group by on_phone) served
where c.status = 'waiting_human';

create table conversation_notes (
    id uuid primary key default gen_random_uuid(),
    organization_id uuid not null,
    conversation_id uuid not null,
    operator_id uuid,
    content text not null,
    created_at timestamptz not null default clock_timestamp(),
    unique (organization_id, id),
    foreign key (organization_id, conversation_id) references conversations (organization_id, id) on delete cascade,
    foreign key (organization_id, operator_id) references operators (organization_id, id) on delete set null (operator_id)
);
create index on conversation_notes (conversation_id, created_at);

create table ready_answers (
    id uuid primary key default gen_random_uuid(),
    organization_id uuid not null references organizations (id) on delete cascade,
    title varchar(80) not null,
    content text not null,
    created_at timestamptz not null default clock_timestamp(),
    unique (organization_id, id),
    unique (organization_id, title)
);

-- Steps that keep failing: noted by the worker from the third try on, gone when the step is done or given up.
create table stuck_steps (
    organization_id uuid not null references organizations (id) on delete cascade,
    workflow_id varchar(255) not null,
    run_id varchar(64) not null,
    activity_id varchar(255) not null,
    activity varchar(100) not null,                  -- the activity's name
    is_local boolean not null,                       -- runs inside its workflow's worker: Temporal cannot tell of it
    error_type varchar(100) not null,
    error text not null,                             -- without what anybody wrote
    attempts integer not null,
    first_failed_at timestamptz not null default clock_timestamp(),
    last_failed_at timestamptz not null default clock_timestamp(),
    primary key (organization_id, workflow_id, activity_id)
);

-- What the dashboard counts.
create index on messages (organization_id, created_at, direction);
create index on messages (organization_id, created_at) where status = 'failed';
create index on handoffs (organization_id, ended_at) where ended_at is not null;
create index on dead_letters (organization_id, created_at) where redriven_at is null;
create index on alerts (organization_id, created_at) where acknowledged_at is null;

-- A person's reply is a letter: durable, in order, sent once.
alter table letters
    add column conversation_id uuid,                 -- where it is to be sent; null: where the customer wrote last
    add column operator_id uuid,                     -- whose words they are
    add foreign key (organization_id, conversation_id) references conversations (organization_id, id) on delete cascade,
    add foreign key (organization_id, operator_id) references operators (organization_id, id)
        on delete set null (operator_id);
alter table messages
    add column operator_id uuid,                     -- who wrote it in the console
    add foreign key (organization_id, operator_id) references operators (organization_id, id)
        on delete set null (operator_id);

-- What operators do is noted too; a deed that is carried out twice is noted once. Its id is what a browser sent: used for
-- something else, that is noted as well.
alter table audit_log
    add column operator_id uuid,
    add column deed_id uuid,
    add unique (organization_id, deed_id, action, subject),
    add foreign key (organization_id, operator_id) references operators (organization_id, id)
        on delete set null (operator_id);

-- What tools did in one conversation, in the order of time.
create index on tool_calls (conversation_id, created_at);

-- The list of conversations, newest first, of a shop with a hundred thousand: one in which nothing was said comes last.
-- A column of its own: row-level security lets a comparison with coalesce() into no index.
alter table conversations add column listed_at timestamptz not null
    generated always as (coalesce(last_message_at, '-infinity')) stored;
create index conversations_newest on conversations (organization_id, listed_at desc, id desc);
create index conversations_of_owners on conversations (organization_id, listed_at desc, id desc)
    where audience = 'owner';
create index conversations_ai_paused on conversations (organization_id, listed_at desc, id desc) where not ai_enabled;

-- A name without capitals and accents, for finding it: folded once, not for every row of every search.
alter table contacts add column name_folded text generated always as (lower(regexp_replace(
    normalize(coalesce(name, '') collate "pg_c_utf8", nfkd), U&'[\0300-\036F]+', '', 'g'))) stored;

-- Who is told to wait too long, until somebody takes notice.
create index on alerts (organization_id, conversation_id)
    where acknowledged_at is null and kind in ('still_waiting', 'waiting_too_long');

-- The word to open consoles: which shop, what kind of thing, which one. Ids only.
create function tell_consoles() returns trigger language plpgsql as $$
declare
    changed record;
    subject text;
begin
    changed := case when tg_op = 'DELETE' then old else new end;
    subject := to_jsonb(changed) ->> tg_argv[1];
    perform pg_notify('auzap_consoles', json_build_object(
        'organization', changed.organization_id, 'kind', tg_argv[0], 'subject', subject)::text);
    return null;
end $$;
create trigger tell_consoles after insert or update on conversations
    for each row execute function tell_consoles('conversation', 'id');
create trigger tell_consoles after update of status on messages
    for each row when (new.status <> old.status) execute function tell_consoles('conversation', 'conversation_id');
create trigger tell_consoles_of_a_reply after insert on messages  -- the AI's and the customer's touch the conversation
    for each row when (new.operator_id is not null) execute function tell_consoles('conversation', 'conversation_id');
create trigger tell_consoles after insert on tool_calls
    for each row execute function tell_consoles('conversation', 'conversation_id');
create trigger tell_consoles after insert or update or delete on conversation_notes
    for each row execute function tell_consoles('conversation', 'conversation_id');
create trigger tell_consoles after insert or update on handoffs
    for each row execute function tell_consoles('handoff', 'conversation_id');
create trigger tell_consoles after insert or update or delete on bookings
    for each row execute function tell_consoles('booking', 'contact_id');
-- What else an agenda's day is painted from.
create trigger tell_consoles after insert or update or delete on held_slots
    for each row execute function tell_consoles('booking', 'contact_id');
create trigger tell_consoles after insert or update or delete on absences
    for each row execute function tell_consoles('booking', 'professional_id');
create trigger tell_consoles after insert or update or delete on special_days
    for each row execute function tell_consoles('booking', 'organization_id');
create trigger tell_consoles after insert or update on alerts
    for each row execute function tell_consoles('alert', 'conversation_id');
create trigger tell_consoles after delete on operator_sessions
    for each row execute function tell_consoles('session', 'operator_id');
create trigger tell_consoles after insert or update or delete on stuck_steps
    for each row execute function tell_consoles('stuck', 'workflow_id');
create trigger tell_consoles after insert or update on dead_letters
    for each row execute function tell_consoles('stuck', 'workflow_id');

do $$
declare
    tenant_table text;
begin
    foreach tenant_table in array array[
        'operators', 'operator_sessions', 'handoffs', 'conversation_notes', 'ready_answers', 'stuck_steps']
    loop
        execute format('alter table %I enable row level security', tenant_table);
        execute format('create policy of_the_bound_organization on %I using (organization_id = (select bound_organization()))'
                       ' with check (organization_id = (select bound_organization()))', tenant_table);
        execute format('grant select, insert, update, delete on %I to auzap_app', tenant_table);
    end loop;
end $$;

-- The schedule that looked for waiting customers is gone: each hand-over keeps its own deadlines. Making a shop's
-- schedules agree with its rows deletes it.
insert into wakes (organization_id, kind, subject)
select distinct organization_id, 'schedules', organization_id::text from aurora_owner_numbers where is_active
on conflict do nothing;
