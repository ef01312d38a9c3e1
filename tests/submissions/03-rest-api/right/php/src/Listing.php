<?php

declare(strict_types=1);

/** Filters, sorting and pages, out of the query string. */
final class Listing
{
    private const SORTS = ['title', '-title', 'year', '-year'];

    public readonly int $limit;
    public readonly int $offset;
    private ?int $from;
    private ?int $to;

    public function __construct(private array $query)
    {
        $this->limit = $this->whole('limit', 1, 100) ?? 20;
        $this->offset = $this->whole('offset', 0) ?? 0;
        $this->from = $this->whole('year_from');
        $this->to = $this->whole('year_to');
        if (isset($query['sort']) && !in_array($query['sort'], self::SORTS, true)) {
            throw new Problem(422, 'sort by ' . implode(', ', self::SORTS));
        }
    }

    /** The books that fit, sorted. */
    public function select(array $books): array
    {
        $fitting = array_values(array_filter($books, $this->fits(...)));
        if (isset($this->query['sort'])) {
            $name = ltrim($this->query['sort'], '-');
            usort($fitting, fn ($a, $b) => $a[$name] <=> $b[$name]);
        }
        return str_starts_with($this->query['sort'] ?? '', '-') ? array_reverse($fitting) : $fitting;
    }

    private function fits(array $book): bool
    {
        return $book['author'] === ($this->query['author'] ?? $book['author'])
            && (!isset($this->query['tag']) || in_array($this->query['tag'], $book['tags'], true))
            && ($this->from === null || $book['year'] >= $this->from)
            && ($this->to === null || $book['year'] <= $this->to);
    }

    private function whole(string $name, int $low = PHP_INT_MIN, int $high = PHP_INT_MAX): ?int
    {
        if (!isset($this->query[$name])) {
            return null;
        }
        $options = ['min_range' => $low, 'max_range' => $high];
        $value = filter_var($this->query[$name], FILTER_VALIDATE_INT, ['options' => $options]);
        return $value === false ? throw new Problem(422, "$name must be a whole number in range") : $value;
    }
}
