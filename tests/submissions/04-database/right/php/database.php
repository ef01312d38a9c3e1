<?php
/** The connection and transactions, on PostgreSQL or MySQL, whichever DATABASE_URL names. */

declare(strict_types=1);

function connect(): PDO
{
    $url = parse_url(getenv('DATABASE_URL'));
    $where = "host={$url['host']};port={$url['port']};dbname=" . ltrim($url['path'], '/');
    $dsn = $url['scheme'] === 'mysql' ? "mysql:$where;charset=utf8mb4" : "pgsql:$where";
    $db = new PDO($dsn, rawurldecode($url['user']), rawurldecode($url['pass']), [
        PDO::ATTR_ERRMODE => PDO::ERRMODE_EXCEPTION,
        PDO::ATTR_DEFAULT_FETCH_MODE => PDO::FETCH_ASSOC,
        // Values travel beside the statement, and numbers come back as numbers.
        PDO::ATTR_EMULATE_PREPARES => false,
    ]);
    // PostgreSQL's habit, and less to wait for than MySQL's own REPEATABLE READ: each statement sees what is committed.
    $session = $url['scheme'] === 'mysql' ? 'SESSION' : 'SESSION CHARACTERISTICS AS';
    $db->exec("SET $session TRANSACTION ISOLATION LEVEL READ COMMITTED");
    return $db;
}

/** Run one statement with its values. */
function run(PDO $db, string $sql, array $values = []): PDOStatement
{
    $statement = $db->prepare($sql);
    $statement->execute($values);
    return $statement;
}

/** `?, ?, ?`: a placeholder for each value. */
function placeholders(array $values): string
{
    return implode(', ', array_fill(0, count($values), '?'));
}

/** Do the work in one transaction: committed when it returns, rolled back when it throws, tried again after a deadlock. */
function transaction(PDO $db, callable $work, int $attempts = 5): mixed
{
    $db->beginTransaction();
    try {
        $result = $work();
        $db->commit();
        return $result;
    } catch (Throwable $error) {
        $db->rollBack();
        $deadlock = $error instanceof PDOException && in_array($error->getCode(), ['40001', '40P01'], true);
        if (!$deadlock || $attempts === 1) {
            throw $error;
        }
    }
    return transaction($db, $work, $attempts - 1);
}

/** Whether the database refused a row because of a unique constraint, a foreign key or a check (SQLSTATE class 23). */
function breaks_constraint(PDOException $error): bool
{
    return str_starts_with((string) $error->getCode(), '23');
}
