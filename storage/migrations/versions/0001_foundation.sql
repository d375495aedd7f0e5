-- The tables of the seeds under the seeds' names, and what the engine needs beside them.
-- Times are timestamptz. Every tenant table carries organization_id and is closed by row-level security (end of file).
-- References between tenant tables include organization_id: foreign-key checks do not look at row-level security,
-- so only the pair keeps a row of one shop from pointing into another.

create table organizations (
    id uuid primary key default gen_random_uuid(),
    slug varchar(63) not null unique check (slug ~ '^[a-z0-9]([a-z0-9-]*[a-z0-9])?$'),
    name varchar(255) not null,
    created_at timestamptz not null default now()
);

create table organization_settings (
    organization_id uuid primary key references organizations (id) on delete cascade,
    timezone text not null default 'America/Sao_Paulo',
    ai_enabled boolean not null default true,
    ai_config jsonb not null default '{}',          -- assistants.settings.AiConfig
    opening_hours jsonb not null default '{}',      -- domain.agenda.OpeningHours
    settle_seconds numeric(4, 2) not null default 0.6 check (settle_seconds between 0 and 5),
    late_after_minutes integer not null default 10,          -- older than this, the answer begins with a word about the delay
    answer_limit_hours integer not null default 12,          -- older than this, a message is only recorded
    outbound_limit_hours integer not null default 6,         -- a reply that could not be sent for this long is given up
    loop_limit integer not null default 20,                  -- answers to one contact within loop_window_minutes
    loop_window_minutes integer not null default 10,
    phone_quiet_minutes integer not null default 60          -- the AI comes back this long after the last message typed on the shop's phone
);

create table whatsapp_instances (
    id uuid primary key default gen_random_uuid(),
    organization_id uuid not null references organizations (id) on delete cascade,
    kind varchar(20) not null check (kind in ('evolution', 'baileys', 'cloud', 'practice')),
    webhook_key varchar(64) not null unique,
    external_id varchar(255) not null,
    base_url text not null,
    secrets bytea not null,                          -- encrypted: storage.instances
    connection_state varchar(20) not null default 'open' check (connection_state in ('open', 'connecting', 'close')),
    connection_changed_at timestamptz not null default now(),
    is_active boolean not null default true,
    created_at timestamptz not null default now(),
    unique (organization_id, id),
    unique (kind, base_url, external_id)
);

create table contacts (
    id uuid primary key default gen_random_uuid(),
    organization_id uuid not null references organizations (id) on delete cascade,
    phone varchar(20),                               -- canonical; null while only a lid or BSUID is known
    name varchar(255),
    status varchar(50) not null default 'active',
    last_contact_at timestamptz,
    created_at timestamptz not null default now(),
    unique (organization_id, id)
);

create table contact_addresses (
    organization_id uuid not null,
    kind varchar(10) not null check (kind in ('phone', 'lid', 'bsuid')),
    value varchar(140) not null,                     -- canonical: domain.addresses
    contact_id uuid not null,
    created_at timestamptz not null default now(),
    primary key (organization_id, kind, value),
    foreign key (organization_id, contact_id) references contacts (organization_id, id) on delete cascade
);
create index on contact_addresses (contact_id);

create table conversations (
    id uuid primary key default gen_random_uuid(),
    organization_id uuid not null,
    contact_id uuid not null,
    whatsapp_instance_id uuid not null,
    audience varchar(10) not null check (audience in ('customer', 'owner')),
    conversation_key char(32) not null,              -- workflow id: workflows.ids
    status varchar(50) not null default 'active' check (status in ('active', 'waiting_human', 'resolved', 'archived')),
    ai_enabled boolean not null default true,
    handoff_reason text,
    handoff_since timestamptz,
    first_message_at timestamptz not null default now(),
    last_message_at timestamptz,
    last_message_preview text,
    unread_count integer not null default 0,
    created_at timestamptz not null default now(),
    unique (organization_id, id),
    unique (whatsapp_instance_id, contact_id, audience),
    foreign key (organization_id, contact_id) references contacts (organization_id, id) on delete cascade,
    foreign key (organization_id, whatsapp_instance_id) references whatsapp_instances (organization_id, id)
);
create index on conversations (contact_id);
create index on conversations (whatsapp_instance_id, conversation_key);

