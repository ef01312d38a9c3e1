CREATE TABLE orders (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    customer text NOT NULL,
    status text NOT NULL DEFAULT 'open' CHECK (status IN ('open', 'cancelled'))
);

CREATE TABLE order_lines (
    order_id bigint NOT NULL REFERENCES orders,
    product_id bigint NOT NULL REFERENCES products,
    quantity integer NOT NULL CHECK (quantity > 0),
    price bigint NOT NULL,
    PRIMARY KEY (order_id, product_id)
);

CREATE INDEX ON orders (customer, id);
-- PostgreSQL makes no index for a foreign key by itself; deleting a product looks for its lines.
CREATE INDEX ON order_lines (product_id);
