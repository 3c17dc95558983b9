-- What a dump can get wrong: names, shapes of tables, settings that change how values look.
-- Load it with psql -X -v ON_ERROR_STOP=1 into an empty UTF8 database, as a superuser.

SET client_min_messages = warning;

-- ---- identifiers ----

CREATE SCHEMA "We""ird 'schéma'
with a newline";
CREATE TABLE "We""ird 'schéma'
with a newline"."tab""le	\. 東京; -- x" (
	"select" integer PRIMARY KEY,
	"a ""quoted"" column" text,
	"line
break" text DEFAULT 'x
-- pgdumpstream end {"format":1}
y',
	"$1" text,
	"%s%n" text
);
INSERT INTO "We""ird 'schéma'
with a newline"."tab""le	\. 東京; -- x" VALUES
	(1, E'tab\there', E'back\\slash', E'\\.', NULL), (2, '', '\N', 'end', '%s'), (3, E'\x01\x7f', '-- pgdumpstream end {}', E'\r\n', 'é');
COMMENT ON TABLE "We""ird 'schéma'
with a newline"."tab""le	\. 東京; -- x" IS E'TOC entry 5 (\n-- TOC entry 210 (class 1259 OID 16384)\n';
CREATE TABLE "-n" ("--help" integer);
INSERT INTO "-n" VALUES (1);
CREATE TABLE "PUBLIC" (a integer);
INSERT INTO "PUBLIC" SELECT generate_series(1, 10);

-- ---- shapes ----

CREATE TABLE no_columns ();
INSERT INTO no_columns SELECT FROM generate_series(1, 7);
CREATE TABLE all_dropped (a integer, b text);
INSERT INTO all_dropped SELECT i, 'b' FROM generate_series(1, 5) i;
ALTER TABLE all_dropped DROP a, DROP b;
CREATE TABLE some_dropped (a integer, b text, c integer DEFAULT 3, d text);
INSERT INTO some_dropped SELECT i, 'b' || i, i, 'd' FROM generate_series(1, 50) i;
ALTER TABLE some_dropped DROP b;
ALTER TABLE some_dropped ADD e timestamptz DEFAULT '2024-02-29 12:34:56.789+00';
CREATE TABLE generated (a integer, twice integer GENERATED ALWAYS AS (a * 2) STORED, b text);
INSERT INTO generated (a, b) SELECT i, i::text FROM generate_series(1, 20) i;
CREATE TABLE only_generated (one integer GENERATED ALWAYS AS (1) STORED);
INSERT INTO only_generated SELECT FROM generate_series(1, 3);
CREATE TABLE identity_always (id integer GENERATED ALWAYS AS IDENTITY (START 100 INCREMENT 5), t text);
INSERT INTO identity_always (t) SELECT 'x' FROM generate_series(1, 9);
CREATE TABLE empty (a integer);
CREATE UNLOGGED TABLE unlogged (a integer);
INSERT INTO unlogged SELECT generate_series(1, 100);

CREATE TABLE parent (a integer, b text);
CREATE TABLE child (c integer) INHERITS (parent);
INSERT INTO parent VALUES (1, 'parent');
INSERT INTO child VALUES (2, 'child', 3);
CREATE TABLE parts (k integer NOT NULL, v text) PARTITION BY RANGE (k);
CREATE TABLE parts_low (v text, k integer NOT NULL);
ALTER TABLE parts ATTACH PARTITION parts_low FOR VALUES FROM (0) TO (100);
CREATE TABLE parts_high PARTITION OF parts FOR VALUES FROM (100) TO (1000) PARTITION BY HASH (k);
CREATE TABLE parts_high_0 PARTITION OF parts_high FOR VALUES WITH (MODULUS 2, REMAINDER 0);
CREATE TABLE parts_high_1 PARTITION OF parts_high FOR VALUES WITH (MODULUS 2, REMAINDER 1);
CREATE TABLE parts_rest PARTITION OF parts DEFAULT;
INSERT INTO parts SELECT i, 'v' || i FROM generate_series(0, 1100) i;

-- Several chunks, with holes and moved rows.
CREATE TABLE chunky (id integer PRIMARY KEY, pad text) WITH (fillfactor = 10);
INSERT INTO chunky SELECT i, repeat(md5(i::text), 8) FROM generate_series(1, 20000) i;
DELETE FROM chunky WHERE id % 10 = 3 OR id BETWEEN 4000 AND 6000;
UPDATE chunky SET pad = 'moved' || id WHERE id % 11 = 1;
-- TOAST.
CREATE TABLE toasty (id integer, doc text, bin bytea);
ALTER TABLE toasty ALTER doc SET STORAGE EXTERNAL, ALTER bin SET STORAGE EXTERNAL;
INSERT INTO toasty SELECT i, repeat(md5(i::text), 2000), decode(repeat(md5(i::text), 1000), 'hex')
FROM generate_series(1, 60) i;

-- ---- values ----