create table messages (
    id uuid primary key default gen_random_uuid(),
    seq bigint generated always as identity,         -- order of the conversation as we came to know it
    organization_id uuid not null,
    conversation_id uuid not null,
    whatsapp_instance_id uuid not null,
    whatsapp_message_id varchar(255),
    direction varchar(20) not null check (direction in ('inbound', 'outbound')),
    sender varchar(10) not null check (sender in ('customer', 'owner', 'ai', 'human', 'phone', 'system')),
    sender_phone varchar(20),
    content text not null,
    message_type varchar(50) not null default 'text',
    provider_type varchar(100) not null default 'text',
    from_me boolean not null default false,
    sent_by_ai boolean not null default false,
    processed_by_ai boolean not null default false,
    status varchar(20) not null check (status in ('received', 'pending', 'sending', 'sent', 'delivered', 'read', 'failed')),
    error text,
    address varchar(255) not null,                   -- inbound: who wrote, as it came; outbound: to whom it goes
    sent_at timestamptz,                             -- the channel's time
    late boolean not null default false,
    handled_as varchar(20) check (handled_as in ('answered', 'human', 'recorded', 'too_late', 'no_content')),
    handled_at timestamptz,
    turn_id uuid,                                    -- outbound: the turn that wrote it
    part integer,                                    -- outbound: the part of a split reply
    created_at timestamptz not null default clock_timestamp(),
    unique (whatsapp_instance_id, whatsapp_message_id),
    unique (turn_id, part),
    foreign key (organization_id, conversation_id) references conversations (organization_id, id) on delete cascade,
    foreign key (organization_id, whatsapp_instance_id) references whatsapp_instances (organization_id, id)
);
create index on messages (conversation_id, seq);
create index on messages (whatsapp_instance_id, created_at) where direction = 'outbound' and status in ('pending', 'sending');

create table delivery_receipts (
    organization_id uuid not null,
    whatsapp_instance_id uuid not null,
    whatsapp_message_id varchar(255) not null,
    status varchar(20) not null,
    rank smallint not null,                          -- domain.events.DeliveryStatus.rank: a status never goes back
    error text,
    reported_at timestamptz not null default now(),
    primary key (whatsapp_instance_id, whatsapp_message_id),
    foreign key (organization_id, whatsapp_instance_id) references whatsapp_instances (organization_id, id) on delete cascade
);

create table pets (
    id uuid primary key default gen_random_uuid(),
    organization_id uuid not null,
    contact_id uuid not null,
    name varchar(255) not null,
    name_folded varchar(255) not null,
    species varchar(50) not null check (species in ('dog', 'cat', 'bird', 'rabbit', 'other')),
    breed varchar(255),
    birth_date date,
    birth_date_is_approximate boolean not null default false,
    created_at timestamptz not null default now(),
    unique (organization_id, id),
    unique (contact_id, name_folded),
    foreign key (organization_id, contact_id) references contacts (organization_id, id) on delete cascade
);

create table services (
    id uuid primary key default gen_random_uuid(),
    organization_id uuid not null references organizations (id) on delete cascade,
    name varchar(255) not null,
    name_folded varchar(255) not null,
    category varchar(50) not null,                   -- what the owner counts: banho, tosa, consulta
    duration_minutes integer not null check (duration_minutes between 5 and 1440),
    price numeric(10, 2) not null check (price >= 0),
    is_active boolean not null default true,
    created_at timestamptz not null default now(),
    unique (organization_id, id),
    unique (organization_id, name_folded)
);

create table professionals (
    id uuid primary key default gen_random_uuid(),
    number integer generated always as identity unique, -- stands for the professional in bookings.occupied
    organization_id uuid not null references organizations (id) on delete cascade,
    name varchar(255) not null,
    is_active boolean not null default true,
    created_at timestamptz not null default now(),
    unique (organization_id, id, number)
);

