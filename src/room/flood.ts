// How many frames one socket may send before it is closed. In memory only: what a socket did
// before the room slept is forgiven.

import type { CloseCode } from '../contract/close-codes.ts'
import { charge } from '../domain/sliding-window.ts'
import type { Seat } from './seats.ts'

const frames = { max: 60, windowMs: 10_000 }
const typing = { max: 300, windowMs: 10_000 }
const bad = { max: 20, windowMs: 60_000 }

/** Counts a frame. Gives the code to close the socket with, or null. */
export function countFrame(seat: Seat, kind: 'typing' | 'other' | 'bad', now: number) {
  if (kind === 'typing') return over(seat.typing, now, typing, 4429)
  return (
    over(seat.frames, now, frames, 4429) ?? (kind === 'bad' ? over(seat.bad, now, bad, 4400) : null)
  )
}

function over(
  times: number[],
  now: number,
  rule: { max: number; windowMs: number },
  code: CloseCode,
): CloseCode | null {
  return charge(times, now, rule) > 0 ? code : null
}
