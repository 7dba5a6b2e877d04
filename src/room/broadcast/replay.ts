// Gives what a resuming connection missed, as states and not as a history: what is new, then what
// has changed, then everything else. It gives all of it or nothing.

import { Buffer } from 'node:buffer'
import type { ReplayedFrame } from '../log/event-kind.ts'
import type { Log } from '../log/log.ts'
import type { JoinRequest } from '../rpc.ts'

/** A larger replay would cost more than to load the history. */
const bytesMax = 1024 * 1024

/** Encoded frames without `seq`; null: the client has to load the history anew. */
type Missed = string[] | null

/** For connections admitted at one instant: equal positions share one read and one encoding. */
export function createReplays(log: Log): (resume: JoinRequest['resume']) => Missed {
  const cached = new Map<number, string[]>()
  let tooFarBack = Number.NEGATIVE_INFINITY
  return (resume) => {
    if (!resume || resume.epoch !== log.epoch) return null
    const { since } = resume
    if (since < log.prunedSeq || since > log.position.seq) return null
    // The replay from an earlier position is at least as large.
    if (since <= tooFarBack) return null
    const missed = cached.get(since) ?? missedSince(log, since)
    if (missed) cached.set(since, missed)
    else tooFarBack = since
    return missed
  }
}

function missedSince(log: Log, since: number): Missed {
  const missed: (Omit<ReplayedFrame, 'frame'> & { json: string })[] = []
  let bytes = 0
  for (const { kind, row } of log.changesAfter(since)) {
    const replayed = kind.replay(row, since)
    if (!replayed) continue
    const { rank, order, frame } = replayed
    const json = JSON.stringify(frame)
    bytes += Buffer.byteLength(json)
    if (bytes > bytesMax) return null
    missed.push({ rank, order, json })
  }
  missed.sort((a, b) => a.rank - b.rank || (a.order < b.order ? -1 : a.order > b.order ? 1 : 0))
  return missed.map(({ json }) => json)
}
