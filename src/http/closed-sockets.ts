// Sockets that are closed as soon as they are open, for a browser to read the code. Their clients may
// leave the close unanswered: so there are few at a time, and each is ended after a few seconds.

import { type CloseCode, closeCodes } from '../contract/close-codes.ts'

/** How long a client may take to answer the close, in milliseconds. */
const answerMs = 5_000
/** Sockets that may be closed with a code: for one address, and in the whole isolate. */
export const closedWindowMs = 60_000
const ofAddress = { max: 10, windowMs: closedWindowMs }
const inAll = { max: 200, windowMs: 10_000 }

/** The sockets that were closed with a code in the last minute: at most 1,200 in an isolate. */
export class ClosedSockets {
  #closed: { address: string; at: number }[] = []

  /** Counts one more. false: there were too many, and the refusal has to be a plain answer. */
  count(address: string, now: number): boolean {
    // A time from the future was set by a clock that went back since.
    this.#closed = this.#closed.filter(({ at }) => at > now - ofAddress.windowMs && at <= now)
    const own = this.#closed.filter((socket) => socket.address === address).length
    const latest = this.#closed.filter(({ at }) => at > now - inAll.windowMs).length
    if (own >= ofAddress.max || latest >= inAll.max) return false
    this.#closed.push({ address, at: now })
    return true
  }
}

/** A socket that is closed with a code and, if its client does not answer that, ended. */
export function closedSocket(
  context: Pick<ExecutionContext, 'abort'>,
  code: CloseCode,
  headers: Record<string, string>,
  withinMs = answerMs,
): Response {
  const { 0: theirs, 1: ours } = new WebSocketPair()
  ours.accept()
  const timer = setTimeout(() => endCall(context), withinMs)
  const answered = () => clearTimeout(timer)
  ours.addEventListener('close', answered)
  ours.addEventListener('error', answered)
  ours.close(code, closeCodes[code].reason)
  return new Response(null, { status: 101, webSocket: theirs, headers })
}

/** Ends the call that a socket belongs to. Nothing else takes a socket from a client that keeps it. */
function endCall(context: Pick<ExecutionContext, 'abort'>): void {
  try {
    context.abort(new Error('The client did not answer the close of a refused upgrade'))
  } catch {
    // It throws what it was given.
  }
}
