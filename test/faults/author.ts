// Speaks through one client: sends at its limit, sends again what was not echoed under the same
// client_id, edits and deletes what is its own, and gives up nothing it began.

import { setTimeout as delay } from 'node:timers/promises'
import type { Client } from './client.ts'
import { insist } from './insist.ts'
import type { Message, Refusal } from './wire.ts'

/** The limit of the room: so many in so many milliseconds. */
const pace = { max: 5, windowMs: 5_000 }
const tickMs = 100
const unechoedMs = 3_000
const againMs = 400

/** Refusals after which it is worth trying again. */
const passing = new Set(['rate_limited', 'room_busy', 'unavailable'])

type Sending = { content: string; tries: number; notBefore: number; overRest: boolean }

/** What the author knows of a message that the room took. */
export type Accepted = {
  id: string
  client_id: string
  user_id: string
  deletionAsked: boolean
  deleted: boolean
}

const words = [
  'tide',
  'Grüße',
  '北京',
  'λόγος',
  '🦑',
  'comma,',
  '"quoted"',
  '\\',
  "it's",
  'två\nrader',
]

export class Author {
  readonly client: Client
  readonly accepted = new Map<string, Accepted>()
  readonly #pending = new Map<string, Sending>()
  #round = 0
  #talks = false
  #changing: Promise<void> = Promise.resolve()
  #isChanging = false
  #made = 0
  #nextAt = 0

  constructor(client: Client) {
    this.client = client
    client.onOwn = (message) => this.#echoed(message)
    client.onRefusal = (refusal) => this.#refused(refusal)
    client.onLive = () => this.#resend()
    setInterval(() => this.#tick(), tickMs).unref()
  }

  begin(round: number): void {
    this.#round = round
    this.#talks = true
    this.#changing = this.#change()
  }

  /** Begins nothing new. */
  fallSilent(): void {
    this.#talks = false
  }

  /** Everything it began has an answer. */
  get isDone(): boolean {
    return this.#pending.size === 0 && !this.#isChanging
  }

  async end(): Promise<void> {
    this.fallSilent()
    await this.#changing
  }

  // --------------------------------------------------------------------------------------- sending

  #tick(): void {
    const now = Date.now()
    if (this.#talks && this.client.isWanted && now >= this.#nextAt && this.#pending.size < pace.max)
      this.#compose(now)
    if (!this.client.isLive) return
    for (const [clientId, sending] of this.#pending)
      if (!sending.overRest && now >= sending.notBefore) this.#send(clientId, sending)
  }

  #compose(now: number): void {
    const { random, name } = this.client.parts
    this.#nextAt = now + (pace.windowMs / pace.max) * (0.3 + random.next() * 1.4)
    const clientId = `${name}-${this.#round}-${++this.#made}`
    const length = random.chance(0.05) ? 300 : random.between(1, 12)
    const text = Array.from({ length }, () => random.pick(words)).join(' ')
    const overRest = random.chance(0.1)
    const sending = { content: `${clientId}: ${text}.`, tries: 0, notBefore: 0, overRest }
    this.#pending.set(clientId, sending)
    if (random.chance(0.3)) this.client.send({ event: 'typing', data: {} })
    if (overRest) void this.#post(clientId, sending)
  }

  #send(clientId: string, sending: Sending): void {
    if (sending.tries++ > 0) this.client.parts.figures.count('messages sent again')
    sending.notBefore = Date.now() + unechoedMs
    const data = { content: sending.content, client_id: clientId }
    this.client.send({ event: 'send_message', data })
  }

  /** What was on its way over a socket that is gone. */
  #resend(): void {
    for (const sending of this.#pending.values()) if (!sending.overRest) sending.notBefore = 0
  }

  async #post(clientId: string, sending: Sending): Promise<void> {
    const body = { content: sending.content, client_id: clientId }
    const answer = await insist(this.client.parts, { method: 'POST', path: '/messages', body })
    if (answer) this.#echoed(answer as Message)
  }

  #echoed(message: Message): void {
    const { client_id: clientId, id, user_id } = message
    const sending = clientId === undefined ? undefined : this.#pending.get(clientId)
    if (clientId === undefined || !sending) return
    const { witness, figures } = this.client.parts
    this.#pending.delete(clientId)
    figures.count('messages accepted')
    const { is_deleted: deleted } = message
    this.accepted.set(id, { id, client_id: clientId, user_id, deletionAsked: deleted, deleted })
    witness.saw(this.client.name, { id, revision: 1, content: sending.content })
    witness.sawMaking(this.client.name, message)
    this.client.view.put(message)
  }

  #refused({ code, client_id: clientId, retry_after_ms = againMs }: Refusal): void {
    const { figures } = this.client.parts
    figures.count(`refusals: ${code}`)
    const sending = this.#pending.get(clientId ?? '')
    if (sending && passing.has(code)) sending.notBefore = Date.now() + retry_after_ms
    else this.client.accuse(`was refused ${clientId}: ${code}`)
  }

  // -------------------------------------------------------------------------------------- changing

  async #change(): Promise<void> {
    const { random } = this.client.parts
    while (this.#talks) {
      await delay(random.between(300, 1_500))
      const target = this.#target()
      if (!this.#talks || !target || !this.client.isWanted) continue
      this.#isChanging = true
      if (random.chance(0.35)) await this.#remove(target)
      else await this.#edit(target)
      this.#isChanging = false
    }
  }

  /** Often a message of just now, else any that it ever made. */
  #target(): Accepted | undefined {
    const { random } = this.client.parts
    const own = [...this.accepted.values()].filter(({ deletionAsked }) => !deletionAsked)
    return random.pick(random.chance(0.6) ? own.slice(-4) : own)
  }

  async #edit({ id, client_id }: Accepted): Promise<void> {
    const { random, figures, witness } = this.client.parts
    const content = `${client_id}: ${random.pick(words)} ${random.between(1, 1e9)}.`
    const answer = await insist(this.client.parts, {
      method: 'PATCH',
      path: `/messages/${id}`,
      body: { content },
    })
    if (!answer) return
    figures.count('edits')
    const edited = answer as Message
    if (edited.content !== content)
      this.client.accuse(`${id} was edited to ${content} and is ${edited.content}`)
    witness.saw(this.client.name, edited)
  }

  async #remove(target: Accepted): Promise<void> {
    const { witness, figures } = this.client.parts
    target.deletionAsked = true
    witness.asksDeletion(target.id)
    await insist(this.client.parts, { method: 'DELETE', path: `/messages/${target.id}` })
    witness.sawDeletion(target.id)
    target.deleted = true
    figures.count('deletions')
  }
}
