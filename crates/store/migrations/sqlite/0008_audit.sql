-- The log is narrowed by what was done; without this, a rare action is looked for in all of it.
CREATE INDEX audit_action ON audit (action, seq);
