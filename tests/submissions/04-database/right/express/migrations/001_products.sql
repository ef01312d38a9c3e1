CREATE TABLE products (
    id BIGINT AUTO_INCREMENT PRIMARY KEY,
    sku VARCHAR(40) NOT NULL UNIQUE,
    name VARCHAR(200) NOT NULL,
    price BIGINT NOT NULL,
    stock INT NOT NULL,
    version INT NOT NULL DEFAULT 1,
    CHECK (price >= 0),
    CHECK (stock >= 0)
) CHARACTER SET utf8mb4
