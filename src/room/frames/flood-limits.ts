// How many frames one socket may send before it is closed, and how many bytes in them. In memory only:
// what a socket did before the room slept is forgiven.

import type { CloseCode } from '../../contract/close-codes.ts'
import { type Bucket, emptyBucket, pour } from '../../domain/leaky-bucket.ts'
import { charge, type WindowRule } from '../../domain/sliding-window.ts'

const rules = {
  frames: { max: 60, windowMs: 10_000, code: 4429 },
  typing: { max: 300, windowMs: 10_000, code: 4429 },
  bad: { max: 20, windowMs: 60_000, code: 4400 },
} as const satisfies Record<string, WindowRule & { code: CloseCode }>

type Counter = keyof typeof rules

/** As many bytes at once, and as many again in each `perMs`. */
const bytes = { max: 512 * 1024, perMs: 10_000, code: 4429 } as const

/** Which counters a frame runs up. Typing is cheap, and bad frames count twice. */
const countedAs = {
  typing: ['typing'],
  bad: ['frames', 'bad'],
  other: ['frames'],
} as const satisfies Record<string, readonly Counter[]>

/** Times of a socket's latest frames, and their bytes. */
export type FrameCounts = Record<Counter, number[]> & { bytes: Bucket }

export const noFrames = (): FrameCounts => ({
  frames: [],
  typing: [],
  bad: [],
  bytes: emptyBucket(),
})

/** Counts a frame's bytes, before it is read. Gives the code to close the socket with, or null. */
export function countBytes(counts: FrameCounts, size: number, now: number): CloseCode | null {
  return pour(counts.bytes, size, now, bytes) ? bytes.code : null
}

/** Counts a frame. Gives the code to close the socket with, or null. */
export function countFrame(
  counts: FrameCounts,
  kind: keyof typeof countedAs,
  now: number,
): CloseCode | null {
  const broken = countedAs[kind].find((counter) => charge(counts[counter], now, rules[counter]) > 0)
  return broken ? rules[broken].code : null
}
