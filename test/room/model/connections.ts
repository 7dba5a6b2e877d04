// Commands for clients that connect, leave, resume from their own or any other position, and lose
// their sockets in the middle of a replay.

import fc from 'fast-check'
import { expect } from 'vitest'
import type { Position } from '../../../src/contract/entities.ts'
import { checkHistory, checkWelcome } from './checks.ts'
import { Client } from './client.ts'
import type { Model } from './model.ts'
import type { RealRoom } from './real-room.ts'
import { index, pick, type Step, step } from './step.ts'

const clientsMax = 6

type Options = {
  /** Replaces the client's own position. */
  requested?: Position
  /** The socket is lost after this many frames of the replay. */
  dropAfter?: number
}

/** @returns a check to run when the expected log reaches the client's welcome */
export async function connect(
  model: Model,
  room: RealRoom,
  client: Client,
  { requested, dropAfter }: Options = {},
): Promise<() => void> {
  const { log, isArchiveUnavailable } = model
  const checks: (() => void)[] = []
  const load = async () => {
    const loaded = await client.load()
    if (loaded) checks.push(() => checkHistory(log, loaded, null))
    else expect(isArchiveUnavailable).toBe(true)
    return loaded
  }
  const isFirst = !client.view.isLoaded
  const loaded = isFirst ? await load() : null
  if (isFirst && !loaded) return () => {}
  if (loaded) client.view.position = loaded.session

  const { prunedSeq } = await room.readStorage()
  model.charge('connects', client.person)
  const welcome = await client.connect(requested ?? client.view.position, dropAfter ?? null)
  checks.push(() => checkWelcome(model, welcome, prunedSeq))
  // Pages load while live frames arrive; the view merges both.
  if (client.isLive && !client.view.isLoaded && !(await load())) await client.close()
  return () => {
    for (const check of checks) check()
  }
}

export async function reconnect(model: Model, room: RealRoom, client: Client, options?: Options) {
  const check = await connect(model, room, client, options)
  check()
}

const join = fc
  .record({
    person: index,
    batching: fc.boolean(),
    limit: fc.integer({ min: 1, max: 5 }),
    pages: fc.constantFrom(1, 2, Number.POSITIVE_INFINITY),
  })
  .map(({ person, batching, limit, pages }) =>
    step(
      `join(person ${person}, ${batching ? 'chat.v1' : 'plain'}, ${pages} pages of ${limit})`,
      (model) => model.clients.length < clientsMax && model.joinable.length > 0,
      async (model, room) => {
        const who = pick(model.joinable, person)
        const client = new Client(`client ${model.clients.length}`, who, {
          batching,
          pages: { limit, pages },
        })
        model.clients.push(client)
        await reconnect(model, room, client)
      },
    ),
  )

const leave = index.map((n) =>
  step(
    `leave(${n})`,
    ({ live }) => live.length > 0,
    ({ live }) => pick(live, n).close(),
  ),
)

const reconnectStep = index.map((n) =>
  step(
    `reconnect(${n})`,
    ({ disconnected }) => disconnected.length > 0,
    (model, room) => reconnect(model, room, pick(model.disconnected, n)),
  ),
)

const dropInReplay = fc.record({ client: index, after: fc.nat(4) }).map(({ client, after }) =>
  step(
    `dropInReplay(${client}, after ${after} frames)`,
    ({ disconnected }) => disconnected.some(({ view }) => view.isLoaded),
    (model, room) =>
      reconnect(
        model,
        room,
        pick(
          model.disconnected.filter(({ view }) => view.isLoaded),
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
    client: index,
    epoch: fc.constantFrom(true, true, false),
    by: fc.oneof(fc.integer({ min: -30, max: 0 }), fc.integer({ min: 1, max: 3 })),
  })
  .map(({ client: n, epoch, by }) =>
    step(
      `resumeFrom(${n}, ${epoch ? 'this' : 'another'} log, ${by > 0 ? 'head +' : 'own'} ${by})`,
      ({ disconnected }) => disconnected.length > 0,
      (model, room) => {
        const client = pick(model.disconnected, n)
        const seq = by > 0 ? model.log.head + by : Math.max(0, client.view.position.seq + by)
        const requested = { epoch: epoch ? model.log.epoch : 'no-such-log', seq }
        return reconnect(model, room, client, { requested })
      },
    ),
  )

export const connects: fc.Arbitrary<Step>[] = [
  join,
  leave,
  leave,
  reconnectStep,
  reconnectStep,
  dropInReplay,
  resumeFrom,
]
