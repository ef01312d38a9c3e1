<?php
/** What clients may send. */

declare(strict_types=1);

/** A request that is not done; the code goes to the client. */
final class Refusal extends Exception
{
}

function refuse(int $status, string $message): never
{
    throw new Refusal($message, $status);
}

function is_valid(string $field, mixed $value): bool
{
    return match ($field) {
        'sku' => is_string($value) && preg_match('/^[A-Z0-9-]{3,40}\z/', $value) === 1,
        'name' => is_text($value, 200),
        'customer' => is_text($value, 100),
        'price' => is_whole($value, 0, 1_000_000_000),
        'stock' => is_whole($value, 0, 1_000_000),
        'version' => is_whole($value, 1, 2_147_483_647),
        'product_id' => is_whole($value, 1, PHP_INT_MAX),
        'quantity' => is_whole($value, 1, 1000),
    };
}

function is_text(mixed $value, int $most): bool
{
    return is_string($value) && $value !== '' && mb_strlen($value) <= $most;
}

function is_whole(mixed $value, int $least, int $most): bool
{
    return is_int($value) && $value >= $least && $value <= $most;
}

/** Just these fields of the data, all of the required ones there and each of them valid. */
function take(mixed $data, array $required, array $optional = []): array
{
    $taken = [];
    foreach ([...$required, ...$optional] as $field) {
        $value = is_array($data) ? $data[$field] ?? null : null;
        if ($value === null && in_array($field, $optional, true)) {
            continue;
        }
        is_valid($field, $value) || refuse(400, "$field is missing or breaks its rule");
        $taken[$field] = $value;
    }
    return $taken;
}

function take_order(mixed $data): array
{
    $order = take($data, ['customer']);
    $lines = $data['lines'] ?? null;
    if (!is_array($lines) || !array_is_list($lines) || count($lines) < 1 || count($lines) > 50) {
        refuse(400, 'an order has 1 to 50 lines');
    }
    $order['lines'] = array_map(fn ($line) => take($line, ['product_id', 'quantity']), $lines);
    if (count(array_unique(array_column($order['lines'], 'product_id'))) < count($lines)) {
        refuse(400, 'a product stands in at most one line of an order');
    }
    return $order;
}

function take_limit(array $query): int
{
    $limit = filter_var($query['limit'] ?? 20, FILTER_VALIDATE_INT);
    is_whole($limit, 1, 100) || refuse(400, 'limit is a whole number from 1 to 100');
    return $limit;
}
