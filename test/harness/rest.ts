// One REST call, as any client can make it.

export type Answer = { status: number; body: unknown; retryAfterMs: number }

/** The fields of `GET /ready` that tests wait for. */
export type Ready = { status: string; dirty: number | null; set_aside: number | null }

const timeoutMs = 6_000

/** No answer came, so that the outcome of the call is unknown. */
export class NoAnswer extends Error {
  override name = 'NoAnswer'
}

export async function call(
  port: number,
  method: string,
  path: string,
  { token, body }: { token?: string; body?: unknown } = {},
): Promise<Answer> {
  try {
    const response = await fetch(`http://127.0.0.1:${port}${path}`, {
      method,
      headers: {
        ...(token !== undefined && { authorization: `Bearer ${token}` }),
        ...(body !== undefined && { 'content-type': 'application/json' }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(timeoutMs),
    })
    const text = await response.text()
    const retryAfterMs = 1_000 * Number(response.headers.get('retry-after') ?? 0)
    return { status: response.status, body: parse(text), retryAfterMs }
  } catch (error) {
    throw new NoAnswer(String(error))
  }
}

/** Whether Postgres has everything. */
export function isArchived({ status, dirty, set_aside }: Ready): boolean {
  return status === 'ready' && dirty === 0 && set_aside === 0
}

function parse(text: string): unknown {
  try {
    return text === '' ? null : JSON.parse(text)
  } catch {
    return text
  }
}
