-- A database as the version of 2026-11-27 (revision 0005) made and filled it; pg_dump --column-inserts.
CREATE TABLE public.positions_screen (
    page_id uuid NOT NULL,
    seq integer NOT NULL,
    sample integer NOT NULL,
    occurred_at timestamp with time zone,
    study text DEFAULT ''::text NOT NULL,
    user_id text,
    session_id text,
    condition_1 text,
    condition_2 text,
    path text,
    task text,
    name text,
    t double precision,
    page_x double precision,
    page_y double precision,
    client_x double precision,
    client_y double precision,
    screen_x double precision,
    screen_y double precision,
    scroll_x double precision,
    scroll_y double precision,
    viewport_w double precision,
    viewport_h double precision
);
CREATE VIEW public."PositionsScreen" AS
 SELECT page_id,
    seq,
    sample,
    occurred_at,
    t,
    name,
    study,
    user_id,
    session_id,
    condition_1,
    condition_2,
    path,
    task,
    page_x,
    page_y,
    client_x,
    client_y,
    screen_x,
    screen_y,
    scroll_x,
    scroll_y,
    viewport_w,
    viewport_h
   FROM public.positions_screen;
CREATE TABLE public.alembic_version (
    version_num character varying(32) NOT NULL
);
CREATE TABLE public.batches (
    batch_id uuid NOT NULL,
    page_id uuid NOT NULL,
    source text NOT NULL,
    batch_seq integer,
    attempt integer,
    sent_at timestamp with time zone,
    received_at timestamp with time zone NOT NULL,
    reason text,
    actions integer NOT NULL,
    lost jsonb,
    faults jsonb
);
CREATE TABLE public.clicks (
    page_id uuid NOT NULL,
    seq integer NOT NULL,
    occurred_at timestamp with time zone,
    study text DEFAULT ''::text NOT NULL,
    user_id text,
    session_id text,
    condition_1 text,
    condition_2 text,
    path text,
    task text,
    element_id text,
    tag text,
    selector text,
    text text,
    pointer text,
    button integer,
    mods text,
    page_x double precision,
    page_y double precision,
    client_x double precision,
    client_y double precision,
    screen_x double precision,
    screen_y double precision,
    el_x double precision,
    el_y double precision,
    el_w double precision,
    el_h double precision,
    rel_x double precision,
    rel_y double precision,
    trusted boolean,
    host text
);
CREATE TABLE public.pages (
    page_id uuid NOT NULL,
    study text DEFAULT ''::text NOT NULL,
    user_id text,
    session_id text,
    page_no integer,
    prev_page_id uuid,
    prev_page_seq integer,
    t0 timestamp with time zone,
    env jsonb,
    config text,
    lib text,
    clock_offset double precision,
    clock_rtt double precision
);
CREATE TABLE public.raw_actions (
    page_id uuid NOT NULL,
    seq integer NOT NULL,
    received_at timestamp with time zone NOT NULL,
    occurred_at timestamp with time zone,
    name text,
    study text DEFAULT ''::text NOT NULL,
    user_id text,
    session_id text,
    condition_1 text,
    condition_2 text,
    data jsonb NOT NULL
);
CREATE TABLE public.rejected_actions (
    id bigint NOT NULL,
    page_id uuid NOT NULL,
    seq integer NOT NULL,
    received_at timestamp with time zone NOT NULL,
    rejected_at timestamp with time zone DEFAULT now() NOT NULL,
    source text NOT NULL,
    name text,
    study text DEFAULT ''::text NOT NULL,
    user_id text,
    message text NOT NULL,
    reasons jsonb NOT NULL,
    body bytea NOT NULL,
    context text NOT NULL,
    replayed_at timestamp with time zone
);
CREATE VIEW public.page_loss AS
 WITH said AS (
         SELECT batches.page_id,
            range_agg(int4range(LEAST(ends.low, ends.high), GREATEST(ends.low, ends.high), '[]'::text)) AS gaps
           FROM ((public.batches
             CROSS JOIN LATERAL jsonb_array_elements(batches.lost) gap(value))
             CROSS JOIN LATERAL ( SELECT ((gap.value ->> 0))::integer AS low,
                    ((gap.value ->> 1))::integer AS high) ends)
          WHERE ((jsonb_typeof(batches.lost) = 'array'::text) AND (jsonb_typeof(gap.value) = 'array'::text) AND (jsonb_typeof((gap.value -> 0)) = 'number'::text) AND (jsonb_typeof((gap.value -> 1)) = 'number'::text))
          GROUP BY batches.page_id
        ), came AS (
         SELECT all_actions.page_id,
            count(*) AS received,
            (max(all_actions.seq) + 1) AS highest,
            count(*) FILTER (WHERE (all_actions.seq <@ said.gaps)) AS declared_too
           FROM (( SELECT raw_actions.page_id,
                    raw_actions.seq
                   FROM public.raw_actions
                UNION
                 SELECT rejected_actions.page_id,
                    rejected_actions.seq
                   FROM public.rejected_actions) all_actions
             LEFT JOIN said USING (page_id))
          GROUP BY all_actions.page_id
        ), next_page AS (
         SELECT pages.prev_page_id AS page_id,
            max(pages.prev_page_seq) AS next_seq
           FROM public.pages
          WHERE (pages.prev_page_id IS NOT NULL)
          GROUP BY pages.prev_page_id
        ), counted AS (
         SELECT pages.page_id,
            pages.study,
            pages.user_id,
            pages.session_id,
            pages.page_no,
            GREATEST(came.highest, upper(said.gaps), next_page.next_seq, 0) AS expected,
            COALESCE(came.received, (0)::bigint) AS received,
            (COALESCE(( SELECT sum((upper(gap.gap) - lower(gap.gap))) AS sum
                   FROM unnest(said.gaps) gap(gap)), (0)::bigint) - COALESCE(came.declared_too, (0)::bigint)) AS declared
           FROM (((public.pages
             LEFT JOIN came USING (page_id))
             LEFT JOIN said USING (page_id))
             LEFT JOIN next_page USING (page_id))
          WHERE (pages.lib IS NOT NULL)
        )
 SELECT page_id,
    study,
    user_id,
    session_id,
    page_no,
    expected,
    received,
    declared,
    GREATEST(((expected - received) - declared), (0)::bigint) AS unexplained
   FROM counted;
CREATE TABLE public.page_views (
    page_id uuid NOT NULL,
    seq integer NOT NULL,
    occurred_at timestamp with time zone,
    study text DEFAULT ''::text NOT NULL,
    user_id text,
    session_id text,
    condition_1 text,
    condition_2 text,
    path text,
    task text,
    host text,
    url text,
    title text,
    referrer text,
    nav text,
    viewport_w double precision,
    viewport_h double precision,
    page_w double precision,
    page_h double precision,
    dpr double precision
);
CREATE TABLE public.participants (
    study text DEFAULT ''::text NOT NULL,
    user_id text NOT NULL,
    first_seen timestamp with time zone NOT NULL,
    last_seen timestamp with time zone NOT NULL,
    consent boolean,
    consent_at timestamp with time zone,
    excluded text,
    withdrawn text,
    consent_page_id uuid,
    consent_seq integer
);
CREATE VIEW public."rawActions" AS
 SELECT page_id,
    seq,
    received_at,
    occurred_at,
    name,
    study,
    user_id,
    session_id,
    condition_1,
    condition_2,
    data
   FROM public.raw_actions;
