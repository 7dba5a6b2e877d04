// Why the room closes a socket, and what its client should do about it.

type Advice = 'reconnect' | 'log in again' | 'wait a minute' | 'do not reconnect'

/** Close code → why, and what to do. Codes that are not here: reconnect with back-off. */
export const closeCodes = {
  1009: { reason: 'Frame too large', advice: 'do not reconnect' },
  1012: { reason: 'Room restarts', advice: 'reconnect' },
  1013: { reason: 'Room not reachable', advice: 'reconnect' },
  4400: { reason: 'Too many bad frames', advice: 'do not reconnect' },
  4401: { reason: 'Token missing, bad or expired, or session ended', advice: 'log in again' },
  4403: { reason: 'Origin or account not allowed', advice: 'do not reconnect' },
  4408: { reason: 'Silent for too long', advice: 'reconnect' },
  4409: { reason: 'Replaced by a newer connection', advice: 'do not reconnect' },
  4429: { reason: 'Too many connections or frames', advice: 'wait a minute' },
  4503: { reason: 'Room full', advice: 'wait a minute' },
} as const satisfies Record<number, { reason: string; advice: Advice }>

export type CloseCode = keyof typeof closeCodes

/** They say how a socket ended, and are never sent. */
const unsendable = [1004, 1005, 1006, 1015]

/** The code that may be sent back for the one that was received, which may be any number. */
export function closeReply(received: number): number {
  const sendable = received >= 1000 && received <= 4999 && !unsendable.includes(received)
  return sendable ? received : 1000
}
