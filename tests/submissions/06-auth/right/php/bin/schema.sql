CREATE TABLE IF NOT EXISTS users (
    id            uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    email         text NOT NULL UNIQUE, -- always in lower case
    name          text NOT NULL,
    role          text NOT NULL DEFAULT 'user' CHECK (role IN ('user', 'admin')),
    password_hash text NOT NULL,
    created_at    timestamptz NOT NULL DEFAULT now()
);

-- One family for each login; its refresh tokens descend from one another.
CREATE TABLE IF NOT EXISTS families (
    id       uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    user_id  uuid NOT NULL REFERENCES users,
    ended_at timestamptz
);
CREATE INDEX IF NOT EXISTS families_user_id ON families (user_id);

CREATE TABLE IF NOT EXISTS refresh_tokens (
    sha256     text PRIMARY KEY,
    family_id  uuid NOT NULL REFERENCES families,
    expires_at timestamptz NOT NULL,
    used_at    timestamptz
);