create table bookings (
    id uuid primary key default gen_random_uuid(),
    organization_id uuid not null,
    contact_id uuid not null,
    pet_id uuid,
    service_id uuid not null,
    professional_id uuid not null,
    professional_number integer not null,
    booking_type varchar(50) not null,
    start_time timestamptz not null,
    end_time timestamptz not null,
    duration_minutes integer not null,
    price numeric(10, 2) not null,
    status varchar(50) not null default 'scheduled'
        check (status in ('scheduled', 'confirmed', 'in_progress', 'completed', 'cancelled', 'no_show')),
    created_at timestamptz not null default now(),
    -- One range per professional on one number line, so that plain gist (no btree_gist) can refuse an overlap.
    -- A cancelled booking occupies nothing.
    occupied int8range generated always as (
        case when status = 'cancelled' then null else int8range(
            (professional_number::bigint << 36) + extract(epoch from start_time at time zone 'UTC')::bigint,
            (professional_number::bigint << 36) + extract(epoch from end_time at time zone 'UTC')::bigint)
        end) stored,
    check (end_time > start_time),
    constraint one_booking_at_a_time exclude using gist (occupied with &&),
    unique (organization_id, id),
    foreign key (organization_id, contact_id) references contacts (organization_id, id),
    foreign key (organization_id, pet_id) references pets (organization_id, id),
    foreign key (organization_id, service_id) references services (organization_id, id),
    foreign key (organization_id, professional_id, professional_number) references professionals (organization_id, id, number)
);
create index on bookings (organization_id, start_time);
create index on bookings (contact_id, start_time);
-- A pet is in one place at a time: the same pet at the same start is the same wish asked twice.
create unique index one_start_per_pet on bookings (pet_id, start_time) where status <> 'cancelled';

create table ai_interactions (
    id uuid primary key default gen_random_uuid(),
    organization_id uuid not null,
    conversation_id uuid not null,
    turn_id uuid not null,
    round integer not null,
    ai_type varchar(50) not null check (ai_type in ('client', 'aurora')),
    agent_type varchar(50) not null check (agent_type in ('client-ai', 'aurora')),
    model varchar(100) not null,
    prompt_tokens integer not null default 0,
    completion_tokens integer not null default 0,
    total_tokens integer not null default 0,
    function_calls jsonb not null default '[]',
    function_results jsonb not null default '[]',
    response text,
    status varchar(50) not null check (status in ('ok', 'error', 'cancelled')),
    error_message text,
    attempts integer not null default 1,
    created_at timestamptz not null default clock_timestamp(),
    unique (turn_id, round),                         -- one row a model call, however often the activity is retried
    foreign key (organization_id, conversation_id) references conversations (organization_id, id) on delete cascade
);
create index on ai_interactions (conversation_id, created_at);

create table tool_calls (
    turn_id uuid not null,                           -- names the workflow run chain and the turn: workflows.ids
    round integer not null,
    position integer not null,
    organization_id uuid not null,
    conversation_id uuid not null,
    name varchar(100) not null,
    arguments text not null,                         -- as the model wrote them
    outcome jsonb not null,                          -- assistants.toolbox.ToolOutcome
    created_at timestamptz not null default clock_timestamp(),
    primary key (turn_id, round, position),
    foreign key (organization_id, conversation_id) references conversations (organization_id, id) on delete cascade
);

create table aurora_owner_numbers (
    id uuid primary key default gen_random_uuid(),
    organization_id uuid not null references organizations (id) on delete cascade,
    user_id uuid not null default gen_random_uuid(),
    name varchar(255),
    phone varchar(20) not null,                      -- canonical
    role varchar(20) not null default 'owner' check (role in ('owner', 'manager')),
    is_active boolean not null default true,
    created_at timestamptz not null default now(),
    unique (organization_id, id),
    unique (organization_id, phone)                  -- one number may own several shops
);