CREATE TYPE pair AS (x integer, y text);
CREATE TABLE valued (
	f4 real, f8 double precision, n numeric, i interval, d date, ts timestamp, tz timestamptz,
	b bytea, j jsonb, arr text[], p pair, r int4range, c "char", x xml, bits bit(5), m money, o oid, rc regclass, rt regtype
);
INSERT INTO valued VALUES (0.1, 0.1, 'NaN', '1 year -2 mons +3 days 04:05:06.789', '0044-03-15 BC', 'infinity', '2024-03-31 02:30:00+02',
	'\x00ff5c27', '{"a": "\u00e9\n\\"}', ARRAY['a,b', NULL, '"', '\', E'\n'], ROW(1, E'"\\'), 'empty', '\200', '<a>&amp;</a>', B'10101', 1234.56, 4294967295,
	'pg_class', 'pair'),
	(-0.0, 1e-300, 1e100, '-1 day', 'infinity', '0001-01-01 BC', '-infinity', '', 'null', '{}', ROW(NULL, NULL), '[1,5)', 'a', '<b/>', B'00000', -1, 0, 'chunky', 'text'),
	(3.4028235e38, 1.7976931348623157e308, 0.1, 'P1Y', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL);

-- ---- names that stand in front of the system's, for whoever has a search_path ----

CREATE SCHEMA trap;
CREATE FUNCTION trap.format(text, VARIADIC text[]) RETURNS text LANGUAGE sql AS 'SELECT ''trapped''';
CREATE FUNCTION trap.quote_ident(text) RETURNS text LANGUAGE sql AS 'SELECT ''trapped''';
CREATE FUNCTION trap.ge(tid, tid) RETURNS boolean LANGUAGE sql AS 'SELECT false';
CREATE OPERATOR trap.>= (LEFTARG = tid, RIGHTARG = tid, FUNCTION = trap.ge);
CREATE FUNCTION trap.eq(name, name) RETURNS boolean LANGUAGE sql AS 'SELECT false';
CREATE OPERATOR trap.= (LEFTARG = name, RIGHTARG = name, FUNCTION = trap.eq);
CREATE TABLE trap.pg_class (oid oid, relname name);
CREATE TABLE public.pg_attribute (attname name);

-- ---- sequences, large objects ----

CREATE SEQUENCE down INCREMENT -3 MINVALUE -1000 MAXVALUE 50 START 50 CYCLE;
SELECT nextval('down'), nextval('down');
CREATE SEQUENCE untouched AS smallint;
CREATE SEQUENCE "S""q";
SELECT setval('"S""q"', 9223372036854775807);
SELECT lo_from_bytea(4242, '\x00010203ff');
SELECT lo_create(4243);
SELECT lo_from_bytea(4244, decode(repeat(md5('big'), 200000), 'hex'));
SELECT lo_from_bytea(4245, decode(repeat(md5('exact'), 1024), 'hex')); -- one piece of 16,384 bytes
COMMENT ON LARGE OBJECT 4242 IS 'a comment';

-- ---- the rest is pg_dump's, but has to stand on the right side of the rows ----

CREATE TABLE ref_a (id integer PRIMARY KEY, b integer);
CREATE TABLE ref_b (id integer PRIMARY KEY, a integer REFERENCES ref_a);
ALTER TABLE ref_a ADD FOREIGN KEY (b) REFERENCES ref_b DEFERRABLE INITIALLY DEFERRED;
BEGIN;
INSERT INTO ref_a VALUES (1, 1);
INSERT INTO ref_b VALUES (1, 1);
COMMIT;
CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'no rows; here -- or $x$ there'; END $$;
CREATE TABLE guarded (a integer);
INSERT INTO guarded VALUES (1);
CREATE TRIGGER no_insert BEFORE INSERT ON guarded FOR EACH ROW EXECUTE FUNCTION refuse();
CREATE RULE nothing AS ON INSERT TO empty DO INSTEAD NOTHING;
CREATE TABLE secured (a integer);
INSERT INTO secured VALUES (1), (2);
ALTER TABLE secured ENABLE ROW LEVEL SECURITY;
ALTER TABLE secured FORCE ROW LEVEL SECURITY;
CREATE POLICY none ON secured USING (a > 1);
CREATE MATERIALIZED VIEW counted AS SELECT count(*) FROM chunky;
CREATE MATERIALIZED VIEW unpopulated AS SELECT 1 AS one WITH NO DATA;
CREATE VIEW seen AS SELECT * FROM valued;
CREATE FUNCTION atomic(a integer) RETURNS integer LANGUAGE sql BEGIN ATOMIC SELECT CASE WHEN a > 0 THEN 1 ELSE 2 END; SELECT 2; END;
CREATE STATISTICS st ON k, v FROM parts;
CREATE PUBLICATION pub FOR TABLE parent WHERE (a > 0), TABLES IN SCHEMA trap;
CREATE EXTENSION postgres_fdw;
CREATE SERVER far FOREIGN DATA WRAPPER postgres_fdw OPTIONS (host 'nowhere.invalid');
CREATE FOREIGN TABLE remote (a integer) SERVER far;
