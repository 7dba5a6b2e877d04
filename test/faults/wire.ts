// The service's protocol as a stranger would write it down from its documents: the shapes that the
// clients rely on, and one HTTP call. Nothing of it is shared with the service.

export type Message = {
  id: string
  user_id: string
  username: string
  content: string
  updated_at: string | null
  is_deleted: boolean
  revision: number
  client_id?: string
}

export type Edit = { message_id: string; content: string; updated_at: string; revision: number }
export type Deletion = { message_id: string; revision: number }
export type Refusal = { code: string; message: string; client_id?: string; retry_after_ms?: number }

export type Frame = { event: string; data: Record<string, unknown>; seq?: number }

export type Page = {
  messages: Message[]
  next_cursor: string | null
  session: { epoch: string; seq: number }
}

export type Ready = {
  status: string
  dirty: number | null
  set_aside: number | null
}

export type Person = { id: string; username: string }
export type Account = Person & { token: string }

export type Answer = { status: number; body: unknown; retryAfterMs: number }

const patienceMs = 6_000

/** Whatever went wrong on the way: the outcome of the call is unknown. */
export class Away extends Error {
  override name = 'Away'
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
      signal: AbortSignal.timeout(patienceMs),
    })
    const text = await response.text()
    const retryAfterMs = 1_000 * Number(response.headers.get('retry-after') ?? 0)
    return { status: response.status, body: parse(text), retryAfterMs }
  } catch (error) {
    throw new Away(String(error))
  }
}

function parse(text: string): unknown {
  try {
    return text === '' ? null : JSON.parse(text)
  } catch {
    return text
  }
}
