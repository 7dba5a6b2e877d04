// One client of the room as the contract describes it: loads the history, connects from there,
// resumes after every drop, and shows what it was told. What it hears, the witness hears too.

import { setTimeout as delay } from 'node:timers/promises'
import type { Figures } from './figures.ts'
import { Hearing } from './hearing.ts'
import { type Loaded, load } from './history.ts'
import type { Link } from './proxy.ts'
import type { Random } from './random.ts'
import { type Line, openLine } from './socket.ts'
import { View } from './view.ts'
import type * as wire from './wire.ts'
import type { Witness } from './witness.ts'

const backOff = { firstMs: 200, mostMs: 3_000 }
const waitAMinuteMs = 61_000
/** After these there is no way back, and nothing here should lead to them. */
const fatal = new Set([1009, 4400, 4401, 4403, 4409])

export type ClientParts = {
  name: string
  account: wire.Account
  link: Link
  /** Offers chat.v1: takes arrays. */
  batching: boolean
  /** How many pages it loads. */
  pages: number
  random: Random
  witness: Witness
  figures: Figures
}

export class Client {
  readonly parts: ClientParts
  view = new View()
  /** Told what happens: between `synced` and the end of the socket. */
  isLive = false
  /** Position of the last live frame. */
  seq = -1
  /** Tells the author what concerns its sends. */
  onOwn: (message: wire.Message) => void = () => {}
  onRefusal: (refusal: wire.Refusal) => void = () => {}
  onLive: () => void = () => {}
  #epoch = ''
  #loaded = false
  #wanted = false
  #failures = 0
  #line: Line | undefined
  #ended: Promise<void> = Promise.resolve()
  /** Nothing was heard yet since the history was loaded. */
  #fresh = false
  #lastNew = ''

  constructor(parts: ClientParts) {
    this.parts = parts
  }

  get name(): string {
    return this.parts.name
  }

  get isWanted(): boolean {
    return this.#wanted
  }

  /** Live, with everything loaded. */
  get isSynced(): boolean {
    return this.isLive && this.#loaded
  }

  come(): void {
    if (this.#wanted) return
    this.#wanted = true
    this.#ended = this.#stay()
  }

  async leave(): Promise<void> {
    this.#wanted = false
    this.#line?.close()
    await this.#ended
  }

  /** As a page that is loaded anew: everything is forgotten. */
  forget(): void {
    this.#loaded = false
    this.#line?.drop()
  }

  /** Believes to have been in another log. */
  confuse(): void {
    this.#epoch = 'no-such-log'
    this.#line?.drop()
  }

  send(frame: { event: string; data: unknown }): void {
    if (this.isLive) this.#line?.send(JSON.stringify(frame))
  }

  async #stay(): Promise<void> {
    while (this.#wanted) {
      if (!this.#loaded) await this.#loadFirst()
      if (!this.#wanted) break
      const code = await this.#connect()
      this.isLive = false
      if (!this.#wanted) break
      if (fatal.has(code)) return this.accuse(`was closed with ${code}`)
      await delay(this.#pause(code))
    }
    this.isLive = false
  }

  #pause(code: number): number {
    if (code === 4429 || code === 4503) {
      this.parts.figures.count('told to wait a minute')
      return waitAMinuteMs
    }
    const step = Math.min(backOff.mostMs, backOff.firstMs * 2 ** this.#failures++)
    return step * (0.5 + this.parts.random.next() / 2)
  }

  async #loadFirst(): Promise<void> {
    const loaded = await this.#load(() => this.#wanted)
    if (!loaded) return
    this.parts.figures.count('loads of the history')
    this.view = new View()
    this.#take(loaded)
    this.#epoch = loaded.session.epoch
    this.seq = loaded.session.seq
    this.#fresh = true
    this.#loaded = true
  }

  #load(goOn: () => boolean): Promise<Loaded | null> {
    const { name, link, witness, pages } = this.parts
    return load({ name, port: link.port, witness }, { pages, goOn })
  }

  #take({ messages, horizon }: Loaded): void {
    for (const message of messages) this.view.put(message)
    this.view.horizon = horizon
  }

  /** Resolves with the code of the close. */
  async #connect(): Promise<number> {
    const { link, account, batching, figures } = this.parts
    const from = `epoch=${this.#epoch}&since=${this.seq}`
    const hearing = new Hearing(this, () => this.#line?.drop())
    this.#line = openLine({ port: link.port, account, batching }, from, {
      onText: (text) => hearing.take(text),
      isLive: () => this.isLive,
    })
    const { code, givenUp } = await this.#line.ended
    if (givenUp) figures.count('sockets that said nothing')
    if (this.isLive) figures.count('drops')
    else if (hearing.welcomed) figures.count('replays broken off')
    return code
  }

  // ------------------------------------------------------------------------- what Hearing calls

  welcomed(epoch: string, resumed: boolean): void {
    const { witness, figures } = this.parts
    witness.sawEpoch(this.name, epoch)
    if (!resumed && epoch === this.#epoch) figures.count('refused resumes of the same log')
    figures.count(resumed ? (this.#fresh ? 'joins' : 'resumes') : 'reloads')
    this.#epoch = epoch
    if (resumed) return
    this.view = new View()
    this.#loaded = false
  }

  synced(seq: number): void {
    this.seq = seq
    this.#lastNew = ''
    this.#failures = 0
    this.isLive = true
    this.#fresh = false
    if (!this.#loaded) this.#reload()
    this.onLive()
  }

  /** @returns whether the client may go on with this socket */
  follows(seq: number, { event, id }: { event: string; id: string }): boolean {
    if (!this.isLive) this.accuse(`heard seq ${seq} before synced`)
    if (seq !== this.seq + 1) {
      this.accuse(`out of order: seq ${seq} came after ${this.seq}`)
      return false
    }
    if (event === 'new_message') {
      if (id <= this.#lastNew) this.accuse(`out of order: ${id} came after ${this.#lastNew}`)
      this.#lastNew = id
    }
    this.seq = seq
    return true
  }

  heard(seq: number, event: string): void {
    this.parts.witness.heard(this.name, this.#epoch, seq, event)
  }

  accuse(what: string): void {
    this.parts.witness.accuse(`${this.name}: ${what}`)
  }

  /** Beside the live frames, which the view puts together with the pages by revision. */
  async #reload(): Promise<void> {
    const view = this.view
    const loaded = await this.#load(() => this.#wanted && this.isLive && this.view === view)
    if (!loaded || this.view !== view) return
    this.#take(loaded)
    this.#loaded = true
  }
}
