// The markers and numbers that people are given. Only a crash may lose a mark, which is written once a minute.

import { expect } from 'vitest'
import type { ReadState } from '../../../src/contract/entities.ts'
import { callAs, type Person } from '../../support/chat.ts'
import type { ExpectedLog } from './expected-log.ts'
import type { Model } from './model.ts'

const countMax = 100

/** What a person has marked. */
export class ExpectedMarkers {
  readonly #marks = new Map<string, string[]>()
  /** People whose newest mark may be lost. */
  readonly #uncertain = new Set<string>()

  mark({ id }: Person, messageId: string): void {
    this.#marks.set(id, [...(this.#marks.get(id) ?? []), messageId])
  }

  crash(): void {
    for (const id of this.#marks.keys()) this.#uncertain.add(id)
  }

  /** The person was given this marker, from which on it never goes back until the next crash. */
  check({ id }: Person, given: string | null): void {
    const marks = this.#marks.get(id) ?? []
    const newest = marks.toSorted().at(-1) ?? null
    expect(this.#uncertain.has(id) ? [null, ...marks] : [newest]).toContain(given)
    this.#uncertain.delete(id)
    this.#marks.set(id, given === null ? [] : [given])
  }
}

export const stateOf = (person: Person) => callAs(person, 'GET', '/auth/me/read')

/** How many messages of others are unread, and how many of them mention the person. */
function unread(
  log: ExpectedLog,
  { id }: Person,
  above: string | null,
): Omit<ReadState, 'last_read_id'> {
  if (above === null) return { unread: 0, mentions: 0 }
  const messages = log.history().filter((message) => message.id > above && message.user_id !== id)
  const mentions = messages.filter((message) => message.mentions?.includes(id))
  const bounded = (list: unknown[]) => Math.min(list.length, countMax)
  return { unread: bounded(messages), mentions: bounded(mentions) }
}

export async function checkState(model: Model, person: Person): Promise<void> {
  const answer = await stateOf(person)
  if (answer.status === 503) return expect(model.isArchiveUnavailable).toBe(true)
  expect(answer.status).toBe(200)
  const { last_read_id, ...counts } = (await answer.json()) as ReadState
  model.markers.check(person, last_read_id)
  expect(counts).toEqual(unread(model.log, person, last_read_id))
}

export async function checkMarkers(model: Model): Promise<void> {
  for (const person of model.people) await checkState(model, person)
}
