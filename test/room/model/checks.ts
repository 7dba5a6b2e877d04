// Compares everything that shows the messages with the truth: clients, pages, Postgres, the log.

import { expect } from 'vitest'
import type { Member, Message } from '../../../src/contract/entities.ts'
import { idTime } from '../../../src/domain/ids.ts'
import { call, sql } from '../../support/chat.ts'
import type { Client, Welcome } from './client.ts'
import { type Loaded, loadHistory } from './history.ts'
import type { Model } from './model.ts'
import { type Truth, withoutClientId } from './truth.ts'
import { until, untilAlarm } from './waiting.ts'
import type { World } from './world.ts'

const comparable = (messages: readonly Partial<Message>[]) =>
  messages.map((message) => withoutClientId(message as Message))

/** Runs after each command: checks the events that the clients have received so far. */
export function checkClients({ truth, clients }: Model): void {
  for (const client of clients) {
    client.take()
    for (const frame of client.events) expect(frame).toEqual(truth.event(frame.seq))
    if (client.isLive && client.loaded && client.position.seq === truth.head)
      checkView(truth, client)
  }
}

function checkView(truth: Truth, { name, view }: Client): void {
  const owed = truth.history().filter(({ id }) => id >= view.horizon)
  expect(comparable(view.shown()), `what ${name} shows`).toEqual(comparable(owed))
}

/** @param prunedSeq its value when the client connected */
export function checkWelcome({ truth }: Model, welcome: Welcome, prunedSeq: number): void {
  const { asked, resumed, replay, syncedAt } = welcome
  const isKnown =
    asked.epoch === truth.epoch && prunedSeq <= asked.seq && asked.seq <= (syncedAt ?? truth.head)
  expect(resumed).toBe(isKnown)
  const owed = resumed ? truth.replay(asked.seq, syncedAt ?? truth.head) : []
  expect(replay).toEqual(syncedAt === null ? owed.slice(0, replay.length) : owed)
}

/** @param from the cursor of the first page */
export function checkHistory(truth: Truth, loaded: Loaded, from: string | null): void {
  const { messages, horizon, session } = loaded
  expect(session.epoch).toBe(truth.epoch)
  const owed = truth
    .history(session.seq)
    .filter(({ id }) => id >= horizon && (from === null || id < from))
  expect(comparable(messages)).toEqual(comparable(owed))
}

/** The whole history, in pages of this many. */
export async function checkPages(
  { truth, isArchiveAway }: Model,
  limit: number,
  from: string | null,
): Promise<void> {
  const loaded = await loadHistory({ limit, pages: Number.POSITIVE_INFINITY }, from)
  if (!isArchiveAway) expect(loaded).toMatchObject({ horizon: '', isExact: true })
  if (!loaded) return
  expect(loaded.session.seq).toBe(truth.head)
  checkHistory(truth, loaded, from)
}

/** Only messages that the log has forgotten are fetched, and only Postgres can be unavailable. */
export async function expectAway(model: Model, world: World, id: string): Promise<void> {
  expect(model.isArchiveAway).toBe(true)
  expect((await world.readStorage()).ids.has(id)).toBe(false)
}

/** Postgres has every message once, in its last state, and no text of a deleted one. */
async function checkArchive(truth: Truth): Promise<void> {
  const rows = await sql()`select id, user_id, content, is_deleted, revision, created_at, updated_at
    from messages order by id`
  const archived = rows.map((row) => ({
    ...row,
    created_at: Date.parse(row.created_at),
    updated_at: row.is_deleted ? 'unknown' : row.updated_at && Date.parse(row.updated_at),
  }))
  const owed = [...truth.at(truth.head).values()].map(({ message }) => ({
    ...{ id: message.id, user_id: message.user_id, content: message.content },
    ...{ is_deleted: message.is_deleted, revision: message.revision },
    created_at: idTime(message.id),
    // No answer says when a message was deleted.
    updated_at: message.is_deleted
      ? 'unknown'
      : message.updated_at && Date.parse(message.updated_at),
  }))
  expect(archived).toEqual(owed)
}

export async function onlineIds(): Promise<string[]> {
  const answer = await call('/users/online')
  expect(answer.status).toBe(200)
  const ids = ((await answer.json()) as Member[]).map(({ id }) => id)
  expect(new Set(ids).size).toBe(ids.length)
  return ids
}

async function checkPresence({ live }: Model): Promise<void> {
  const here = [...new Set(live.map(({ person }) => person.id))].sort()
  await untilAlarm('who left is gone', async () => (await onlineIds()).length === here.length)
  expect((await onlineIds()).sort()).toEqual(here)
  const others = ({ person }: Client) => here.filter((id) => id !== person.id)
  const told = (client: Client) => [...client.online].filter((id) => id !== client.person.id).sort()
  await until('everyone knows who is here', () => {
    for (const client of live) client.take()
    return live.every((client) => `${told(client)}` === `${others(client)}`)
  })
}

/** Waits until all live clients have received every event. */
export async function settle({ truth, live }: Model): Promise<void> {
  for (const client of live)
    await until(`${client.name} hears of event ${truth.head}`, () => {
      client.take()
      return client.position.seq >= truth.head
    })
}

/** Runs at the end, when all clients are connected and Postgres has everything. */
export async function checkAll(model: Model, world: World): Promise<void> {
  const { truth } = model
  await world.flush('fine')
  await settle(model)
  checkClients(model)
  for (const limit of [1, 3, 100]) await checkPages(model, limit, null)
  await checkArchive(truth)
  const { flushedSeq, prunedSeq, doubles } = await world.readStorage()
  expect({ flushedSeq, doubles }).toEqual({ flushedSeq: truth.head, doubles: 0 })
  expect(prunedSeq).toBeLessThanOrEqual(flushedSeq)
  await checkPresence(model)
}