ALTER TABLE public.rejected_actions ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.rejected_actions_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.submits (
    page_id uuid NOT NULL,
    seq integer NOT NULL,
    occurred_at timestamp with time zone,
    study text DEFAULT ''::text NOT NULL,
    user_id text,
    session_id text,
    condition_1 text,
    condition_2 text,
    path text,
    task text,
    element_id text,
    form_id text,
    fields jsonb,
    form jsonb,
    valid boolean,
    host text
);
CREATE TABLE public.users (
    id bigint NOT NULL,
    name text NOT NULL,
    password_hash text NOT NULL,
    role text NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    signed_in_at timestamp with time zone,
    CONSTRAINT users_role_check CHECK ((role = ANY (ARRAY['admin'::text, 'viewer'::text])))
);
ALTER TABLE public.users ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.users_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
INSERT INTO public.alembic_version (version_num) VALUES ('0005');
INSERT INTO public.batches (batch_id, page_id, source, batch_seq, attempt, sent_at, received_at, reason, actions, lost, faults) VALUES ('390b2c32-fb35-49aa-a531-2a55b5729b40', '2c069337-3e7a-4ef7-8f2e-05d98afbb7d6', 'v2', 0, 0, '2026-11-27 14:46:46.512+00', '2026-11-27 14:46:46.519+00', 'time', 6, '[[9, 9, "queue"]]', NULL);
INSERT INTO public.batches (batch_id, page_id, source, batch_seq, attempt, sent_at, received_at, reason, actions, lost, faults) VALUES ('1b7d77bc-41a7-4eed-82cc-50458180fca5', '5915ddc9-4189-42ec-844a-c138d8f1b7c2', 'v2', 0, 0, '2026-11-27 14:46:46.81+00', '2026-11-27 14:46:46.828+00', 'time', 6, '[[9, 9, "queue"]]', NULL);
INSERT INTO public.batches (batch_id, page_id, source, batch_seq, attempt, sent_at, received_at, reason, actions, lost, faults) VALUES ('01a21d79-1fc5-74b6-a2e9-a840f0413b0d', '01a21d79-1fc5-74b6-a2e9-a840f0413b0d', 'event', NULL, NULL, NULL, '2026-11-27 14:46:46.98+00', NULL, 1, NULL, NULL);
INSERT INTO public.batches (batch_id, page_id, source, batch_seq, attempt, sent_at, received_at, reason, actions, lost, faults) VALUES ('01a21d79-1f87-7484-9453-29a120c3f4ef', '01a21d79-1f87-7484-9453-29a120c3f4ef', 'v1', NULL, NULL, NULL, '2026-11-27 14:46:46.915+00', NULL, 1, NULL, NULL);
INSERT INTO public.batches (batch_id, page_id, source, batch_seq, attempt, sent_at, received_at, reason, actions, lost, faults) VALUES ('8b87d1d5-d546-4dc5-ba63-4bd82eeab8bc', '44523806-f30e-4b9f-8957-e75c36ada041', 'v2', 0, 0, '2026-11-27 14:46:47.027+00', '2026-11-27 14:46:47.029+00', 'time', 20, '[]', NULL);
INSERT INTO public.batches (batch_id, page_id, source, batch_seq, attempt, sent_at, received_at, reason, actions, lost, faults) VALUES ('01a21d79-209a-7ba7-8233-62f2bc27b653', '01a21d79-209a-7ba7-8233-62f2bc27b653', 'v1', NULL, NULL, NULL, '2026-11-27 14:46:47.193+00', NULL, 0, NULL, NULL);
INSERT INTO public.batches (batch_id, page_id, source, batch_seq, attempt, sent_at, received_at, reason, actions, lost, faults) VALUES ('b2546915-e5f8-4780-bc7f-bdb6bcbfd823', '01a21d79-2110-7fcd-a29e-989b2cf3945e', 'v2', 0, 0, '2026-11-27 14:46:47.305+00', '2026-11-27 14:46:47.312+00', 'time', 1, '[]', NULL);
INSERT INTO public.batches (batch_id, page_id, source, batch_seq, attempt, sent_at, received_at, reason, actions, lost, faults) VALUES ('5af9a91c-ed06-4e93-b639-893d9de79ed4', '3c107f31-9b75-4918-8cf0-6f347758d063', 'v2', 0, 0, '2026-11-27 14:46:47.236+00', '2026-11-27 14:46:47.243+00', 'time', 1, '[]', NULL);
INSERT INTO public.batches (batch_id, page_id, source, batch_seq, attempt, sent_at, received_at, reason, actions, lost, faults) VALUES ('faed17e4-096a-4e94-ab77-59c2a443ad07', '5835f702-6a1d-49be-a87a-761f513bef7a', 'v2', 0, 0, '2026-11-27 14:46:47.263+00', '2026-11-27 14:46:47.266+00', 'time', 1, '[]', '{"const": ["Not a valid mapping type."]}');
INSERT INTO public.batches (batch_id, page_id, source, batch_seq, attempt, sent_at, received_at, reason, actions, lost, faults) VALUES ('01a21d79-212a-7d37-b0f5-63fb08accc36', '01a21d79-212a-7d37-b0f5-63fb08accc36', 'event', NULL, NULL, NULL, '2026-11-27 14:46:47.338+00', NULL, 1, NULL, NULL);
INSERT INTO public.batches (batch_id, page_id, source, batch_seq, attempt, sent_at, received_at, reason, actions, lost, faults) VALUES ('01a21d79-2136-7a80-8468-a80a5dd36f68', '01a21d79-2136-7a80-8468-a80a5dd36f68', 'event', NULL, NULL, NULL, '2026-11-27 14:46:47.35+00', NULL, 1, NULL, NULL);
INSERT INTO public.batches (batch_id, page_id, source, batch_seq, attempt, sent_at, received_at, reason, actions, lost, faults) VALUES ('01a21d79-213d-7e92-b77f-1343c6ff9aa8', '01a21d79-213d-7e92-b77f-1343c6ff9aa8', 'event', NULL, NULL, NULL, '2026-11-27 14:46:47.357+00', NULL, 1, NULL, NULL);
INSERT INTO public.batches (batch_id, page_id, source, batch_seq, attempt, sent_at, received_at, reason, actions, lost, faults) VALUES ('01a21d79-2144-7654-9bf6-15b04b1e87a1', '01a21d79-2144-7654-9bf6-15b04b1e87a1', 'event', NULL, NULL, NULL, '2026-11-27 14:46:47.364+00', NULL, 1, NULL, NULL);
INSERT INTO public.batches (batch_id, page_id, source, batch_seq, attempt, sent_at, received_at, reason, actions, lost, faults) VALUES ('01a21d79-2151-767e-b308-13936060867d', '01a21d79-2151-767e-b308-13936060867d', 'event', NULL, NULL, NULL, '2026-11-27 14:46:47.376+00', NULL, 1, NULL, NULL);
INSERT INTO public.batches (batch_id, page_id, source, batch_seq, attempt, sent_at, received_at, reason, actions, lost, faults) VALUES ('01a21d79-21f0-7f47-bf45-d2ec921cb61c', '01a21d79-21f0-7f47-bf45-d2ec921cb61c', 'event', NULL, NULL, NULL, '2026-11-27 14:46:47.531+00', NULL, 1, NULL, NULL);
INSERT INTO public.batches (batch_id, page_id, source, batch_seq, attempt, sent_at, received_at, reason, actions, lost, faults) VALUES ('01a21d79-2203-786d-bb78-8d4f2636b1ec', '01a21d79-2203-786d-bb78-8d4f2636b1ec', 'event', NULL, NULL, NULL, '2026-11-27 14:46:47.554+00', NULL, 1, NULL, NULL);
INSERT INTO public.batches (batch_id, page_id, source, batch_seq, attempt, sent_at, received_at, reason, actions, lost, faults) VALUES ('01a21d79-2219-7418-976e-8cfb2eba1fe3', '01a21d79-2219-7418-976e-8cfb2eba1fe3', 'event', NULL, NULL, NULL, '2026-11-27 14:46:47.577+00', NULL, 1, NULL, NULL);
INSERT INTO public.batches (batch_id, page_id, source, batch_seq, attempt, sent_at, received_at, reason, actions, lost, faults) VALUES ('01a21d79-2223-7386-b4e5-006f332e1e45', '01a21d79-2223-7386-b4e5-006f332e1e45', 'event', NULL, NULL, NULL, '2026-11-27 14:46:47.587+00', NULL, 1, NULL, NULL);
INSERT INTO public.batches (batch_id, page_id, source, batch_seq, attempt, sent_at, received_at, reason, actions, lost, faults) VALUES ('01a21d79-220a-785b-89d8-1d2a273b52a7', '01a21d79-220a-785b-89d8-1d2a273b52a7', 'event', NULL, NULL, NULL, '2026-11-27 14:46:47.562+00', NULL, 1, NULL, NULL);
INSERT INTO public.clicks (page_id, seq, occurred_at, study, user_id, session_id, condition_1, condition_2, path, task, element_id, tag, selector, text, pointer, button, mods, page_x, page_y, client_x, client_y, screen_x, screen_y, el_x, el_y, el_w, el_h, rel_x, rel_y, trusted, host) VALUES ('2c069337-3e7a-4ef7-8f2e-05d98afbb7d6', 3, '2026-11-27 14:46:46.511+00', 'tests', 'p001', '54a63770-df02-4f24-b9ec-03ff1cfc8af6', 'A', 'dark', '/cart', NULL, 'circle-1', 'button', NULL, NULL, NULL, NULL, NULL, 1, 2, 3, 4, 5, 6, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 'shop.example');
INSERT INTO public.clicks (page_id, seq, occurred_at, study, user_id, session_id, condition_1, condition_2, path, task, element_id, tag, selector, text, pointer, button, mods, page_x, page_y, client_x, client_y, screen_x, screen_y, el_x, el_y, el_w, el_h, rel_x, rel_y, trusted, host) VALUES ('5915ddc9-4189-42ec-844a-c138d8f1b7c2', 3, '2026-11-27 14:46:46.81+00', 'tests', 'p002', '6859ba62-9ec1-4fee-8a42-1ae8a4aa6508', 'A', 'dark', '/cart', NULL, 'circle-1', 'button', NULL, NULL, NULL, NULL, NULL, 1, 2, 3, 4, 5, 6, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 'shop.example');
INSERT INTO public.clicks (page_id, seq, occurred_at, study, user_id, session_id, condition_1, condition_2, path, task, element_id, tag, selector, text, pointer, button, mods, page_x, page_y, client_x, client_y, screen_x, screen_y, el_x, el_y, el_w, el_h, rel_x, rel_y, trusted, host) VALUES ('01a21d79-1f87-7484-9453-29a120c3f4ef', 0, '2026-11-27 14:46:46.901+00', '', 'p003', NULL, NULL, NULL, NULL, NULL, 'circle-1', NULL, NULL, NULL, NULL, NULL, NULL, 1, 2, 3, 4, 5, 6, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL);
INSERT INTO public.clicks (page_id, seq, occurred_at, study, user_id, session_id, condition_1, condition_2, path, task, element_id, tag, selector, text, pointer, button, mods, page_x, page_y, client_x, client_y, screen_x, screen_y, el_x, el_y, el_w, el_h, rel_x, rel_y, trusted, host) VALUES ('01a21d79-1fc5-74b6-a2e9-a840f0413b0d', 0, '2022-04-01 09:15:27.24386+00', '', NULL, 'd66ac88b-f801-4984-953f-5c6b266494a0', NULL, NULL, '/', NULL, 'register', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 'www.example.org');
INSERT INTO public.page_views (page_id, seq, occurred_at, study, user_id, session_id, condition_1, condition_2, path, task, host, url, title, referrer, nav, viewport_w, viewport_h, page_w, page_h, dpr) VALUES ('2c069337-3e7a-4ef7-8f2e-05d98afbb7d6', 1, '2026-11-27 14:45:46.522+00', 'tests', 'p001', '54a63770-df02-4f24-b9ec-03ff1cfc8af6', 'A', 'dark', '/cart', NULL, 'shop.example', 'https://shop.example/cart?x=1', 'Cart', NULL, 'load', 1440, 812, NULL, NULL, NULL);
INSERT INTO public.page_views (page_id, seq, occurred_at, study, user_id, session_id, condition_1, condition_2, path, task, host, url, title, referrer, nav, viewport_w, viewport_h, page_w, page_h, dpr) VALUES ('5915ddc9-4189-42ec-844a-c138d8f1b7c2', 1, '2026-11-27 14:45:46.82+00', 'tests', 'p002', '6859ba62-9ec1-4fee-8a42-1ae8a4aa6508', 'A', 'dark', '/cart', NULL, 'shop.example', 'https://shop.example/cart?x=1', 'Cart', NULL, 'load', 1440, 812, NULL, NULL, NULL);
INSERT INTO public.pages (page_id, study, user_id, session_id, page_no, prev_page_id, prev_page_seq, t0, env, config, lib, clock_offset, clock_rtt) VALUES ('2c069337-3e7a-4ef7-8f2e-05d98afbb7d6', 'tests', 'p001', '54a63770-df02-4f24-b9ec-03ff1cfc8af6', 0, NULL, NULL, '2026-11-27 14:45:46.512+00', '{"lang": "en"}', 'abc123', 'userlogger/2.0.0', -412, 38);
INSERT INTO public.pages (page_id, study, user_id, session_id, page_no, prev_page_id, prev_page_seq, t0, env, config, lib, clock_offset, clock_rtt) VALUES ('5915ddc9-4189-42ec-844a-c138d8f1b7c2', 'tests', 'p002', '6859ba62-9ec1-4fee-8a42-1ae8a4aa6508', 0, NULL, NULL, '2026-11-27 14:45:46.81+00', '{"lang": "en"}', 'abc123', 'userlogger/2.0.0', -412, 38);
INSERT INTO public.pages (page_id, study, user_id, session_id, page_no, prev_page_id, prev_page_seq, t0, env, config, lib, clock_offset, clock_rtt) VALUES ('01a21d79-1fc5-74b6-a2e9-a840f0413b0d', '', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL);
INSERT INTO public.pages (page_id, study, user_id, session_id, page_no, prev_page_id, prev_page_seq, t0, env, config, lib, clock_offset, clock_rtt) VALUES ('01a21d79-1f87-7484-9453-29a120c3f4ef', '', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL);
INSERT INTO public.pages (page_id, study, user_id, session_id, page_no, prev_page_id, prev_page_seq, t0, env, config, lib, clock_offset, clock_rtt) VALUES ('44523806-f30e-4b9f-8957-e75c36ada041', 'tests', 'p004', '1194b117-0981-4d49-aeef-a5116acd4694', 0, NULL, NULL, '2026-11-27 14:45:47.027+00', NULL, 'abc123', 'userlogger/2.0.0', -412, 38);
INSERT INTO public.pages (page_id, study, user_id, session_id, page_no, prev_page_id, prev_page_seq, t0, env, config, lib, clock_offset, clock_rtt) VALUES ('01a21d79-209a-7ba7-8233-62f2bc27b653', '', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL);
INSERT INTO public.pages (page_id, study, user_id, session_id, page_no, prev_page_id, prev_page_seq, t0, env, config, lib, clock_offset, clock_rtt) VALUES ('01a21d79-2110-7fcd-a29e-989b2cf3945e', 'tests', 'p005', 'aa4dbddc-950a-4529-97c5-85427efeeae9', 0, NULL, NULL, '2026-11-27 14:45:47.305+00', NULL, 'abc123', 'userlogger/2.0.0', -412, 38);
INSERT INTO public.pages (page_id, study, user_id, session_id, page_no, prev_page_id, prev_page_seq, t0, env, config, lib, clock_offset, clock_rtt) VALUES ('3c107f31-9b75-4918-8cf0-6f347758d063', 'tests', 'p005', '9f267b5a-6b2e-49a2-a7b7-267a28d8aff2', 0, NULL, NULL, '2026-11-27 14:45:47.236+00', NULL, 'abc123', 'userlogger/2.0.0', -412, 38);
INSERT INTO public.pages (page_id, study, user_id, session_id, page_no, prev_page_id, prev_page_seq, t0, env, config, lib, clock_offset, clock_rtt) VALUES ('5835f702-6a1d-49be-a87a-761f513bef7a', 'tests', NULL, 'deb6c2d1-97a9-4e8c-a775-75d06b698776', 0, NULL, NULL, '2026-11-27 14:45:47.263+00', NULL, 'abc123', 'userlogger/2.0.0', -412, 38);
INSERT INTO public.pages (page_id, study, user_id, session_id, page_no, prev_page_id, prev_page_seq, t0, env, config, lib, clock_offset, clock_rtt) VALUES ('01a21d79-212a-7d37-b0f5-63fb08accc36', '', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL);
INSERT INTO public.pages (page_id, study, user_id, session_id, page_no, prev_page_id, prev_page_seq, t0, env, config, lib, clock_offset, clock_rtt) VALUES ('01a21d79-2136-7a80-8468-a80a5dd36f68', '', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL);
INSERT INTO public.pages (page_id, study, user_id, session_id, page_no, prev_page_id, prev_page_seq, t0, env, config, lib, clock_offset, clock_rtt) VALUES ('01a21d79-213d-7e92-b77f-1343c6ff9aa8', '', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL);
INSERT INTO public.pages (page_id, study, user_id, session_id, page_no, prev_page_id, prev_page_seq, t0, env, config, lib, clock_offset, clock_rtt) VALUES ('01a21d79-2144-7654-9bf6-15b04b1e87a1', '', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL);
INSERT INTO public.pages (page_id, study, user_id, session_id, page_no, prev_page_id, prev_page_seq, t0, env, config, lib, clock_offset, clock_rtt) VALUES ('01a21d79-2151-767e-b308-13936060867d', '', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL);
INSERT INTO public.pages (page_id, study, user_id, session_id, page_no, prev_page_id, prev_page_seq, t0, env, config, lib, clock_offset, clock_rtt) VALUES ('01a21d79-21f0-7f47-bf45-d2ec921cb61c', '', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL);
INSERT INTO public.pages (page_id, study, user_id, session_id, page_no, prev_page_id, prev_page_seq, t0, env, config, lib, clock_offset, clock_rtt) VALUES ('01a21d79-2203-786d-bb78-8d4f2636b1ec', '', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL);
INSERT INTO public.pages (page_id, study, user_id, session_id, page_no, prev_page_id, prev_page_seq, t0, env, config, lib, clock_offset, clock_rtt) VALUES ('01a21d79-2219-7418-976e-8cfb2eba1fe3', '', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL);
INSERT INTO public.pages (page_id, study, user_id, session_id, page_no, prev_page_id, prev_page_seq, t0, env, config, lib, clock_offset, clock_rtt) VALUES ('01a21d79-2223-7386-b4e5-006f332e1e45', '', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL);
INSERT INTO public.pages (page_id, study, user_id, session_id, page_no, prev_page_id, prev_page_seq, t0, env, config, lib, clock_offset, clock_rtt) VALUES ('01a21d79-220a-785b-89d8-1d2a273b52a7', '', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL);
INSERT INTO public.participants (study, user_id, first_seen, last_seen, consent, consent_at, excluded, withdrawn, consent_page_id, consent_seq) VALUES ('tests', 'p001', '2026-11-27 14:46:46.519+00', '2026-11-27 14:46:46.519+00', true, '2026-11-27 14:45:46.519+00', NULL, NULL, '2c069337-3e7a-4ef7-8f2e-05d98afbb7d6', 0);
INSERT INTO public.participants (study, user_id, first_seen, last_seen, consent, consent_at, excluded, withdrawn, consent_page_id, consent_seq) VALUES ('tests', 'p002', '2026-11-27 14:46:46.828+00', '2026-11-27 14:46:46.828+00', true, '2026-11-27 14:45:46.828+00', NULL, NULL, '5915ddc9-4189-42ec-844a-c138d8f1b7c2', 0);
INSERT INTO public.participants (study, user_id, first_seen, last_seen, consent, consent_at, excluded, withdrawn, consent_page_id, consent_seq) VALUES ('', 'p003', '2026-11-27 14:46:46.915+00', '2026-11-27 14:46:46.915+00', NULL, NULL, NULL, NULL, NULL, NULL);
INSERT INTO public.participants (study, user_id, first_seen, last_seen, consent, consent_at, excluded, withdrawn, consent_page_id, consent_seq) VALUES ('tests', 'p004', '2026-11-27 14:46:47.029+00', '2026-11-27 14:46:47.029+00', NULL, NULL, NULL, NULL, NULL, NULL);
INSERT INTO public.positions_screen (page_id, seq, sample, occurred_at, study, user_id, session_id, condition_1, condition_2, path, task, name, t, page_x, page_y, client_x, client_y, screen_x, screen_y, scroll_x, scroll_y, viewport_w, viewport_h) VALUES ('2c069337-3e7a-4ef7-8f2e-05d98afbb7d6', 2, 0, '2026-11-27 14:45:46.532+00', 'tests', 'p001', '54a63770-df02-4f24-b9ec-03ff1cfc8af6', 'A', 'dark', '/cart', NULL, 'mousemove', 20, 640, 900, 640, 300, NULL, NULL, 0, 600, 1440, 812);
INSERT INTO public.positions_screen (page_id, seq, sample, occurred_at, study, user_id, session_id, condition_1, condition_2, path, task, name, t, page_x, page_y, client_x, client_y, screen_x, screen_y, scroll_x, scroll_y, viewport_w, viewport_h) VALUES ('2c069337-3e7a-4ef7-8f2e-05d98afbb7d6', 2, 1, '2026-11-27 14:45:46.582+00', 'tests', 'p001', '54a63770-df02-4f24-b9ec-03ff1cfc8af6', 'A', 'dark', '/cart', NULL, 'mousemove', 70, 652, 896, 652, 296, NULL, NULL, 0, 600, 1440, 812);
INSERT INTO public.positions_screen (page_id, seq, sample, occurred_at, study, user_id, session_id, condition_1, condition_2, path, task, name, t, page_x, page_y, client_x, client_y, screen_x, screen_y, scroll_x, scroll_y, viewport_w, viewport_h) VALUES ('2c069337-3e7a-4ef7-8f2e-05d98afbb7d6', 2, 2, '2026-11-27 14:45:46.632+00', 'tests', 'p001', '54a63770-df02-4f24-b9ec-03ff1cfc8af6', 'A', 'dark', '/cart', NULL, 'mousemove', 120, 661, 887, 661, 287, NULL, NULL, 0, 600, 1440, 812);
INSERT INTO public.positions_screen (page_id, seq, sample, occurred_at, study, user_id, session_id, condition_1, condition_2, path, task, name, t, page_x, page_y, client_x, client_y, screen_x, screen_y, scroll_x, scroll_y, viewport_w, viewport_h) VALUES ('2c069337-3e7a-4ef7-8f2e-05d98afbb7d6', 3, 0, '2026-11-27 14:46:46.511+00', 'tests', 'p001', '54a63770-df02-4f24-b9ec-03ff1cfc8af6', 'A', 'dark', '/cart', NULL, 'click', 30, 1, 2, 3, 4, 5, 6, -2, -2, 1440, 812);
INSERT INTO public.positions_screen (page_id, seq, sample, occurred_at, study, user_id, session_id, condition_1, condition_2, path, task, name, t, page_x, page_y, client_x, client_y, screen_x, screen_y, scroll_x, scroll_y, viewport_w, viewport_h) VALUES ('2c069337-3e7a-4ef7-8f2e-05d98afbb7d6', 5, 0, '2026-11-27 14:45:46.562+00', 'tests', 'p001', '54a63770-df02-4f24-b9ec-03ff1cfc8af6', 'A', 'dark', '/cart', NULL, 'brush', 50, 1, 2, NULL, NULL, NULL, NULL, NULL, NULL, 1440, 812);
INSERT INTO public.positions_screen (page_id, seq, sample, occurred_at, study, user_id, session_id, condition_1, condition_2, path, task, name, t, page_x, page_y, client_x, client_y, screen_x, screen_y, scroll_x, scroll_y, viewport_w, viewport_h) VALUES ('5915ddc9-4189-42ec-844a-c138d8f1b7c2', 2, 0, '2026-11-27 14:45:46.83+00', 'tests', 'p002', '6859ba62-9ec1-4fee-8a42-1ae8a4aa6508', 'A', 'dark', '/cart', NULL, 'mousemove', 20, 640, 900, 640, 300, NULL, NULL, 0, 600, 1440, 812);
INSERT INTO public.positions_screen (page_id, seq, sample, occurred_at, study, user_id, session_id, condition_1, condition_2, path, task, name, t, page_x, page_y, client_x, client_y, screen_x, screen_y, scroll_x, scroll_y, viewport_w, viewport_h) VALUES ('5915ddc9-4189-42ec-844a-c138d8f1b7c2', 2, 1, '2026-11-27 14:45:46.88+00', 'tests', 'p002', '6859ba62-9ec1-4fee-8a42-1ae8a4aa6508', 'A', 'dark', '/cart', NULL, 'mousemove', 70, 652, 896, 652, 296, NULL, NULL, 0, 600, 1440, 812);
INSERT INTO public.positions_screen (page_id, seq, sample, occurred_at, study, user_id, session_id, condition_1, condition_2, path, task, name, t, page_x, page_y, client_x, client_y, screen_x, screen_y, scroll_x, scroll_y, viewport_w, viewport_h) VALUES ('5915ddc9-4189-42ec-844a-c138d8f1b7c2', 2, 2, '2026-11-27 14:45:46.93+00', 'tests', 'p002', '6859ba62-9ec1-4fee-8a42-1ae8a4aa6508', 'A', 'dark', '/cart', NULL, 'mousemove', 120, 661, 887, 661, 287, NULL, NULL, 0, 600, 1440, 812);
INSERT INTO public.positions_screen (page_id, seq, sample, occurred_at, study, user_id, session_id, condition_1, condition_2, path, task, name, t, page_x, page_y, client_x, client_y, screen_x, screen_y, scroll_x, scroll_y, viewport_w, viewport_h) VALUES ('5915ddc9-4189-42ec-844a-c138d8f1b7c2', 3, 0, '2026-11-27 14:46:46.81+00', 'tests', 'p002', '6859ba62-9ec1-4fee-8a42-1ae8a4aa6508', 'A', 'dark', '/cart', NULL, 'click', 30, 1, 2, 3, 4, 5, 6, -2, -2, 1440, 812);
INSERT INTO public.positions_screen (page_id, seq, sample, occurred_at, study, user_id, session_id, condition_1, condition_2, path, task, name, t, page_x, page_y, client_x, client_y, screen_x, screen_y, scroll_x, scroll_y, viewport_w, viewport_h) VALUES ('5915ddc9-4189-42ec-844a-c138d8f1b7c2', 5, 0, '2026-11-27 14:45:46.86+00', 'tests', 'p002', '6859ba62-9ec1-4fee-8a42-1ae8a4aa6508', 'A', 'dark', '/cart', NULL, 'brush', 50, 1, 2, NULL, NULL, NULL, NULL, NULL, NULL, 1440, 812);
INSERT INTO public.positions_screen (page_id, seq, sample, occurred_at, study, user_id, session_id, condition_1, condition_2, path, task, name, t, page_x, page_y, client_x, client_y, screen_x, screen_y, scroll_x, scroll_y, viewport_w, viewport_h) VALUES ('01a21d79-1f87-7484-9453-29a120c3f4ef', 0, 0, '2026-11-27 14:46:46.901+00', '', 'p003', NULL, NULL, NULL, NULL, NULL, 'click', NULL, 1, 2, 3, 4, 5, 6, -2, -2, NULL, NULL);
INSERT INTO public.raw_actions (page_id, seq, received_at, occurred_at, name, study, user_id, session_id, condition_1, condition_2, data) VALUES ('2c069337-3e7a-4ef7-8f2e-05d98afbb7d6', 0, '2026-11-27 14:46:46.519+00', '2026-11-27 14:45:46.512+00', 'consent', 'tests', 'p001', '54a63770-df02-4f24-b9ec-03ff1cfc8af6', 'A', 'dark', '{"t": 0.0, "seq": 0, "url": "https://shop.example/cart?x=1", "name": "consent", "user": "p001", "study": "tests", "title": "Cart", "granted": true, "timestamp": 1795790746512, "session_id": "54a63770-df02-4f24-b9ec-03ff1cfc8af6", "viewport_h": 812, "viewport_w": 1440, "condition_1": "A", "condition_2": "dark"}');
INSERT INTO public.raw_actions (page_id, seq, received_at, occurred_at, name, study, user_id, session_id, condition_1, condition_2, data) VALUES ('2c069337-3e7a-4ef7-8f2e-05d98afbb7d6', 1, '2026-11-27 14:46:46.519+00', '2026-11-27 14:45:46.522+00', 'pageview', 'tests', 'p001', '54a63770-df02-4f24-b9ec-03ff1cfc8af6', 'A', 'dark', '{"t": 10.0, "nav": "load", "seq": 1, "url": "https://shop.example/cart?x=1", "name": "pageview", "user": "p001", "study": "tests", "title": "Cart", "timestamp": 1795790746522, "session_id": "54a63770-df02-4f24-b9ec-03ff1cfc8af6", "viewport_h": 812, "viewport_w": 1440, "condition_1": "A", "condition_2": "dark"}');
INSERT INTO public.raw_actions (page_id, seq, received_at, occurred_at, name, study, user_id, session_id, condition_1, condition_2, data) VALUES ('2c069337-3e7a-4ef7-8f2e-05d98afbb7d6', 2, '2026-11-27 14:46:46.519+00', '2026-11-27 14:45:46.532+00', 'mousemove', 'tests', 'p001', '54a63770-df02-4f24-b9ec-03ff1cfc8af6', 'A', 'dark', '{"n": 3, "t": 20.0, "x": [640, 12, 9], "y": [300, -4, -9], "dt": [0, 50, 50], "sx": 0, "sy": 600, "seq": 2, "url": "https://shop.example/cart?x=1", "name": "mousemove", "user": "p001", "study": "tests", "title": "Cart", "timestamp": 1795790746532, "session_id": "54a63770-df02-4f24-b9ec-03ff1cfc8af6", "viewport_h": 812, "viewport_w": 1440, "condition_1": "A", "condition_2": "dark"}');
INSERT INTO public.raw_actions (page_id, seq, received_at, occurred_at, name, study, user_id, session_id, condition_1, condition_2, data) VALUES ('2c069337-3e7a-4ef7-8f2e-05d98afbb7d6', 3, '2026-11-27 14:46:46.519+00', '2026-11-27 14:46:46.511+00', 'click', 'tests', 'p001', '54a63770-df02-4f24-b9ec-03ff1cfc8af6', 'A', 'dark', '{"t": 30.0, "seq": 3, "tag": "button", "url": "https://shop.example/cart?x=1", "name": "click", "user": "p001", "study": "tests", "title": "Cart", "page_x": 1.0, "page_y": 2.0, "client_x": 3.0, "client_y": 4.0, "screen_x": 5.0, "screen_y": 6.0, "timestamp": 1795790806511, "element_id": "circle-1", "session_id": "54a63770-df02-4f24-b9ec-03ff1cfc8af6", "viewport_h": 812, "viewport_w": 1440, "condition_1": "A", "condition_2": "dark"}');
INSERT INTO public.raw_actions (page_id, seq, received_at, occurred_at, name, study, user_id, session_id, condition_1, condition_2, data) VALUES ('2c069337-3e7a-4ef7-8f2e-05d98afbb7d6', 4, '2026-11-27 14:46:46.519+00', '2026-11-27 14:45:46.552+00', 'submit', 'tests', 'p001', '54a63770-df02-4f24-b9ec-03ff1cfc8af6', 'A', 'dark', '{"t": 40.0, "seq": 4, "url": "https://shop.example/cart?x=1", "name": "submit", "user": "p001", "study": "tests", "title": "Cart", "valid": true, "fields": ["age"], "form_id": "f", "timestamp": 1795790746552, "session_id": "54a63770-df02-4f24-b9ec-03ff1cfc8af6", "viewport_h": 812, "viewport_w": 1440, "condition_1": "A", "condition_2": "dark"}');
INSERT INTO public.raw_actions (page_id, seq, received_at, occurred_at, name, study, user_id, session_id, condition_1, condition_2, data) VALUES ('2c069337-3e7a-4ef7-8f2e-05d98afbb7d6', 5, '2026-11-27 14:46:46.519+00', '2026-11-27 14:45:46.562+00', 'brush', 'tests', 'p001', '54a63770-df02-4f24-b9ec-03ff1cfc8af6', 'A', 'dark', '{"t": 50.0, "seq": 5, "url": "https://shop.example/cart?x=1", "name": "brush", "user": "p001", "study": "tests", "title": "Cart", "page_x": 1, "page_y": 2, "timestamp": 1795790746562, "session_id": "54a63770-df02-4f24-b9ec-03ff1cfc8af6", "viewport_h": 812, "viewport_w": 1440, "condition_1": "A", "condition_2": "dark"}');
INSERT INTO public.raw_actions (page_id, seq, received_at, occurred_at, name, study, user_id, session_id, condition_1, condition_2, data) VALUES ('5915ddc9-4189-42ec-844a-c138d8f1b7c2', 0, '2026-11-27 14:46:46.828+00', '2026-11-27 14:45:46.81+00', 'consent', 'tests', 'p002', '6859ba62-9ec1-4fee-8a42-1ae8a4aa6508', 'A', 'dark', '{"t": 0.0, "seq": 0, "url": "https://shop.example/cart?x=1", "name": "consent", "user": "p002", "study": "tests", "title": "Cart", "granted": true, "timestamp": 1795790746810, "session_id": "6859ba62-9ec1-4fee-8a42-1ae8a4aa6508", "viewport_h": 812, "viewport_w": 1440, "condition_1": "A", "condition_2": "dark"}');
INSERT INTO public.raw_actions (page_id, seq, received_at, occurred_at, name, study, user_id, session_id, condition_1, condition_2, data) VALUES ('5915ddc9-4189-42ec-844a-c138d8f1b7c2', 1, '2026-11-27 14:46:46.828+00', '2026-11-27 14:45:46.82+00', 'pageview', 'tests', 'p002', '6859ba62-9ec1-4fee-8a42-1ae8a4aa6508', 'A', 'dark', '{"t": 10.0, "nav": "load", "seq": 1, "url": "https://shop.example/cart?x=1", "name": "pageview", "user": "p002", "study": "tests", "title": "Cart", "timestamp": 1795790746820, "session_id": "6859ba62-9ec1-4fee-8a42-1ae8a4aa6508", "viewport_h": 812, "viewport_w": 1440, "condition_1": "A", "condition_2": "dark"}');
INSERT INTO public.raw_actions (page_id, seq, received_at, occurred_at, name, study, user_id, session_id, condition_1, condition_2, data) VALUES ('5915ddc9-4189-42ec-844a-c138d8f1b7c2', 2, '2026-11-27 14:46:46.828+00', '2026-11-27 14:45:46.83+00', 'mousemove', 'tests', 'p002', '6859ba62-9ec1-4fee-8a42-1ae8a4aa6508', 'A', 'dark', '{"n": 3, "t": 20.0, "x": [640, 12, 9], "y": [300, -4, -9], "dt": [0, 50, 50], "sx": 0, "sy": 600, "seq": 2, "url": "https://shop.example/cart?x=1", "name": "mousemove", "user": "p002", "study": "tests", "title": "Cart", "timestamp": 1795790746830, "session_id": "6859ba62-9ec1-4fee-8a42-1ae8a4aa6508", "viewport_h": 812, "viewport_w": 1440, "condition_1": "A", "condition_2": "dark"}');
INSERT INTO public.raw_actions (page_id, seq, received_at, occurred_at, name, study, user_id, session_id, condition_1, condition_2, data) VALUES ('5915ddc9-4189-42ec-844a-c138d8f1b7c2', 3, '2026-11-27 14:46:46.828+00', '2026-11-27 14:46:46.81+00', 'click', 'tests', 'p002', '6859ba62-9ec1-4fee-8a42-1ae8a4aa6508', 'A', 'dark', '{"t": 30.0, "seq": 3, "tag": "button", "url": "https://shop.example/cart?x=1", "name": "click", "user": "p002", "study": "tests", "title": "Cart", "page_x": 1.0, "page_y": 2.0, "client_x": 3.0, "client_y": 4.0, "screen_x": 5.0, "screen_y": 6.0, "timestamp": 1795790806810, "element_id": "circle-1", "session_id": "6859ba62-9ec1-4fee-8a42-1ae8a4aa6508", "viewport_h": 812, "viewport_w": 1440, "condition_1": "A", "condition_2": "dark"}');
INSERT INTO public.raw_actions (page_id, seq, received_at, occurred_at, name, study, user_id, session_id, condition_1, condition_2, data) VALUES ('5915ddc9-4189-42ec-844a-c138d8f1b7c2', 4, '2026-11-27 14:46:46.828+00', '2026-11-27 14:45:46.85+00', 'submit', 'tests', 'p002', '6859ba62-9ec1-4fee-8a42-1ae8a4aa6508', 'A', 'dark', '{"t": 40.0, "seq": 4, "url": "https://shop.example/cart?x=1", "name": "submit", "user": "p002", "study": "tests", "title": "Cart", "valid": true, "fields": ["age"], "form_id": "f", "timestamp": 1795790746850, "session_id": "6859ba62-9ec1-4fee-8a42-1ae8a4aa6508", "viewport_h": 812, "viewport_w": 1440, "condition_1": "A", "condition_2": "dark"}');
INSERT INTO public.raw_actions (page_id, seq, received_at, occurred_at, name, study, user_id, session_id, condition_1, condition_2, data) VALUES ('5915ddc9-4189-42ec-844a-c138d8f1b7c2', 5, '2026-11-27 14:46:46.828+00', '2026-11-27 14:45:46.86+00', 'brush', 'tests', 'p002', '6859ba62-9ec1-4fee-8a42-1ae8a4aa6508', 'A', 'dark', '{"t": 50.0, "seq": 5, "url": "https://shop.example/cart?x=1", "name": "brush", "user": "p002", "study": "tests", "title": "Cart", "page_x": 1, "page_y": 2, "timestamp": 1795790746860, "session_id": "6859ba62-9ec1-4fee-8a42-1ae8a4aa6508", "viewport_h": 812, "viewport_w": 1440, "condition_1": "A", "condition_2": "dark"}');
INSERT INTO public.raw_actions (page_id, seq, received_at, occurred_at, name, study, user_id, session_id, condition_1, condition_2, data) VALUES ('01a21d79-1f87-7484-9453-29a120c3f4ef', 0, '2026-11-27 14:46:46.915+00', '2026-11-27 14:46:46.901+00', 'click', '', 'p003', NULL, NULL, NULL, '{"name": "click", "user": "p003", "page_x": 1.0, "page_y": 2.0, "client_x": 3.0, "client_y": 4.0, "screen_x": 5.0, "screen_y": 6.0, "timestamp": 1795790806901, "element_id": "circle-1"}');
INSERT INTO public.raw_actions (page_id, seq, received_at, occurred_at, name, study, user_id, session_id, condition_1, condition_2, data) VALUES ('01a21d79-1fc5-74b6-a2e9-a840f0413b0d', 0, '2026-11-27 14:46:46.98+00', '2022-04-01 09:15:27.24386+00', 'link click', '', NULL, 'd66ac88b-f801-4984-953f-5c6b266494a0', NULL, NULL, '{"data": {"host": "www.example.org", "path": "/", "element": "register"}, "name": "link click", "category": "page interaction", "timestamp": "2022-04-01 09:15:27.243860", "session_id": "d66ac88b-f801-4984-953f-5c6b266494a0"}');
INSERT INTO public.raw_actions (page_id, seq, received_at, occurred_at, name, study, user_id, session_id, condition_1, condition_2, data) VALUES ('44523806-f30e-4b9f-8957-e75c36ada041', 16, '2026-11-27 14:46:47.029+00', '2026-11-27 14:45:47.187+00', 'x', 'tests', 'p004', '1194b117-0981-4d49-aeef-a5116acd4694', 'A', 'dark', '{"t": 160.0, "off": 1, "seq": 16, "url": "https://shop.example/cart?x=1", "name": "x", "user": "p004", "study": "tests", "title": "Cart", "timestamp": 1795790747187, "session_id": "1194b117-0981-4d49-aeef-a5116acd4694", "viewport_h": 812, "viewport_w": 1440, "condition_1": "A", "condition_2": "dark"}');
INSERT INTO public.rejected_actions (id, page_id, seq, received_at, rejected_at, source, name, study, user_id, message, reasons, body, context, replayed_at) OVERRIDING SYSTEM VALUE VALUES (1, '01a21d79-1ff5-7de0-9daa-4c5299582154', 3, '2026-11-27 14:46:47.029+00', '2026-11-27 14:46:48.156506+00', 'v2', NULL, 'tests', 'p004', 'action: Not an object.', '{"action": ["Not an object."]}', '\x3137', '{"user": "p004", "condition_1": "A", "condition_2": "dark", "study": "tests", "session_id": "1194b117-0981-4d49-aeef-a5116acd4694"}', NULL);
INSERT INTO public.rejected_actions (id, page_id, seq, received_at, rejected_at, source, name, study, user_id, message, reasons, body, context, replayed_at) OVERRIDING SYSTEM VALUE VALUES (2, '01a21d79-1ff5-7de0-9daa-4c5299582154', 18, '2026-11-27 14:46:47.029+00', '2026-11-27 14:46:48.156506+00', 'v2', 'x', 'tests', 'p004', 'seq: Not a whole number from 0 to 2147483646.', '{"seq": ["Not a whole number from 0 to 2147483646."]}', '\x7b22736571223a202d312c202274223a203138302e302c202276696577223a20302c20226e616d65223a202278227d', '{"url": "https://shop.example/cart?x=1", "title": "Cart", "viewport_w": 1440, "viewport_h": 812, "user": "p004", "condition_1": "A", "condition_2": "dark", "study": "tests", "session_id": "1194b117-0981-4d49-aeef-a5116acd4694", "timestamp": 1795790747207}', NULL);
INSERT INTO public.rejected_actions (id, page_id, seq, received_at, rejected_at, source, name, study, user_id, message, reasons, body, context, replayed_at) OVERRIDING SYSTEM VALUE VALUES (3, '44523806-f30e-4b9f-8957-e75c36ada041', 0, '2026-11-27 14:46:47.029+00', '2026-11-27 14:46:48.156506+00', 'v2', 'x', 'tests', 'p004', 'page_x: Not a valid number.', '{"page_x": ["Not a valid number."]}', '\x7b22736571223a20302c202274223a20302e302c202276696577223a20302c20226e616d65223a202278222c2022706167655f78223a20227468726565227d', '{"url": "https://shop.example/cart?x=1", "title": "Cart", "viewport_w": 1440, "viewport_h": 812, "user": "p004", "condition_1": "A", "condition_2": "dark", "study": "tests", "session_id": "1194b117-0981-4d49-aeef-a5116acd4694", "timestamp": 1795790747027}', NULL);
INSERT INTO public.rejected_actions (id, page_id, seq, received_at, rejected_at, source, name, study, user_id, message, reasons, body, context, replayed_at) OVERRIDING SYSTEM VALUE VALUES (4, '44523806-f30e-4b9f-8957-e75c36ada041', 1, '2026-11-27 14:46:47.029+00', '2026-11-27 14:46:48.156506+00', 'v2', 'x', 'tests', 'p004', 'element_id: Longer than maximum length 1000.', '{"element_id": ["Longer than maximum length 1000."]}', '\x7b22736571223a20312c202274223a2031302e302c202276696577223a20302c20226e616d65223a202278222c2022656c656d656e745f6964223a20227979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979227d', '{"url": "https://shop.example/cart?x=1", "title": "Cart", "viewport_w": 1440, "viewport_h": 812, "user": "p004", "condition_1": "A", "condition_2": "dark", "study": "tests", "session_id": "1194b117-0981-4d49-aeef-a5116acd4694", "timestamp": 1795790747037}', NULL);
INSERT INTO public.rejected_actions (id, page_id, seq, received_at, rejected_at, source, name, study, user_id, message, reasons, body, context, replayed_at) OVERRIDING SYSTEM VALUE VALUES (5, '44523806-f30e-4b9f-8957-e75c36ada041', 2, '2026-11-27 14:46:47.029+00', '2026-11-27 14:46:48.156506+00', 'v2', 'x', 'tests', 'p004', 'timestamp: Must be greater than or equal to 0 and less than or equal to 4102444800000.', '{"timestamp": ["Must be greater than or equal to 0 and less than or equal to 4102444800000."]}', '\x7b22736571223a20322c202274223a2032302e302c202276696577223a20302c20226e616d65223a202278222c202274696d657374616d70223a202d357d', '{"url": "https://shop.example/cart?x=1", "title": "Cart", "viewport_w": 1440, "viewport_h": 812, "user": "p004", "condition_1": "A", "condition_2": "dark", "study": "tests", "session_id": "1194b117-0981-4d49-aeef-a5116acd4694", "timestamp": 1795790747047}', NULL);
INSERT INTO public.rejected_actions (id, page_id, seq, received_at, rejected_at, source, name, study, user_id, message, reasons, body, context, replayed_at) OVERRIDING SYSTEM VALUE VALUES (6, '44523806-f30e-4b9f-8957-e75c36ada041', 4, '2026-11-27 14:46:47.029+00', '2026-11-27 14:46:48.156506+00', 'v2', 'x', 'tests', '[]', 'user: Not a text.', '{"user": ["Not a text."]}', '\x7b22736571223a20342c202274223a2034302e302c202276696577223a20302c20226e616d65223a202278222c202275736572223a205b5d7d', '{"url": "https://shop.example/cart?x=1", "title": "Cart", "viewport_w": 1440, "viewport_h": 812, "user": "p004", "condition_1": "A", "condition_2": "dark", "study": "tests", "session_id": "1194b117-0981-4d49-aeef-a5116acd4694", "timestamp": 1795790747067}', NULL);
INSERT INTO public.rejected_actions (id, page_id, seq, received_at, rejected_at, source, name, study, user_id, message, reasons, body, context, replayed_at) OVERRIDING SYSTEM VALUE VALUES (7, '44523806-f30e-4b9f-8957-e75c36ada041', 5, '2026-11-27 14:46:47.029+00', '2026-11-27 14:46:48.156506+00', 'v2', 'click', 'tests', 'p004', 'button: Not a whole number.', '{"button": ["Not a whole number."]}', '\x7b22736571223a20352c202274223a2035302e302c202276696577223a20302c20226e616d65223a2022636c69636b222c2022627574746f6e223a20312e357d', '{"url": "https://shop.example/cart?x=1", "title": "Cart", "viewport_w": 1440, "viewport_h": 812, "user": "p004", "condition_1": "A", "condition_2": "dark", "study": "tests", "session_id": "1194b117-0981-4d49-aeef-a5116acd4694", "timestamp": 1795790747077}', NULL);
INSERT INTO public.rejected_actions (id, page_id, seq, received_at, rejected_at, source, name, study, user_id, message, reasons, body, context, replayed_at) OVERRIDING SYSTEM VALUE VALUES (8, '44523806-f30e-4b9f-8957-e75c36ada041', 6, '2026-11-27 14:46:47.029+00', '2026-11-27 14:46:48.156506+00', 'v2', 'click', 'tests', 'p004', 'trusted: Not true or false.', '{"trusted": ["Not true or false."]}', '\x7b22736571223a20362c202274223a2036302e302c202276696577223a20302c20226e616d65223a2022636c69636b222c202274727573746564223a2022796573227d', '{"url": "https://shop.example/cart?x=1", "title": "Cart", "viewport_w": 1440, "viewport_h": 812, "user": "p004", "condition_1": "A", "condition_2": "dark", "study": "tests", "session_id": "1194b117-0981-4d49-aeef-a5116acd4694", "timestamp": 1795790747087}', NULL);
INSERT INTO public.rejected_actions (id, page_id, seq, received_at, rejected_at, source, name, study, user_id, message, reasons, body, context, replayed_at) OVERRIDING SYSTEM VALUE VALUES (9, '44523806-f30e-4b9f-8957-e75c36ada041', 7, '2026-11-27 14:46:47.029+00', '2026-11-27 14:46:48.156506+00', 'v2', 'submit', 'tests', 'p004', 'fields: Not a valid list.', '{"fields": ["Not a valid list."]}', '\x7b22736571223a20372c202274223a2037302e302c202276696577223a20302c20226e616d65223a20227375626d6974222c20226669656c6473223a202261227d', '{"url": "https://shop.example/cart?x=1", "title": "Cart", "viewport_w": 1440, "viewport_h": 812, "user": "p004", "condition_1": "A", "condition_2": "dark", "study": "tests", "session_id": "1194b117-0981-4d49-aeef-a5116acd4694", "timestamp": 1795790747097}', NULL);
INSERT INTO public.rejected_actions (id, page_id, seq, received_at, rejected_at, source, name, study, user_id, message, reasons, body, context, replayed_at) OVERRIDING SYSTEM VALUE VALUES (11, '44523806-f30e-4b9f-8957-e75c36ada041', 9, '2026-11-27 14:46:47.029+00', '2026-11-27 14:46:48.156506+00', 'v2', 'x', 'tests', 'p004', 'a: Holds a NUL character.', '{"a": ["Holds a NUL character."]}', '\x7b22736571223a20392c202274223a2039302e302c202276696577223a20302c20226e616d65223a202278222c202261223a20225c7530303030227d', '{"url": "https://shop.example/cart?x=1", "title": "Cart", "viewport_w": 1440, "viewport_h": 812, "user": "p004", "condition_1": "A", "condition_2": "dark", "study": "tests", "session_id": "1194b117-0981-4d49-aeef-a5116acd4694", "timestamp": 1795790747117}', NULL);
INSERT INTO public.rejected_actions (id, page_id, seq, received_at, rejected_at, source, name, study, user_id, message, reasons, body, context, replayed_at) OVERRIDING SYSTEM VALUE VALUES (12, '44523806-f30e-4b9f-8957-e75c36ada041', 10, '2026-11-27 14:46:47.029+00', '2026-11-27 14:46:48.156506+00', 'v2', 'x', 'tests', 'p004', 'b: Holds a lone surrogate.', '{"b": ["Holds a lone surrogate."]}', '\x7b22736571223a2031302c202274223a203130302e302c202276696577223a20302c20226e616d65223a202278222c202262223a20225c7564383030227d', '{"url": "https://shop.example/cart?x=1", "title": "Cart", "viewport_w": 1440, "viewport_h": 812, "user": "p004", "condition_1": "A", "condition_2": "dark", "study": "tests", "session_id": "1194b117-0981-4d49-aeef-a5116acd4694", "timestamp": 1795790747127}', NULL);
INSERT INTO public.rejected_actions (id, page_id, seq, received_at, rejected_at, source, name, study, user_id, message, reasons, body, context, replayed_at) OVERRIDING SYSTEM VALUE VALUES (13, '44523806-f30e-4b9f-8957-e75c36ada041', 11, '2026-11-27 14:46:47.029+00', '2026-11-27 14:46:48.156506+00', 'v2', 'mousemove', 'tests', 'p004', 'n: dt, x and y must hold n samples each.', '{"n": ["dt, x and y must hold n samples each."]}', '\x7b22736571223a2031312c202274223a203131302e302c202276696577223a20302c20226e616d65223a20226d6f7573656d6f7665222c20226e223a20332c20226474223a205b305d2c202278223a205b315d2c202279223a205b315d7d', '{"url": "https://shop.example/cart?x=1", "title": "Cart", "viewport_w": 1440, "viewport_h": 812, "user": "p004", "condition_1": "A", "condition_2": "dark", "study": "tests", "session_id": "1194b117-0981-4d49-aeef-a5116acd4694", "timestamp": 1795790747137}', NULL);
INSERT INTO public.rejected_actions (id, page_id, seq, received_at, rejected_at, source, name, study, user_id, message, reasons, body, context, replayed_at) OVERRIDING SYSTEM VALUE VALUES (14, '44523806-f30e-4b9f-8957-e75c36ada041', 12, '2026-11-27 14:46:47.029+00', '2026-11-27 14:46:48.156506+00', 'v2', 'mousemove', 'tests', 'p004', 'dt: Field may not be null.', '{"dt": {"1": ["Field may not be null."]}}', '\x7b22736571223a2031322c202274223a203132302e302c202276696577223a20302c20226e616d65223a20226d6f7573656d6f7665222c20226e223a20322c20226474223a205b302c206e756c6c5d2c202278223a205b312c20315d2c202279223a205b312c20315d7d', '{"url": "https://shop.example/cart?x=1", "title": "Cart", "viewport_w": 1440, "viewport_h": 812, "user": "p004", "condition_1": "A", "condition_2": "dark", "study": "tests", "session_id": "1194b117-0981-4d49-aeef-a5116acd4694", "timestamp": 1795790747147}', NULL);
INSERT INTO public.rejected_actions (id, page_id, seq, received_at, rejected_at, source, name, study, user_id, message, reasons, body, context, replayed_at) OVERRIDING SYSTEM VALUE VALUES (15, '44523806-f30e-4b9f-8957-e75c36ada041', 13, '2026-11-27 14:46:47.029+00', '2026-11-27 14:46:48.156506+00', 'v2', 'x', 'tests', '[]', 'user: Not a text.; page_x: Not a valid number.', '{"user": ["Not a text."], "page_x": ["Not a valid number."]}', '\x7b22736571223a2031332c202274223a203133302e302c202276696577223a20302c20226e616d65223a202278222c2022706167655f78223a202261222c202275736572223a205b5d7d', '{"url": "https://shop.example/cart?x=1", "title": "Cart", "viewport_w": 1440, "viewport_h": 812, "user": "p004", "condition_1": "A", "condition_2": "dark", "study": "tests", "session_id": "1194b117-0981-4d49-aeef-a5116acd4694", "timestamp": 1795790747157}', NULL);
INSERT INTO public.rejected_actions (id, page_id, seq, received_at, rejected_at, source, name, study, user_id, message, reasons, body, context, replayed_at) OVERRIDING SYSTEM VALUE VALUES (16, '44523806-f30e-4b9f-8957-e75c36ada041', 14, '2026-11-27 14:46:47.029+00', '2026-11-27 14:46:48.156506+00', 'v2', 'x', 'tests', 'p004', 'anna: Holds a NUL character.', '{"anna": ["Holds a NUL character."]}', '\x7b22736571223a2031342c202274223a203134302e302c202276696577223a20302c20226e616d65223a202278222c2022616e6e61223a20225c7530303030227d', '{"url": "https://shop.example/cart?x=1", "title": "Cart", "viewport_w": 1440, "viewport_h": 812, "user": "p004", "condition_1": "A", "condition_2": "dark", "study": "tests", "session_id": "1194b117-0981-4d49-aeef-a5116acd4694", "timestamp": 1795790747167}', NULL);
INSERT INTO public.rejected_actions (id, page_id, seq, received_at, rejected_at, source, name, study, user_id, message, reasons, body, context, replayed_at) OVERRIDING SYSTEM VALUE VALUES (17, '44523806-f30e-4b9f-8957-e75c36ada041', 15, '2026-11-27 14:46:47.029+00', '2026-11-27 14:46:48.156506+00', 'v2', 'submit', 'tests', 'p004', 'form: Not a valid mapping type.', '{"form": ["Not a valid mapping type."]}', '\x7b22736571223a2031352c202274223a203135302e302c202276696577223a20302c20226e616d65223a20227375626d6974222c2022666f726d223a20357d', '{"url": "https://shop.example/cart?x=1", "title": "Cart", "viewport_w": 1440, "viewport_h": 812, "user": "p004", "condition_1": "A", "condition_2": "dark", "study": "tests", "session_id": "1194b117-0981-4d49-aeef-a5116acd4694", "timestamp": 1795790747177}', NULL);
INSERT INTO public.rejected_actions (id, page_id, seq, received_at, rejected_at, source, name, study, user_id, message, reasons, body, context, replayed_at) OVERRIDING SYSTEM VALUE VALUES (18, '44523806-f30e-4b9f-8957-e75c36ada041', 17, '2026-11-27 14:46:47.029+00', '2026-11-27 14:46:48.156506+00', 'v2', 'mousemove', 'tests', 'p004', 'off: Length must be 2.', '{"off": ["Length must be 2."]}', '\x7b22736571223a2031372c202274223a203137302e302c202276696577223a20302c20226e616d65223a20226d6f7573656d6f7665222c20226f6666223a205b315d7d', '{"url": "https://shop.example/cart?x=1", "title": "Cart", "viewport_w": 1440, "viewport_h": 812, "user": "p004", "condition_1": "A", "condition_2": "dark", "study": "tests", "session_id": "1194b117-0981-4d49-aeef-a5116acd4694", "timestamp": 1795790747197}', NULL);
INSERT INTO public.rejected_actions (id, page_id, seq, received_at, rejected_at, source, name, study, user_id, message, reasons, body, context, replayed_at) OVERRIDING SYSTEM VALUE VALUES (19, '44523806-f30e-4b9f-8957-e75c36ada041', 19, '2026-11-27 14:46:47.029+00', '2026-11-27 14:46:48.156506+00', 'v2', 'x', 'tests', 'p004', 'page_x: Number out of range.', '{"page_x": ["Number out of range."]}', '\x7b22736571223a2031392c202274223a203139302e302c202276696577223a20302c20226e616d65223a202278222c2022706167655f78223a2031653430307d', '{"url": "https://shop.example/cart?x=1", "title": "Cart", "viewport_w": 1440, "viewport_h": 812, "user": "p004", "condition_1": "A", "condition_2": "dark", "study": "tests", "session_id": "1194b117-0981-4d49-aeef-a5116acd4694", "timestamp": 1795790747217}', NULL);
INSERT INTO public.rejected_actions (id, page_id, seq, received_at, rejected_at, source, name, study, user_id, message, reasons, body, context, replayed_at) OVERRIDING SYSTEM VALUE VALUES (20, '01a21d79-209a-7ba7-8233-62f2bc27b653', 0, '2026-11-27 14:46:47.193+00', '2026-11-27 14:46:48.167931+00', 'v1', NULL, '', NULL, 'body: Neither an array of actions nor an envelope with a list of actions.', '{"body": ["Neither an array of actions nor an envelope with a list of actions."]}', '\x7b22616374696f6e223a205b5d7d', 'null', NULL);
INSERT INTO public.rejected_actions (id, page_id, seq, received_at, rejected_at, source, name, study, user_id, message, reasons, body, context, replayed_at) OVERRIDING SYSTEM VALUE VALUES (21, '01a21d79-2110-7fcd-a29e-989b2cf3945e', 0, '2026-11-27 14:46:47.312+00', '2026-11-27 14:46:48.192573+00', 'v2', 'x', 'tests', 'p005', 'page_id: Not a valid UUID.', '{"page_id": ["Not a valid UUID."]}', '\x7b22736571223a20302c202274223a20302e302c202276696577223a20302c20226e616d65223a202278227d', '{"url": "https://shop.example/cart?x=1", "title": "Cart", "viewport_w": 1440, "viewport_h": 812, "user": "p005", "condition_1": "A", "condition_2": "dark", "study": "tests", "session_id": "aa4dbddc-950a-4529-97c5-85427efeeae9", "timestamp": 1795790747305}', NULL);
INSERT INTO public.rejected_actions (id, page_id, seq, received_at, rejected_at, source, name, study, user_id, message, reasons, body, context, replayed_at) OVERRIDING SYSTEM VALUE VALUES (22, '3c107f31-9b75-4918-8cf0-6f347758d063', 0, '2026-11-27 14:46:47.243+00', '2026-11-27 14:46:48.215491+00', 'v2', 'x', 'tests', 'p005', 'v: This server reads envelopes with v = 2.', '{"v": ["This server reads envelopes with v = 2."]}', '\x7b22736571223a20302c202274223a20302e302c202276696577223a20302c20226e616d65223a202278227d', '{"url": "https://shop.example/cart?x=1", "title": "Cart", "viewport_w": 1440, "viewport_h": 812, "user": "p005", "condition_1": "A", "condition_2": "dark", "study": "tests", "session_id": "9f267b5a-6b2e-49a2-a7b7-267a28d8aff2", "timestamp": 1795790747236}', NULL);
INSERT INTO public.rejected_actions (id, page_id, seq, received_at, rejected_at, source, name, study, user_id, message, reasons, body, context, replayed_at) OVERRIDING SYSTEM VALUE VALUES (23, '5835f702-6a1d-49be-a87a-761f513bef7a', 0, '2026-11-27 14:46:47.266+00', '2026-11-27 14:46:48.221565+00', 'v2', 'x', 'tests', NULL, 'const: Not an object.', '{"const": ["Not an object."]}', '\x7b22736571223a20302c202274223a20302e302c202276696577223a20302c20226e616d65223a202278227d', '{"url": "https://shop.example/cart?x=1", "title": "Cart", "viewport_w": 1440, "viewport_h": 812, "study": "tests", "session_id": "deb6c2d1-97a9-4e8c-a775-75d06b698776", "timestamp": 1795790747263}', NULL);
INSERT INTO public.rejected_actions (id, page_id, seq, received_at, rejected_at, source, name, study, user_id, message, reasons, body, context, replayed_at) OVERRIDING SYSTEM VALUE VALUES (24, '01a21d79-212a-7d37-b0f5-63fb08accc36', 0, '2026-11-27 14:46:47.338+00', '2026-11-27 14:46:48.248846+00', 'event', 'link click', '', NULL, 'session_id: Not a valid UUID.', '{"session_id": ["Not a valid UUID."]}', '\x7b2273657373696f6e5f6964223a20226e6f222c202263617465676f7279223a20227061676520696e746572616374696f6e222c20226e616d65223a20226c696e6b20636c69636b222c202274696d657374616d70223a2022323032322d30342d30312030393a31353a32372e323433383630222c202264617461223a207b22686f7374223a20227777772e6578616d706c652e6f7267222c202270617468223a20222f222c2022656c656d656e74223a20227265676973746572227d7d', '{}', NULL);
INSERT INTO public.rejected_actions (id, page_id, seq, received_at, rejected_at, source, name, study, user_id, message, reasons, body, context, replayed_at) OVERRIDING SYSTEM VALUE VALUES (25, '01a21d79-2136-7a80-8468-a80a5dd36f68', 0, '2026-11-27 14:46:47.35+00', '2026-11-27 14:46:48.259108+00', 'event', 'link click', '', NULL, 'timestamp: Not a time such as 2022-04-01 09:15:27.243860.', '{"timestamp": ["Not a time such as 2022-04-01 09:15:27.243860."]}', '\x7b2273657373696f6e5f6964223a202264363661633838622d663830312d343938342d393533662d356336623236363439346130222c202263617465676f7279223a20227061676520696e746572616374696f6e222c20226e616d65223a20226c696e6b20636c69636b222c202274696d657374616d70223a20226e6f222c202264617461223a207b22686f7374223a20227777772e6578616d706c652e6f7267222c202270617468223a20222f222c2022656c656d656e74223a20227265676973746572227d7d', '{}', NULL);
INSERT INTO public.rejected_actions (id, page_id, seq, received_at, rejected_at, source, name, study, user_id, message, reasons, body, context, replayed_at) OVERRIDING SYSTEM VALUE VALUES (26, '01a21d79-213d-7e92-b77f-1343c6ff9aa8', 0, '2026-11-27 14:46:47.357+00', '2026-11-27 14:46:48.312685+00', 'event', 'link click', '', NULL, 'category: No class of events has this category and name (page interaction: pageview; page interaction: any name with click in it; form interaction: submit).', '{"category": ["No class of events has this category and name (page interaction: pageview; page interaction: any name with click in it; form interaction: submit)."]}', '\x7b2273657373696f6e5f6964223a202264363661633838622d663830312d343938342d393533662d356336623236363439346130222c202263617465676f7279223a202277656174686572222c20226e616d65223a20226c696e6b20636c69636b222c202274696d657374616d70223a2022323032322d30342d30312030393a31353a32372e323433383630222c202264617461223a207b22686f7374223a20227777772e6578616d706c652e6f7267222c202270617468223a20222f222c2022656c656d656e74223a20227265676973746572227d7d', '{}', NULL);
INSERT INTO public.rejected_actions (id, page_id, seq, received_at, rejected_at, source, name, study, user_id, message, reasons, body, context, replayed_at) OVERRIDING SYSTEM VALUE VALUES (27, '01a21d79-2144-7654-9bf6-15b04b1e87a1', 0, '2026-11-27 14:46:47.364+00', '2026-11-27 14:46:48.322627+00', 'event', 'nope', '', NULL, 'name: No class of events has this category and name (page interaction: pageview; page interaction: any name with click in it; form interaction: submit).', '{"name": ["No class of events has this category and name (page interaction: pageview; page interaction: any name with click in it; form interaction: submit)."]}', '\x7b2273657373696f6e5f6964223a202264363661633838622d663830312d343938342d393533662d356336623236363439346130222c202263617465676f7279223a20227061676520696e746572616374696f6e222c20226e616d65223a20226e6f7065222c202274696d657374616d70223a2022323032322d30342d30312030393a31353a32372e323433383630222c202264617461223a207b22686f7374223a20227777772e6578616d706c652e6f7267222c202270617468223a20222f222c2022656c656d656e74223a20227265676973746572227d7d', '{}', NULL);
INSERT INTO public.rejected_actions (id, page_id, seq, received_at, rejected_at, source, name, study, user_id, message, reasons, body, context, replayed_at) OVERRIDING SYSTEM VALUE VALUES (28, '01a21d79-2151-767e-b308-13936060867d', 0, '2026-11-27 14:46:47.376+00', '2026-11-27 14:46:48.333365+00', 'event', '', '', NULL, 'name: Length must be between 1 and 200.', '{"name": ["Length must be between 1 and 200."]}', '\x7b2273657373696f6e5f6964223a202264363661633838622d663830312d343938342d393533662d356336623236363439346130222c202263617465676f7279223a20227061676520696e746572616374696f6e222c20226e616d65223a2022222c202274696d657374616d70223a2022323032322d30342d30312030393a31353a32372e323433383630222c202264617461223a207b22686f7374223a20227777772e6578616d706c652e6f7267222c202270617468223a20222f222c2022656c656d656e74223a20227265676973746572227d7d', '{}', NULL);
INSERT INTO public.rejected_actions (id, page_id, seq, received_at, rejected_at, source, name, study, user_id, message, reasons, body, context, replayed_at) OVERRIDING SYSTEM VALUE VALUES (29, '01a21d79-21f0-7f47-bf45-d2ec921cb61c', 0, '2026-11-27 14:46:47.531+00', '2026-11-27 14:46:48.355448+00', 'event', 'link click', '', NULL, 'timestamp: Lies in the future of its receipt.', '{"timestamp": ["Lies in the future of its receipt."]}', '\x7b2273657373696f6e5f6964223a202264363661633838622d663830312d343938342d393533662d356336623236363439346130222c202263617465676f7279223a20227061676520696e746572616374696f6e222c20226e616d65223a20226c696e6b20636c69636b222c202274696d657374616d70223a2022323039392d30312d30312030303a30303a3030222c202264617461223a207b22686f7374223a20227777772e6578616d706c652e6f7267222c202270617468223a20222f222c2022656c656d656e74223a20227265676973746572227d7d', '{}', NULL);
INSERT INTO public.rejected_actions (id, page_id, seq, received_at, rejected_at, source, name, study, user_id, message, reasons, body, context, replayed_at) OVERRIDING SYSTEM VALUE VALUES (30, '01a21d79-2203-786d-bb78-8d4f2636b1ec', 0, '2026-11-27 14:46:47.554+00', '2026-11-27 14:46:48.425946+00', 'event', 'link click', '', NULL, 'data.element: Missing data for required field.; data.x: Unknown field.', '{"data": {"x": ["Unknown field."], "element": ["Missing data for required field."]}}', '\x7b2273657373696f6e5f6964223a202264363661633838622d663830312d343938342d393533662d356336623236363439346130222c202263617465676f7279223a20227061676520696e746572616374696f6e222c20226e616d65223a20226c696e6b20636c69636b222c202274696d657374616d70223a2022323032322d30342d30312030393a31353a32372e323433383630222c202264617461223a207b22686f7374223a202268222c202270617468223a20222f222c202278223a20317d7d', '{}', NULL);
INSERT INTO public.rejected_actions (id, page_id, seq, received_at, rejected_at, source, name, study, user_id, message, reasons, body, context, replayed_at) OVERRIDING SYSTEM VALUE VALUES (31, '01a21d79-2219-7418-976e-8cfb2eba1fe3', 0, '2026-11-27 14:46:47.577+00', '2026-11-27 14:46:48.466692+00', 'event', 'link click', '', NULL, 'data: Not a valid mapping type.', '{"data": ["Not a valid mapping type."]}', '\x7b2273657373696f6e5f6964223a202264363661633838622d663830312d343938342d393533662d356336623236363439346130222c202263617465676f7279223a20227061676520696e746572616374696f6e222c20226e616d65223a20226c696e6b20636c69636b222c202274696d657374616d70223a2022323032322d30342d30312030393a31353a32372e323433383630222c202264617461223a205b5d7d', '{}', NULL);
INSERT INTO public.rejected_actions (id, page_id, seq, received_at, rejected_at, source, name, study, user_id, message, reasons, body, context, replayed_at) OVERRIDING SYSTEM VALUE VALUES (32, '01a21d79-2223-7386-b4e5-006f332e1e45', 0, '2026-11-27 14:46:47.587+00', '2026-11-27 14:46:48.49415+00', 'event', 'link click', '', NULL, 'data: Missing data for required field.', '{"data": ["Missing data for required field."]}', '\x7b2273657373696f6e5f6964223a202264363661633838622d663830312d343938342d393533662d356336623236363439346130222c202263617465676f7279223a20227061676520696e746572616374696f6e222c20226e616d65223a20226c696e6b20636c69636b222c202274696d657374616d70223a2022323032322d30342d30312030393a31353a32372e323433383630227d', '{}', NULL);
INSERT INTO public.rejected_actions (id, page_id, seq, received_at, rejected_at, source, name, study, user_id, message, reasons, body, context, replayed_at) OVERRIDING SYSTEM VALUE VALUES (33, '01a21d79-220a-785b-89d8-1d2a273b52a7', 0, '2026-11-27 14:46:47.562+00', '2026-11-27 14:46:48.517493+00', 'event', 'link click', '', NULL, 'data.anna: bert: Unknown field.', '{"data": {"anna: bert": ["Unknown field."]}}', '\x7b2273657373696f6e5f6964223a202264363661633838622d663830312d343938342d393533662d356336623236363439346130222c202263617465676f7279223a20227061676520696e746572616374696f6e222c20226e616d65223a20226c696e6b20636c69636b222c202274696d657374616d70223a2022323032322d30342d30312030393a31353a32372e323433383630222c202264617461223a207b22686f7374223a202268222c202270617468223a20222f222c2022656c656d656e74223a202265222c2022616e6e613a2062657274223a20317d7d', '{}', NULL);
INSERT INTO public.rejected_actions (id, page_id, seq, received_at, rejected_at, source, name, study, user_id, message, reasons, body, context, replayed_at) OVERRIDING SYSTEM VALUE VALUES (10, '44523806-f30e-4b9f-8957-e75c36ada041', 8, '2026-11-27 14:46:47.029+00', '2026-11-27 14:46:48.156506+00', 'v2', 'consent', 'tests', 'p004', 'granted: Missing data for required field.', '{"granted": ["Missing data for required field."]}', '\x7b22736571223a20382c202274223a2038302e302c202276696577223a20302c20226e616d65223a2022636f6e73656e74227d', '{"url": "https://shop.example/cart?x=1", "title": "Cart", "viewport_w": 1440, "viewport_h": 812, "user": "p004", "condition_1": "A", "condition_2": "dark", "study": "tests", "session_id": "1194b117-0981-4d49-aeef-a5116acd4694", "timestamp": 1795790747107}', '2026-11-27 14:46:52.85138+00');
INSERT INTO public.submits (page_id, seq, occurred_at, study, user_id, session_id, condition_1, condition_2, path, task, element_id, form_id, fields, form, valid, host) VALUES ('2c069337-3e7a-4ef7-8f2e-05d98afbb7d6', 4, '2026-11-27 14:45:46.552+00', 'tests', 'p001', '54a63770-df02-4f24-b9ec-03ff1cfc8af6', 'A', 'dark', '/cart', NULL, NULL, 'f', '["age"]', NULL, true, 'shop.example');
INSERT INTO public.submits (page_id, seq, occurred_at, study, user_id, session_id, condition_1, condition_2, path, task, element_id, form_id, fields, form, valid, host) VALUES ('5915ddc9-4189-42ec-844a-c138d8f1b7c2', 4, '2026-11-27 14:45:46.85+00', 'tests', 'p002', '6859ba62-9ec1-4fee-8a42-1ae8a4aa6508', 'A', 'dark', '/cart', NULL, NULL, 'f', '["age"]', NULL, true, 'shop.example');
SELECT pg_catalog.setval('public.rejected_actions_id_seq', 33, true);
SELECT pg_catalog.setval('public.users_id_seq', 1, true);
ALTER TABLE ONLY public.alembic_version
    ADD CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num);
