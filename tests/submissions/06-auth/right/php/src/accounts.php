<?php

declare(strict_types=1);

/** What each route does. Every function gets the database and the id in the path, and answers through send(). */

const USER = 'id, email, name, role';

function register(PDO $db): void
{
    $body = read_body();
    $email = storable($body, 'email', 3, 254);
    $password = new_password($body, 'password');
    $name = storable($body, 'name', 1, 100);
    if (preg_match('/.@./su', $email) !== 1) {
        throw new Refused(422, 'email has to be an e-mail address');
    }
    // The unique index decides who was first. A role in the body is not even looked at.
    $user = one(
        $db,
        'INSERT INTO users (email, name, password_hash) VALUES (?, ?, ?) ON CONFLICT (email) DO NOTHING RETURNING ' . USER,
        [lower_case($email), $name, slow_hash($password)],
    );
    if ($user === null) {
        throw new Refused(409, 'this e-mail is already registered');
    }
    send(201, $user);
}

function login(PDO $db): void
{
    $body = read_body();
    $email = text($body, 'email');
    $password = text($body, 'password');
    // PDO would cut the e-mail at a NUL character and find somebody else's account
    $user = str_contains($email, "\0") ? null : one($db, 'SELECT * FROM users WHERE email = ?', [lower_case($email)]);
    if (!is_password_of($password, $user)) {
        throw unauthorized('wrong e-mail or password');
    }
    send(200, log_in($db, $user['id']), ['Cache-Control' => 'no-store']);
}

function renew(PDO $db): void
{
    $pair = refresh($db, text(read_body(), 'refresh_token')) ?? throw unauthorized('this refresh token is not valid');
    send(200, $pair, ['Cache-Control' => 'no-store']);
}

function logout(PDO $db): void
{
    log_out($db, text(read_body(), 'refresh_token'));
    send(204);
}

function read_me(PDO $db): void
{
    send(200, shown(signed_in($db)));
}

function change_me(PDO $db): void
{
    $me = signed_in($db);
    $name = storable(read_body(), 'name', 1, 100);
    send(200, one($db, 'UPDATE users SET name = ? WHERE id = ? RETURNING ' . USER, [$name, $me['id']]));
}

function change_password(PDO $db): void
{
    $me = signed_in($db);
    $body = read_body();
    $current = text($body, 'current_password');
    $new = new_password($body, 'new_password');
    if (!is_password_of($current, $me)) {
        throw new Refused(403, 'current_password is wrong');
    }
    $db->beginTransaction();
    one($db, 'UPDATE users SET password_hash = ? WHERE id = ?', [slow_hash($new), $me['id']]);
    end_every_family($db, $me['id']);
    $db->commit();
    send(204);
}

function list_users(PDO $db): void
{
    administrator($db);
    send(200, ['users' => all($db, 'SELECT ' . USER . ' FROM users ORDER BY created_at, id')]);
}

function read_user(PDO $db, string $id): void
{
    $me = signed_in($db);
    if ($me['id'] !== strtolower($id) && $me['role'] !== 'admin') {
        throw new Refused(403, 'for this user and administrators');
    }
    send(200, shown(user_by_id($db, $id) ?? throw new Refused(404, 'no such user')));
}

function change_role(PDO $db, string $id): void
{
    administrator($db);
    $role = text(read_body(), 'role');
    if (!in_array($role, ['user', 'admin'], true)) {
        throw new Refused(422, 'role has to be user or admin');
    }
    if (user_by_id($db, $id) === null) {
        throw new Refused(404, 'no such user');
    }
    send(200, one($db, 'UPDATE users SET role = ? WHERE id = ? RETURNING ' . USER, [$role, $id]));
}

/** The account that the access token was made for. */
function signed_in(PDO $db): array
{
    if (preg_match('/\ABearer +([^ ]+)\z/i', $_SERVER['HTTP_AUTHORIZATION'] ?? '', $found) !== 1) {
        throw unauthorized('an access token is needed');
    }
    $id = verify_token($found[1])->sub ?? null;

    return (is_string($id) ? user_by_id($db, $id) : null) ?? throw unauthorized('this access token is not valid');
}

function administrator(PDO $db): array
{
    $me = signed_in($db); // the role comes from the database: a token may be older than it
    if ($me['role'] !== 'admin') {
        throw new Refused(403, 'for administrators');
    }

    return $me;
}

function user_by_id(PDO $db, string $id): ?array
{
    $uuid = '/\A[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\z/i'; // PostgreSQL refuses to compare with anything else

    return preg_match($uuid, $id) === 1 ? one($db, 'SELECT * FROM users WHERE id = ?', [$id]) : null;
}

/** A user without the password's hash. */
function shown(array $user): array
{
    return array_intersect_key($user, array_flip(explode(', ', USER)));
}

/** Long enough to be safe, and short enough to be hashed. */
function new_password(stdClass $body, string $field): string
{
    return text($body, $field, 8, 1024);
}
