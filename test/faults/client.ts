// One client of the room: it loads the history, connects from there, resumes after every drop, and
// shows what it received. The consistency checker sees everything that it receives.

import { setTimeout as delay } from 'node:timers/promises'
import { ChatSocket } from '../harness/chat-socket.ts'
import { readHistory } from '../harness/read-history.ts'
import { ClientView } from '../kit/client-view.ts'
import type { Snapshot } from '../kit/consistency-checker.ts'
import type { Loaded } from '../kit/history.ts'
import {
  type Frame,
  isStaffNotice,
  type Message,
  type Refusal,
  type StaffNotice,
} from '../kit/protocol.ts'
import { ProtocolReader } from '../kit/protocol-reader.ts'
import { BackOff } from './back-off.ts'
import type { ClientParts } from './client-parts.ts'
import { KeptOut } from './kept-out.ts'

const liveWithinMs = 10_000
/** A client must not reconnect after these close codes, and no fault should lead to them. */
const fatalCodes = new Set([1009, 4400, 4401, 4403, 4409])
const unauthenticated = 4401
const notAllowed = 4403

export class Client {
  readonly parts: ClientParts
  view = new ClientView()
  /** Called for its own messages, refusals, and when it becomes live. */
  onOwnMessage: (message: Message) => void = () => {}
  onRefusal: (refusal: Refusal) => void = () => {}
  readonly onLive: (() => void)[] = []
  /** Called with what only moderators are told. */
  onStaffNotice: (notice: StaffNotice) => void = () => {}
  readonly keptOut: KeptOut
  readonly #backOff: BackOff
  #shouldRun = false
  #socket: ChatSocket | undefined
  #reader: ProtocolReader | undefined
  /** Taken before the connection was requested. */
  #asked: Snapshot = { at: 0, seq: 0 }
  #ended: Promise<void> = Promise.resolve()
  /** Whether it connects for the first time since it loaded the history. */
  #isFirstConnect = false

  constructor(parts: ClientParts) {
    this.parts = parts
    this.keptOut = new KeptOut(parts)
    this.#backOff = new BackOff(parts)
  }

  get name(): string {
    return this.parts.name
  }

  get shouldRun(): boolean {
    return this.#shouldRun
  }

  get isLive(): boolean {
    return this.#reader?.state === 'live'
  }

  get isSynced(): boolean {
    return this.isLive && this.view.isLoaded
  }

  get seq(): number {
    return this.view.position.seq
  }

  start(): void {
    if (this.#shouldRun) return
    this.#shouldRun = true
    this.#ended = this.#run()
  }

  async leave(): Promise<void> {
    this.#shouldRun = false
    this.#socket?.close()
    await this.#ended
  }

  /** Loads everything again, as a page does that is reloaded. */
  forgetHistory(): void {
    this.view.isLoaded = false
    this.#socket?.drop()
  }

  /** Loses its connection, and resumes. */
  drop(): void {
    this.#socket?.drop()
  }

  claimUnknownEpoch(): void {
    this.view.position = { ...this.view.position, epoch: 'no-such-log' }
    this.#socket?.drop()
  }

  send(event: string, data: object): void {
    if (this.isLive) this.#socket?.send(event, data)
  }

  report(sentence: string): void {
    this.parts.checker.report(`${this.name}: ${sentence}`)
  }

  async #run(): Promise<void> {
    while (this.#shouldRun) {
      if (!this.view.isLoaded) await this.#loadFirst()
      if (!this.#shouldRun) break
      const code = await this.#connect()
      if (!this.#shouldRun) break
      const { renew } = this.parts.account
      if (code === unauthenticated && renew && (await renew())) continue
      const isBan = code === notAllowed && this.keptOut.isPossible
      if (fatalCodes.has(code) && !isBan)
        return this.report(`its connection was closed with ${code}`)
      await (isBan ? this.keptOut.pause() : delay(this.#backOff.pauseAfter(code)))
    }
  }

  async #loadFirst(): Promise<void> {
    const loaded = await this.#load(() => this.#shouldRun)
    if (!loaded) return
    this.parts.metrics.count('loads of the history')
    this.view = new ClientView()
    this.view.load(loaded)
    this.view.position = loaded.session
    this.#isFirstConnect = true
  }

  /** Loads while live frames arrive; the view merges both by revision. */
  async #loadWhileLive(): Promise<void> {
    const { view } = this
    const loaded = await this.#load(() => this.#shouldRun && this.isLive && this.view === view)
    if (loaded && this.view === view) view.load(loaded)
  }

  #load(shouldContinue: () => boolean): Promise<Loaded | null> {
    const { name, proxy, checker, pages } = this.parts
    return readHistory({ name, port: proxy.port, checker }, { pages, shouldContinue })
  }

  /** Resolves with the close code. */
  async #connect(): Promise<number> {
    const { proxy, account, batching, metrics } = this.parts
    this.keptOut.beginAttempt()
    this.#asked = this.parts.checker.snapshot()
    const { epoch, seq } = this.view.position
    const reader = new ProtocolReader({
      ...{ userId: account.id, batching },
      onFrame: (frame) => this.#receive(frame, reader),
      onViolation: (sentence) => this.report(sentence),
    })
    this.#reader = reader
    const socket = new ChatSocket({
      ...{ port: proxy.port, token: account.token, batching, query: `epoch=${epoch}&since=${seq}` },
      ...{ liveWithinMs, isLive: () => reader.state === 'live' },
      onText: (text) => {
        reader.read(text)
        if (reader.isBroken) socket.drop()
      },
    })
    this.#socket = socket
    const { code, timedOut } = await socket.closed
    if (timedOut) metrics.count('connections that did not become live')
    if (reader.state === 'live') metrics.count('drops')
    if (reader.state === 'joining') metrics.count('replays broken off')
    this.#reader = undefined
    return code
  }

  #receive(frame: Frame, { epoch, resumed }: ProtocolReader): void {
    const { checker, account, metrics } = this.parts
    checker.observeFrame(this.name, epoch, frame)
    if (frame.event === 'welcome') {
      this.keptOut.admit(frame.data.server_time)
      if (!resumed && epoch === this.view.position.epoch)
        metrics.count('refused resumes of the same log')
      metrics.count(resumed ? (this.#isFirstConnect ? 'joins' : 'resumes') : 'reloads')
      if (!resumed) this.view = new ClientView()
    }
    if (frame.event === 'new_message') this.#checkReferenced(frame.data)
    this.view.apply(frame)
    if (frame.event === 'restricted' && frame.data.user_id === account.id)
      this.keptOut.note(frame.data.ban)
    else if (isStaffNotice(frame)) this.onStaffNotice(frame)
    if (frame.event === 'synced') this.#becomeLive()
    if (frame.event === 'error') this.onRefusal(frame.data)
    if (frame.event === 'reconnect') this.report('was asked to reconnect')
    if (frame.event === 'new_message' && frame.data.user_id === account.id)
      this.onOwnMessage(frame.data)
  }

  /** A reply knows all deletions that this connection was told of, or that came before it. */
  #checkReferenced(message: Message): void {
    const { id, referenced } = message
    this.parts.checker.checkReferenced(this.name, message, this.#asked)
    if (referenced && !referenced.is_deleted && this.view.isGone(referenced))
      this.report(`${id} shows ${referenced.id} after its deletion`)
  }

  #becomeLive(): void {
    this.#backOff.reset()
    this.#isFirstConnect = false
    if (!this.view.isLoaded) void this.#loadWhileLive()
    for (const act of this.onLive) act()
  }
}
