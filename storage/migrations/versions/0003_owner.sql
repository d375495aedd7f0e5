-- The owner's side: orders that wait for a yes and the log of what was done; letters, which answer nothing; what Aurora
-- says unasked; campaigns that fill the agenda; questions to the shop and what it has learned by them.

alter table organization_settings add column aurora_rules jsonb not null default '{}';  -- domain.aurora_rules.AuroraRules
alter table contacts add column opted_out_at timestamptz;  -- wants no invitations; what they booked is still told

-- An order of the owner's: proposed with a summary, done by a yes to that very message, undone where it can be.
create table owner_orders (
    id uuid primary key default gen_random_uuid(),
    organization_id uuid not null,
    owner_number_id uuid not null,
    conversation_id uuid not null,
    kind varchar(40) not null,                       -- domain.owner_orders.OrderKind
    command jsonb not null,                          -- the command of that kind, with ids for names
    summary text not null,                           -- what the owner was asked
    turn_id uuid not null,                           -- the turn that asked
    status varchar(20) not null default 'proposed' check (status in ('proposed', 'done', 'undone', 'withdrawn')),
    undo_kind varchar(40),
    undo jsonb,                                      -- the command that takes it back; null where nothing does
    undoes uuid,                                     -- the done order that this one takes back
    expires_at timestamptz not null,
    created_at timestamptz not null default clock_timestamp(),
    decided_at timestamptz,
    check ((undo is null) = (undo_kind is null)),
    unique (organization_id, id),
    foreign key (organization_id, owner_number_id) references aurora_owner_numbers (organization_id, id) on delete cascade,
    foreign key (organization_id, conversation_id) references conversations (organization_id, id) on delete cascade
);
create index on owner_orders (conversation_id, created_at);

-- Who did what: written once, never changed. `actor` is a name or a role, never a phone.
create table audit_log (
    id uuid primary key default gen_random_uuid(),
    organization_id uuid not null references organizations (id) on delete cascade,
    at timestamptz not null default clock_timestamp(),
    actor_kind varchar(20) not null check (actor_kind in ('owner', 'manager', 'operator', 'system')),
    actor varchar(255) not null,
    owner_number_id uuid,
    order_id uuid,
    action varchar(40) not null,
    subject text not null,
    before jsonb not null default '{}',
    after jsonb not null default '{}',
    unique (order_id, action),
    foreign key (organization_id, owner_number_id) references aurora_owner_numbers (organization_id, id)
        on delete set null (owner_number_id),
    foreign key (organization_id, order_id) references owner_orders (organization_id, id) on delete set null (order_id)
);
create index on audit_log (organization_id, at);

-- Letters to customers: written in the transaction of their cause, sent by LetterWorkflow. The id is also the turn of
-- their rows in messages.
create table letters (
    id uuid primary key default gen_random_uuid(),
    organization_id uuid not null,
    contact_id uuid not null,
    purpose varchar(30) not null,                    -- domain.letters.LetterPurpose
    content text not null,
    expires_at timestamptz not null,
    status varchar(20) not null default 'waiting' check (status in ('waiting', 'sent', 'failed', 'cancelled')),
    error text,
    order_id uuid,
    created_at timestamptz not null default clock_timestamp(),
    ended_at timestamptz,
    unique (organization_id, id),
    foreign key (organization_id, contact_id) references contacts (organization_id, id) on delete cascade,
    foreign key (organization_id, order_id) references owner_orders (organization_id, id) on delete set null (order_id)
);
create index on letters (contact_id, created_at);
create index on letters (order_id) where order_id is not null;

-- What Aurora says unasked: a letter to an owner. One of each fingerprint, however often its schedule fires.
alter table aurora_proactive_messages
    add column fingerprint varchar(200) not null default gen_random_uuid()::text,
    add column picture jsonb,                        -- domain.charts.Chart
    add column expires_at timestamptz not null default now() + interval '6 hours',
    add column error text,
    add unique (organization_id, id),
    add unique (owner_number_id, fingerprint);
