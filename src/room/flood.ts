// How many frames one socket may send before it is closed. In memory only: what a socket did
// before the room slept is forgiven.

import type { CloseCode } from '../contract/close-codes.ts'
import { charge, type WindowRule } from '../domain/sliding-window.ts'

const rules = {
  frames: { max: 60, windowMs: 10_000, code: 4429 },
  typing: { max: 300, windowMs: 10_000, code: 4429 },
  bad: { max: 20, windowMs: 60_000, code: 4400 },
} as const satisfies Record<string, WindowRule & { code: CloseCode }>

type Counter = keyof typeof rules

/** Which counters a frame runs up. Typing is cheap, and bad frames count twice. */
const countedAs = {
  typing: ['typing'],
  bad: ['frames', 'bad'],
  other: ['frames'],
} as const satisfies Record<string, readonly Counter[]>

/** Times of a socket's latest frames. */
export type FrameCounts = Record<Counter, number[]>

export const noFrames = (): FrameCounts => ({ frames: [], typing: [], bad: [] })

/** Counts a frame. Gives the code to close the socket with, or null. */
export function countFrame(
  counts: FrameCounts,
  kind: keyof typeof countedAs,
  now: number,
): CloseCode | null {
  const broken = countedAs[kind].find((counter) => charge(counts[counter], now, rules[counter]) > 0)
  return broken ? rules[broken].code : null
}
