<?php
/** A shop's products and orders: the routes. */

declare(strict_types=1);

foreach (['database', 'rules', 'products', 'orders'] as $part) {
    require __DIR__ . "/$part.php";
}

/** @return array{int, mixed} status and data of the reply */
function answer(PDO $db, string $method, string $path): array
{
    $body = json_decode(file_get_contents('php://input'), true);
    if (!preg_match('#^/(products|orders)(?:/(\d{1,15})(/cancel)?)?\z#', $path, $part)) {
        refuse(404, 'there is nothing here');
    }
    $id = (int) ($part[2] ?? 0);
    return match ("$method /$part[1]" . (isset($part[2]) ? '/id' : '') . ($part[3] ?? '')) {
        'POST /products' => [201, create_product($db, take($body, ['sku', 'name', 'price', 'stock']))],
        'GET /products' => [200, ['items' => search_products($db, $_GET['search'] ?? '', $_GET['sort'] ?? '', take_limit($_GET))]],
        'GET /products/id' => [200, read_product($db, $id)],
        'PATCH /products/id' => [200, change_product($db, $id, take($body, ['version'], ['name', 'price', 'stock']))],
        'DELETE /products/id' => [204, delete_product($db, $id)],
        'POST /orders' => [201, transaction($db, fn () => place_order($db, take_order($body)))],
        'GET /orders' => [200, ['items' => newest_orders($db, $_GET['customer'] ?? null, take_limit($_GET))]],
        'GET /orders/id' => [200, read_order($db, $id)],
        'POST /orders/id/cancel' => [200, transaction($db, fn () => cancel_order($db, $id))],
        default => refuse(405, 'this route does not do that'),
    };
}

$path = rawurldecode(strtok($_SERVER['REQUEST_URI'], '?'));
try {
    [$status, $data] = answer(connect(), $_SERVER['REQUEST_METHOD'], $path);
} catch (Refusal $refusal) {
    [$status, $data] = [$refusal->getCode(), ['error' => $refusal->getMessage()]];
} catch (Throwable $error) {
    error_log((string) $error);
    [$status, $data] = [500, ['error' => 'the server failed']];
}

http_response_code($status);
if ($status === 201) {
    header("Location: $path/{$data['id']}");
}
if ($status !== 204) {
    header('Content-Type: application/json');
    echo json_encode($data, JSON_UNESCAPED_UNICODE);
}
