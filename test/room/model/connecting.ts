// Commands for clients that connect, leave, resume from their own or any other position, and lose
// their sockets in the middle of a replay.

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
  /** Replaces the client's own position. */
  asked?: Position
  /** The socket is lost after this many frames of the replay. */
  dropAfter?: number
}

/** @returns a check to run as soon as the truth is known up to the client's welcome */
export async function connect(
  model: Model,
  world: World,
  client: Client,
  { asked, dropAfter }: Options = {},
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

  const { prunedSeq } = await world.readStorage()
  model.charge('connects', client.person)
  const welcome = await client.connect(asked ?? client.position, dropAfter ?? null)
  checks.push(() => checkWelcome(model, welcome, prunedSeq))
  // Pages load while live frames arrive; the view merges both.
  if (client.isLive && !client.loaded && !(await load())) await client.close()
  return () => {
    for (const check of checks) check()
  }
}

export async function reconnect(model: Model, world: World, client: Client, options?: Options) {
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
      (model) => model.clients.length < clientsMax && model.joinable.length > 0,
      async (model, world) => {
        const who = pick(model.joinable, person)
        const client = new Client(`client ${model.clients.length}`, who, {
          batching,
          reader: { limit, pages },
        })
        model.clients.push(client)
        await reconnect(model, world, client)
      },
    ),
  )

const leave = number.map((n) =>
  step(
    `leave(${n})`,
    ({ live }) => live.length > 0,
    ({ live }) => pick(live, n).close(),
  ),
)

const reconnectStep = number.map((n) =>
  step(
    `reconnect(${n})`,
    ({ away }) => away.length > 0,
    (model, world) => reconnect(model, world, pick(model.away, n)),
  ),
)

const dropInReplay = fc.record({ client: number, after: fc.nat(4) }).map(({ client, after }) =>
  step(
    `dropInReplay(${client}, after ${after} frames)`,
    ({ away }) => away.some(({ loaded }) => loaded),
    (model, world) =>
      reconnect(
        model,
        world,
        pick(
          model.away.filter(({ loaded }) => loaded),
          client,
        ),
        { dropAfter: after },
      ),
  ),
)

/**
 * Resumes from another log, from a pruned or a known event, or from one that does not exist yet.
 */
const resumeFrom = fc
  .record({
    client: number,
    epoch: fc.constantFrom(true, true, false),
    by: fc.oneof(fc.integer({ min: -30, max: 0 }), fc.integer({ min: 1, max: 3 })),
  })
  .map(({ client: n, epoch, by }) =>
    step(
      `resumeFrom(${n}, ${epoch ? 'this' : 'another'} log, ${by > 0 ? 'head +' : 'own'} ${by})`,
      ({ away }) => away.length > 0,
      (model, world) => {
        const client = pick(model.away, n)
        const seq = by > 0 ? model.truth.head + by : Math.max(0, client.position.seq + by)
        const asked = { epoch: epoch ? model.truth.epoch : 'no-such-log', seq }
        return reconnect(model, world, client, { asked })
      },
    ),
  )

export const connects: fc.Arbitrary<Step>[] = [
  come,
  leave,
  leave,
  reconnectStep,
  reconnectStep,
  dropInReplay,
  resumeFrom,
]
