CREATE TABLE orders (
    id BIGINT AUTO_INCREMENT PRIMARY KEY,
    customer VARCHAR(100) NOT NULL,
    status ENUM('open', 'cancelled') NOT NULL DEFAULT 'open',
    INDEX (customer, id)
) CHARACTER SET utf8mb4
