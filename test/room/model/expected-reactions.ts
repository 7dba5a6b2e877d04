// What people have chosen for messages. The counts that everybody sees are the sum of it.

import { expect } from 'vitest'
import type { OwnReactions, ReactionCounts } from '../../../src/contract/reactions.ts'
import { callAs, type Person, sql } from '../../support/chat.ts'
import { inPostgres, inRoom } from '../../support/reactions.ts'
import type { Model } from './model.ts'

export class ExpectedReactions {
  /** By message id, then by user id. */
  readonly #sets = new Map<string, Map<string, string[]>>()

  of(messageId: string, { id }: Person): string[] {
    return this.#sets.get(messageId)?.get(id) ?? []
  }

  choose(messageId: string, { id }: Person, reactions: string[]): void {
    const sets = this.#sets.get(messageId) ?? new Map()
    this.#sets.set(messageId, sets.set(id, reactions))
  }

  counts(messageId: string): ReactionCounts {
    const all = [...(this.#sets.get(messageId)?.values() ?? [])].flat()
    return Object.fromEntries(
      all.map((emoji) => [emoji, all.filter((other) => other === emoji).length]),
    )
  }

  get messageIds(): string[] {
    return [...this.#sets.keys()]
  }
}

const sorted = (own: OwnReactions) =>
  Object.fromEntries(Object.entries(own).map(([id, reactions]) => [id, reactions.toSorted()]))

export function ownOf({ log, reactions }: Model, person: Person): OwnReactions {
  const entries = log.history().map(({ id }) => [id, reactions.of(id, person)] as const)
  return sorted(Object.fromEntries(entries.filter(([, own]) => own.length > 0)))
}

export async function checkOwn(model: Model, person: Person): Promise<void> {
  const { log, isArchiveUnavailable } = model
  const [from, to] = [log.messages[0]?.id, log.messages.at(-1)?.id]
  if (!from || !to) return
  const answer = await callAs(person, 'GET', `/auth/me/reactions?from=${from}&to=${to}`)
  if (answer.status === 503) return expect(isArchiveUnavailable).toBe(true)
  expect(answer.status).toBe(200)
  const { reactions } = (await answer.json()) as { reactions: OwnReactions }
  expect(sorted(reactions)).toEqual(ownOf(model, person))
}

/** Runs when Postgres has everything: it has each set, and where the room has totals they are the same. */
export async function checkReactions(model: Model): Promise<void> {
  const { log, reactions } = model
  for (const id of reactions.messageIds) {
    const now = log.now(id)
    const archived = await inPostgres(id)
    const inLog = await inRoom(id)
    expect(archived?.counts ?? null).toEqual(now?.reactions?.counts ?? null)
    if (inLog) expect(inLog.counts).toEqual(archived?.counts)
  }
  const rows = await sql()`select distinct message_id from reaction_sets`
  expect(reactions.messageIds).toEqual(
    expect.arrayContaining(rows.map(({ message_id }) => message_id)),
  )
  for (const person of model.people) await checkOwn(model, person)
}
