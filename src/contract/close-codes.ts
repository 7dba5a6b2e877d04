// Close codes of the socket, and what a client should do about each.

type Advice = 'reconnect' | 'log in again' | 'wait a minute' | 'do not reconnect'

/** Close code → reason and advice. For other codes: reconnect with back-off. */
export const closeCodes = {
  1009: { reason: 'Frame too large', advice: 'do not reconnect' },
  1012: { reason: 'Room restarts', advice: 'reconnect' },
  1013: { reason: 'Room not reachable', advice: 'reconnect' },
  4400: { reason: 'Too many bad frames', advice: 'do not reconnect' },
  4401: { reason: 'Token missing, bad or expired, or session ended', advice: 'log in again' },
  4403: { reason: 'Origin or account not allowed, or banned', advice: 'do not reconnect' },
  4408: { reason: 'Silent for too long', advice: 'reconnect' },
  4409: { reason: 'Replaced by a newer connection', advice: 'do not reconnect' },
  4429: { reason: 'Too many connections or frames', advice: 'wait a minute' },
  4503: { reason: 'Room full', advice: 'wait a minute' },
} as const satisfies Record<number, { reason: string; advice: Advice }>

export type CloseCode = keyof typeof closeCodes

/** Reserved codes that report how a socket ended. They cannot be sent. */
const unsendable = [1004, 1005, 1006, 1015]

/** Returns the code to answer a close with. The received code may be any number. */
export function closeReply(received: number): number {
  const sendable = received >= 1000 && received <= 4999 && !unsendable.includes(received)
  return sendable ? received : 1000
}
