<?php

declare(strict_types=1);

/** What a book must look like. */
final class Rules
{
    /** The members of a book out of `$data`, with defaults for those that may be left out. */
    public static function book(mixed $data): array
    {
        $book = self::members($data) + ['title' => null, 'author' => null, 'year' => null, 'tags' => [], 'summary' => null];
        $errors = array_filter([
            'title' => self::isText($book['title'], 200) ? null : 'must be a string of 1 to 200 characters',
            'author' => self::isText($book['author'], 100) ? null : 'must be a string of 1 to 100 characters',
            'year' => self::isYear($book['year']) ? null : 'must be a whole number from 1 to 2100',
            'tags' => self::areTags($book['tags']) ? null : 'must be up to 10 strings of 1 to 30 characters',
            'summary' => self::isSummary($book['summary']) ? null : 'must be up to 2000 characters',
        ]);
        if ($errors) {
            throw new Problem(422, 'something is missing or wrong', errors: $errors);
        }
        return array_intersect_key($book, array_flip(['title', 'author', 'year', 'tags', 'summary']));
    }

    /** The book with a JSON merge patch on top (RFC 7396): null takes a member away. */
    public static function merged(array $book, mixed $change): object
    {
        return (object) array_filter(self::members($change) + $book, fn ($value) => $value !== null);
    }

    private static function members(mixed $data): array
    {
        return is_object($data) ? get_object_vars($data) : throw new Problem(422, 'the body must be a JSON object');
    }

    private static function isText(mixed $value, int $longest): bool
    {
        return is_string($value) && preg_match('/\S/u', $value) && mb_strlen($value) <= $longest;
    }

    private static function isYear(mixed $value): bool
    {
        return is_int($value) && $value >= 1 && $value <= 2100;
    }

    private static function areTags(mixed $value): bool
    {
        $isTag = fn ($tag) => is_string($tag) && $tag !== '' && mb_strlen($tag) <= 30;
        return is_array($value) && count($value) <= 10 && array_all($value, $isTag);
    }

    private static function isSummary(mixed $value): bool
    {
        return $value === null || (is_string($value) && mb_strlen($value) <= 2000);
    }
}
