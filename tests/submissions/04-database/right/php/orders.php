<?php
/** Orders in the database. A Refusal that leaves a function rolls back the transaction it is called in. */

declare(strict_types=1);

function place_order(PDO $db, array $new): array
{
    // Every order locks its products in the same sequence; two that cross would otherwise wait for each other for ever.
    usort($new['lines'], fn ($a, $b) => $a['product_id'] <=> $b['product_id']);
    run($db, 'INSERT INTO orders (customer) VALUES (?)', [$new['customer']]);
    $id = (int) $db->lastInsertId();
    foreach ($new['lines'] as ['product_id' => $product, 'quantity' => $quantity]) {
        $price = take_from_stock($db, $product, $quantity);
        run($db, 'INSERT INTO order_lines (order_id, product_id, quantity, price) VALUES (?, ?, ?, ?)', [$id, $product, $quantity, $price]);
    }
    return read_order($db, $id);
}

/** Lock the product, take the quantity out of its stock and return the price of one. */
function take_from_stock(PDO $db, int $id, int $quantity): int
{
    $product = run($db, 'SELECT price, stock FROM products WHERE id = ? FOR UPDATE', [$id])->fetch()
        ?: refuse(400, 'there is no such product');
    if ($product['stock'] < $quantity) {
        refuse(409, 'not enough in stock');
    }
    run($db, 'UPDATE products SET stock = stock - ?, version = version + 1 WHERE id = ?', [$quantity, $id]);
    return $product['price'];
}

function read_order(PDO $db, int $id): array
{
    $found = run($db, 'SELECT * FROM orders WHERE id = ?', [$id])->fetchAll();
    return with_lines($db, $found)[0] ?? refuse(404, 'there is no such order');
}

function newest_orders(PDO $db, ?string $customer, int $limit): array
{
    $which = $customer === null ? '' : 'WHERE customer = ?';
    $values = $customer === null ? [] : [$customer];
    return with_lines($db, run($db, "SELECT * FROM orders $which ORDER BY id DESC LIMIT $limit", $values)->fetchAll());
}

/** The orders with their lines and totals: one more statement, however many orders there are. */
function with_lines(PDO $db, array $orders): array
{
    if (!$orders) {
        return [];
    }
    $ids = array_column($orders, 'id');
    $sql = 'SELECT * FROM order_lines WHERE order_id IN (' . placeholders($ids) . ') ORDER BY product_id';
    $lines = [];
    foreach (run($db, $sql, $ids)->fetchAll() as $line) {
        $lines[$line['order_id']][] = array_diff_key($line, ['order_id' => true]);
    }
    $total = fn (array $own) => array_sum(array_map(fn ($line) => $line['quantity'] * $line['price'], $own));
    return array_map(fn ($order) => $order + ['total' => $total($lines[$order['id']]), 'lines' => $lines[$order['id']]], $orders);
}

/** Only the request that turns `open` into `cancelled` puts the stock back. */
function cancel_order(PDO $db, int $id): array
{
    $changed = run($db, "UPDATE orders SET status = 'cancelled' WHERE id = ? AND status = 'open'", [$id])->rowCount();
    $order = read_order($db, $id);
    $changed || refuse(409, 'the order is cancelled already');
    foreach ($order['lines'] as $line) {
        $sql = 'UPDATE products SET stock = stock + ?, version = version + 1 WHERE id = ?';
        run($db, $sql, [$line['quantity'], $line['product_id']]);
    }
    return $order;
}
