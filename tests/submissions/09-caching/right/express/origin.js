// What the origin says: {status, body, type, cacheControl}. A failing or silent origin becomes 502.
export async function ask(method, path, headers = {}, body = undefined) {
  try {
    const signal = AbortSignal.timeout(5000);
    const reply = await fetch(process.env.ORIGIN_URL + path, { method, headers, body, signal });
    if (reply.status >= 500) return failure("the origin failed");
    const type = reply.headers.get("content-type");
    const cacheControl = (reply.headers.get("cache-control") ?? "").toLowerCase();
    return { status: reply.status, body: await reply.text(), type, cacheControl };
  } catch {
    return failure("the origin does not answer");
  }
}

// A found or a missing thing may be remembered, unless the origin says otherwise; a failure never.
export function mayBeKept({ status, cacheControl }) {
  return (status === 200 || status === 404) && !/no-store|private/.test(cacheControl);
}

function failure(title) {
  return { status: 502, body: JSON.stringify({ title }), type: "application/json", cacheControl: "" };
}