create table aurora_proactive_messages (
    id uuid primary key default gen_random_uuid(),
    organization_id uuid not null,
    owner_number_id uuid not null,
    message_type varchar(50) not null,
    content text not null,
    scheduled_for timestamptz not null,
    status varchar(20) not null check (status in ('scheduled', 'sent', 'failed', 'cancelled')),
    sent_at timestamptz,
    created_at timestamptz not null default now(),
    foreign key (organization_id, owner_number_id) references aurora_owner_numbers (organization_id, id) on delete cascade
);

create table dead_letters (
    id uuid primary key default gen_random_uuid(),
    organization_id uuid not null references organizations (id) on delete cascade,
    whatsapp_instance_id uuid not null,
    source varchar(50) not null check (source in ('webhook', 'message_workflow')),
    fingerprint varchar(255) not null,               -- what makes a second report of the same failure the same row
    workflow_id text,
    run_id text,
    payload text not null,                           -- JSON as it came; text, since jsonb refuses some JSON
    error text not null,
    created_at timestamptz not null default now(),
    redriven_at timestamptz,
    unique (whatsapp_instance_id, fingerprint),
    foreign key (organization_id, whatsapp_instance_id) references whatsapp_instances (organization_id, id) on delete cascade
);

create table alerts (
    id uuid primary key default gen_random_uuid(),
    organization_id uuid not null references organizations (id) on delete cascade,
    kind varchar(50) not null,
    conversation_id uuid,
    detail text not null,
    fingerprint varchar(255) not null,
    created_at timestamptz not null default now(),
    acknowledged_at timestamptz,
    unique (organization_id, kind, fingerprint),
    foreign key (organization_id, conversation_id) references conversations (organization_id, id) on delete cascade
);

-- Row-level security. The app's role owns nothing and cannot bypass it; a transaction is bound to a shop by
-- set_config('auzap.organization_id', …, true), and unbound it sees nothing.

create function bound_organization() returns uuid language sql stable
    return nullif(current_setting('auzap.organization_id', true), '')::uuid;

do $$
declare
    tenant_table text;
begin
    foreach tenant_table in array array[
        'organization_settings', 'whatsapp_instances', 'contacts', 'contact_addresses', 'conversations', 'messages',
        'delivery_receipts', 'pets', 'services', 'professionals', 'bookings', 'ai_interactions', 'tool_calls',
        'aurora_owner_numbers', 'aurora_proactive_messages', 'dead_letters', 'alerts']
    loop
        execute format('alter table %I enable row level security', tenant_table);
        execute format('create policy of_the_bound_organization on %I using (organization_id = (select bound_organization()))'
                       ' with check (organization_id = (select bound_organization()))', tenant_table);
        execute format('grant select, insert, update, delete on %I to auzap_app', tenant_table);
    end loop;
end $$;

alter table organizations enable row level security;
create policy of_the_bound_organization on organizations
    using (id = (select bound_organization())) with check (id = (select bound_organization()));
grant select, insert, update on organizations to auzap_app;
grant usage on all sequences in schema public to auzap_app;

-- The two questions that must be asked before a shop is known. They answer one exact key, never a list.

create function instance_by_webhook_key(key text) returns setof whatsapp_instances
    language sql stable security definer set search_path = public, pg_temp
    as $$ select * from whatsapp_instances where webhook_key = key and is_active $$;

create function instance_by_external_id(of_kind text, id_there text) returns setof whatsapp_instances
    language sql stable security definer set search_path = public, pg_temp
    as $$ select * from whatsapp_instances where kind = of_kind and external_id = id_there and is_active order by id limit 1 $$;

create function organization_by_slug(wanted text) returns uuid
    language sql stable security definer set search_path = public, pg_temp
    as $$ select id from organizations where slug = wanted $$;

revoke execute on function instance_by_webhook_key, instance_by_external_id, organization_by_slug from public;
grant execute on function instance_by_webhook_key, instance_by_external_id, organization_by_slug to auzap_app;
