<?php

// A shelf of books over HTTP.

declare(strict_types=1);

require __DIR__ . '/../src/Problem.php';
require __DIR__ . '/../src/Rules.php';
require __DIR__ . '/../src/Listing.php';
require __DIR__ . '/../src/Shelf.php';

const JSON_TYPES = ['application/json', 'application/merge-patch+json'];

try {
    $path = rawurldecode(parse_url($_SERVER['REQUEST_URI'], PHP_URL_PATH) ?: '/');
    answer($_SERVER['REQUEST_METHOD'], $path, new Shelf(sys_get_temp_dir() . '/books.json'));
} catch (Problem $problem) {
    $problem->send();
}

function answer(string $method, string $path, Shelf $shelf): void
{
    if (in_array($method, ['POST', 'PUT', 'PATCH']) && !in_array(mediaType(), JSON_TYPES)) {
        throw new Problem(415, 'send application/json');
    }
    match (true) {
        $path === '/books' => collection($method, $shelf),
        preg_match('#^/books/([^/]+)$#', $path, $found) === 1 => book($method, $found[1], $shelf),
        default => throw new Problem(404, "there is no $path"),
    };
}

function collection(string $method, Shelf $shelf): void
{
    match ($method) {
        'GET', 'HEAD' => page($shelf),
        'POST' => create($shelf),
        default => throw new Problem(405, 'read or create books here', ['Allow: GET, POST']),
    };
}

function book(string $method, string $id, Shelf $shelf): void
{
    match ($method) {
        'GET', 'HEAD' => send(200, $shelf->find($id)),
        'PUT' => send(200, $shelf->change($id, fn ($book) => Rules::book(body()))),
        'PATCH' => send(200, $shelf->change($id, fn ($book) => Rules::book(Rules::merged($book, body())))),
        'DELETE' => delete($shelf, $id),
        default => throw new Problem(405, 'no such method for a book', ['Allow: GET, PUT, PATCH, DELETE']),
    };
}

function page(Shelf $shelf): void
{
    $listing = new Listing($_GET);
    $fitting = $listing->select($shelf->books());
    $next = $listing->offset + $listing->limit;
    if ($next < count($fitting)) {
        header('Link: </books?' . http_build_query(['offset' => $next] + $_GET) . '>; rel="next"');
    }
    send(200, ['items' => array_slice($fitting, $listing->offset, $listing->limit), 'total' => count($fitting)]);
}

function create(Shelf $shelf): void
{
    $book = $shelf->add(Rules::book(body()));
    header("Location: /books/{$book['id']}");
    send(201, $book);
}

function delete(Shelf $shelf, string $id): void
{
    $shelf->remove($id);
    http_response_code(204);
    header_remove('Content-Type');
}

function mediaType(): string
{
    return strtolower(trim(explode(';', $_SERVER['CONTENT_TYPE'] ?? '')[0]));
}

/** The body as data; objects stay objects, so that {} and [] differ. */
function body(): mixed
{
    try {
        return json_decode(file_get_contents('php://input'), flags: JSON_THROW_ON_ERROR);
    } catch (JsonException) {
        throw new Problem(400, 'the body is not JSON');
    }
}

function send(int $status, array $data): void
{
    http_response_code($status);
    header('Content-Type: application/json');
    echo json_encode($data, JSON_UNESCAPED_UNICODE | JSON_UNESCAPED_SLASHES | JSON_THROW_ON_ERROR);
}
