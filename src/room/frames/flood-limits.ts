// Limits how many frames, and how many bytes in them, one connection may send before it is closed.
// The counts are in memory only, so they start again when the room wakes from hibernation.

import type { CloseCode } from '../../contract/close-codes.ts'
import type { ParsedFrame } from '../../contract/parse-frame.ts'
import { type Bucket, emptyBucket, pour } from '../../domain/leaky-bucket.ts'
import { charge, type WindowRule } from '../../domain/sliding-window.ts'

const rules = {
  frames: { max: 60, windowMs: 10_000, code: 4429 },
  typing: { max: 300, windowMs: 10_000, code: 4429 },
  bad: { max: 20, windowMs: 60_000, code: 4400 },
} as const satisfies Record<string, WindowRule & { code: CloseCode }>

type Counter = keyof typeof rules

/** Allows `max` bytes at once, and as many again in each `perMs`. */
const bytes = { max: 512 * 1024, perMs: 10_000, code: 4429 } as const

/** The counters of each kind of frame. Typing is cheap, and a bad frame counts in two. */
const countersOf = {
  typing: ['typing'],
  bad: ['frames', 'bad'],
  other: ['frames'],
} as const satisfies Record<string, readonly Counter[]>

export function kindOfFrame(parsed: ParsedFrame): keyof typeof countersOf {
  if (!parsed.ok) return 'bad'
  return parsed.frame.event === 'typing' ? 'typing' : 'other'
}

/** Times of a connection's latest frames, oldest first, and their bytes. */
export type FrameCounts = Record<Counter, number[]> & { bytes: Bucket }

export const emptyFrameCounts = (): FrameCounts => ({
  frames: [],
  typing: [],
  bad: [],
  bytes: emptyBucket(),
})

/** Counts a frame's bytes before it is parsed. Gives the code of the close, or null. */
export function countBytes(counts: FrameCounts, size: number, now: number): CloseCode | null {
  return pour(counts.bytes, size, now, bytes) ? bytes.code : null
}

/** Counts a parsed frame. Gives the code of the close, or null. */
export function countFrame(
  counts: FrameCounts,
  kind: keyof typeof countersOf,
  now: number,
): CloseCode | null {
  const exceeded = countersOf[kind].find(
    (counter) => charge(counts[counter], now, rules[counter]) > 0,
  )
  return exceeded ? rules[exceeded].code : null
}
