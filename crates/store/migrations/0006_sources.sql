-- What a source made carries its name: all versions of what an entry by a connector first added.
-- Files were parts of the system once. Names of connectors need no quoting in JSON.

CREATE TABLE made_by_sources (
    family TEXT NOT NULL,
    id BLOB NOT NULL,
    source TEXT NOT NULL,
    PRIMARY KEY (family, id)
);
INSERT INTO made_by_sources
    SELECT made.family, made.id,
           substr(log.actor, CASE WHEN log.actor LIKE 'connector:%' THEN 11 ELSE 8 END)
    FROM (
        SELECT 'users' AS family, id, MIN(added_pos) AS position FROM users GROUP BY id
        UNION ALL SELECT 'groups' AS family, id, MIN(added_pos) AS position FROM groups GROUP BY id
        UNION ALL SELECT 'apps' AS family, id, MIN(added_pos) AS position FROM apps GROUP BY id
        UNION ALL SELECT 'resources' AS family, id, MIN(added_pos) AS position FROM resources GROUP BY id
    ) AS made
    JOIN log ON log.position = made.position
    WHERE log.actor LIKE 'connector:%' OR log.actor IN ('system:import', 'system:policy');
UPDATE users SET body = '{"source":"' || (
        SELECT source FROM made_by_sources AS made WHERE made.family = 'users' AND made.id = users.id
    ) || '",' || substr(body, 2) WHERE id IN (SELECT id FROM made_by_sources WHERE family = 'users');
UPDATE groups SET body = '{"source":"' || (
        SELECT source FROM made_by_sources AS made WHERE made.family = 'groups' AND made.id = groups.id
    ) || '",' || substr(body, 2) WHERE id IN (SELECT id FROM made_by_sources WHERE family = 'groups');
UPDATE apps SET body = '{"source":"' || (
        SELECT source FROM made_by_sources AS made WHERE made.family = 'apps' AND made.id = apps.id
    ) || '",' || substr(body, 2) WHERE id IN (SELECT id FROM made_by_sources WHERE family = 'apps');
UPDATE resources SET body = '{"source":"' || (
        SELECT source FROM made_by_sources AS made WHERE made.family = 'resources' AND made.id = resources.id
    ) || '",' || substr(body, 2) WHERE id IN (SELECT id FROM made_by_sources WHERE family = 'resources');
DROP TABLE made_by_sources;
-- Up to here the log does not say so itself; `audit verify` reads it as the above has it.
CREATE TABLE sources_said_from (
    position BIGINT NOT NULL
);
INSERT INTO sources_said_from SELECT COALESCE(MAX(position), 0) FROM log;