ALTER TABLE ONLY public.batches
    ADD CONSTRAINT batches_pkey PRIMARY KEY (batch_id);
ALTER TABLE ONLY public.clicks
    ADD CONSTRAINT clicks_pkey PRIMARY KEY (page_id, seq);
ALTER TABLE ONLY public.page_views
    ADD CONSTRAINT page_views_pkey PRIMARY KEY (page_id, seq);
ALTER TABLE ONLY public.pages
    ADD CONSTRAINT pages_pkey PRIMARY KEY (page_id);
ALTER TABLE ONLY public.participants
    ADD CONSTRAINT participants_pkey PRIMARY KEY (study, user_id);
ALTER TABLE ONLY public.positions_screen
    ADD CONSTRAINT positions_screen_pkey PRIMARY KEY (page_id, seq, sample);
ALTER TABLE ONLY public.raw_actions
    ADD CONSTRAINT raw_actions_pkey PRIMARY KEY (page_id, seq);
ALTER TABLE ONLY public.rejected_actions
    ADD CONSTRAINT rejected_actions_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.submits
    ADD CONSTRAINT submits_pkey PRIMARY KEY (page_id, seq);
ALTER TABLE ONLY public.users
    ADD CONSTRAINT users_name_key UNIQUE (name);
ALTER TABLE ONLY public.users
    ADD CONSTRAINT users_pkey PRIMARY KEY (id);
