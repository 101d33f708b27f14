-- The history of a group that a thousand people entered in one commit is read in its order, page by
-- page, without sorting the thousand each time.
DROP INDEX IF EXISTS memberships_of_user;
CREATE INDEX memberships_of_user ON memberships (user_id, added_pos, id);
DROP INDEX IF EXISTS memberships_of_group;
CREATE INDEX memberships_of_group ON memberships (group_id, added_pos, id);
