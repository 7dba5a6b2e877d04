// An honest person while the attack goes on: talks by the protocol over one socket, which must never
// end. It never comes back: it may never be put out.

import { setTimeout as delay } from 'node:timers/promises'
import { WebSocket } from 'ws'
import type { Figures } from '../faults/figures.ts'
import type { Random } from '../faults/random.ts'
import { call } from '../faults/wire.ts'
import type { Witness } from '../faults/witness.ts'
import type { Findings } from './findings.ts'
import type { FrameRules } from './frames.ts'
import { HonestHearing } from './honest-hearing.ts'
import { marks } from './leaks.ts'
import type { Person } from './people.ts'

const ping = '{"event":"ping","data":{}}'
const pingEveryMs = 30_000
const pingEveryBytes = 256 * 1_024
const pauseMs = { min: 1_500, max: 3_500 }
/** Only to fail. */
const echoWithinMs = 30_000
const openWithinMs = 20_000

export type HonestParts = {
  port: number
  person: Person
  /** Offers chat.v1. */
  batching: boolean
  random: Random
  rules: FrameRules
  witness: Witness
  findings: Findings
  figures: Figures
}

export class Honest {
  readonly hearing: HonestHearing
  readonly #parts: HonestParts
  #socket: WebSocket | undefined
  #leaving = false
  #talks = false
  #done: Promise<void> = Promise.resolve()
  #made = 0
  #unpinged = 0
  #pinging: NodeJS.Timeout | undefined
  #onSynced: () => void = () => {}

  constructor(parts: HonestParts) {
    this.#parts = parts
    this.hearing = new HonestHearing({
      ...parts,
      blame: (rule, evidence) => this.#blame(rule, evidence),
      onSynced: () => this.#onSynced(),
      onBusy: (clientId, waitMs) => this.#sayAgain(clientId, waitMs),
    })
  }

  get name(): string {
    return this.#parts.person.username
  }

  async come(): Promise<void> {
    const { port, person, batching } = this.#parts
    const url = `ws://127.0.0.1:${port}/ws/chat`
    const socket = batching
      ? new WebSocket(url, ['chat.v1', `bearer.${person.token}`])
      : new WebSocket(`${url}?token=${person.token}`, { perMessageDeflate: false })
    this.#socket = socket
    socket.on('message', (data) => this.#take(String(data)))
    socket.on('error', () => {})
    socket.on('close', (code, reason) => this.#closed(code, String(reason)))
    this.#pinging = setInterval(() => this.#ping(), pingEveryMs)
    const synced = new Promise<void>((resolve) => {
      this.#onSynced = resolve
    })
    const late = delay(openWithinMs, undefined, { ref: false }).then(() => {
      throw new Error(`${this.name} does not get in`)
    })
    await Promise.race([synced, late])
  }

  begin(): void {
    this.#talks = true
    this.#done = this.#talk()
  }

  /** Begins nothing new, and ends when everything it said was heard. */
  async fallSilent(): Promise<void> {
    const { pending } = this.hearing
    this.#talks = false
    await this.#done
    const deadline = Date.now() + echoWithinMs
    while (pending.size > 0 && Date.now() < deadline) await delay(50)
    for (const clientId of pending.keys())
      this.#blame('a message was not told', `${clientId} was sent and never heard`)
  }

  leave(): void {
    this.#leaving = true
    clearInterval(this.#pinging)
    this.#socket?.close(1000)
  }

  async #talk(): Promise<void> {
    const { random, figures } = this.#parts
    while (this.#talks) {
      await delay(random.between(pauseMs.min, pauseMs.max))
      if (!this.#talks) break
      const clientId = `${this.name}-${++this.#made}`
      const content = `${marks.text} ${clientId}: ${random.between(1, 1e9)}`
      this.hearing.pending.set(clientId, { content, at: performance.now() })
      this.#say(clientId, content)
      figures.count('messages of the honest')
      if (random.chance(0.2)) await this.#change()
    }
  }

  #say(clientId: string, content: string): void {
    const data = { content, client_id: clientId }
    this.#socket?.send(JSON.stringify({ event: 'send_message', data }))
  }

  #sayAgain(clientId: string, waitMs: number): void {
    const sending = this.hearing.pending.get(clientId)
    this.#parts.figures.count('messages of the honest said again')
    if (sending) setTimeout(() => this.#say(clientId, sending.content), waitMs)
  }

  /** Now and then one of its own is edited or deleted. */
  async #change(): Promise<void> {
    const { random, port, person, witness } = this.#parts
    const { own } = this.hearing
    const id = random.pick([...own])
    if (id === undefined) return
    const isDeletion = random.chance(0.3)
    if (isDeletion) {
      own.delete(id)
      witness.asksDeletion(id)
    }
    const body = { content: `${marks.text} ${id}: edited ${random.between(1, 1e9)}` }
    const answer = isDeletion
      ? await call(port, 'DELETE', `/messages/${id}`, { token: person.token })
      : await call(port, 'PATCH', `/messages/${id}`, { token: person.token, body })
    if (answer.status >= 300)
      this.#blame('an honest change is refused', `${answer.status} ${JSON.stringify(answer.body)}`)
  }

  #take(text: string): void {
    this.#unpinged += Buffer.byteLength(text)
    if (this.#unpinged > pingEveryBytes) this.#ping()
    this.hearing.take(text)
  }

  #ping(): void {
    this.#unpinged = 0
    if (this.#socket?.readyState === WebSocket.OPEN) this.#socket.send(ping)
  }

  #closed(code: number, reason: string): void {
    clearInterval(this.#pinging)
    if (!this.#leaving) this.#blame('an honest socket was lost', `closed with ${code} ${reason}`)
  }

  #blame(rule: string, evidence: string): void {
    this.#parts.findings.report(rule, 'the honest', `${this.name}: ${evidence}`)
  }
}
