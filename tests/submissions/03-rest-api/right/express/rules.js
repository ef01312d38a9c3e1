// What a book must look like.

const text = (longest) => (value) =>
  typeof value === 'string' && value.trim() !== '' && length(value) <= longest
    ? null
    : `must be a string of 1 to ${longest} characters`;

const rules = {
  title: text(200),
  author: text(100),
  year: (value) => (Number.isInteger(value) && value >= 1 && value <= 2100 ? null : 'must be a whole number from 1 to 2100'),
  tags: (value) => (Array.isArray(value) && value.length <= 10 && value.every(isTag) ? null : 'must be up to 10 strings of 1 to 30 characters'),
  summary: (value) => (value === null || (typeof value === 'string' && length(value) <= 2000) ? null : 'must be up to 2000 characters'),
};

const isTag = (value) => typeof value === 'string' && value !== '' && length(value) <= 30;

// "😀".length is 2, because JavaScript counts UTF-16 units. A string is iterated by characters.
const length = (value) => [...value].length;

export class Invalid extends Error {
  constructor(errors) {
    super('something is missing or wrong');
    this.status = 422;
    this.errors = errors;
  }
}

// The members of a book out of `data`, with defaults for those that may be left out.
export function book(data) {
  const members = { tags: [], summary: null, ...object(data) };
  const errors = {};
  const found = {};
  for (const [name, rule] of Object.entries(rules)) {
    const wrong = rule(members[name]);
    if (wrong) errors[name] = wrong;
    found[name] = members[name];
  }
  if (Object.keys(errors).length > 0) throw new Invalid(errors);
  return found;
}

export function object(data) {
  if (data === null || typeof data !== 'object' || Array.isArray(data)) throw new Invalid({ body: 'must be a JSON object' });
  return data;
}

// The book with a JSON merge patch on top (RFC 7396): null takes a member away.
export function merged(book, change) {
  return Object.fromEntries(Object.entries({ ...book, ...object(change) }).filter(([, value]) => value !== null));
}
