-- One of everything that a PostgreSQL 15 database can hold and pg_dump writes, with the names and values
-- that break dumps. Load it with psql -X -v ON_ERROR_STOP=1 into an empty UTF8 database, as a superuser,
-- any number of times in one cluster (roles are shared). Needs Debian's postgresql-15 with its contrib.
--
-- Not here: subscriptions (their database cannot be dropped), tablespaces and extensions of our own
-- (both need directories of the server), security labels (need a provider).

SET client_min_messages = error;
SET check_function_bodies = true;

-- ---- roles ----

DO $$
DECLARE
	name text;
BEGIN
	FOREACH name IN ARRAY ARRAY['zoo owner', 'zoo "quoted"', 'zoo-reader', 'zoo''writer', 'Zoo$Ünïcödé'] LOOP
		IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = name) THEN
			EXECUTE format('CREATE ROLE %I', name);
		END IF;
	END LOOP;
END;
$$;

-- ---- schemas and extensions ----

CREATE SCHEMA zoo;
CREATE SCHEMA "Zoo 2" AUTHORIZATION "zoo owner";
CREATE SCHEMA "empty schema";
COMMENT ON SCHEMA zoo IS E'One of everything.\nSecond line, with a \\backslash and a ''quote''';
COMMENT ON SCHEMA public IS 'changed by the zoo';
GRANT CREATE ON SCHEMA public TO "zoo-reader";
GRANT USAGE ON SCHEMA zoo TO PUBLIC;
GRANT USAGE, CREATE ON SCHEMA zoo TO "zoo owner" WITH GRANT OPTION;

CREATE SCHEMA extensions;
CREATE EXTENSION citext SCHEMA extensions;
CREATE EXTENSION hstore SCHEMA extensions;
CREATE EXTENSION btree_gist SCHEMA extensions;
CREATE EXTENSION pg_trgm SCHEMA extensions;
CREATE EXTENSION file_fdw SCHEMA extensions;
CREATE EXTENSION postgres_fdw SCHEMA extensions;
COMMENT ON EXTENSION citext IS 'the zoo''s own words about citext';
REVOKE EXECUTE ON FUNCTION extensions.similarity(text, text) FROM PUBLIC; -- differs from what the extension granted

-- ---- access by default, and to what comes with PostgreSQL ----

ALTER DEFAULT PRIVILEGES FOR ROLE "zoo owner" REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC;
ALTER DEFAULT PRIVILEGES FOR ROLE "zoo owner" IN SCHEMA zoo GRANT SELECT ON TABLES TO "zoo-reader" WITH GRANT OPTION;
ALTER DEFAULT PRIVILEGES FOR ROLE "zoo ""quoted""" GRANT USAGE ON TYPES TO "zoo-reader";
ALTER DEFAULT PRIVILEGES FOR ROLE "zoo owner" GRANT USAGE ON SCHEMAS TO "Zoo$Ünïcödé";
ALTER DEFAULT PRIVILEGES FOR ROLE "zoo owner" IN SCHEMA zoo GRANT ALL ON SEQUENCES TO "zoo'writer";
REVOKE EXECUTE ON FUNCTION pg_catalog.pg_sleep(double precision) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION pg_catalog.pg_ls_waldir() TO "zoo-reader";
GRANT SELECT (rolname) ON pg_catalog.pg_authid TO "zoo-reader";

-- ---- types ----

CREATE TYPE zoo.mood AS ENUM ('sad', 'it''s', 'back\slash', 'ünï', '');
ALTER TYPE zoo.mood ADD VALUE 'in between' BEFORE 'back\slash';
CREATE TYPE zoo.pair AS (a integer, "b c" text COLLATE "C");
CREATE TYPE zoo.nested AS (p zoo.pair, many zoo.pair[]);
ALTER TYPE zoo.pair ADD ATTRIBUTE d date;
ALTER TYPE zoo.pair DROP ATTRIBUTE d;
CREATE TYPE zoo.span AS RANGE (subtype = double precision, subtype_diff = float8mi, multirange_type_name = zoo.spans);
CREATE TYPE zoo.never_defined; -- a shell
CREATE DOMAIN zoo.positive AS numeric(10, 2) DEFAULT 1 NOT NULL CONSTRAINT "more than 0" CHECK (VALUE > 0);
CREATE DOMAIN zoo.small AS zoo.positive CHECK (VALUE < 100);
ALTER DOMAIN zoo.small ADD CONSTRAINT untried CHECK (VALUE <> 13) NOT VALID;
CREATE DOMAIN zoo.words AS text[] COLLATE "C" CHECK (cardinality(VALUE) < 10);
COMMENT ON TYPE zoo.mood IS 'an enum; with a semicolon';
COMMENT ON DOMAIN zoo.positive IS 'a domain';
COMMENT ON CONSTRAINT "more than 0" ON DOMAIN zoo.positive IS 'a domain constraint';
COMMENT ON COLUMN zoo.pair."b c" IS 'a column of a type';
GRANT USAGE ON TYPE zoo.mood TO "zoo-reader";
REVOKE USAGE ON DOMAIN zoo.small FROM PUBLIC;
ALTER TYPE zoo.pair OWNER TO "zoo owner";

CREATE TYPE zoo.base;
CREATE FUNCTION zoo.base_in(cstring) RETURNS zoo.base LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE AS 'textin';
CREATE FUNCTION zoo.base_out(zoo.base) RETURNS cstring LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE AS 'textout';
CREATE TYPE zoo.base (INPUT = zoo.base_in, OUTPUT = zoo.base_out, LIKE = text, CATEGORY = 'S', DEFAULT = 'x''y');

