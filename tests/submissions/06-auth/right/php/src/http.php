<?php

declare(strict_types=1);

/** Thrown anywhere, answered in index.php as {"error": ...}. Messages never repeat what was sent. */
final class Refused extends Exception
{
    /** @param array<string, string> $headers */
    public function __construct(public readonly int $status, string $message, public readonly array $headers = [])
    {
        parent::__construct($message);
    }
}

function unauthorized(string $message): Refused
{
    return new Refused(401, $message, ['WWW-Authenticate' => 'Bearer']);
}

/** @param array<string, string> $headers */
function send(int $status, ?array $body = null, array $headers = []): void
{
    ini_set('default_mimetype', ''); // a 204 needs no Content-Type
    http_response_code($status);
    foreach ($headers as $name => $value) {
        header("$name: $value");
    }
    if ($body !== null) {
        header('Content-Type: application/json');
        echo json_encode($body, JSON_THROW_ON_ERROR | JSON_UNESCAPED_UNICODE | JSON_UNESCAPED_SLASHES);
    }
}

/** The JSON object in the body. */
function read_body(): stdClass
{
    $text = (string) file_get_contents('php://input');
    $type = $_SERVER['CONTENT_TYPE'] ?? $_SERVER['HTTP_CONTENT_TYPE'] ?? '';
    if (strtolower(trim(explode(';', $type)[0])) !== 'application/json' && ($text !== '' || $type !== '')) {
        throw new Refused(415, 'send application/json');
    }
    $body = json_decode($text); // null for what is no JSON, is not UTF-8 or is nested too deep
    if (!$body instanceof stdClass) {
        throw new Refused(400, 'the body has to be a JSON object');
    }

    return $body;
}

/** A field that has to be a string. */
function text(stdClass $body, string $field, int $shortest = 0, int $longest = PHP_INT_MAX): string
{
    $value = $body->$field ?? null;
    if (!is_string($value)) {
        throw new Refused(422, "$field has to be a string");
    }
    $length = mb_strlen($value, 'UTF-8');
    if ($length < $shortest) {
        throw new Refused(422, "$field has to have at least $shortest characters");
    }
    if ($length > $longest) {
        throw new Refused(422, "$field has to have at most $longest characters");
    }

    return $value;
}

/** A text that PostgreSQL can store: it has no room for a NUL character. */
function storable(stdClass $body, string $field, int $shortest, int $longest): string
{
    $value = text($body, $field, $shortest, $longest);
    if (str_contains($value, "\0")) {
        throw new Refused(422, "$field must not contain a NUL character");
    }

    return $value;
}
