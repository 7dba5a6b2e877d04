// Events that happen to the room: the alarm fires, the log is pruned, the room is evicted or ends,
// and Postgres is slow, refuses, loses the answer after its work, or answers nonsense.

import fc from 'fast-check'
import { settle } from './checks.ts'
import type { Model } from './model.ts'
import { always, type Step, step } from './step.ts'
import { runTick } from './tick.ts'
import { type Weather, type World, weathers } from './world.ts'

export async function setWeather(model: Model, world: World, weather: Weather): Promise<void> {
  model.weather = weather
  await world.setWeather(weather)
}

const changeWeather = fc
  .oneof(fc.constant('fine' as const), fc.constantFrom(...weathers))
  .map((weather) =>
    step(`Postgres: ${weather}`, always, (model, world) => setWeather(model, world, weather)),
  )

const ring = fc.constant(step('ring', always, (_, world) => world.runAlarm()))

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
        await runTick({ ...keep, ageMinMs: 0 })
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

/** Ends the room, so that every socket is lost. */
export async function crash(model: Model, world: World): Promise<void> {
  await world.abort()
  for (const client of model.clients) client.dropSocket()
}

const abort = fc.constant(step('abort', always, crash))

export const faults: fc.Arbitrary<Step>[] = [
  changeWeather,
  changeWeather,
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
