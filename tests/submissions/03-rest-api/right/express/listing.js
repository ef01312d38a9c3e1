// Filters, sorting and pages, out of the query string.

import { Invalid } from './rules.js';

const SORTS = ['title', '-title', 'year', '-year'];

// The books that fit the filters, sorted, and which page of them is wanted.
export function select(books, query) {
  const from = whole(query, 'year_from', -Infinity);
  const to = whole(query, 'year_to', Infinity);
  const limit = whole(query, 'limit', 20, 1, 100);
  const offset = whole(query, 'offset', 0, 0);
  const fitting = books.filter(
    (book) =>
      (query.author === undefined || book.author === query.author) &&
      (query.tag === undefined || book.tags.includes(query.tag)) &&
      book.year >= from &&
      book.year <= to,
  );
  return { fitting: sorted(fitting, query.sort), limit, offset };
}

function sorted(books, sort) {
  if (sort === undefined) return books;
  if (!SORTS.includes(sort)) throw new Invalid({ sort: `must be one of ${SORTS.join(', ')}` });
  const name = sort.replace('-', '');
  const direction = sort.startsWith('-') ? -1 : 1;
  return books.toSorted((a, b) => direction * (a[name] < b[name] ? -1 : a[name] > b[name] ? 1 : 0));
}

function whole(query, name, standard, low = -Infinity, high = Infinity) {
  if (query[name] === undefined) return standard;
  const value = Number(query[name]);
  if (!/^-?\d+$/.test(query[name]) || value < low || value > high) {
    throw new Invalid({ [name]: `must be a whole number from ${low} to ${high}` });
  }
  return value;
}
