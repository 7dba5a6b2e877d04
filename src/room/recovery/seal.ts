// Closes a room for good, before another one takes over: it accepts nothing any more and never writes
// to Postgres again. Only a higher ROOM_GENERATION opens it.

import type { Clock } from '../clock/clock.ts'
import type { ConnectionCloser } from '../connections/closer.ts'
import type { ConnectionRegistry } from '../connections/registry.ts'
import type { Meta } from '../log/meta.ts'
import type { Outbox } from '../outbox/outbox.ts'
import type { ReactionCalls } from '../reactions/reaction-calls.ts'
import type { ReadMarkers } from '../read-markers/read-markers.ts'
import type { Outcome } from '../rpc.ts'
import { accepted, refused } from '../sequencer/command.ts'
import type { Sequencer } from '../sequencer/sequencer.ts'

type Uses = {
  clock: Clock
  meta: Meta
  outbox: Outbox
  sequencer: Sequencer
  connections: ConnectionRegistry
  closer: ConnectionCloser
  readMarkers: Pick<ReadMarkers, 'write'>
  reactionCalls: Pick<ReactionCalls, 'applyAll' | 'close'>
}

const retryAfterMs = 2_000

/** Refused while Postgres lacks a row. All connections get the events before it, and are closed. */
export function sealRoom({
  clock,
  meta,
  outbox,
  sequencer,
  connections,
  closer,
  readMarkers,
  reactionCalls,
}: Uses): Outcome<null> {
  reactionCalls.applyAll()
  const sealed = sequencer.now<null>(() => {
    readMarkers.write()
    const { dirty, deadLetters } = outbox.backlog()
    if (dirty > 0)
      return refused({
        code: 'unavailable',
        detail: `Postgres lacks ${dirty} rows of this room. Flush them first, and ask again.`,
        retryAfterMs,
      })
    if (deadLetters > 0)
      return refused({
        code: 'unavailable',
        detail: `Postgres refuses ${deadLetters} rows of this room, which would be left behind: see set-aside.`,
        retryAfterMs,
      })
    meta.set('sealed_at', clock.wall())
    return accepted(null)
  })
  if (!sealed.ok) return sealed
  reactionCalls.close()
  sequencer.broadcastNow()
  for (const connection of [...connections.all()]) closer.close(connection, 1012)
  return sealed
}
