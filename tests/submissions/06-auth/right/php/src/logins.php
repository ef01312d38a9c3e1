<?php

declare(strict_types=1);

/** Logins: each is a family of refresh tokens, of which the newest is good for one refresh. */

/** What /login and /refresh answer: an access token, and a refresh token that joins the family. */
function token_pair(PDO $db, string $user_id, string $family_id): array
{
    $refresh_token = base64url(random_bytes(32));
    one(
        $db,
        'INSERT INTO refresh_tokens (sha256, family_id, expires_at) VALUES (?, ?, now() + make_interval(secs => ?))',
        [hash('sha256', $refresh_token), $family_id, (int) getenv('REFRESH_TOKEN_TTL')],
    );
    $now = time();
    $lifetime = (int) getenv('ACCESS_TOKEN_TTL');

    return [
        'access_token' => sign_token(['sub' => $user_id, 'iat' => $now, 'exp' => $now + $lifetime]),
        'token_type' => 'Bearer',
        'expires_in' => $lifetime,
        'refresh_token' => $refresh_token,
    ];
}

/** A new family and its first pair. */
function log_in(PDO $db, string $user_id): array
{
    $family = one($db, 'INSERT INTO families (user_id) VALUES (?) RETURNING id', [$user_id]);

    return token_pair($db, $user_id, $family['id']);
}

/** A new pair for a token that was never used; null, and the end of its family, for one that was. */
function refresh(PDO $db, #[SensitiveParameter] string $refresh_token): ?array
{
    $db->beginTransaction();
    $family = locked_family($db, $refresh_token);
    $pair = null;
    if ($family !== null && $family['ended_at'] === null) {
        $used_now = one(
            $db,
            'UPDATE refresh_tokens SET used_at = now()
              WHERE sha256 = ? AND used_at IS NULL AND expires_at > now() RETURNING 1',
            [hash('sha256', $refresh_token)],
        );
        if ($used_now !== null) {
            $pair = token_pair($db, $family['user_id'], $family['id']);
        } else {
            end_family($db, $family['id']);
        }
    }
    $db->commit(); // also when it is refused: the end of the family has to stay

    return $pair;
}

function log_out(PDO $db, #[SensitiveParameter] string $refresh_token): void
{
    $db->beginTransaction();
    $family = locked_family($db, $refresh_token);
    if ($family !== null) {
        end_family($db, $family['id']);
    }
    $db->commit();
}

/** The family of a token, locked until the end of the transaction, so that all that befalls it does so one by one. */
function locked_family(PDO $db, #[SensitiveParameter] string $refresh_token): ?array
{
    return one(
        $db,
        'SELECT id, user_id, ended_at FROM families
          WHERE id = (SELECT family_id FROM refresh_tokens WHERE sha256 = ?) FOR UPDATE',
        [hash('sha256', $refresh_token)],
    );
}

function end_family(PDO $db, string $family_id): void
{
    one($db, 'UPDATE families SET ended_at = now() WHERE id = ? AND ended_at IS NULL', [$family_id]);
}

function end_every_family(PDO $db, string $user_id): void
{
    one($db, 'UPDATE families SET ended_at = now() WHERE user_id = ? AND ended_at IS NULL', [$user_id]);
}