create index on aurora_proactive_messages (organization_id, created_at);

alter table messages add column picture jsonb;       -- domain.charts.Chart: sent as an image with the text as its caption

-- Filling the agenda: customers invited one at a time, until the slots are taken.
create table campaigns (
    id uuid primary key default gen_random_uuid(),
    organization_id uuid not null,
    owner_number_id uuid not null,
    order_id uuid unique,
    service_id uuid not null,
    first_day date not null,                         -- in the shop's time zone
    last_day date not null check (last_day >= first_day),
    status varchar(20) not null default 'running' check (status in ('running', 'finished', 'stopped')),
    outcome text,                                    -- why it ended
    created_at timestamptz not null default clock_timestamp(),
    ended_at timestamptz,
    unique (organization_id, id),
    foreign key (organization_id, owner_number_id) references aurora_owner_numbers (organization_id, id) on delete cascade,
    foreign key (organization_id, order_id) references owner_orders (organization_id, id) on delete set null (order_id),
    foreign key (organization_id, service_id) references services (organization_id, id) on delete cascade
);
create table invitations (
    organization_id uuid not null,
    campaign_id uuid not null,
    position integer not null,
    contact_id uuid not null,
    pet_id uuid,
    status varchar(20) not null default 'waiting' check (status in ('waiting', 'sent', 'skipped', 'failed')),
    reason varchar(50),                              -- why it was skipped
    letter_id uuid,
    ended_at timestamptz,
    primary key (campaign_id, position),
    unique (campaign_id, contact_id),
    foreign key (organization_id, campaign_id) references campaigns (organization_id, id) on delete cascade,
    foreign key (organization_id, contact_id) references contacts (organization_id, id) on delete cascade,
    foreign key (organization_id, pet_id) references pets (organization_id, id) on delete set null (pet_id),
    foreign key (organization_id, letter_id) references letters (organization_id, id) on delete set null (letter_id)
);
create index on invitations (contact_id);

-- What a customer wanted to know and Client AI did not: the shop is asked, and learns by its answer.
create table shop_questions (
    id uuid primary key default gen_random_uuid(),
    organization_id uuid not null,
    conversation_id uuid not null,
    contact_id uuid not null,
    question text not null,
    status varchar(20) not null default 'asked' check (status in ('asked', 'answered', 'lapsed')),
    answer text,
    answered_by uuid,
    answered_at timestamptz,
    answer_by timestamptz not null,
    asked_as uuid,                                   -- the same question of another customer's, which the shop was asked
    created_at timestamptz not null default clock_timestamp(),
    unique (organization_id, id),
    foreign key (organization_id, conversation_id) references conversations (organization_id, id) on delete cascade,
    foreign key (organization_id, contact_id) references contacts (organization_id, id) on delete cascade,
    foreign key (organization_id, asked_as) references shop_questions (organization_id, id) on delete set null (asked_as),
    foreign key (organization_id, answered_by) references aurora_owner_numbers (organization_id, id)
        on delete set null (answered_by)
);
create index on shop_questions (organization_id, created_at) where status = 'asked';
create index on shop_questions (organization_id, created_at);
create index on shop_questions (conversation_id);
create index on shop_questions (asked_as) where asked_as is not null;

create table knowledge (
    id uuid primary key default gen_random_uuid(),
    organization_id uuid not null references organizations (id) on delete cascade,
    question text not null,
    question_folded text not null,
    answer text not null,
    question_id uuid,                                -- the one it was learned by
    is_active boolean not null default true,
    created_at timestamptz not null default clock_timestamp(),
    unique (organization_id, id),
    foreign key (organization_id, question_id) references shop_questions (organization_id, id) on delete set null (question_id)
);
create unique index knows_once on knowledge (organization_id, question_folded) where is_active;

