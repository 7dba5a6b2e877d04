// What people of a campaign do besides writing: they read, react, and search.

import { Random } from '../../harness/random.ts'
import type { Harness } from '../harness.ts'
import { checkConversation } from './check-conversation.ts'
import { Reactor } from './reactor.ts'
import { Reader } from './reader.ts'
import { searchTexts } from './search.ts'

export class Conversation {
  readonly #readers: Reader[]
  readonly #reactors: Reactor[]

  /** One client of each user reads. The other tabs of the user are told of it. */
  constructor(harness: Harness) {
    const seen = new Set<string>()
    const first = harness.authors.filter(({ client: { parts } }) => {
      const isFirst = !seen.has(parts.account.id)
      seen.add(parts.account.id)
      return isFirst
    })
    this.#readers = first.map(
      ({ client }, place) => new Reader(client, new Random(harness.seed, place, 8)),
    )
    this.#reactors = first.map(
      ({ client }, place) => new Reactor(client, new Random(harness.seed, place, 9)),
    )
    void searchTexts(harness)
  }

  begin(): void {
    for (const one of [...this.#readers, ...this.#reactors]) one.begin()
  }

  async end(): Promise<void> {
    await Promise.all([...this.#readers, ...this.#reactors].map((one) => one.end()))
  }

  /** Compares all places after a round. @returns one sentence for each difference */
  check(harness: Harness): Promise<string[]> {
    return checkConversation(harness, this.#readers, this.#reactors)
  }
}
