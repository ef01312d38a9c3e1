<?php
/** Products in the database. */

declare(strict_types=1);

// A column's name cannot be a parameter of a statement, so what a client may say is looked up here.
const ORDERS = ['' => 'id', 'price' => 'price', '-price' => 'price DESC', 'stock' => 'stock', '-stock' => 'stock DESC'];

function create_product(PDO $db, array $new): array
{
    try {
        run($db, 'INSERT INTO products (sku, name, price, stock) VALUES (?, ?, ?, ?)', array_values($new));
    } catch (PDOException $error) {
        breaks_constraint($error) ? refuse(409, 'this SKU is taken') : throw $error;
    }
    return read_product($db, (int) $db->lastInsertId());
}

function read_product(PDO $db, int $id): array
{
    return run($db, 'SELECT * FROM products WHERE id = ?', [$id])->fetch() ?: refuse(404, 'there is no such product');
}

function search_products(PDO $db, string $text, string $sort, int $limit): array
{
    $order = ORDERS[$sort] ?? refuse(400, 'sort is price, -price, stock or -stock');
    // The pattern is text with its own %, _ and ! escaped: they are no wildcards.
    $pattern = '%' . preg_replace('/[!%_]/', '!$0', $text) . '%';
    $sql = "SELECT * FROM products WHERE LOWER(name) LIKE LOWER(?) ESCAPE '!' ORDER BY $order LIMIT $limit";
    return run($db, $sql, [$pattern])->fetchAll();
}

/** One statement looks at the version and changes the row, so nobody can come between. */
function change_product(PDO $db, int $id, array $change): array
{
    $sql = 'UPDATE products SET version = version + 1, name = COALESCE(?, name), price = COALESCE(?, price),
                   stock = COALESCE(?, stock) WHERE id = ? AND version = ?';
    $values = [$change['name'] ?? null, $change['price'] ?? null, $change['stock'] ?? null, $id, $change['version']];
    $changed = run($db, $sql, $values)->rowCount();
    $product = read_product($db, $id);
    return $changed ? $product : refuse(409, 'the product was changed since you read it');
}

function delete_product(PDO $db, int $id): void
{
    read_product($db, $id);
    try {
        run($db, 'DELETE FROM products WHERE id = ?', [$id]);
    } catch (PDOException $error) {
        breaks_constraint($error) ? refuse(409, 'the product has been ordered') : throw $error;
    }
}
