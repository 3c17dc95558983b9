-- What tests of pgrestorestream restore: small, with one table of enough rows for several batches,
-- and names that need quoting.
CREATE EXTENSION citext;
CREATE SCHEMA shop;
CREATE SCHEMA "S ""x, y";
CREATE TABLE shop.line (n integer, label text, doc jsonb, "when" timestamptz, span interval);
INSERT INTO shop.line SELECT g, 'x' || md5(g::text), '{"a": "b\\c"}',
    timestamptz '2024-01-01 00:00:00Z' + g * interval '1 s', g * interval '-1 day 2 hours'
    FROM generate_series(1, 20000) g;
CREATE INDEX line_text ON shop.line (label);
ALTER TABLE shop.line ADD PRIMARY KEY (n);
CREATE TABLE "S ""x, y"."T
1 FROM stdin;" ("c;1" integer REFERENCES shop.line, "d""" text);
INSERT INTO "S ""x, y"."T
1 FROM stdin;" SELECT g, E'a\\b\n\t\\.' FROM generate_series(1, 100) g;
CREATE TABLE shop.part (a integer, b text) PARTITION BY RANGE (a);
CREATE TABLE shop.part1 PARTITION OF shop.part FOR VALUES FROM (0) TO (100);
INSERT INTO shop.part SELECT g, 'x' FROM generate_series(0, 99) g;
CREATE TABLE shop.odd (a text[]);
INSERT INTO shop.odd VALUES ('{NULL,"NULL"}'), (NULL);
CREATE VIEW shop.v AS SELECT * FROM shop.line;
CREATE MATERIALIZED VIEW shop.mv AS SELECT count(*) FROM shop.line;
CREATE FUNCTION shop.f(i integer) RETURNS integer LANGUAGE sql
    BEGIN ATOMIC SELECT CASE WHEN i > 0 THEN 1 ELSE 2 END; SELECT 3; END;
CREATE FUNCTION shop.g() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN RETURN new; END; $$;
CREATE TRIGGER t BEFORE INSERT ON shop.line FOR EACH ROW EXECUTE FUNCTION shop.g();
CREATE RULE r AS ON DELETE TO shop.part DO ALSO (SELECT 1; SELECT 2;);
CREATE SEQUENCE shop.s START 42;
SELECT nextval('shop.s');
COMMENT ON TABLE shop.line IS 'hello; -- OWNER TO nobody;';
ALTER TABLE shop.line OWNER TO "app ""owner""";
GRANT SELECT ON shop.line TO reader;
ALTER DEFAULT PRIVILEGES FOR ROLE "app ""owner""" GRANT SELECT ON TABLES TO reader;
SELECT lo_from_bytea(4242, 'hello'), lo_create(4243);