-- What Aurora remembers of a conversation beyond the messages she is shown.
create table conversation_memories (
    organization_id uuid not null,
    conversation_id uuid primary key,
    summary text not null,
    until_seq bigint not null,                       -- messages.seq: everything up to it is in the summary
    made_at timestamptz not null default clock_timestamp(),
    foreign key (organization_id, conversation_id) references conversations (organization_id, id) on delete cascade
);

-- Wakes of the new workflows.

alter table wakes drop constraint wakes_kind_check;
alter table wakes add constraint wakes_kind_check check (
    kind in ('booking', 'waiting_list', 'letter', 'proactive', 'campaign', 'question', 'schedules'));

-- Those that were not tried yet come first: however many fail again and again, the others get through.
create or replace function claim_wakes(most integer, hold interval) returns setof wakes
    language sql security definer set search_path = public, pg_temp
    as $$
    update wakes w set claimed_until = clock_timestamp() + hold
    from (select organization_id, kind, subject from wakes where claimed_until < clock_timestamp()
          order by claimed_until, created_at limit most for update skip locked) due
    where (w.organization_id, w.kind, w.subject) = (due.organization_id, due.kind, due.subject)
    returning w.*
    $$;

create function wake_by_id() returns trigger language plpgsql as $$
begin
    perform wake(new.organization_id, tg_argv[0], new.id::text);
    return null;
end $$;
-- Only while something is left to do: an end that its own workflow wrote would start it once more, for nothing.
create trigger wake after insert or update of status on letters
    for each row when (new.status = 'waiting') execute function wake_by_id('letter');
create trigger wake after insert or update of status on aurora_proactive_messages
    for each row when (new.status = 'scheduled') execute function wake_by_id('proactive');
create trigger wake after insert or update of status on campaigns
    for each row when (new.status <> 'finished') execute function wake_by_id('campaign');
create trigger wake after insert or update of status on shop_questions
    for each row when (new.status <> 'lapsed') execute function wake_by_id('question');

-- The shop's number is online again: what waits for it need not wait for its next try.
create function wake_held_letters() returns trigger language plpgsql as $$
begin
    perform wake(organization_id, 'letter', id::text) from letters
        where organization_id = new.organization_id and status = 'waiting';
    perform wake(organization_id, 'proactive', id::text) from aurora_proactive_messages
        where organization_id = new.organization_id and status = 'scheduled';
    return null;
end $$;
create trigger wake_held_letters after update of connection_state on whatsapp_instances for each row
    when (new.connection_state = 'open' and old.connection_state <> 'open') execute function wake_held_letters();
create index on letters (organization_id) where status = 'waiting';
create index on aurora_proactive_messages (organization_id) where status = 'scheduled';

-- A shop's schedules follow its time zone, its rules, and whether there is an owner to tell.
create function wake_schedules() returns trigger language plpgsql as $$
begin
    perform wake(new.organization_id, 'schedules', new.organization_id::text);
    return null;
end $$;
create trigger wake_schedules after update of timezone, aurora_rules on organization_settings for each row
    when (old.timezone <> new.timezone or old.aurora_rules <> new.aurora_rules) execute function wake_schedules();
create trigger wake_schedules after insert or update of is_active, role on aurora_owner_numbers
    for each row execute function wake_schedules();

do $$
declare
    tenant_table text;
begin
    foreach tenant_table in array array[
        'owner_orders', 'audit_log', 'letters', 'campaigns', 'invitations', 'shop_questions', 'knowledge',
        'conversation_memories']
    loop
        execute format('alter table %I enable row level security', tenant_table);
        execute format('create policy of_the_bound_organization on %I using (organization_id = (select bound_organization()))'
                       ' with check (organization_id = (select bound_organization()))', tenant_table);
        execute format('grant select, insert, update, delete on %I to auzap_app', tenant_table);
    end loop;
end $$;
revoke update, delete on audit_log from auzap_app;   -- what was done stays done

-- Shops that have owners already get their schedules.
insert into wakes (organization_id, kind, subject)
select distinct organization_id, 'schedules', organization_id::text from aurora_owner_numbers where is_active;
