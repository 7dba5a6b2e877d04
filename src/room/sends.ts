// What one socket is sent: each frame by itself, or with chat.v1 all of them in one send.

import { Buffer } from 'node:buffer'
import type { RoomFrame } from '../contract/frames.ts'
import { journalFault, traits } from '../journal.ts'
import type { Seat } from './seats.ts'

export type Encoded = {
  json: string
  /** The user that the frame is about: their plain sockets do not get it. */
  about: string | null
}

/** Encoded once for all who are told the same: together, or one by one to plain sockets. */
export type Batch = { together: string; bytes: number; plain: Encoded[]; plainBytes: number }

export function batchOf(frames: Encoded[], plain = frames): Batch {
  const together = encodeTogether(frames.map(({ json }) => json))
  const bytes = Buffer.byteLength(together)
  const plainBytes =
    plain === frames ? bytes : plain.reduce((sum, { json }) => sum + Buffer.byteLength(json), 0)
  return { together, bytes, plain, plainBytes }
}

export function tellBatch(seat: Seat, { together, bytes, plain, plainBytes }: Batch): void {
  seat.sentBytes += seat.batching ? bytes : plainBytes
  if (seat.batching) deliver(seat, together)
  else for (const { json, about } of plain) if (about !== seat.member.id) deliver(seat, json)
}

/** Sends encoded frames to one socket only, outside of the line. Gives their bytes. */
export function replyEncoded(seat: Seat, frames: string[]): number {
  const batch = batchOf(frames.map((json) => ({ json, about: null })))
  tellBatch(seat, batch)
  return batch.bytes
}

/** The same of one frame. */
export function reply(seat: Seat, frame: RoomFrame): number {
  return replyEncoded(seat, [JSON.stringify(frame)])
}

function encodeTogether(frames: string[]): string {
  return frames.length === 1 ? frames.join() : `[${frames.join(',')}]`
}

function deliver({ socket }: Seat, text: string): void {
  try {
    socket.send(text)
  } catch (error) {
    // One socket must not cost the others theirs. A closing one is still listed, and throws; asking
    // each before costs a tenth of a send. Of others the sweep finds it.
    if (socket.readyState === WebSocket.OPEN) journalFault('send_failed', traits(error))
  }
}
