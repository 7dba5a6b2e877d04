// Compares the clients, the pages, Postgres and the room's storage with the expected log.

import { expect } from 'vitest'
import type { Member, Message } from '../../../src/contract/entities.ts'
import { idTime } from '../../../src/domain/ids.ts'
import { type Loaded, loadHistory } from '../../kit/history.ts'
import { call, sql } from '../../support/chat.ts'
import type { Client, Welcome } from './client.ts'
import { type DurableFrame, type ExpectedLog, ownFields } from './expected-log.ts'
import { checkMarkers } from './expected-markers.ts'
import { checkReactions } from './expected-reactions.ts'
import { fetchPage } from './fetch-page.ts'
import type { Model } from './model.ts'
import type { RealRoom } from './real-room.ts'
import { checkReferenced } from './references.ts'
import { runAlarmUntil, waitUntil } from './waiting.ts'

const comparable = (messages: readonly Partial<Message>[]) =>
  messages.map((message) => ownFields(message as Message))

/** Runs after each command: checks the events that the clients have received so far. */
export function checkClients({ log, clients }: Model): void {
  for (const client of clients) {
    client.receive()
    for (const frame of client.events) expect(frame).toEqual(log.event(frame.seq))
    if (client.isLive && client.view.isLoaded && client.view.position.seq === log.head)
      checkView(log, client)
  }
}

function checkView(log: ExpectedLog, { name, view }: Client): void {
  const expected = log.history().filter(({ id }) => id >= view.horizon)
  expect(comparable(view.shown().toReversed()), `the messages of ${name}`).toEqual(
    comparable(expected),
  )
}

function withOwnFields(frame: DurableFrame): DurableFrame {
  return frame.event === 'new_message' ? { ...frame, data: ownFields(frame.data) } : frame
}

/** @param prunedSeq its value when the client connected */
export function checkWelcome({ log }: Model, welcome: Welcome, prunedSeq: number): void {
  const { requested, resumed, replay, syncedAt } = welcome
  const isKnown =
    requested.epoch === log.epoch &&
    prunedSeq <= requested.seq &&
    requested.seq <= (syncedAt ?? log.head)
  expect(resumed).toBe(isKnown)
  const expected = resumed ? log.replay(requested.seq, syncedAt ?? log.head) : []
  const shown = replay.map(withOwnFields)
  const owed = expected.map(withOwnFields)
  expect(shown).toEqual(syncedAt === null ? owed.slice(0, shown.length) : owed)
  // Without `synced` nothing says when the replay was made: it was after what was asked for.
  for (const { event, data } of replay)
    if (event === 'new_message') checkReferenced(log, data, syncedAt ?? requested.seq)
}

/** @param from the cursor of the first page */
export function checkHistory(log: ExpectedLog, loaded: Loaded, from: string | null): void {
  const { messages, horizon, session } = loaded
  expect(session.epoch).toBe(log.epoch)
  const expected = log
    .history(session.seq)
    .filter(({ id }) => id >= horizon && (from === null || id < from))
  expect(comparable(messages)).toEqual(comparable(expected))
  for (const message of messages) checkReferenced(log, message as Message, session.seq)
}

/** The whole history, in pages of this many. */
export async function checkPages(
  { log, isArchiveUnavailable }: Model,
  limit: number,
  from: string | null,
): Promise<void> {
  const loaded = await loadHistory(fetchPage, { limit, pages: Number.POSITIVE_INFINITY, from })
  if (!isArchiveUnavailable) expect(loaded).toMatchObject({ horizon: '', isExact: true })
  if (!loaded) return
  expect(loaded.session.seq).toBe(log.head)
  checkHistory(log, loaded, from)
}

/** Only messages that the log has forgotten are fetched, and only Postgres can be unavailable. */
export async function expectArchiveUnavailable(
  model: Model,
  room: RealRoom,
  id: string,
): Promise<void> {
  expect(model.isArchiveUnavailable).toBe(true)
  expect((await room.readStorage()).ids.has(id)).toBe(false)
}

/** Postgres has every message once, in its last state, and no text of a deleted one. */
async function checkArchive(log: ExpectedLog): Promise<void> {
  const rows =
    await sql()`select id, user_id, content, is_deleted, revision, created_at, updated_at,
      reply_to, mentions from messages order by id`
  const archived = rows.map((row) => ({
    ...row,
    created_at: Date.parse(row.created_at),
    updated_at: row.is_deleted ? 'unknown' : row.updated_at && Date.parse(row.updated_at),
  }))
  const expected = [...log.at(log.head).values()].map(({ message }) => ({
    ...{ id: message.id, user_id: message.user_id, content: message.content },
    ...{ is_deleted: message.is_deleted, revision: message.revision },
    ...{ reply_to: message.reply_to ?? null, mentions: message.mentions ?? null },
    created_at: idTime(message.id),
    // No answer says when a message was deleted.
    updated_at: message.is_deleted
      ? 'unknown'
      : message.updated_at && Date.parse(message.updated_at),
  }))
  expect(archived).toEqual(expected)
}

export async function onlineIds(): Promise<string[]> {
  const answer = await call('/users/online')
  expect(answer.status).toBe(200)
  const ids = ((await answer.json()) as Member[]).map(({ id }) => id)
  expect(new Set(ids).size).toBe(ids.length)
  return ids
}

async function checkPresence({ live }: Model): Promise<void> {
  const onlineNow = [...new Set(live.map(({ person }) => person.id))].sort()
  await runAlarmUntil(
    'users who left are offline',
    async () => (await onlineIds()).length === onlineNow.length,
  )
  expect((await onlineIds()).sort()).toEqual(onlineNow)
  const others = ({ person }: Client) => onlineNow.filter((id) => id !== person.id)
  const known = (client: Client) => [...client.online].sort()
  await waitUntil('all clients know who is online', () => {
    for (const client of live) client.receive()
    return live.every((client) => `${known(client)}` === `${others(client)}`)
  })
}

/** Waits until all live clients have received every event. */
export async function waitUntilReceived({ log, live }: Model): Promise<void> {
  for (const client of live)
    await waitUntil(`${client.name} receives event ${log.head}`, () => {
      client.receive()
      return client.view.position.seq >= log.head
    })
}

/** Runs at the end, when all clients are connected and Postgres has everything. */
export async function checkAll(model: Model, room: RealRoom): Promise<void> {
  const { log } = model
  await room.flush('fine')
  await waitUntilReceived(model)
  checkClients(model)
  for (const limit of [1, 3, 100]) await checkPages(model, limit, null)
  await checkMarkers(model)
  await checkReactions(model)
  await checkArchive(log)
  const { flushedSeq, prunedSeq, doubles } = await room.readStorage()
  expect({ flushedSeq, doubles }).toEqual({ flushedSeq: log.head, doubles: 0 })
  expect(prunedSeq).toBeLessThanOrEqual(flushedSeq)
  await checkPresence(model)
}
