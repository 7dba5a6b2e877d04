import fc from 'fast-check'
import { afterEach, describe, it } from 'vitest'
import { theRoom, trouble } from '../support/chat.ts'
import { changes } from './model/changes.ts'
import { checkAll } from './model/checks.ts'
import { Client } from './model/client.ts'
import { connects, reconnect } from './model/connections.ts'
import { crashes } from './model/crashes.ts'
import { ExpectedLog } from './model/expected-log.ts'
import { faults, setPostgresMode } from './model/faults.ts'
import { markers } from './model/markers.ts'
import { Model } from './model/model.ts'
import { reactions } from './model/reactions.ts'
import { reads } from './model/reads.ts'
import { RealRoom } from './model/real-room.ts'
import { retries } from './model/retries.ts'
import { sends } from './model/sends.ts'

/**
 * More runs: VITE_MODEL_RUNS=1000. A failure names the seed, path and replayPath that replay it.
 * Vite passes only variables that begin with VITE_ to the tests.
 */
const {
  VITE_MODEL_RUNS: runs = '25',
  VITE_MODEL_SEED: seed = '20261123',
  VITE_MODEL_PATH: path,
  VITE_MODEL_REPLAY_PATH: replayPath,
} = process.env
const numRuns = Number(runs)
/** After this time shrinking ends as well, and the smallest failure so far is reported. */
const timeLimitMs = 60_000 + numRuns * 5_000

const commands = fc.commands(
  [
    ...sends,
    ...retries,
    ...changes,
    ...connects,
    ...faults,
    ...crashes,
    ...reads,
    ...markers,
    ...reactions,
  ],
  {
    maxCommands: 100,
    size: 'max',
    ...(replayPath !== undefined && { replayPath }),
  },
)

async function begin(): Promise<{ model: Model; real: RealRoom }> {
  const room = await RealRoom.create()
  const { session } = await theRoom().newest(null, 1)
  const model = new Model(new ExpectedLog(session.epoch), room.people)
  for (const batching of [true, false]) {
    const person = room.people[model.clients.length]
    if (!person) throw new Error('There are too few users')
    const pages = { limit: 3, pages: Number.POSITIVE_INFINITY }
    const client = new Client(`client ${model.clients.length}`, person, { batching, pages })
    model.clients.push(client)
    await reconnect(model, room, client)
  }
  return { model, real: room }
}

/** All clients reconnect, to compare everything with the truth. */
async function end(model: Model, room: RealRoom): Promise<void> {
  await setPostgresMode(model, room, 'fine')
  for (const client of model.clients) if (!client.isLive) await reconnect(model, room, client)
  await checkAll(model, room)
}

describe('the room and a model of it', () => {
  afterEach(() => trouble({ part: 'postgres' }))

  it(
    'MODEL-1 agree whatever is asked of the room and whatever happens to it',
    () =>
      fc.assert(
        fc.asyncProperty(commands, async (sequence) => {
          const { model, real } = await begin()
          await fc.asyncModelRun(() => ({ model, real }), sequence)
          await end(model, real)
        }),
        {
          numRuns,
          seed: Number(seed),
          ...(path !== undefined && { path }),
          interruptAfterTimeLimit: timeLimitMs,
          markInterruptAsFailure: true,
        },
      ),
    timeLimitMs + 30_000,
  )
})
