// Events that happen to the room: the alarm fires, the log is pruned, the room is evicted or ends,
// and Postgres is slow, refuses, loses the answer after its work, or answers nonsense.

import fc from 'fast-check'
import { waitUntilReceived } from './checks.ts'
import type { Model } from './model.ts'
import { type PostgresMode, postgresModes, type RealRoom } from './real-room.ts'
import { always, type Step, step } from './step.ts'
import { runTick } from './tick.ts'

export async function setPostgresMode(
  model: Model,
  room: RealRoom,
  postgresMode: PostgresMode,
): Promise<void> {
  model.postgresMode = postgresMode
  await room.setPostgresMode(postgresMode)
}

const changePostgresMode = fc
  .oneof(fc.constant('fine' as const), fc.constantFrom(...postgresModes))
  .map((postgresMode) =>
    step(`Postgres: ${postgresMode}`, always, (model, room) =>
      setPostgresMode(model, room, postgresMode),
    ),
  )

const runAlarm = fc.constant(step('ring', always, (_, room) => room.runAlarm()))

const flush = fc.constant(
  step('flush', always, ({ postgresMode }, room) => room.flush(postgresMode)),
)

const prune = fc
  .record({
    flushFirst: fc.boolean(),
    messagesMin: fc.nat(4),
    eventsMax: fc.integer({ min: 2, max: 40 }),
    stepMax: fc.constantFrom(1, 4, 1000),
  })
  .map(({ flushFirst, ...keep }) =>
    step(
      `prune(${flushFirst ? 'after a flush, ' : ''}${JSON.stringify(keep)})`,
      always,
      async ({ postgresMode }, room) => {
        if (flushFirst) await room.flush(postgresMode)
        await runTick({ ...keep, ageMinMs: 0 })
      },
    ),
  )

const evict = fc.constant(
  step('evict', always, async (model, room) => {
    await waitUntilReceived(model)
    const someone = model.live.find(({ person }) => model.mayConnect(person))?.person
    if (someone) model.charge('connects', someone)
    await room.evict(someone)
  }),
)

/** Ends the room, so that every socket is lost. */
export async function crash(model: Model, room: RealRoom): Promise<void> {
  await room.abort()
  for (const client of model.clients) client.dropSocket()
  model.markers.crash()
}

const abort = fc.constant(step('abort', always, crash))

export const faults: fc.Arbitrary<Step>[] = [
  changePostgresMode,
  changePostgresMode,
  runAlarm,
  runAlarm,
  flush,
  flush,
  prune,
  prune,
  prune,
  evict,
  abort,
]
