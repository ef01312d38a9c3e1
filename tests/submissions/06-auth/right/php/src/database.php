<?php

declare(strict_types=1);

/** The database that DATABASE_URL names. */
function connect(): PDO
{
    $url = parse_url((string) getenv('DATABASE_URL'));
    $dsn = sprintf(
        'pgsql:host=%s;port=%d;dbname=%s',
        $url['host'],
        $url['port'] ?? 5432,
        rawurldecode(ltrim($url['path'], '/')),
    );

    return new PDO($dsn, rawurldecode($url['user']), rawurldecode($url['pass'] ?? ''), [
        PDO::ATTR_ERRMODE => PDO::ERRMODE_EXCEPTION,
        PDO::ATTR_DEFAULT_FETCH_MODE => PDO::FETCH_ASSOC,
    ]);
}

/** @return list<array<string, mixed>> every row of the answer */
function all(PDO $db, string $sql, #[SensitiveParameter] array $values = []): array
{
    $statement = $db->prepare($sql);
    $statement->execute($values);

    return $statement->fetchAll();
}

/** The first row, or null. */
function one(PDO $db, string $sql, #[SensitiveParameter] array $values = []): ?array
{
    return all($db, $sql, $values)[0] ?? null;
}

/** E-mail addresses are stored and looked up in this form. */
function lower_case(string $email): string
{
    return mb_strtolower($email, 'UTF-8');
}
