CREATE TABLE products (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    sku text NOT NULL UNIQUE,
    name text NOT NULL,
    price bigint NOT NULL CHECK (price >= 0),
    stock integer NOT NULL CHECK (stock >= 0),
    version integer NOT NULL DEFAULT 1
);