CREATE INDEX batches_page_id_idx ON public.batches USING btree (page_id);
CREATE INDEX batches_received_at_idx ON public.batches USING btree (received_at);
CREATE INDEX clicks_study_user_id_idx ON public.clicks USING btree (study, user_id);
CREATE INDEX page_views_study_user_id_idx ON public.page_views USING btree (study, user_id);
CREATE INDEX positions_screen_study_user_id_idx ON public.positions_screen USING btree (study, user_id);
CREATE INDEX raw_actions_name_received_at_page_id_seq_idx ON public.raw_actions USING btree (name, received_at, page_id, seq);
CREATE INDEX raw_actions_received_at_page_id_seq_idx ON public.raw_actions USING btree (received_at, page_id, seq);
CREATE INDEX raw_actions_study_received_at_page_id_seq_idx ON public.raw_actions USING btree (study, received_at, page_id, seq);
CREATE INDEX raw_actions_user_id_received_at_page_id_seq_idx ON public.raw_actions USING btree (user_id, received_at, page_id, seq);
CREATE INDEX rejected_actions_name_received_at_page_id_seq_idx ON public.rejected_actions USING btree (name, received_at, page_id, seq);
CREATE UNIQUE INDEX rejected_actions_page_id_seq_idx ON public.rejected_actions USING btree (page_id, seq);
CREATE INDEX rejected_actions_received_at_page_id_seq_idx ON public.rejected_actions USING btree (received_at, page_id, seq);
CREATE INDEX rejected_actions_study_received_at_page_id_seq_idx ON public.rejected_actions USING btree (study, received_at, page_id, seq);
CREATE INDEX rejected_actions_user_id_received_at_page_id_seq_idx ON public.rejected_actions USING btree (user_id, received_at, page_id, seq);
CREATE INDEX submits_study_user_id_idx ON public.submits USING btree (study, user_id);
