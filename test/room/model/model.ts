// What a sequence of commands knows: the truth about the room, its clients, how Postgres is, and how
// much everyone has asked for.

import { expect } from 'vitest'
import type { Member } from '../../../src/contract/entities.ts'
import type { Person } from '../../support/chat.ts'
import type { Client } from './client.ts'
import type { Truth } from './truth.ts'
import type { Weather } from './world.ts'

/** The settings of the tests, in windows that last longer than most sequences. */
const allowances = { sends: 5, changes: 20, connects: 30 }
/** A socket may send 60 in ten seconds. */
const framesMax = 55

type Charged = keyof typeof allowances

export class Model {
  readonly truth: Truth
  readonly people: readonly Person[]
  readonly clients: Client[] = []
  weather: Weather = 'fine'
  readonly #charged = new Map<string, number>()
  #named = 0

  constructor(truth: Truth, people: readonly Person[]) {
    this.truth = truth
    this.people = people
  }

  /** A text or a client_id that was never used. */
  name(kind: string): string {
    this.#named++
    return `${kind} ${this.#named}`
  }

  get isArchiveAway(): boolean {
    return this.weather !== 'fine' && this.weather !== 'slow'
  }

  get live(): Client[] {
    return this.clients.filter(({ isLive }) => isLive)
  }

  get speakers(): Client[] {
    return this.live.filter(({ saidFrames }) => saidFrames < framesMax)
  }

  get away(): Client[] {
    return this.clients.filter((client) => !client.isLive && this.mayConnect(client.person))
  }

  personOf(userId: string): Person {
    return this.people.find(({ id }) => id === userId) as Person
  }

  /** Who may open one more socket. */
  get guests(): Person[] {
    return this.people.filter((person) => this.mayConnect(person))
  }

  /** A client of this person, if there is one: it learns from the answers to REST. */
  clientOf(person: Member): Client | undefined {
    return this.clients.find((client) => client.person.id === person.id)
  }

  charge(what: Charged, { id }: Member): void {
    this.#charged.set(`${what} ${id}`, this.#chargedFor(what, id) + 1)
  }

  /** A refusal is right only where the allowance was used up. */
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
