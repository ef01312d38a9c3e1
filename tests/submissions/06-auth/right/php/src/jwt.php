<?php

declare(strict_types=1);

/** JSON Web Tokens with HS256 and nothing else (RFC 7515, RFC 7519). */

function base64url(string $bytes): string
{
    return rtrim(strtr(base64_encode($bytes), '+/', '-_'), '=');
}

function signature(string $signed): string
{
    return base64url(hash_hmac('sha256', $signed, (string) getenv('JWT_SECRET'), true));
}

function sign_token(array $claims): string
{
    $signed = base64url(json_encode(['alg' => 'HS256', 'typ' => 'JWT'])) . '.' . base64url(json_encode($claims));

    return $signed . '.' . signature($signed);
}

/** The claims of a token that is ours and valid now, else null. */
function verify_token(string $token): ?stdClass
{
    // base64url without padding, three times
    if (preg_match('/\A([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)\z/', $token, $part) !== 1) {
        return null;
    }
    // The algorithm is ours to say, not the token's. An extension that must be understood ("crit") is not.
    $header = decode_part($part[1]);
    if ($header === null || ($header->alg ?? null) !== 'HS256' || isset($header->crit)) {
        return null;
    }
    if (!hash_equals(signature("$part[1].$part[2]"), $part[3])) {
        return null;
    }
    $claims = decode_part($part[2]);
    $now = time();
    if ($claims === null || !is_number($claims->exp ?? null) || $claims->exp <= $now) {
        return null;
    }
    if (property_exists($claims, 'nbf') && (!is_number($claims->nbf) || $claims->nbf > $now)) {
        return null;
    }

    return $claims;
}

function decode_part(string $part): ?stdClass
{
    $json = base64_decode(strtr($part, '-_', '+/'), true);
    $value = $json === false ? null : json_decode($json);

    return $value instanceof stdClass ? $value : null;
}

function is_number(mixed $value): bool
{
    return is_int($value) || is_float($value);
}
