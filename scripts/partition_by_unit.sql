-- Splits every table of a store on plain PostgreSQL into 16 parts by a hash of the unit, so that
-- each part is small enough to be vacuumed, moved to another tablespace or kept in memory by itself.
--
-- Stop every `pengayom serve` and make a backup first; then
--     psql --single-transaction -v ON_ERROR_STOP=1 -d postgres://… -f scripts/partition_by_unit.sql
-- The program sees no difference. Tables that a later version adds are not split until this is run
-- again, which leaves those that are split as they are. See docs/scale.md.

DO $$
DECLARE
    parts CONSTANT INTEGER := 16;
    name TEXT;
    part TEXT;
BEGIN
    FOR name IN
        SELECT c.relname FROM pg_class AS c JOIN pg_attribute AS a ON a.attrelid = c.oid
        WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' AND NOT c.relispartition
        AND a.attname = 'unit' ORDER BY c.relname
    LOOP
        EXECUTE format('ALTER TABLE %I RENAME TO %I', name, name || '_whole');
        EXECUTE format('CREATE TABLE %I (LIKE %I INCLUDING ALL) PARTITION BY HASH (unit)',
            name, name || '_whole');
        FOR n IN 0 .. parts - 1 LOOP
            part := format('%s_%s', name, n);
            EXECUTE format('CREATE TABLE %I PARTITION OF %I FOR VALUES WITH (MODULUS %s, REMAINDER %s)',
                part, name, parts, n);
            IF name = 'acts' THEN
                -- Emptying a part does not ask the whole.
                EXECUTE format('CREATE TRIGGER acts_are_not_emptied BEFORE TRUNCATE ON %I
                    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()', part);
            END IF;
        END LOOP;
        EXECUTE format('INSERT INTO %I SELECT * FROM %I', name, name || '_whole');
        IF name = 'acts' THEN
            CREATE TRIGGER acts_are_not_changed BEFORE UPDATE OR DELETE ON acts
            FOR EACH ROW EXECUTE FUNCTION refuse_change();
            CREATE TRIGGER acts_are_not_emptied BEFORE TRUNCATE ON acts
            FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
        END IF;
        EXECUTE format('DROP TABLE %I', name || '_whole');
    END LOOP;
END
$$;
