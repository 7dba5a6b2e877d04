import fc from 'fast-check'
import { afterAll, afterEach, beforeAll, describe, it } from 'vitest'
import { theRoom, trouble } from '../support/chat.ts'
import { changes } from './model/changes.ts'
import { checkAll } from './model/checks.ts'
import { Client } from './model/client.ts'
import { connects, reconnect } from './model/connecting.ts'
import { crashes } from './model/crashes.ts'
import { faults, setWeather } from './model/faults.ts'
import { Model } from './model/model.ts'
import { reads } from './model/reads.ts'
import { sends } from './model/sends.ts'
import { overrideTick, restoreTick } from './model/tick.ts'
import { Truth } from './model/truth.ts'
import { World } from './model/world.ts'

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

const commands = fc.commands([...sends, ...changes, ...connects, ...faults, ...crashes, ...reads], {
  maxCommands: 100,
  size: 'max',
  ...(replayPath !== undefined && { replayPath }),
})

async function begin(): Promise<{ model: Model; real: World }> {
  const world = await World.create()
  const { session } = await theRoom().newest(null, 1)
  const model = new Model(new Truth(session.epoch), world.people)
  for (const batching of [true, false]) {
    const person = world.people[model.clients.length]
    if (!person) throw new Error('Nobody is there')
    const reader = { limit: 3, pages: Number.POSITIVE_INFINITY }
    const client = new Client(`client ${model.clients.length}`, person, { batching, reader })
    model.clients.push(client)
    await reconnect(model, world, client)
  }
  return { model, real: world }
}

/** All clients reconnect, to compare everything with the truth. */
async function end(model: Model, world: World): Promise<void> {
  await setWeather(model, world, 'fine')
  for (const client of model.clients) if (!client.isLive) await reconnect(model, world, client)
  await checkAll(model, world)
}

describe('the room and a model of it', () => {
  beforeAll(overrideTick)
  afterAll(restoreTick)
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
