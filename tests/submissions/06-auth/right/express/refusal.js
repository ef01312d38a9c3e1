/** An error that becomes a reply: thrown anywhere, caught in one place. */
export class Refusal extends Error {
  constructor(status, message, headers = {}) {
    super(message);
    this.status = status;
    this.headers = headers;
  }
}

/** Every 401 is made here, so that none forgets its challenge. */
export const unauthorized = (message) => new Refusal(401, message, { "WWW-Authenticate": "Bearer" });
