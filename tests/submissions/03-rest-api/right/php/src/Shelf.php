<?php

declare(strict_types=1);

/** The books in a JSON file: PHP forgets its variables after every request. A lock lets one request in at a time. */
final class Shelf
{
    /** @var resource */
    private $file;
    private array $books;

    public function __construct(string $path)
    {
        $this->file = fopen($path, 'c+');
        flock($this->file, LOCK_EX);
        $this->books = json_decode(stream_get_contents($this->file) ?: '[]', true);
    }

    public function books(): array
    {
        return array_values($this->books);
    }

    public function find(string $id): array
    {
        return $this->books[$id] ?? throw new Problem(404, 'there is no such book');
    }

    public function add(array $draft): array
    {
        return $this->store(bin2hex(random_bytes(8)), $draft);
    }

    /** Store what `$replace` makes of the old book under the old id. */
    public function change(string $id, Closure $replace): array
    {
        return $this->store($id, $replace($this->find($id)));
    }

    public function remove(string $id): void
    {
        $this->find($id);
        unset($this->books[$id]);
        $this->save();
    }

    private function store(string $id, array $draft): array
    {
        $this->books[$id] = ['id' => $id] + $draft;
        $this->save();
        return $this->books[$id];
    }

    private function save(): void
    {
        ftruncate($this->file, 0);
        rewind($this->file);
        fwrite($this->file, json_encode($this->books, JSON_THROW_ON_ERROR));
        fflush($this->file);
    }
}
