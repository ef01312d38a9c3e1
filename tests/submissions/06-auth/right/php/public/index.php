<?php

declare(strict_types=1);

foreach (['database', 'http', 'jwt', 'passwords', 'logins', 'accounts'] as $part) {
    require __DIR__ . "/../src/$part.php";
}

const ROUTES = [
    '/health' => ['GET' => 'health'],
    '/register' => ['POST' => 'register'],
    '/login' => ['POST' => 'login'],
    '/refresh' => ['POST' => 'renew'],
    '/logout' => ['POST' => 'logout'],
    '/me' => ['GET' => 'read_me', 'PATCH' => 'change_me'],
    '/me/password' => ['PUT' => 'change_password'],
    '/users' => ['GET' => 'list_users'],
    '/users/{id}' => ['GET' => 'read_user', 'PATCH' => 'change_role'],
];

function health(PDO $db): void
{
    send(200, ['status' => 'ok']);
}

function answer(string $method, string $path): void
{
    $id = '';
    if (preg_match('#\A/users/([^/]+)\z#', $path, $found) === 1) {
        [$path, $id] = ['/users/{id}', rawurldecode($found[1])];
    }
    $methods = ROUTES[$path] ?? throw new Refused(404, 'there is no such route');
    $action = $methods[$method] ?? throw new Refused(
        405,
        'this route has no such method',
        ['Allow' => implode(', ', array_keys($methods))],
    );
    $action(connect(), $id);
}

try {
    answer($_SERVER['REQUEST_METHOD'], explode('?', $_SERVER['REQUEST_URI'])[0]);
} catch (Refused $refused) {
    send($refused->status, ['error' => $refused->getMessage()], $refused->headers);
} catch (Throwable $problem) {
    error_log((string) $problem);
    send(500, ['error' => 'something went wrong here']);
}
