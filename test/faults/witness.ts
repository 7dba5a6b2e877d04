// Remembers what anybody was shown, over any channel, and holds every later answer against it:
// what was once seen may not be missing, differ, step back, or return after its deletion.

import type { Message, Page } from './wire.ts'

type Fact = {
  firstSeen: number
  /** Revision → its text. */
  texts: Map<number, string>
  /** What was seen when, revisions rising. */
  seen: { revision: number; at: number }[]
  deletionAsked: boolean
  deletedAt: number
}

/** Taken when something is asked: what was known until then, the answer has to know. */
export type Question = { at: number; seq: number }

const never = Number.POSITIVE_INFINITY
/** Sorts behind every id. */
export const newest = '~'

export class Witness {
  readonly accusations: string[] = []
  readonly #facts = new Map<string, Fact>()
  /** All ids, in order. */
  readonly #ids: string[] = []
  readonly #made = new Map<string, string>()
  readonly #events = new Map<string, string>()
  #clock = 0
  #epoch = ''
  #seq = 0

  accuse(sentence: string): void {
    this.accusations.push(sentence)
  }

  ask(): Question {
    return { at: ++this.#clock, seq: this.#seq }
  }

  /** A message, or as much of it as an edit tells, was shown to someone. */
  saw(by: string, { id, revision, content }: Pick<Message, 'id' | 'revision' | 'content'>): void {
    const fact = this.#fact(id)
    const known = fact.texts.get(revision)
    if (known === undefined) fact.texts.set(revision, content)
    else if (known !== content)
      this.accuse(`${by}: ${id} has two texts at revision ${revision}: ${known} / ${content}`)
    if (revision > (fact.seen.at(-1)?.revision ?? 0))
      fact.seen.push({ revision, at: ++this.#clock })
  }

  /** Which message a client_id made: for ever the same, and no other made the same message. */
  sawMaking(by: string, { id, user_id, client_id }: Message): void {
    if (client_id === undefined) return
    for (const [key, value] of [
      [`${user_id} ${client_id}`, id],
      [id, `${user_id} ${client_id}`],
    ] as const) {
      const known = this.#made.get(key)
      if (known === undefined) this.#made.set(key, value)
      else if (known !== value) this.accuse(`${by}: doubled: ${key} is ${known} and ${value}`)
    }
  }

  /** A durable event was told live. Everybody hears the same event under the same number. */
  heard(by: string, epoch: string, seq: number, event: string): void {
    const key = `${epoch} ${seq}`
    const known = this.#events.get(key)
    if (known === undefined) this.#events.set(key, event)
    else if (known !== event) this.accuse(`${by}: seq ${seq} is ${known} and ${event}`)
    this.#seq = Math.max(this.#seq, seq)
  }

  /** From now on it may be gone. */
  asksDeletion(id: string): void {
    this.#fact(id).deletionAsked = true
  }

  /** From now on it must be gone. */
  sawDeletion(id: string): void {
    const fact = this.#fact(id)
    fact.deletionAsked = true
    fact.deletedAt = Math.min(fact.deletedAt, ++this.#clock)
  }

  /** The log's name never changes: it is never emptied here. */
  sawEpoch(by: string, epoch: string): void {
    this.#epoch ||= epoch
    if (epoch !== this.#epoch) this.accuse(`${by}: the epoch was ${this.#epoch} and is ${epoch}`)
  }

  /** A page of the history, and what it was to begin below. */
  sawPage(by: string, page: Page, { asked, below }: { asked: Question; below: string }): void {
    const { messages, next_cursor, session } = page
    this.sawEpoch(by, session.epoch)
    if (session.seq < asked.seq)
      this.accuse(`${by}: the page is of ${session.seq}, ${asked.seq} had been told`)
    let above = below
    for (const { id } of messages) {
      if (id >= above) this.accuse(`${by}: ${id} stands below ${above} in a page`)
      above = id
    }
    for (const message of messages) {
      const { id, revision } = message
      const fact = this.#facts.get(id)
      if (fact && fact.deletedAt < asked.at) this.accuse(`${by}: deleted ${id} is in a page`)
      const owed = fact?.seen.findLast(({ at }) => at < asked.at)?.revision ?? 0
      if (revision < owed) this.accuse(`${by}: ${id} is at ${revision} in a page, was at ${owed}`)
      this.saw(by, message)
      this.sawMaking(by, message)
    }
    const there = new Set(messages.map(({ id }) => id))
    for (const id of this.#idsBetween(next_cursor ?? '', below)) {
      const fact = this.#facts.get(id)
      if (!fact || fact.firstSeen > asked.at || fact.deletionAsked || there.has(id)) continue
      this.accuse(`${by}: ${id} is lost: it was seen, and is not in a page that spans it`)
    }
  }

  #fact(id: string): Fact {
    const known = this.#facts.get(id)
    if (known) return known
    const firstSeen = ++this.#clock
    const fact: Fact = {
      firstSeen,
      texts: new Map(),
      seen: [],
      deletionAsked: false,
      deletedAt: never,
    }
    this.#facts.set(id, fact)
    this.#ids.splice(this.#indexOf(id), 0, id)
    return fact
  }

  #idsBetween(from: string, below: string): string[] {
    return this.#ids.slice(this.#indexOf(from), this.#indexOf(below))
  }

  /** Where an id stands, or would stand. Most are new and stand last. */
  #indexOf(id: string): number {
    let [low, high] = [0, this.#ids.length]
    while (low < high) {
      const middle = (low + high) >> 1
      if ((this.#ids[middle] as string) < id) low = middle + 1
      else high = middle
    }
    return low
  }
}
