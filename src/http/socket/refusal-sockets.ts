// Refusal sockets: accepted and closed at once with a code that a browser can read. Clients may
// never answer the close, so their number is limited and each is aborted after a few seconds.

import { type CloseCode, closeCodes } from '../../contract/close-codes.ts'
import type { SystemClock } from '../../system-clock.ts'

/** How long a client may take to answer the close, in milliseconds. */
const closeTimeoutMs = 5_000
/** Limits of refusal sockets per caller and per isolate. */
export const refusalWindowMs = 60_000
const perCaller = { max: 10, windowMs: refusalWindowMs }
const perIsolate = { max: 200, windowMs: 10_000 }

/** Counts the refusal sockets of the last minute: at most 1,200 in an isolate. */
export class RefusalSocketLimit {
  #recent: { caller: string; at: number }[] = []

  /**
   * Counts one more of an address or a member. Returns false when the limit is reached: the refusal
   * must then be an HTTP response.
   */
  tryAcquire(caller: string, now: number): boolean {
    // A time in the future means that the clock was set back since.
    this.#recent = this.#recent.filter(({ at }) => at > now - perCaller.windowMs && at <= now)
    const own = this.#recent.filter((socket) => socket.caller === caller).length
    const latest = this.#recent.filter(({ at }) => at > now - perIsolate.windowMs).length
    if (own >= perCaller.max || latest >= perIsolate.max) return false
    this.#recent.push({ caller, at: now })
    return true
  }
}

type RefusalSocket = {
  clock: SystemClock
  context: Pick<ExecutionContext, 'abort'>
  code: CloseCode
  headers: Record<string, string>
  /** A frame to send before the close. */
  farewell?: string | undefined
  timeoutMs?: number
}

/** Opens a socket, closes it with a code, and aborts it if the client does not answer the close. */
export function openRefusalSocket({
  clock,
  context,
  code,
  headers,
  farewell,
  timeoutMs = closeTimeoutMs,
}: RefusalSocket): Response {
  const { 0: client, 1: server } = new WebSocketPair()
  server.accept()
  const answered = clock.schedule(timeoutMs, () => abortRequest(context))
  server.addEventListener('close', answered)
  server.addEventListener('error', answered)
  if (farewell !== undefined) server.send(farewell)
  server.close(code, closeCodes[code].reason)
  return new Response(null, { status: 101, webSocket: client, headers })
}

/**
 * Aborts the request that owns the socket. Nothing else closes a socket whose client keeps it open.
 */
function abortRequest(context: Pick<ExecutionContext, 'abort'>): void {
  try {
    context.abort(new Error('The client did not answer the close of a refused upgrade'))
  } catch {
    // `abort` throws the error that it was given.
  }
}