CREATE COLLATION zoo.nocase (provider = icu, locale = 'und-u-ks-level2', deterministic = false);
CREATE COLLATION zoo.c FROM "C";
COMMENT ON COLLATION zoo.nocase IS 'upper and lower case are equal';

-- ---- functions and what is made of them ----

CREATE FUNCTION zoo.dollars(text) RETURNS text LANGUAGE plpgsql AS $outer$
BEGIN
	-- $$ and $_$ and $body$ inside; a line that looks like the end of data:
	RETURN $in$
\.
COPY zoo.nothing FROM stdin;
\! echo never
-- PostgreSQL database dump complete
$in$ || $1 || '$$' || E'\\';
END;
$outer$;
CREATE FUNCTION zoo.atomic(x integer, y integer DEFAULT 2) RETURNS integer LANGUAGE sql IMMUTABLE
BEGIN ATOMIC
	SELECT x;
	SELECT CASE WHEN x > 0 THEN x + y ELSE (SELECT 1) END;
END;
CREATE FUNCTION zoo.returned(x integer) RETURNS integer LANGUAGE sql RETURN x * 2;
CREATE FUNCTION zoo.all_options(IN a integer, OUT b text, INOUT c zoo.mood, VARIADIC d text[]) LANGUAGE plpgsql STABLE STRICT
	SECURITY DEFINER LEAKPROOF PARALLEL RESTRICTED COST 7 SET search_path = zoo, pg_temp SET "DateStyle" = 'ISO, DMY'
	AS 'BEGIN b := ''it''''s''; END';
CREATE FUNCTION zoo.rows() RETURNS TABLE (x integer, "y z" text) LANGUAGE sql ROWS 5 AS 'SELECT 1, ''a;b''';
CREATE FUNCTION zoo."odd ""name""; --"() RETURNS void LANGUAGE sql AS '';
CREATE PROCEDURE zoo.proc(INOUT n integer) LANGUAGE plpgsql AS $$ BEGIN n := n + 1; END $$;
CREATE PROCEDURE zoo.atomic_proc() LANGUAGE sql BEGIN ATOMIC SELECT 1; SELECT ';' AS x; END;
COMMENT ON FUNCTION zoo.atomic(integer, integer) IS 'the body is parsed';
COMMENT ON PROCEDURE zoo.proc(integer) IS 'a procedure';
REVOKE ALL ON FUNCTION zoo.dollars(text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION zoo.dollars(text) TO "zoo'writer", "zoo-reader";
ALTER FUNCTION zoo.returned(integer) OWNER TO "zoo owner";
ALTER PROCEDURE zoo.proc(integer) DEPENDS ON EXTENSION citext;

CREATE AGGREGATE zoo.longest(text) (SFUNC = text_larger, STYPE = text, INITCOND = '', PARALLEL = safe);
CREATE AGGREGATE zoo.total(integer) (SFUNC = int4_sum, STYPE = bigint, COMBINEFUNC = int8pl, MSFUNC = int4_avg_accum,
	MINVFUNC = int4_avg_accum_inv, MSTYPE = bigint[], MFINALFUNC = int2int4_sum, MINITCOND = '{0,0}');
COMMENT ON AGGREGATE zoo.longest(text) IS 'an aggregate';

CREATE FUNCTION zoo.near(zoo.pair, zoo.pair) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT abs(($1).a - ($2).a) < 2';
CREATE FUNCTION zoo.far(zoo.pair, zoo.pair) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT NOT zoo.near($1, $2)';
CREATE FUNCTION zoo.negate(zoo.pair) RETURNS zoo.pair LANGUAGE sql IMMUTABLE AS 'SELECT ROW(-($1).a, ($1)."b c")::zoo.pair';
CREATE OPERATOR zoo.~~~ (LEFTARG = zoo.pair, RIGHTARG = zoo.pair, FUNCTION = zoo.near, COMMUTATOR = OPERATOR(zoo.~~~),
	NEGATOR = OPERATOR(zoo.!~~~), RESTRICT = contsel, JOIN = contjoinsel);
CREATE OPERATOR zoo.!~~~ (LEFTARG = zoo.pair, RIGHTARG = zoo.pair, FUNCTION = zoo.far, NEGATOR = OPERATOR(zoo.~~~));
CREATE OPERATOR zoo.@#@ (RIGHTARG = zoo.pair, FUNCTION = zoo.negate);
COMMENT ON OPERATOR zoo.@#@ (NONE, zoo.pair) IS 'a prefix operator';

CREATE FUNCTION zoo.compare_backwards(integer, integer) RETURNS integer LANGUAGE sql IMMUTABLE AS 'SELECT btint4cmp($2, $1)';
CREATE OPERATOR FAMILY zoo.backwards USING btree;
CREATE OPERATOR CLASS zoo.backwards_int FOR TYPE integer USING btree FAMILY zoo.backwards AS
	OPERATOR 1 >, OPERATOR 2 >=, OPERATOR 3 =, OPERATOR 4 <=, OPERATOR 5 <, FUNCTION 1 zoo.compare_backwards(integer, integer);
COMMENT ON OPERATOR CLASS zoo.backwards_int USING btree IS 'the other way round';
COMMENT ON OPERATOR FAMILY zoo.backwards USING btree IS 'a family of one';

CREATE FUNCTION zoo.mood_to_int(zoo.mood) RETURNS integer LANGUAGE sql IMMUTABLE AS 'SELECT length($1::text)';
CREATE CAST (zoo.mood AS integer) WITH FUNCTION zoo.mood_to_int(zoo.mood) AS ASSIGNMENT;
CREATE CAST (zoo.base AS text) WITHOUT FUNCTION;
CREATE CAST (text AS zoo.pair) WITH INOUT;
COMMENT ON CAST (zoo.mood AS integer) IS 'a cast';
CREATE TRANSFORM FOR integer LANGUAGE sql (FROM SQL WITH FUNCTION prsd_lextype(internal), TO SQL WITH FUNCTION int4recv(internal));
CREATE CONVERSION zoo.latin FOR 'LATIN1' TO 'UTF8' FROM iso8859_1_to_utf8;
CREATE ACCESS METHOD zoo_heap TYPE TABLE HANDLER heap_tableam_handler;
CREATE ACCESS METHOD zoo_gist TYPE INDEX HANDLER gisthandler;
CREATE OPERATOR CLASS zoo.spans_by_gist DEFAULT FOR TYPE int4range USING zoo_gist AS
	OPERATOR 3 && (anyrange, anyrange), FUNCTION 1 range_gist_consistent(internal, anyrange, smallint, oid, internal),
	FUNCTION 2 range_gist_union(internal, internal), FUNCTION 5 range_gist_penalty(internal, internal, internal),
	FUNCTION 6 range_gist_picksplit(internal, internal), FUNCTION 7 range_gist_same(anyrange, anyrange, internal);
COMMENT ON ACCESS METHOD zoo_heap IS 'heap under another name';
REVOKE USAGE ON LANGUAGE plpgsql FROM PUBLIC;
GRANT USAGE ON LANGUAGE plpgsql TO "zoo owner" WITH GRANT OPTION;

CREATE TEXT SEARCH TEMPLATE zoo.template (INIT = dsimple_init, LEXIZE = dsimple_lexize);
CREATE TEXT SEARCH PARSER zoo.parser (START = prsd_start, GETTOKEN = prsd_nexttoken, END = prsd_end,
	LEXTYPES = prsd_lextype, HEADLINE = prsd_headline);
CREATE TEXT SEARCH DICTIONARY zoo.dictionary (TEMPLATE = zoo.template, STOPWORDS = english, ACCEPT = false);
CREATE TEXT SEARCH CONFIGURATION zoo.configuration (PARSER = zoo.parser);
ALTER TEXT SEARCH CONFIGURATION zoo.configuration ADD MAPPING FOR asciiword, word WITH zoo.dictionary, simple;
COMMENT ON TEXT SEARCH CONFIGURATION zoo.configuration IS 'words';
ALTER TEXT SEARCH DICTIONARY zoo.dictionary OWNER TO "zoo owner";

-- ---- sequences ----

CREATE SEQUENCE zoo.untouched;
CREATE SEQUENCE zoo.down AS smallint INCREMENT -3 MINVALUE -1000 MAXVALUE 77 START 77 CYCLE;
SELECT nextval('zoo.down'), nextval('zoo.down');
CREATE SEQUENCE zoo.cached AS bigint MINVALUE 5 CACHE 20;
SELECT nextval('zoo.cached');
CREATE SEQUENCE zoo.set_not_called;
SELECT setval('zoo.set_not_called', 4711, false);
CREATE SEQUENCE zoo.at_the_end;
SELECT setval('zoo.at_the_end', 9223372036854775807);
CREATE UNLOGGED SEQUENCE zoo.unlogged_sequence;
SELECT setval('zoo.unlogged_sequence', 3);
COMMENT ON SEQUENCE zoo.down IS 'downwards';
GRANT USAGE ON SEQUENCE zoo.down TO "zoo-reader";
ALTER SEQUENCE zoo.cached OWNER TO "zoo owner";

-- ---- tables ----

CREATE TABLE zoo.plain (
	id bigint GENERATED ALWAYS AS IDENTITY (START 100 INCREMENT 10) PRIMARY KEY,
	other bigint GENERATED BY DEFAULT AS IDENTITY UNIQUE DEFERRABLE INITIALLY DEFERRED,
	gone text,
	name varchar(40) NOT NULL DEFAULT 'it''s \ "x"',
	price zoo.positive,
	twice numeric GENERATED ALWAYS AS (price * 2) STORED,
	mood zoo.mood DEFAULT 'sad',
	pair zoo.pair,
	pairs zoo.pair[],
	nocase text COLLATE zoo.nocase,
	words zoo.words,
	"column ""with"" quotes" integer CHECK ("column ""with"" quotes" > 0),
	CONSTRAINT "a check; with a semicolon" CHECK (name <> ';--' AND length(name) < 50),
	CONSTRAINT named UNIQUE NULLS NOT DISTINCT (price, mood)
) WITH (fillfactor = 70, autovacuum_enabled = false, toast.autovacuum_enabled = false);
ALTER TABLE zoo.plain DROP COLUMN gone;
INSERT INTO zoo.plain (name, price, mood, pair, pairs, nocase, words, "column ""with"" quotes")
SELECT 'n' || i, i, (enum_range(NULL::zoo.mood))[i % 6 + 1], ROW(i, repeat('"\', i % 4))::zoo.pair,
	ARRAY[ROW(i, NULL), NULL]::zoo.pair[], 'Nö' || i, ARRAY['a', NULL, 'b"', ''], i
FROM generate_series(1, 50) AS i;
ALTER TABLE zoo.plain ALTER name SET STATISTICS 500, ALTER name SET (n_distinct = -0.5),
	ALTER nocase SET STORAGE external, ALTER words SET COMPRESSION pglz;
ALTER TABLE zoo.plain ADD CONSTRAINT untried CHECK (price < 40) NOT VALID;
COMMENT ON TABLE zoo.plain IS 'a table';
COMMENT ON COLUMN zoo.plain.name IS 'a column';
COMMENT ON CONSTRAINT named ON zoo.plain IS 'a constraint';
GRANT SELECT (id, name), UPDATE (name) ON zoo.plain TO "zoo-reader" WITH GRANT OPTION;
GRANT ALL ON zoo.plain TO "zoo owner" WITH GRANT OPTION;
SET ROLE "zoo owner";
GRANT INSERT, TRUNCATE ON zoo.plain TO "zoo ""quoted""", "zoo'writer";
RESET ROLE;

CREATE TABLE zoo.referring (
	plain_id bigint REFERENCES zoo.plain ON UPDATE CASCADE ON DELETE SET NULL,
	self integer PRIMARY KEY,
	parent integer REFERENCES zoo.referring DEFERRABLE INITIALLY DEFERRED,
	a integer,
	b integer,
	UNIQUE (self, b),
	FOREIGN KEY (plain_id) REFERENCES zoo.plain MATCH FULL,
	FOREIGN KEY (a, b) REFERENCES zoo.referring (self, b) ON DELETE SET NULL (a)
);
INSERT INTO zoo.referring VALUES (100, 1, 2), (110, 2, 1), (NULL, 3, NULL);
ALTER TABLE zoo.referring ADD CONSTRAINT untried FOREIGN KEY (a) REFERENCES zoo.referring NOT VALID;

-- Two tables that need each other: no order of the rows satisfies both keys.
CREATE TABLE zoo.hen (id integer PRIMARY KEY, egg integer);
CREATE TABLE zoo.egg (id integer PRIMARY KEY, hen integer REFERENCES zoo.hen);
INSERT INTO zoo.hen VALUES (1, 1), (2, 1);
INSERT INTO zoo.egg VALUES (1, 2);
ALTER TABLE zoo.hen ADD FOREIGN KEY (egg) REFERENCES zoo.egg;

CREATE TABLE zoo.no_columns ();
INSERT INTO zoo.no_columns SELECT FROM generate_series(1, 3);
CREATE TABLE zoo.only_dropped (a integer, b text);
INSERT INTO zoo.only_dropped VALUES (1, 'x'), (2, 'y');
ALTER TABLE zoo.only_dropped DROP a, DROP b;
CREATE TABLE zoo.only_generated (a integer GENERATED ALWAYS AS (7) STORED);
INSERT INTO zoo.only_generated VALUES (DEFAULT), (DEFAULT);
CREATE TABLE zoo.no_rows (a integer);
CREATE UNLOGGED TABLE zoo.unlogged (a integer PRIMARY KEY);
INSERT INTO zoo.unlogged VALUES (1), (2);
CREATE TABLE zoo.typed OF zoo.pair (a WITH OPTIONS PRIMARY KEY DEFAULT 5);
INSERT INTO zoo.typed VALUES (1, 'one');
CREATE TABLE zoo.other_heap (a integer) USING zoo_heap;
INSERT INTO zoo.other_heap SELECT generate_series(1, 1000);
CREATE TABLE zoo.late_columns (a integer);
INSERT INTO zoo.late_columns VALUES (1), (2);
ALTER TABLE zoo.late_columns ADD b text DEFAULT 'filled in later', ADD c integer;
CREATE TABLE "Zoo 2"."owned" (a integer);
ALTER TABLE "Zoo 2"."owned" OWNER TO "zoo ""quoted""";
REVOKE ALL ON "Zoo 2"."owned" FROM "zoo ""quoted""";

-- ---- partitions and inheritance ----

CREATE TABLE zoo.log (id integer, at date NOT NULL, kind text, dropped integer, body text) PARTITION BY RANGE (at);
CREATE TABLE zoo.log_2024 PARTITION OF zoo.log FOR VALUES FROM (MINVALUE) TO ('2025-01-01') PARTITION BY LIST (kind);
CREATE TABLE zoo.log_2024_a PARTITION OF zoo.log_2024 FOR VALUES IN ('a', 'A''');
CREATE TABLE zoo.log_2024_rest PARTITION OF zoo.log_2024 DEFAULT PARTITION BY HASH (id);
CREATE TABLE zoo.log_2024_rest_0 PARTITION OF zoo.log_2024_rest FOR VALUES WITH (MODULUS 2, REMAINDER 0);
CREATE TABLE zoo.log_2024_rest_1 PARTITION OF zoo.log_2024_rest (body DEFAULT 'one') FOR VALUES WITH (MODULUS 2, REMAINDER 1);
ALTER TABLE zoo.log DROP dropped;
CREATE TABLE "Zoo 2"."log elsewhere" (body text, junk integer, kind text, at date NOT NULL, id integer, CHECK (id > 0));
ALTER TABLE "Zoo 2"."log elsewhere" DROP junk;
ALTER TABLE zoo.log ATTACH PARTITION "Zoo 2"."log elsewhere" FOR VALUES FROM ('2025-01-01') TO ('2027-01-01');
CREATE TABLE zoo.log_default PARTITION OF zoo.log DEFAULT;
INSERT INTO zoo.log SELECT i, date '2023-06-01' + i * 3, (ARRAY['a', 'b', '', 'A'''])[i % 4 + 1], 'body ' || i
FROM generate_series(1, 500) AS i;
ALTER TABLE zoo.log ADD PRIMARY KEY (id, at, kind), ADD note text DEFAULT 'n';
CREATE INDEX log_kind ON zoo.log (kind) WHERE body IS NOT NULL;
CREATE INDEX log_invalid ON ONLY zoo.log (body);
CREATE TABLE zoo.log_comment (id integer, at date, kind text, FOREIGN KEY (id, at, kind) REFERENCES zoo.log);
INSERT INTO zoo.log_comment SELECT id, at, kind FROM zoo.log WHERE id < 10;
CREATE TABLE zoo.log_copy (LIKE zoo.log INCLUDING ALL);
CREATE TABLE zoo.bare_partitioned (a integer) PARTITION BY LIST (a);
CREATE TABLE zoo.by_null (a integer) PARTITION BY LIST (a);
CREATE TABLE zoo.by_null_only PARTITION OF zoo.by_null FOR VALUES IN (NULL);
INSERT INTO zoo.by_null VALUES (NULL);
CREATE TABLE zoo.by_expression (a integer, b text) PARTITION BY RANGE ((a % 10), lower(b) COLLATE "C" text_ops);
CREATE TABLE zoo.by_expression_1 PARTITION OF zoo.by_expression FOR VALUES FROM (0, MINVALUE) TO (5, 'm''x');
INSERT INTO zoo.by_expression VALUES (3, 'x'), (5, 'A');

CREATE TABLE zoo.animal (name text NOT NULL, legs integer DEFAULT 4, CONSTRAINT own CHECK (legs > 0) NO INHERIT,
	CONSTRAINT named CHECK (name <> ''));
CREATE TABLE zoo.flying (name text NOT NULL, wings integer DEFAULT 2);
CREATE TABLE zoo.bird (legs integer DEFAULT 2, colour text) INHERITS (zoo.animal, zoo.flying);
CREATE TABLE zoo.parrot (words text[]) INHERITS (zoo.bird);
INSERT INTO zoo.animal VALUES ('dog', DEFAULT), ('cat', 3);
INSERT INTO zoo.bird (name, colour) VALUES ('blackbird', 'black');
INSERT INTO zoo.parrot (name, words) VALUES ('polly', '{cracker}');
ALTER TABLE ONLY zoo.bird ALTER wings SET DEFAULT 3;
CREATE TABLE zoo.egg_free (eggs integer) INHERITS (zoo.flying);
ALTER TABLE zoo.egg_free NO INHERIT zoo.flying;

-- ---- values ----

CREATE TABLE zoo.numbers (f4 real, f8 double precision, n numeric, i2 smallint, i8 bigint, m money, o oid, b boolean,
	bits varbit, lsn pg_lsn, x xid8);
INSERT INTO zoo.numbers (f4, f8, n, i2, i8) VALUES
	('NaN', 'NaN', 'NaN', -32768, -9223372036854775808),
	('Infinity', '-Infinity', 'Infinity', 32767, 9223372036854775807),
	('-0', '-0', '-Infinity', 0, 0),
	('1.17549435e-38', '5e-324', '1e-1000', 1, 1),
	('3.4028235e38', '1.7976931348623157e308', '1e1000', 1, 1),
	('0.1', '0.30000000000000004', '0.00000', NULL, NULL),
	('16777217', '9007199254740993', '12345678901234567890.12345678901234567890', NULL, NULL);
INSERT INTO zoo.numbers (m, o, b, bits, lsn, x) VALUES
	('-92233720368547758.08', 4294967295, true, B'', 'FFFFFFFF/FFFFFFFF', '18446744073709551615'),
	('0.01', 0, false, B'1010011', '0/0', '0');
CREATE TABLE zoo.times (d date, t time, tz timetz, ts timestamp, tstz timestamptz, i interval);
INSERT INTO zoo.times VALUES
	('4713-01-01 BC', '00:00:00.000001', '23:59:59.999999+15:59', '4714-11-24 00:00:00 BC', '294276-12-31 23:59:59.999999+00',
		'-1 year -2 mons +3 days -04:05:06.789'),
	('infinity', '24:00:00', '24:00:00-15:59', '-infinity', 'infinity', '178000000 years'),
	('-infinity', NULL, NULL, 'infinity', '-infinity', '-178000000 years'),
	('5874897-12-31', '12:00', '12:00:00+05:45:30', '1900-02-28 12:00', '1883-11-18 12:03:58-04:56:02', '0'),
	('0044-03-15 BC', NULL, NULL, '0001-12-31 BC', '0001-01-01 00:00:00+00 BC', '1 mon -1 day');
CREATE TABLE zoo.strings (id integer, v text, c "char", bp char(5), n name, x xml, j json, jb jsonb, u uuid);
INSERT INTO zoo.strings (id, v) VALUES
	(1, ''), (2, NULL), (3, '\N'), (4, '\.'), (5, E'\n\\.\n'), (6, E'tab\ttab'), (7, E'\r\n\r'),
	(8, E'\x01\x02\x07\b\v\f\x1b\x7f'), (9, 'trailing backslash\'), (10, ' '), (11, 'NULL'),
	(12, E'-- comment\nSELECT 1;\n\\connect postgres'), (13, '''"`$$;'), (14, '😀 日本語 עברית ﷽'), (15, U&'\200B\FEFF\2028'),
	(16, E'COPY zoo.strings FROM stdin;\n1\n\\.\n'), (17, repeat(E'\\', 1000)), (18, repeat(E'\n', 1000));
INSERT INTO zoo.strings (id, c, bp, n, x, j, jb, u) VALUES
	(20, '\', 'a', repeat('n', 63), '<a b="&lt;">&amp;<!-- x --></a>', ' { "a" : 1, "a" : 2.50, "b":"\u00e9\n" } ',
		'{"b": [1, null, "x\\y"], "a": 1.10}', 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'),
	(21, '', '     ', '', '', '""', '"\u0001"', '00000000-0000-0000-0000-000000000000');
CREATE TABLE zoo.bytes (id integer, v bytea);
INSERT INTO zoo.bytes SELECT 0, decode(string_agg(lpad(to_hex(i), 2, '0'), '' ORDER BY i), 'hex') FROM generate_series(0, 255) AS i;
INSERT INTO zoo.bytes VALUES (1, ''), (2, NULL), (3, '\x5c2e0a'), (4, '\x00');
CREATE TABLE zoo.arrays (a integer[], b text[][], c integer[], d zoo.mood[], e zoo.nested, f int4range, g zoo.spans,
	h int4multirange, k tsvector, l tsquery, p point, q path, r polygon, s inet, t macaddr8, u extensions.hstore,
	w extensions.citext, y jsonpath, z zoo.base);
INSERT INTO zoo.arrays VALUES
	('{}', '{{a,NULL},{"",\\}}', '[0:2]={1,2,3}', '{sad,it''s,""}', ROW(ROW(1, 'x,"y'), ARRAY[ROW(NULL, ''), NULL]::zoo.pair[]),
		'empty', '{[1.5,2),[3,)}', '{}', '''it''''s'':3A fat:1,2B', 'a & !b <-> c:*', '(1e300,-0)', '[(0,0),(1,1)]',
		'((0,0),(1,1),(2,0))', '::ffff:1.2.3.4/128', '08:00:2b:01:02:03:04:05', 'a=>1, "b c"=>NULL, "\""=>"\\"', 'CiText',
		'$.a[*] ? (@ > 1)', 'base\'),
	('[2147483646:2147483646]={1}', '{}', '{NULL}', NULL, NULL, '(,)', '{}', '{[1,2),[3,4)}', '', NULL, '(Infinity,NaN)',
		'((1,1))', NULL, '10.0.0.0/8', NULL, '', '', NULL, '');
-- Values larger than any buffer, compressed and not, and a row of many columns.
CREATE TABLE zoo.wide (id integer, v text, raw bytea);
ALTER TABLE zoo.wide ALTER raw SET STORAGE external;
INSERT INTO zoo.wide SELECT 1, repeat('0123456789abcdef', 400000), decode(string_agg(md5(i::text), '' ORDER BY i), 'hex')
FROM generate_series(1, 200000) AS i;
INSERT INTO zoo.wide VALUES (2, 'small', NULL);
DO $$
BEGIN
	EXECUTE format('CREATE TABLE zoo.many_columns (%s)',
		(SELECT string_agg(format('"c %s" integer DEFAULT %s', i, i), ', ' ORDER BY i) FROM generate_series(1, 1500) AS i));
	INSERT INTO zoo.many_columns DEFAULT VALUES;
END;
$$;

-- ---- names ----

CREATE TABLE zoo."-leading --dashes" ("-a" integer);
CREATE TABLE zoo."new
line; DROP TABLE zoo.plain; --" ("co
lumn" text DEFAULT E'a\nb');
CREATE TABLE zoo."tab	and \backslash" ("\." text);
CREATE TABLE zoo."$(touch /tmp/x) `id` %s %n" ("%d" integer);
CREATE TABLE zoo."'single' ""double"" $$dollar$$" ("""" integer, "'" integer);
CREATE TABLE zoo."select" ("from" integer, "user" integer, "Mixed Case" integer, " " integer);
CREATE TABLE zoo."ünïcödé 日本語 😀" ("ß" text);
CREATE TABLE zoo."a.b" ("c.d" integer);
CREATE TABLE zoo."../../etc/passwd" ("{""a"": 1}" integer);
CREATE TABLE zoo."sixty-three bytes, which is as long as a name may be in Postgre" (a integer);
INSERT INTO zoo."-leading --dashes" VALUES (1);
INSERT INTO zoo."new
line; DROP TABLE zoo.plain; --" VALUES (DEFAULT), ('x');
INSERT INTO zoo."tab	and \backslash" VALUES ('\.');
INSERT INTO zoo."$(touch /tmp/x) `id` %s %n" VALUES (2);
INSERT INTO zoo."'single' ""double"" $$dollar$$" VALUES (1, 2);
INSERT INTO zoo."select" VALUES (1, 2, 3, 4);
INSERT INTO zoo."ünïcödé 日本語 😀" VALUES ('ß');
INSERT INTO zoo."a.b" VALUES (1);
INSERT INTO zoo."../../etc/passwd" VALUES (1);
COMMENT ON TABLE zoo."new
line; DROP TABLE zoo.plain; --" IS E'a comment\n\\. with lines\n--';
ALTER TABLE zoo."new
line; DROP TABLE zoo.plain; --" OWNER TO "Zoo$Ünïcödé";

-- ---- indexes and statistics ----

CREATE UNIQUE INDEX "an index; --" ON zoo.plain (lower(name) COLLATE "C" DESC NULLS LAST, (price + 1)) INCLUDE (mood) WHERE price > 1;
CREATE INDEX ON zoo.plain USING hash (name);
CREATE INDEX ON zoo.plain USING gin (name extensions.gin_trgm_ops) WITH (fastupdate = off);
CREATE INDEX by_day ON zoo.times USING brin (d) WITH (pages_per_range = 4);
CREATE INDEX ON zoo.arrays USING gist (f) WITH (buffering = off);
CREATE INDEX ON zoo.arrays USING gist (k tsvector_ops (siglen = 100));
CREATE INDEX ON zoo.arrays USING spgist (p);
CREATE INDEX ON zoo.arrays USING zoo_gist (f);
CREATE INDEX ON zoo.plain ("column ""with"" quotes" zoo.backwards_int);
CREATE TABLE zoo.booking (room integer, during tsrange, EXCLUDE USING gist (room WITH =, during WITH &&) WHERE (room > 0) DEFERRABLE);
INSERT INTO zoo.booking VALUES (1, '[2025-01-01,2025-01-02)'), (1, '[2025-01-02,2025-01-03)');
ALTER TABLE zoo.plain CLUSTER ON plain_pkey;
ALTER TABLE zoo.referring REPLICA IDENTITY USING INDEX referring_pkey;
ALTER TABLE zoo.hen REPLICA IDENTITY FULL;
COMMENT ON INDEX zoo."an index; --" IS 'an index';
ALTER INDEX zoo."an index; --" ALTER COLUMN 1 SET STATISTICS 42;
CREATE STATISTICS zoo.stats (ndistinct, mcv) ON name, price FROM zoo.plain;
CREATE STATISTICS zoo.expression_stats ON (price * 2), lower(name) FROM zoo.plain;
ALTER STATISTICS zoo.stats SET STATISTICS 77;
COMMENT ON STATISTICS zoo.stats IS 'extended';

-- ---- views ----

CREATE VIEW zoo.simple AS SELECT id, name, price FROM zoo.plain WHERE price > 1 WITH LOCAL CHECK OPTION;
CREATE VIEW zoo.guarded WITH (security_barrier, security_invoker) AS SELECT * FROM zoo.simple;
ALTER VIEW zoo.simple ALTER name SET DEFAULT 'from the view';
-- This one needs the primary key, so it can only be made after it.
CREATE VIEW zoo.by_key AS SELECT p.id, p.name, p.mood, count(*) FROM zoo.plain AS p JOIN zoo.referring AS r ON r.plain_id = p.id GROUP BY p.id;
CREATE RECURSIVE VIEW zoo.counting (n) AS SELECT 1 UNION ALL SELECT n + 1 FROM counting WHERE n < 5;
CREATE VIEW zoo.circle_1 AS SELECT 1 AS a;
CREATE VIEW zoo.circle_2 AS SELECT a FROM zoo.circle_1;
CREATE OR REPLACE VIEW zoo.circle_1 AS SELECT a FROM zoo.circle_2;
CREATE VIEW "Zoo 2"."new
view" AS SELECT 'a;b'::text AS "c
d";
CREATE MATERIALIZED VIEW zoo.mat AS SELECT mood, count(*) AS n, sum(price) AS total FROM zoo.plain GROUP BY mood;
CREATE UNIQUE INDEX mat_mood ON zoo.mat (mood);
CREATE MATERIALIZED VIEW zoo.a_mat_on_mat AS SELECT max(n) AS most FROM zoo.mat;
CREATE MATERIALIZED VIEW zoo.a_mat_on_view AS SELECT * FROM zoo.by_key;
CREATE MATERIALIZED VIEW zoo.unpopulated AS SELECT * FROM zoo.a_mat_on_mat WITH NO DATA;
CREATE MATERIALIZED VIEW zoo.mat_using USING zoo_heap AS SELECT 1 AS one;
COMMENT ON VIEW zoo.simple IS 'a view';
COMMENT ON MATERIALIZED VIEW zoo.mat IS 'a materialized view';
COMMENT ON COLUMN zoo.mat.n IS 'a column of it';
GRANT SELECT ON zoo.mat TO "zoo-reader", "zoo owner";
ALTER MATERIALIZED VIEW zoo.a_mat_on_mat OWNER TO "zoo owner";
-- A function of a view's row type, and a view that calls it.
CREATE FUNCTION zoo.of_view(zoo.simple) RETURNS text LANGUAGE sql AS 'SELECT ($1).name';
CREATE VIEW zoo.using_function AS SELECT zoo.of_view(s) FROM zoo.simple AS s;

-- ---- rules, triggers, policies ----

CREATE TABLE zoo.audit (what text);
CREATE RULE "two; commands" AS ON UPDATE TO zoo.referring WHERE NEW.a > 10 DO ALSO
	(INSERT INTO zoo.audit VALUES ('a;b'); INSERT INTO zoo.audit SELECT OLD.self);
CREATE RULE instead AS ON DELETE TO zoo.simple DO INSTEAD NOTHING;
CREATE RULE sleeping AS ON INSERT TO zoo.animal DO ALSO INSERT INTO zoo.audit VALUES (NEW.name);
ALTER TABLE zoo.animal DISABLE RULE sleeping;
COMMENT ON RULE instead ON zoo.simple IS 'a rule';
CREATE FUNCTION zoo.react() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO zoo.audit VALUES (TG_NAME); RETURN NEW; END $$;
CREATE TRIGGER "before; row" BEFORE INSERT OR UPDATE OF name ON zoo.plain FOR EACH ROW
	WHEN (NEW.name <> 'x;y') EXECUTE FUNCTION zoo.react('it''s', E'a\nb', '\');
CREATE TRIGGER after_statement AFTER UPDATE ON zoo.plain REFERENCING OLD TABLE AS before NEW TABLE AS after
	FOR EACH STATEMENT EXECUTE FUNCTION zoo.react();
CREATE TRIGGER on_truncate BEFORE TRUNCATE ON zoo.plain EXECUTE FUNCTION zoo.react();
CREATE CONSTRAINT TRIGGER deferred AFTER INSERT ON zoo.plain FROM zoo.referring DEFERRABLE INITIALLY DEFERRED
	FOR EACH ROW EXECUTE FUNCTION zoo.react();
CREATE TRIGGER instead INSTEAD OF INSERT ON zoo.guarded FOR EACH ROW EXECUTE FUNCTION zoo.react();
CREATE TRIGGER of_partitions AFTER INSERT ON zoo.log FOR EACH ROW EXECUTE FUNCTION zoo.react();
ALTER TABLE zoo.log_2024_a DISABLE TRIGGER of_partitions;
ALTER TABLE zoo.plain DISABLE TRIGGER on_truncate, ENABLE ALWAYS TRIGGER after_statement, ENABLE REPLICA TRIGGER deferred;
COMMENT ON TRIGGER on_truncate ON zoo.plain IS 'a trigger';
ALTER TABLE zoo.plain ENABLE ROW LEVEL SECURITY;
CREATE POLICY "see; some" ON zoo.plain AS PERMISSIVE FOR SELECT TO "zoo-reader", "zoo ""quoted""" USING (name <> ';');
CREATE POLICY narrow ON zoo.plain AS RESTRICTIVE TO PUBLIC USING (price > 0) WITH CHECK (price < 1000);
COMMENT ON POLICY narrow ON zoo.plain IS 'a policy';
ALTER TABLE zoo.hen ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;

-- ---- elsewhere ----

CREATE FOREIGN DATA WRAPPER zoo_wrapper OPTIONS (a 'it''s');
CREATE SERVER files FOREIGN DATA WRAPPER file_fdw;
CREATE SERVER "other; server" TYPE 'x''y' VERSION '1;2' FOREIGN DATA WRAPPER postgres_fdw OPTIONS (host '127.0.0.1', dbname 'no;where');
CREATE USER MAPPING FOR PUBLIC SERVER "other; server" OPTIONS ("user" 'nobody', password 'not a secret''');
CREATE USER MAPPING FOR "zoo owner" SERVER "other; server";
CREATE FOREIGN TABLE zoo.from_file (a integer OPTIONS (force_null 'true'), b text DEFAULT 'x') SERVER files
	OPTIONS (filename '/dev/null', format 'csv', delimiter ';');
CREATE FOREIGN TABLE zoo.from_server (a integer NOT NULL, CONSTRAINT c CHECK (a > 0)) SERVER "other; server" OPTIONS (table_name 'a"b');
CREATE TABLE zoo.mixed (a integer) PARTITION BY LIST (a);
CREATE TABLE zoo.mixed_local PARTITION OF zoo.mixed FOR VALUES IN (1);
CREATE FOREIGN TABLE zoo.mixed_foreign PARTITION OF zoo.mixed FOR VALUES IN (2) SERVER "other; server";
INSERT INTO zoo.mixed VALUES (1);
COMMENT ON SERVER files IS 'a server';
COMMENT ON FOREIGN DATA WRAPPER zoo_wrapper IS 'a wrapper';
COMMENT ON FOREIGN TABLE zoo.from_file IS 'a foreign table';
GRANT USAGE ON FOREIGN SERVER files TO "zoo-reader";
GRANT USAGE ON FOREIGN DATA WRAPPER zoo_wrapper TO "zoo-reader" WITH GRANT OPTION;

CREATE PUBLICATION zoo_all FOR ALL TABLES WITH (publish = 'insert, truncate');
CREATE PUBLICATION "some; tables" FOR TABLE zoo.egg (id) WHERE (id > 0), ONLY zoo.animal;
CREATE PUBLICATION zoo_schema FOR TABLES IN SCHEMA "empty schema";
CREATE PUBLICATION zoo_by_root FOR TABLE zoo.log WITH (publish_via_partition_root = true);
COMMENT ON PUBLICATION zoo_all IS 'a publication';

-- ---- large objects ----

SELECT lo_from_bytea(4200000001, '\x00ff5c2e0a'), lo_create(4200000002);
SELECT lo_from_bytea(4200000003, decode(repeat(md5('large'), 20000), 'hex'));
SELECT lo_put(4200000003, 500000, 'after a hole');
SELECT lo_from_bytea(lo::oid, 'one of many') FROM generate_series(4200000100, 4200000150) AS lo;
COMMENT ON LARGE OBJECT 4200000001 IS E'a large object;\nsecond line';
ALTER LARGE OBJECT 4200000001 OWNER TO "zoo owner";
GRANT SELECT ON LARGE OBJECT 4200000001 TO "zoo-reader" WITH GRANT OPTION;
GRANT SELECT, UPDATE ON LARGE OBJECT 4200000002 TO PUBLIC;

-- ---- the database itself, and what happens on every command ----

DO $$
DECLARE
	db text := current_database();
BEGIN
	EXECUTE format('COMMENT ON DATABASE %I IS %L', db, E'the zoo''s database\nline 2');
	EXECUTE format('GRANT CONNECT ON DATABASE %I TO "zoo-reader" WITH GRANT OPTION', db);
	EXECUTE format('REVOKE TEMPORARY ON DATABASE %I FROM PUBLIC', db);
	EXECUTE format('ALTER DATABASE %I CONNECTION LIMIT 50', db);
	-- Settings that change what COPY writes and reads, unless whoever dumps and restores sets them again.
	EXECUTE format('ALTER DATABASE %I SET "DateStyle" = ''German, DMY''', db);
	EXECUTE format('ALTER DATABASE %I SET "IntervalStyle" = ''iso_8601''', db);
	EXECUTE format('ALTER DATABASE %I SET bytea_output = ''escape''', db);
	EXECUTE format('ALTER DATABASE %I SET extra_float_digits = 0', db);
	EXECUTE format('ALTER DATABASE %I SET "TimeZone" = ''Asia/Kathmandu''', db);
	EXECUTE format('ALTER DATABASE %I SET search_path = zoo, "$user", "Zoo 2", public', db);
	EXECUTE format('ALTER DATABASE %I SET zoo.custom = %L', db, 'it''s \ "x"');
	EXECUTE format('ALTER ROLE "zoo owner" IN DATABASE %I SET work_mem = ''8MB''', db);
END;
$$;

CREATE FUNCTION zoo.on_ddl() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN NULL; END $$;
CREATE EVENT TRIGGER zoo_ddl ON ddl_command_end WHEN TAG IN ('CREATE TABLE', 'DROP TABLE') EXECUTE FUNCTION zoo.on_ddl();
CREATE EVENT TRIGGER zoo_sleeping ON sql_drop EXECUTE FUNCTION zoo.on_ddl();
ALTER EVENT TRIGGER zoo_sleeping DISABLE;
COMMENT ON EVENT TRIGGER zoo_ddl IS 'an event trigger';
