// The state of a sequence of commands: the expected log, the clients, the state of
// Postgres, and how much of their limits the users have used.

import { expect } from 'vitest'
import type { Member } from '../../../src/contract/entities.ts'
import type { Person } from '../../support/chat.ts'
import type { Client } from './client.ts'
import type { ExpectedLog } from './expected-log.ts'
import { ExpectedMarkers } from './expected-markers.ts'
import { ExpectedReactions } from './expected-reactions.ts'
import type { PostgresMode } from './real-room.ts'

/** The limits in the tests' settings, whose windows are longer than most sequences. */
const allowances = { sends: 5, changes: 20, connects: 30 }
/** A socket may send 60 in ten seconds. */
const framesMax = 55

type Charged = keyof typeof allowances

export class Model {
  readonly log: ExpectedLog
  readonly people: readonly Person[]
  readonly clients: Client[] = []
  readonly markers = new ExpectedMarkers()
  readonly reactions = new ExpectedReactions()
  postgresMode: PostgresMode = 'fine'
  readonly #charged = new Map<string, number>()
  #named = 0

  constructor(log: ExpectedLog, people: readonly Person[]) {
    this.log = log
    this.people = people
  }

  /** @returns a text or a `client_id` that was not used before */
  name(kind: string): string {
    this.#named++
    return `${kind} ${this.#named}`
  }

  get isArchiveUnavailable(): boolean {
    return this.postgresMode !== 'fine' && this.postgresMode !== 'slow'
  }

  get live(): Client[] {
    return this.clients.filter(({ isLive }) => isLive)
  }

  get senders(): Client[] {
    return this.live.filter(({ sentFrames }) => sentFrames < framesMax)
  }

  get disconnected(): Client[] {
    return this.clients.filter((client) => !client.isLive && this.mayConnect(client.person))
  }

  personOf(userId: string): Person {
    return this.people.find(({ id }) => id === userId) as Person
  }

  /** The people who may open one more socket. */
  get joinable(): Person[] {
    return this.people.filter((person) => this.mayConnect(person))
  }

  /** A client of this person, if there is one: it uses the answers to REST as well. */
  clientOf(person: Member): Client | undefined {
    return this.clients.find((client) => client.person.id === person.id)
  }

  charge(what: Charged, { id }: Member): void {
    this.#charged.set(`${what} ${id}`, this.#chargedFor(what, id) + 1)
  }

  /** A refusal is correct only if the limit was used up. */
  expectUsedUp(what: Charged, { id }: Member): void {
    expect(this.#chargedFor(what, id)).toBeGreaterThanOrEqual(allowances[what])
  }

  mayConnect({ id }: Member): boolean {
    return this.#chargedFor('connects', id) < allowances.connects
  }

  #chargedFor(what: Charged, id: string): number {
    return this.#charged.get(`${what} ${id}`) ?? 0
  }
}
