// What happens to the room: its alarm rings, it forgets, it is evicted, it ends, and Postgres is
// slow, refuses, does its work and loses the answer, or answers nonsense.

import fc from 'fast-check'
import { beat } from './beat.ts'
import { settle } from './checks.ts'
import type { Model } from './model.ts'
import { always, type Step, step } from './step.ts'
import { type Weather, type World, weathers } from './world.ts'

export async function turn(model: Model, world: World, weather: Weather): Promise<void> {
  model.weather = weather
  await world.turn(weather)
}

const turnTo = fc
  .oneof(fc.constant('fine' as const), fc.constantFrom(...weathers))
  .map((weather) =>
    step(`Postgres: ${weather}`, always, (model, world) => turn(model, world, weather)),
  )

const ring = fc.constant(step('ring', always, (_, world) => world.ring()))

const flush = fc.constant(step('flush', always, ({ weather }, world) => world.flush(weather)))

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
      async ({ weather }, world) => {
        if (flushFirst) await world.flush(weather)
        await beat({ ...keep, ageMinMs: 0 })
      },
    ),
  )

const evict = fc.constant(
  step('evict', always, async (model, world) => {
    await settle(model)
    const someone = model.live.find(({ person }) => model.mayConnect(person))?.person
    if (someone) model.charge('connects', someone)
    await world.evict(someone)
  }),
)

/** Every socket is lost. */
export async function crash(model: Model, world: World): Promise<void> {
  await world.abort()
  for (const client of model.clients) client.cutOff()
}

const abort = fc.constant(step('abort', always, crash))

export const faults: fc.Arbitrary<Step>[] = [
  turnTo,
  turnTo,
  ring,
  ring,
  flush,
  flush,
  prune,
  prune,
  prune,
  evict,
  abort,
]
