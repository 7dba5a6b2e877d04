// Edits and deletes messages of one author, each change until it is answered. A muted author may delete.

import { setTimeout as delay } from 'node:timers/promises'
import type { Message } from '../kit/protocol.ts'
import { callUntilAnswered, unlessGone } from './call-until-answered.ts'
import type { Client } from './client.ts'
import { deleteMessage, mayBeGone, type OwnMessage } from './own-message.ts'
import { words } from './words.ts'

export class Changes {
  readonly #client: Client
  readonly #accepted: ReadonlyMap<string, OwnMessage>
  #isActive = false
  #isChanging = false
  #done: Promise<void> = Promise.resolve()

  constructor(client: Client, accepted: ReadonlyMap<string, OwnMessage>) {
    this.#client = client
    this.#accepted = accepted
  }

  /** Whether everything that it began is answered. */
  get isIdle(): boolean {
    return !this.#isChanging
  }

  begin(): void {
    this.#isActive = true
    this.#done = this.#change()
  }

  stopNewWork(): void {
    this.#isActive = false
  }

  async end(): Promise<void> {
    this.stopNewWork()
    await this.#done
  }

  async #change(): Promise<void> {
    const { random, metrics } = this.#client.parts
    while (this.#isActive) {
      await delay(random.between(300, 1_500))
      const target = this.#target()
      if (!this.#isActive || !target || !this.#client.shouldRun) continue
      this.#isChanging = true
      if (!random.chance(0.35)) await this.#edit(target)
      else if (await deleteMessage(this.#client.parts, target, () => this.#isLost(target)))
        metrics.count('deletions')
      this.#isChanging = false
    }
  }

  #isLost({ id }: OwnMessage): boolean {
    return !this.#accepted.has(id)
  }

  /** Often one of its latest messages, else any of them. */
  #target(): OwnMessage | undefined {
    const { parts } = this.#client
    const own = [...this.#accepted.values()].filter((message) => !mayBeGone(parts, message))
    return parts.random.pick(parts.random.chance(0.6) ? own.slice(-4) : own)
  }

  async #edit(target: OwnMessage): Promise<void> {
    const { id, client_id } = target
    const { parts } = this.#client
    const { random, metrics, checker } = parts
    const content = `${client_id}: ${random.pick(words)} ${random.between(1, 1e9)}.`
    const { body, refusal } = await callUntilAnswered(parts, {
      method: 'PATCH',
      path: `/messages/${id}`,
      body: { content },
      allows: unlessGone(() => this.#isLost(target) || mayBeGone(parts, target)),
    })
    if (refusal !== null) return
    metrics.count('edits')
    const edited = body as Message
    target.revision = edited.revision
    target.confirmedAt = Date.now()
    if (edited.content !== content)
      this.#client.report(`${id} was edited to ${content} and is ${edited.content}`)
    checker.observeText(this.#client.name, edited)
  }
}
