<?php

declare(strict_types=1);

/** An error as a problem detail (RFC 9457). */
final class Problem extends Exception
{
    private const TITLES = [
        400 => 'Bad Request',
        404 => 'Not Found',
        405 => 'Method Not Allowed',
        415 => 'Unsupported Media Type',
        422 => 'Unprocessable Content',
    ];

    public function __construct(private int $status, string $detail, private array $headers = [], private array $errors = [])
    {
        parent::__construct($detail);
    }

    public function send(): void
    {
        http_response_code($this->status);
        array_map(header(...), ['Content-Type: application/problem+json', ...$this->headers]);
        echo json_encode([
            'title' => self::TITLES[$this->status],
            'status' => $this->status,
            'detail' => $this->getMessage(),
            'errors' => (object) $this->errors,
        ]);
    }
}
