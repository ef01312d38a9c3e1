<?php

declare(strict_types=1);

// Argon2id reads every byte of a password, bcrypt only the first 72. OWASP's minimum: 19 MiB, two passes.
const ARGON2 = ['memory_cost' => 19 * 1024, 'time_cost' => 2, 'threads' => 1];

// A hash of nothing anybody knows, with the same cost: an unknown e-mail then takes as long as a wrong password.
const NOBODYS_HASH = '$argon2id$v=19$m=19456,t=2,p=1$bngxck9scVZPdDR0UzlXeA$cwnyY21AHx7q6KNTItnKYKn4k1jlr/fB2KNzOVe2Bvo';

function slow_hash(#[SensitiveParameter] string $password): string
{
    return password_hash($password, PASSWORD_ARGON2ID, ARGON2);
}

function is_password_of(#[SensitiveParameter] string $password, ?array $user): bool
{
    return password_verify($password, $user['password_hash'] ?? NOBODYS_HASH) && $user !== null;
}
