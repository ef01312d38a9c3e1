<?php

declare(strict_types=1);

require __DIR__ . '/../src/database.php';
require __DIR__ . '/../src/passwords.php';

// Runs before every start of the server. The lock lets two copies start at the same moment: one creates, the other waits.
$db = connect();
$db->beginTransaction();
$db->exec('SELECT pg_advisory_xact_lock(61001)');
$db->exec(file_get_contents(__DIR__ . '/schema.sql'));

$email = lower_case((string) getenv('ADMIN_EMAIL'));
if (one($db, 'SELECT 1 FROM users WHERE email = ?', [$email]) === null) {
    one(
        $db,
        "INSERT INTO users (email, name, role, password_hash) VALUES (?, 'Administrator', 'admin', ?)",
        [$email, slow_hash((string) getenv('ADMIN_PASSWORD'))],
    );
}
$db->commit();
