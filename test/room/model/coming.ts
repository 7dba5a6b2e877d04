// Clients come, go, come back from where they were or from anywhere, and lose their sockets in the
// middle of a replay.

import fc from 'fast-check'
import { expect } from 'vitest'
import type { Position } from '../../../src/contract/entities.ts'
import { checkHistory, checkWelcome } from './checks.ts'
import { Client } from './client.ts'
import type { Model } from './model.ts'
import { number, pick, type Step, step } from './step.ts'
import type { World } from './world.ts'

const clientsMax = 6

type Options = {
  /** Instead of where the client was. */
  asked?: Position
  /** The socket is lost after so many frames of the replay. */
  breakOffAfter?: number
}

/** @returns what to check as soon as the truth is known up to where the client was let in */
export async function connect(
  model: Model,
  world: World,
  client: Client,
  { asked, breakOffAfter }: Options = {},
): Promise<() => void> {
  const { truth, isArchiveAway } = model
  const checks: (() => void)[] = []
  const load = async () => {
    const loaded = await client.load()
    if (loaded) checks.push(() => checkHistory(truth, loaded, null))
    else expect(isArchiveAway).toBe(true)
    return loaded
  }
  const isFirst = !client.loaded
  const loaded = isFirst ? await load() : null
  if (isFirst && !loaded) return () => {}
  if (loaded) client.position = loaded.session

  const { prunedSeq } = await world.look()
  model.charge('connects', client.person)
  const welcome = await client.connect(asked ?? client.position, breakOffAfter ?? null)
  checks.push(() => checkWelcome(model, welcome, prunedSeq))
  // Beside the live frames, which the view puts together with the pages.
  if (client.isLive && !client.loaded && !(await load())) await client.hangUp()
  return () => {
    for (const check of checks) check()
  }
}

export async function comeBack(model: Model, world: World, client: Client, options?: Options) {
  const check = await connect(model, world, client, options)
  check()
}

const come = fc
  .record({
    person: number,
    batching: fc.boolean(),
    limit: fc.integer({ min: 1, max: 5 }),
    pages: fc.constantFrom(1, 2, Number.POSITIVE_INFINITY),
  })
  .map(({ person, batching, limit, pages }) =>
    step(
      `come(person ${person}, ${batching ? 'chat.v1' : 'plain'}, ${pages} pages of ${limit})`,
      (model) => model.clients.length < clientsMax && model.guests.length > 0,
      async (model, world) => {
        const who = pick(model.guests, person)
        const client = new Client(`client ${model.clients.length}`, who, {
          batching,
          reader: { limit, pages },
        })
        model.clients.push(client)
        await comeBack(model, world, client)
      },
    ),
  )

const leave = number.map((n) =>
  step(
    `leave(${n})`,
    ({ live }) => live.length > 0,
    ({ live }) => pick(live, n).hangUp(),
  ),
)

const comeBackStep = number.map((n) =>
  step(
    `comeBack(${n})`,
    ({ away }) => away.length > 0,
    (model, world) => comeBack(model, world, pick(model.away, n)),
  ),
)

const breakOff = fc.record({ client: number, after: fc.nat(4) }).map(({ client, after }) =>
  step(
    `breakOff(${client}, after ${after} frames)`,
    ({ away }) => away.some(({ loaded }) => loaded),
    (model, world) =>
      comeBack(
        model,
        world,
        pick(
          model.away.filter(({ loaded }) => loaded),
          client,
        ),
        { breakOffAfter: after },
      ),
  ),
)

/** Another log, what was pruned or known anyway, or what is yet to come. */
const comeFrom = fc
  .record({
    client: number,
    epoch: fc.constantFrom(true, true, false),
    by: fc.oneof(fc.integer({ min: -30, max: 0 }), fc.integer({ min: 1, max: 3 })),
  })
  .map(({ client: n, epoch, by }) =>
    step(
      `comeFrom(${n}, ${epoch ? 'this' : 'another'} log, ${by > 0 ? 'head +' : 'own'} ${by})`,
      ({ away }) => away.length > 0,
      (model, world) => {
        const client = pick(model.away, n)
        const seq = by > 0 ? model.truth.head + by : Math.max(0, client.position.seq + by)
        const asked = { epoch: epoch ? model.truth.epoch : 'no-such-log', seq }
        return comeBack(model, world, client, { asked })
      },
    ),
  )

export const comings: fc.Arbitrary<Step>[] = [
  come,
  leave,
  leave,
  comeBackStep,
  comeBackStep,
  breakOff,
  comeFrom,
]
